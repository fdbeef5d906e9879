"""Wires the media socket: the process `ivr media`, and the demo's one process."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from threading import Thread
from types import FrameType

import uvicorn
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp

from ivr.app import Line, call_recording, carrier_signs_sockets, clinic_voice
from ivr.clinic.settings import ClinicSettings
from ivr.config import Config
from ivr.dialogue.turns import Spoken
from ivr.faults import report
from ivr.speech.recogniser import Ear
from ivr.speech.synthesis import SynthesisFailed
from ivr.speech.voice_activity import Vad
from ivr.store.recordings import Folder
from ivr.telephony.media_server.parts import Hearer, Parts
from ivr.telephony.media_server.server import MediaServer
from ivr.telephony.media_server.vosk_hearer import VoskHearer
from ivr.telephony.signature import SocketSignature
from ivr.telephony.sounds import Sounds, pieces

log = logging.getLogger(__name__)

Leave = Callable[[], Awaitable[None]]
TURN_SECONDS = 0.0005
"""That a thread keeps the interpreter while others wait. An ear lets go of it several times
a frame; with Python's 5 ms twelve calls' ears fell seconds behind on two cores."""
LONGEST_MESSAGE = 65_536
"""Bytes; a frame has 330, and some carriers send seconds at once."""


def media_app(line: Line, rest: ASGIApp) -> ASGIApp:
    """`rest` answers whatever is not the media socket. Raises ModelMissing and VadMissing."""
    return media_server(line).app(rest)


def media_server(line: Line) -> MediaServer:
    """Raises ModelMissing and VadMissing."""
    sys.setswitchinterval(TURN_SECONDS)
    voice = clinic_voice(line)
    sounds = Sounds(voice, voice.edition)
    Thread(target=prepare, args=(line, sounds), name="sounds ahead", daemon=True).start()
    wired = parts(line, sounds.of, hearer_of(line.config))
    return MediaServer(replace(wired, pieces=pieces))


def parts(line: Line, sound: Callable[..., bytes], hearer: Callable[[], Hearer]) -> Parts:
    config = line.config
    recordings = Folder(config.recordings, line.vault)
    return Parts(
        switchboard=line.switchboard,
        database=line.database,
        vault=line.vault,
        secret_key=config.secret_key,
        clock=line.clock,
        sound=sound,
        hearer=hearer,
        carriers_recording=call_recording(config),
        recordings=recordings if config.recording == "own" else None,
        signature=_signature(config),
    )


def hearer_of(config: Config) -> Callable[[], Hearer]:
    """One model for the process, a recogniser for each question."""
    ear, vad = Ear(config.vosk_model or None), Vad()
    return lambda: VoskHearer(ear, vad)


def prepare(line: Line, sounds: Sounds) -> None:
    """The greeting first, then whatever has no values in it."""
    try:
        sounds.prepare([_greeting(line), *line.prompts.fixed_texts()])
    except (SynthesisFailed, OSError) as broken:
        report(broken, "")


class LeavingServer(uvicorn.Server):
    """At the first signal its streams may end or be handed over, at the second it stops."""

    def __init__(self, config: uvicorn.Config, leave: Leave) -> None:
        super().__init__(config)
        self._leave = leave
        self._signalled = False
        self._leaving: asyncio.Task[None] | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._signalled:
            super().handle_exit(sig, frame)
        self._signalled = True

    async def on_tick(self, counter: int) -> bool:
        if self._signalled and self._leaving is None:
            self._leaving = asyncio.create_task(self._until_left())
        return await super().on_tick(counter)

    async def _until_left(self) -> None:
        try:
            await self._leave()
        finally:
            self.should_exit = True


async def _at_once() -> None:
    """Nothing is waited for."""


def server(app: ASGIApp, leave: Leave = _at_once) -> uvicorn.Server:
    """The token stands in the path, so no address goes into the log.

    `leave` is awaited between the signal to stop and the end.
    """
    return LeavingServer(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            ws="websockets-sansio",
            ws_max_size=LONGEST_MESSAGE,
            ws_ping_interval=20,
            ws_ping_timeout=20,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=5,
        ),
        leave,
    )


def _greeting(line: Line) -> str:
    try:
        with line.database.read() as session:
            name = ClinicSettings.load(session).name
    except SQLAlchemyError as broken:
        report(broken, "")
        return ""
    greeting = Spoken("greeting.hello", values={"clinic": name})
    return line.prompts.say(greeting, line.clock().date(), by_voice=True)


def _signature(config: Config) -> SocketSignature | None:
    if not config.require_signature:
        return None
    required = carrier_signs_sockets(config)
    return SocketSignature(config.media_url, config.twilio_auth_token, required)
