"""A caller of the media socket in sound: a carrier that plays what it is sent, 20 ms a step."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from base64 import b64encode
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

FRAME, STEP = 160, 0.02
SILENT = b"\xff" * FRAME
MOST_AHEAD = 8.0
"""Seconds that prompts are listened to faster than they last; the line allows for ten."""
LATEST = 6.0
"""Seconds that an answer of ours is waited for behind the sound."""
LONGEST = 90.0
"""Seconds of a prompt."""
STREAM = re.compile(r'<Stream url="([^"]+)"')
LAST = re.compile(r"\d+\.(\d+)\.\1\.")
"""The mark of a turn's last sentence: turn, place, of how many."""
CALL = re.compile(r"/voice/calls/(\w+)/")


class NoStream(RuntimeError):
    """The line did not offer sound."""


@dataclass(slots=True)
class Caller:
    """One call, over real sockets."""

    web: str
    """Address of the web process."""
    number: str
    call: str = ""
    answered_after: float | None = None
    """Seconds from the last sound of what was said to the next of ours."""
    _socket: ClientConnection | None = None
    _sid: str = field(default_factory=lambda: f"CA{uuid.uuid4().hex}")
    _waiting: deque[str | None] = field(default_factory=deque)
    """What the carrier has not played: frames (None) and marks."""
    _heard: str = ""
    """The last mark that was played."""
    _said_at: float | None = None
    _sent: int = 0
    _began: float = 0.0

    async def answer(self, keys: str, turn: int, said: bytes, ends: float) -> None:
        """Key in the way to this turn, hear it out, say this.

        `ends`: seconds at which the words are over; what follows is the line's noise.
        """
        url = await self._dial()
        async with connect(url, compression=None, proxy=None, max_queue=None) as self._socket:
            await self._tell("connected", protocol="Call", version="1.0.0")
            await self._tell("start", start={"callSid": self._sid})
            self._began = monotonic()
            reading = asyncio.create_task(self._read())
            with suppress(ConnectionClosed):
                for key in keys:
                    await self._tell("dtmf", dtmf={"digit": key})
                await self._hear_out(turn)
                await self._say(said, round(ends / STEP))
                await self._hear_answer()
                await self._tell("stop", stop={"callSid": self._sid})
            await reading

    async def _dial(self) -> str:
        form = {"CallSid": self._sid, "From": self.number, "To": "+78001234567"}
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            answered = await client.post(f"{self.web}/voice", data=form)
        url, call = STREAM.search(answered.text), CALL.search(answered.text)
        if url is None or call is None:
            raise NoStream(answered.text)
        self.call = call[1]
        return url[1]

    async def _tell(self, event: str, **body: Any) -> None:
        assert self._socket is not None
        await self._socket.send(json.dumps({"event": event, "streamSid": "MZ1", **body}))

    async def _read(self) -> None:
        assert self._socket is not None
        with suppress(ConnectionClosed):
            async for text in self._socket:
                self._take(json.loads(text))

    def _take(self, message: dict[str, Any]) -> None:
        match message["event"]:
            case "media":
                self._waiting.append(None)
                self._note_answer()
            case "mark":
                self._waiting.append(message["mark"]["name"])
            case "clear":
                marks = [one for one in self._waiting if one is not None]
                self._waiting = deque(marks)

    def _note_answer(self) -> None:
        if self._said_at is not None and self.answered_after is None:
            self.answered_after = monotonic() - self._said_at

    async def _hear_out(self, turn: int) -> None:
        """Up to the last mark of the turn, faster than it lasts."""
        for _ in range(round(LONGEST / STEP)):
            if LAST.match(self._heard) and self._heard.startswith(f"{turn}."):
                return
            await self._step(SILENT, ahead=MOST_AHEAD)
        raise NoStream(f"turn {turn} was not said")

    async def _say(self, sound: bytes, ends: int) -> None:
        """In real time."""
        self._began = monotonic() - self._sent * STEP
        for number, at in enumerate(range(0, len(sound) // FRAME * FRAME, FRAME)):
            await self._step(sound[at : at + FRAME])
            if number == ends:
                self._said_at = monotonic()

    async def _hear_answer(self) -> None:
        """A machine that is busy answers late."""
        for _ in range(round(LATEST / STEP)):
            if self.answered_after is not None:
                return
            await self._step(SILENT)

    async def _step(self, frame: bytes, ahead: float = 0.0) -> None:
        early = self._sent * STEP - (monotonic() - self._began)
        await asyncio.sleep(max(early - ahead, STEP / 8 if ahead else 0.0))
        self._sent += 1
        await self._tell("media", media={"payload": b64encode(frame).decode()})
        if self._waiting and self._waiting[0] is None:
            self._waiting.popleft()
        while self._waiting and self._waiting[0] is not None:
            self._heard = str(self._waiting.popleft())
            await self._tell("mark", mark={"name": self._heard})
