"""One open socket: its messages, its turns, its sound, until one of them ends it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from functools import partial
from typing import ParamSpec

from starlette.websockets import WebSocket, WebSocketDisconnect

from ivr.dialogue.turns import Heard
from ivr.store.streams import Ticket
from ivr.switchboard import Reply
from ivr.telephony import metrics
from ivr.telephony.call_recording import follow
from ivr.telephony.media_server.board import Board
from ivr.telephony.media_server.ear import Ear
from ivr.telephony.media_server.parts import (
    EarEvent,
    Noise,
    Parts,
    Pools,
    SpeechBegan,
    in_thread,
)
from ivr.telephony.media_server.recorder import Recorder
from ivr.telephony.media_server.reports import AGAIN, Reports
from ivr.telephony.media_stream import effects as t
from ivr.telephony.media_stream.frames import SILENT, Incoming
from ivr.telephony.media_stream.messages import (
    Dialect,
    Key,
    Malformed,
    Marked,
    Sound,
    Stopped,
    read,
)
from ivr.telephony.media_stream.playout import SendFrame, SendMark
from ivr.telephony.media_stream.talk import Talk
from ivr.telephony.media_stream.wall import GivenUp, Overdue, Stalled, Wall

P = ParamSpec("P")

log = logging.getLogger(__name__)

TICK = 0.1
"""Seconds between two looks at the clock."""
SIGN_OF_LIFE = 15.0
MOST_MALFORMED = 20
MOST_WAITING = 1000
"""Messages for a carrier that does not read them."""
HUNG_UP, HANDED_OVER = "hung up", "handed over"
NORMAL, UNACCEPTABLE, FAULT = 1000, 1008, 1011
CODES = {"malformed": UNACCEPTABLE, "flood": UNACCEPTABLE, "fault": FAULT}
"""Of the close frame, by why the stream ended; any other end is normal."""


@dataclass(frozen=True, slots=True)
class Ending:
    why: str
    heard_turn: int = 0
    """Said to its end by the stream; 0: the turn in force must be said again."""


class Session:
    def __init__(self, socket: WebSocket, ticket: Ticket, parts: Parts, pools: Pools) -> None:
        self._socket = socket
        self._ticket = ticket
        self._board = Board(parts, ticket)
        self.reports = Reports(self._board, pools)
        self._parts = parts
        self._pools = pools
        self._now = asyncio.get_running_loop().time
        self._talk = Talk()
        self._incoming = Incoming()
        self._wall = Wall(self._now())
        self._ear = Ear(parts, pools)
        recorder = Recorder(parts, ticket.call, self._talk.timeline)
        self._recorder = recorder if parts.recordings is not None else None
        self._dialect = Dialect("")
        self._out: asyncio.Queue[str] = asyncio.Queue(MOST_WAITING)
        self._jobs: asyncio.Queue[Callable[[], Awaitable[None]] | None] = asyncio.Queue()
        self._speaking: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[None] | None = None
        """Reports that were not taken, once more: no answer waits for them."""
        self._malformed = 0
        self._began: float | None = self._now()
        self._leaving = False
        self._ending: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()

    async def run(self, dialect: Dialect) -> None:
        """Until the stream ends; the row tells how before the socket closes."""
        self._dialect = dialect
        if self._recorder is not None:
            self._do_later(self._recorder.begin)
        self._jobs.put_nowait(self._pick_up)
        parts = (self._read(), self._write(), self._ear.listen(self._heard), self._tick())
        tasks = [asyncio.create_task(self._guarded(part)) for part in parts]
        working = asyncio.create_task(self._work())
        ending = await self._ending
        self._finish(ending)
        await working
        for task in (*tasks, self._speaking, self._telling):
            if task is not None:
                task.cancel()
        await in_thread(self._pools.turns, self._board.close, ending.heard_turn)
        await self._close_socket(CODES.get(ending.why, NORMAL), ending.why)
        metrics.STREAMS_ENDED.labels(ending.why).inc()
        log.info(
            "call %s stream %d ended: %s", self._ticket.call, self._ticket.number, ending.why
        )

    def end(self, why: str, heard_turn: int = 0) -> None:
        """The first reason counts."""
        if not self._ending.done():
            self._ending.set_result(Ending(why, heard_turn))

    def leave(self) -> None:
        """The process stops soon: the next turn is said by keys."""
        self._leaving = True

    # --- the end -----------------------------------------------------------------------------

    def _finish(self, ending: Ending) -> None:
        """The last jobs: what was said counts, whatever became of the socket."""
        for effect in self._talk.over():
            if isinstance(effect, t.Played):
                self._do_outside(effect)
        recorder = self._recorder
        if recorder is not None:
            self._do_later(recorder.end, recorder.rest(), self._talk.timeline.now_ms)
        if ending.why == HUNG_UP:
            self._do_later(self._board.hang_up)
        self._jobs.put_nowait(None)

    async def _close_socket(self, code: int, why: str) -> None:
        try:
            await self._socket.close(code, why)
        except (RuntimeError, WebSocketDisconnect):
            return  # it was closed from the other side

    # --- from the carrier --------------------------------------------------------------------

    async def _read(self) -> None:
        while True:
            received = await self._socket.receive()
            if received["type"] == "websocket.disconnect":
                self.end("lost")
                return
            self._message(received.get("text") or received.get("bytes") or "")

    def _message(self, text: str | bytes) -> None:
        try:
            message = read(text)
        except Malformed:
            self._malformed += 1
            if self._malformed >= MOST_MALFORMED:
                self.end("malformed")
            return
        match message:
            case Sound():
                self._sound(message)
            case Key(key):
                self._do(self._talk.key(key))
            case Marked(name):
                self._do(self._talk.mark(name))
            case Stopped():
                self.end(HUNG_UP)
            case _:
                pass

    def _sound(self, sound: Sound) -> None:
        frames = self._incoming.take(sound)
        self._wall.received(len(frames), self._now())
        if self._wall.ahead(self._now()) > self._parts.most_ahead:
            self.end("flood")
            return
        for frame in frames:
            self._do(self._talk.frame(frame))
            self._record(frame)

    def _record(self, frame: bytes) -> None:
        recorder = self._recorder
        piece = recorder.add(frame, self._talk.playing) if recorder else None
        if recorder is not None and piece is not None:
            self._do_later(recorder.write, piece)

    # --- the clock ---------------------------------------------------------------------------

    async def _tick(self) -> None:
        seen = told = self._now()
        while True:
            await asyncio.sleep(TICK)
            if self._now() - told >= AGAIN:
                told = self._now()
                self._tell_again()
            for event in self._wall.due(self._now(), awaits_mark=self._talk.awaits_mark):
                self._on_clock(event)
            if self._now() - seen >= SIGN_OF_LIFE:
                seen = self._now()
                if not await in_thread(self._pools.turns, self._board.is_newest):
                    self.end("replaced")

    def _tell_again(self) -> None:
        """One at a time; once the stream is over they are told behind it."""
        busy = self._telling is not None and not self._telling.done()
        if self.reports.waiting and not busy and not self._ending.done():
            self._telling = asyncio.create_task(self._guarded(self.reports.tell_again()))

    def _on_clock(self, event: Stalled | Overdue | GivenUp) -> None:
        match event:
            case Stalled(frames):
                self._incoming.make_up(frames)
                for _ in range(frames):
                    self._do(self._talk.stalled(1))
                    self._record(SILENT)
            case Overdue():
                self._do(self._talk.overdue())
            case GivenUp():
                self.end("silent")

    # --- to the carrier ----------------------------------------------------------------------

    async def _write(self) -> None:
        while True:
            await self._socket.send_text(await self._out.get())

    def _do(self, effects: Iterable[t.Effect]) -> None:
        for effect in effects:
            match effect:
                case SendFrame(audio):
                    self._send(self._dialect.media(audio))
                    self._wall.sent(self._now())
                case SendMark(name):
                    self._send(self._dialect.mark(name))
                case t.Clear():
                    self._send(self._dialect.clear())
                    self._wall.cleared(self._now())
                case t.PrepareEar() | t.OpenEar() | t.HearFrame() | t.CloseEar():
                    self._ear.put(effect)
                case _:
                    self._do_outside(effect)

    def _do_outside(self, effect: t.Answer | t.Played | t.End) -> None:
        match effect:
            case t.Answer():
                self._jobs.put_nowait(partial(self._answer, effect))
            case t.Played():
                self._jobs.put_nowait(partial(self.reports.tell, effect))
            case t.End(heard_turn):
                self.end("done", heard_turn)

    def _send(self, message: str) -> None:
        try:
            self._out.put_nowait(message)
        except asyncio.QueueFull:
            self.end("slow")

    # --- turns -------------------------------------------------------------------------------

    async def _work(self) -> None:
        """One job after another, in the order in which they came up; also after the end."""
        while (job := await self._jobs.get()) is not None:
            await self._guarded(job())

    def _do_later(self, work: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        self._jobs.put_nowait(partial(in_thread, self._pools.turns, work, *args, **kwargs))

    async def _pick_up(self) -> None:
        self._turned(await in_thread(self._pools.turns, self._board.pick_up))

    async def _answer(self, answer: t.Answer) -> None:
        began = self._now()
        reply = await in_thread(self._pools.turns, self._board.answer, answer)
        self._note(reply, answer.heard, self._now() - began)
        self._turned(reply)

    def _turned(self, reply: Reply) -> None:
        if self._leaving:
            self.end(HANDED_OVER)
        if self._ending.done():
            return
        if self._ticket.carrier_id is not None:
            follow(self._parts.carriers_recording, self._ticket.carrier_id, reply)
        self._do(self._talk.turned(reply))
        if self._speaking is not None:
            self._speaking.cancel()
        self._speaking = asyncio.create_task(self._guarded(self._say(reply)))

    async def _say(self, reply: Reply) -> None:
        turn = reply.turn
        for place, sentence in enumerate(reply.sentences):
            *begun, last = self._parts.pieces(sentence)
            for piece in (*begun, last):
                make = self._parts.sound
                sound = await in_thread(
                    self._pools.sounds, make, piece, turn.pace, turn.loudness
                )
                more = piece is not last
                self._do(self._talk.sound(turn.number, place, sound, more=more))
                if self._began is not None:
                    metrics.FIRST_SOUND_SECONDS.observe(self._now() - self._began)
                    self._began = None

    def _heard(self, ear: int, event: EarEvent) -> None:
        match event:
            case SpeechBegan():
                self._do(self._talk.speech_began(ear))
            case Noise():
                self._do(self._talk.noise(ear))
            case _:
                self._do(self._talk.utterance(ear, event))

    def _note(self, reply: Reply, heard: Heard, seconds: float) -> None:
        metrics.TURN_SECONDS.observe(seconds)
        turn = reply.turn
        log.info(
            "call %s turn %d %s attempt %d heard %s %.0f ms",
            *(reply.call, turn.number, turn.prompt or "-", turn.attempt),
            *(type(heard).__name__, seconds * 1000),
        )

    # --- faults ------------------------------------------------------------------------------

    async def _guarded(self, part: Coroutine[None, None, None] | Awaitable[None]) -> None:
        """Whatever breaks ends the stream, and the call goes on by keys."""
        try:
            await part
        except (WebSocketDisconnect, RuntimeError) as gone:
            if not _is_closed(gone):
                self._broken(gone)
            self.end("lost")
        except Exception as fault:  # noqa: BLE001 - this is the door
            self._broken(fault)

    def _broken(self, fault: Exception) -> None:
        metrics.FAULTS.inc()
        self._pools.turns.submit(self._board.failed, fault)
        self.end("fault")


def _is_closed(fault: BaseException) -> bool:
    """Starlette says it either way."""
    closed = isinstance(fault, RuntimeError) and "WebSocket" in str(fault)
    return closed or isinstance(fault, WebSocketDisconnect)
