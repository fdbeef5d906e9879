"""Russian text into the sound of the telephone, by espeak-ng in one helper process."""

from __future__ import annotations

import json
import os
import select
import struct
import subprocess
import sys
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from ivr.speech.audio import Samples, audio_name, joined, telephone
from ivr.speech.pronunciation import phrases, pronounced

__all__ = ["Espeak", "SynthesisFailed", "Synthesizer", "audio_name"]

VOICE = "ru"
WORDS_A_MINUTE = 165
"""espeak's own count: about 110 Russian words a minute with our pauses."""
SLOWER = 0.85
SLOWEST = 0.75
REPLY_SECONDS = 10.0
"""A phrase takes some milliseconds: who is silent longer has hung."""
KEPT_FILES = 64
LENGTH = struct.Struct("<I")
COMMAND = (sys.executable, "-m", "ivr.speech.espeak_process")


Own = Callable[[], Mapping[str, str]]
Key = tuple[str, str, int, int, str]
"""Text, its pronunciation, pace, loudness, voice."""


class SynthesisFailed(RuntimeError):
    """espeak-ng does not start or does not answer."""


def speed_of(pace: int) -> float:
    return float(max(SLOWEST, SLOWER ** -min(pace, 0)))


def _nothing_own() -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Helper:
    """A running espeak process."""

    process: subprocess.Popen[bytes]
    requests: IO[bytes]
    replies: IO[bytes]
    hertz: int
    owner: int
    """Process id of who started it: after a fork the child starts its own."""


class Espeak:
    """Sends phrases to the helper, one at a time, and starts it anew when it has died."""

    def __init__(self, command: tuple[str, ...] = COMMAND) -> None:
        self._command = command
        self._lock = threading.Lock()
        self._helper: Helper | None = None

    def say(self, phrase: str, rate: int, voice: str = VOICE) -> Samples:
        """Raises SynthesisFailed where two helpers in a row have died on the phrase."""
        made, hertz = self._made({"text": phrase, "rate": rate, "voice": voice})
        return telephone(made, hertz)

    def phonemes(self, word: str, voice: str = VOICE) -> str:
        """As they may stand in [[ ]]. Raises SynthesisFailed."""
        made, _ = self._made({"text": word, "voice": voice})
        return made.decode("ascii", "replace").strip()

    def _made(self, phrase: Mapping[str, str | int]) -> tuple[bytes, int]:
        request = json.dumps(phrase).encode() + b"\n"
        with self._lock:
            try:
                return self._ask(request)
            except (OSError, SynthesisFailed):
                self._stop()
            try:
                return self._ask(request)
            except OSError as died:
                self._stop()
                raise SynthesisFailed("espeak-ng died twice") from died

    def close(self) -> None:
        with self._lock:
            self._stop()

    @property
    def pid(self) -> int | None:
        return self._helper.process.pid if self._helper else None

    def _ask(self, request: bytes) -> tuple[bytes, int]:
        helper = self._running()
        helper.requests.write(request)
        helper.requests.flush()
        (length,) = LENGTH.unpack(_read(helper.replies, LENGTH.size))
        return _read(helper.replies, length), helper.hertz

    def _running(self) -> Helper:
        if self._helper is None or self._helper.owner != os.getpid():
            self._helper = _start(self._command)
            weakref.finalize(self, _release, self._helper)
        return self._helper

    def _stop(self) -> None:
        helper, self._helper = self._helper, None
        if helper is not None:
            _release(helper)


class Synthesizer:
    """Text into WAV files; the last ones are kept."""

    def __init__(
        self, espeak: Espeak | None = None, voice: str = VOICE, own: Own = _nothing_own
    ) -> None:
        """`own` gives the clinic's own words and their spellings, as they are now."""
        self._espeak = espeak or Espeak()
        self._voice = voice
        self._own = own
        self._kept: OrderedDict[Key, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def wav(self, text: str, pace: int = 0, loudness: int = 0) -> bytes:
        """8 kHz, 16 bit, one channel. Raises SynthesisFailed.

        Pace 0, -1, -2 is ordinary and slower; loudness 0, 1, 2 is +6 dB a step.
        """
        own = self._own()
        key = (text, pronounced(text, own), pace, loudness, self._voice)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        return self._keep(key, joined(self._said(text, pace, own), loudness))

    def phrases(self, text: str, pace: int = 0) -> list[tuple[Samples, float]]:
        """The sound of each phrase and the seconds of silence after it."""
        return self._said(text, pace, self._own())

    def phonemes(self, word: str) -> str:
        return self._espeak.phonemes(word, self._voice)

    def close(self) -> None:
        self._espeak.close()

    def _said(
        self, text: str, pace: int, own: Mapping[str, str]
    ) -> list[tuple[Samples, float]]:
        speed = speed_of(pace)
        rate = round(WORDS_A_MINUTE * speed)
        return [
            (
                self._espeak.say(pronounced(phrase.text, own), rate, self._voice),
                phrase.pause / speed,
            )
            for phrase in phrases(text)
        ]

    def _keep(self, key: Key, made: bytes) -> bytes:
        """What is kept now: another thread may have been faster."""
        with self._lock:
            first = self._kept.setdefault(key, made)
            while len(self._kept) > KEPT_FILES:
                self._kept.popitem(last=False)
            return first


def _start(command: tuple[str, ...]) -> Helper:
    try:
        process = subprocess.Popen(  # noqa: S603 - our own module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,  # Ctrl-C is for the parent; the helper ends with its stdin
        )
    except OSError as absent:
        raise SynthesisFailed("the voice does not start") from absent
    requests, replies = process.stdin, process.stdout
    if requests is None or replies is None:
        raise SynthesisFailed("the voice has no pipes")
    try:
        (hertz,) = LENGTH.unpack(_read(replies, LENGTH.size))
    except OSError as died:
        _bury(process)
        raise SynthesisFailed("espeak-ng does not start") from died
    return Helper(process, requests, replies, hertz, os.getpid())


def _release(helper: Helper) -> None:
    if helper.owner == os.getpid():
        helper.process.kill()
        helper.process.wait()
        helper.replies.close()
        with suppress(BrokenPipeError):
            helper.requests.close()


def _bury(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()


def _read(pipe: IO[bytes], length: int) -> bytes:
    """Exactly so many bytes. Raises an OSError at the end of the pipe or in silence."""
    collected = bytearray()
    while len(collected) < length:
        ready, _, _ = select.select([pipe], [], [], REPLY_SECONDS)
        if not ready:
            raise TimeoutError("the voice is silent")
        some = os.read(pipe.fileno(), length - len(collected))
        if not some:
            raise BrokenPipeError("the voice has ended")
        collected += some
    return bytes(collected)
