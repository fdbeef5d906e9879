"""A carrier with sound: webhooks, and a real socket for what is said and heard.

The line's voice is a fake whose sound holds the sentence itself, and its recogniser hears words
that a frame holds, so whatever is said or heard has gone over the socket as sound.
"""

from __future__ import annotations

import json
import queue
import re
import socket
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, cast

from starlette.types import ASGIApp, Receive, Scope, Send
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from ivr import media
from ivr.config import Config
from ivr.dialogue.turns import (
    Dial,
    DialEnded,
    HangUp,
    Heard,
    Hearing,
    HungUp,
    Keys,
    Listen,
    NoInput,
    Recorded,
    RecordNote,
    Utterance,
)
from ivr.switchboard import Reply, Sentence, Switchboard
from ivr.telephony.media_server.parts import EarEvent, Parts, Pools, SpeechBegan
from ivr.telephony.media_server.server import MediaServer
from tests.golden import Said
from tests.line import DirectPhone, Line, WebhookPhone, as_carriers_end

WORDS, FOREIGN = b"WORDS:", b"FOREIGN:"
PATIENCE = 20.0
"""Seconds that the line may take to answer."""
STREAM = re.compile(r'<Stream[^>]* url="([^"]+)"')
SILENT = b"\xff" * 160


def sound_of(sentence: Sentence, pace: int = 0, loudness: int = 0) -> bytes:
    """UTF-8 has no 0xFF, which is silence."""
    return sentence.text.encode()


class FakeHearer:
    """Hears words that stand in frames, up to the first silence behind them."""

    def __init__(self) -> None:
        self.heard = b""

    def prepare(self, hearing: Hearing) -> None:
        pass

    def open(self, hearing: Hearing) -> None:
        self.heard = b""

    def hear(self, frame: bytes, ours: bytes) -> Sequence[EarEvent]:
        assert len(ours) == 160
        if not self.heard and not frame.startswith((WORDS, FOREIGN)):
            return ()
        self.heard += frame
        if not frame.endswith(b"\xff"):
            return ()
        kind, _, words = self.heard.rstrip(b"\xff").decode().partition(":")
        self.heard = b""
        return SpeechBegan(), Utterance(words, foreign=f"{kind}:".encode() == FOREIGN)

    def close(self) -> None:
        pass


@dataclass(slots=True)
class Watched:
    """A switchboard whose turns can be waited for."""

    board: Switchboard
    replies: queue.Queue[Reply] = field(default_factory=queue.Queue)
    asked: threading.Event = field(default_factory=threading.Event)
    """An answer is in."""
    may_answer: threading.Event = field(default_factory=threading.Event)
    """Cleared, an answer waits before it is taken."""

    def __post_init__(self) -> None:
        self.may_answer.set()

    def turn_in_force(self, call: str, **more: Any) -> Reply:
        return self._seen(self.board.turn_in_force(call, **more))

    def hear(self, *what: Any, **more: Any) -> Reply:
        self.asked.set()
        assert self.may_answer.wait(PATIENCE)
        return self._seen(self.board.hear(*what, **more))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.board, name)

    def _seen(self, reply: Reply) -> Reply:
        self.replies.put(reply)
        return reply


class Host:
    """One real server for many tests: each puts its own line behind it."""

    def __init__(self) -> None:
        self.pools = Pools()
        self.behind: ASGIApp | None = None
        self.calls = 0
        """On the line now."""
        self.quiet = threading.Event()
        self.quiet.set()
        self.parts: Parts | None = None
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._server = media.server(self)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))
        self._thread.start()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return
        assert self.behind is not None
        self.calls += 1
        self.quiet.clear()
        try:
            await self.behind(scope, receive, send)
        finally:
            self.calls -= 1
            if not self.calls:
                self.quiet.set()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def serve(self, line: Line, **parts: Any) -> Watched:
        """Put the line behind the socket; its turns can be waited for."""
        watched = Watched(line.switchboard)
        assert line._process is not None
        line.closing.callback(self.settle)
        wired = media.parts(line._process, sound_of, FakeHearer)
        self.put(
            replace(
                wired,
                switchboard=cast("Switchboard", watched),
                **{"signature": None, "most_ahead": float("inf"), **parts},
            )
        )
        return watched

    def put(self, parts: Parts) -> None:
        self.parts = parts
        self.behind = MediaServer(parts, self.pools).app()

    def settle(self) -> None:
        """Until every call has been put away: the database can be closed then."""
        assert self.quiet.wait(PATIENCE)

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
        self.pools.close()


@contextmanager
def host() -> Iterator[Host]:
    one = Host()
    try:
        yield one
    finally:
        one.close()


@dataclass(slots=True)
class StreamPhone(WebhookPhone):
    """The carrier's end of one call; marks come back as soon as they are there."""

    server: Host | None = None
    watched: Watched | None = None
    ws: ClientConnection | None = None
    document: str = ""
    turn: int = 0
    reply: Reply | None = None
    stream: str = ""
    hang: ExitStack = field(default_factory=ExitStack)
    """Closes the socket."""
    echo: bool = True
    clears: int = 0
    last_key: str = ""
    parts: dict[str, Any] = field(default_factory=dict)
    """What the server is to have besides."""

    def config(self) -> Config:
        assert self.server is not None
        return replace(self.line.config, speech="vosk", media_url=self.server.url)

    def dial(self, caller: str | None, *, by_voice: bool = False) -> Said:
        assert self.server is not None
        self.number = caller or "anonymous"
        self.line.config = self.config()
        self.watched = self.server.serve(self.line, **self.parts)
        self.document = self.body("/voice")
        return self.follow()

    def send(self, heard: Heard) -> Said:
        if isinstance(heard, DialEnded | Recorded):
            form = self.as_form(heard)
            self.document = self.body(self.action, **form)
            return self.follow()
        if isinstance(heard, HungUp):
            self.message("stop", stop={"callSid": self.sid})
            self.until_closed()
            return Said("")
        self.give(heard)
        return self.next_turn()

    def as_form(self, heard: DialEnded | Recorded) -> dict[str, str]:
        if isinstance(heard, DialEnded):
            return {"DialCallStatus": "completed" if heard.answered else "no-answer"}
        return {"RecordingSid": heard.recording, "RecordingDuration": str(heard.seconds)}

    def body(self, path: str, **more: str) -> str:
        form = {"CallSid": self.sid, "From": self.number, "To": "+78001234567", **more}
        return self.post_once(path, form)

    def follow(self) -> Said:
        """Do what the document says."""
        found = STREAM.search(self.document)
        if found is None:
            return self.read(self.document)
        self.open(found[1])
        return self.next_turn()

    # --- the socket ------------------------------------------------------------------------

    def open(self, url: str) -> None:
        self.hang.close()
        opening = connect(url, compression=None, open_timeout=PATIENCE, close_timeout=1)
        self.ws = self.hang.enter_context(opening)
        self.stream = f"MZ{self.sid[2:]}"
        self.message("connected", protocol="Call", version="1.0.0")
        form = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
        self.message("start", start={"callSid": self.sid, "mediaFormat": form})

    def message(self, event: str, **body: Any) -> None:
        assert self.ws is not None
        self.ws.send(json.dumps({"event": event, "streamSid": self.stream, **body}))

    def give(self, heard: Heard) -> None:
        """Press, speak or be silent, as a caller does who has heard the prompt out."""
        assert self.reply is not None
        heard = as_carriers_end(self.reply.turn, heard)
        match heard:
            case Keys(keys=keys, closed=closed):
                self.wait_between(keys)
                taken = keys if self.wanted == 1 else keys[: self.wanted]
                self.press(f"{keys}#" if closed == "hash" else taken)
                if closed != "hash" and len(keys) < self.wanted:
                    self.be_silent()
            case Utterance(words=words, foreign=foreign):
                self.speak(words, foreign=foreign)
            case NoInput():
                self.be_silent()
            case _:
                raise ValueError("not on a stream")

    @property
    def wanted(self) -> int:
        then = self.reply.turn.then if self.reply else None
        return then.count if isinstance(then, Listen) else 0

    def wait_between(self, keys: str) -> None:
        """Who presses the same key for another question waits a little."""
        if keys[:1] == self.last_key:
            self.frame(SILENT * 80)
        self.last_key = keys[-1:]

    def press(self, keys: str) -> None:
        for key in keys:
            self.message("dtmf", dtmf={"track": "inbound_track", "digit": key})

    def speak(self, words: str, *, foreign: bool = False) -> None:
        said = (FOREIGN if foreign else WORDS) + words.encode()
        self.frame(said + b"\xff" * (160 - len(said) % 160))

    def frame(self, audio: bytes) -> None:
        self.message("media", media={"payload": b64encode(audio).decode()})

    def be_silent(self) -> None:
        """Through the time-out of the open question and a little longer."""
        assert self.reply is not None
        then = self.reply.turn.then
        seconds = then.no_input_timeout if isinstance(then, Listen) else 1
        for _ in range(5 * seconds + 1):
            self.frame(SILENT * 10)

    def next_turn(self) -> Said:
        """Hear it to its end."""
        assert self.watched is not None
        self.reply = self.watched.replies.get(timeout=PATIENCE)
        texts = self.listen(self.reply)
        then = self.reply.turn.then
        if isinstance(then, Dial | RecordNote | HangUp):
            self.until_closed()
            self.document = self.body(f"/voice/calls/{self.reply.call}/resume")
            left = self.read(self.document)
            assert not left.text
            return Said(" ".join(texts), left.outcome)
        return Said(" ".join(texts))

    def listen(self, reply: Reply) -> list[str]:
        """The sentences as they sound, each up to its mark."""
        texts: list[str] = []
        sound = b""
        while len(texts) < len(reply.sentences):
            message = self.receive()
            if message["event"] == "media":
                sound += b64decode(message["media"]["payload"])
            elif message["event"] == "mark":
                name = message["mark"]["name"]
                texts.append(sound.replace(b"\xff", b"").decode())
                sound = b""
                self.back(name)
            else:
                self.clears += 1
        return texts

    def back(self, mark: str) -> None:
        if self.echo:
            self.message("mark", mark={"name": mark})

    def receive(self) -> dict[str, Any]:
        """The next message; sound keeps coming meanwhile, or the line would not speak."""
        assert self.ws is not None
        while True:
            try:
                found = json.loads(self.ws.recv(timeout=0))
            except TimeoutError:
                self.frame(SILENT * 5)
                found = self._waited()
            if found is not None:
                assert found["streamSid"] == self.stream
                return cast("dict[str, Any]", found)

    def _waited(self) -> Any:
        assert self.ws is not None
        try:
            return json.loads(self.ws.recv(timeout=0.02))
        except TimeoutError:
            return None

    def until_closed(self) -> int:
        """The code it was closed with."""
        assert self.ws is not None
        try:
            while True:
                self.ws.recv(timeout=PATIENCE)
        except ConnectionClosed as closed:
            self.hang.close()
            return closed.rcvd.code if closed.rcvd else 1006

    def cut(self) -> None:
        """The network is gone."""
        assert self.ws is not None
        self.ws.socket.shutdown(socket.SHUT_RDWR)
        self.hang.close()


class VoicePhone(DirectPhone):
    """The switchboard without a door, as one with sound asks it."""

    def dial(self, caller: str | None, *, by_voice: bool = False) -> Said:
        return DirectPhone.dial(self, caller, by_voice=True)
