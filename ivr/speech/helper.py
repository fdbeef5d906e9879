"""A voice in a process of its own: asked a phrase at a time, started anew when it has died."""

from __future__ import annotations

import json
import os
import select
import struct
import subprocess
import threading
import weakref
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

REPLY_SECONDS = 10.0
"""A phrase takes some milliseconds: who is silent longer has hung."""
START_SECONDS = 30.0
"""Some voices are read from the disk first."""
LENGTH = struct.Struct("<I")


class SynthesisFailed(RuntimeError):
    """The voice does not start or does not answer."""


@dataclass(frozen=True, slots=True)
class Helper:
    """A running voice."""

    process: subprocess.Popen[bytes]
    requests: IO[bytes]
    replies: IO[bytes]
    hertz: int
    owner: int
    """Process id of who started it: after a fork the child starts its own."""


class HelperProcess:
    """Speaks as `ivr.speech.espeak_process` describes."""

    def __init__(self, command: tuple[str, ...]) -> None:
        self._command = command
        self._lock = threading.Lock()
        self._helper: Helper | None = None

    def ask(self, phrase: Mapping[str, str | int | float]) -> tuple[bytes, int]:
        """The reply and the sampling rate.

        Raises SynthesisFailed where two helpers in a row have died on the phrase.
        """
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
                raise SynthesisFailed("the voice died twice") from died

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
        (hertz,) = LENGTH.unpack(_read(replies, LENGTH.size, START_SECONDS))
    except OSError as died:
        _bury(process)
        raise SynthesisFailed("the voice does not start") from died
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


def _read(pipe: IO[bytes], length: int, seconds: float = REPLY_SECONDS) -> bytes:
    """Exactly so many bytes. Raises an OSError at the end of the pipe or in silence."""
    collected = bytearray()
    while len(collected) < length:
        ready, _, _ = select.select([pipe], [], [], seconds)
        if not ready:
            raise TimeoutError("the voice is silent")
        some = os.read(pipe.fileno(), length - len(collected))
        if not some:
            raise BrokenPipeError("the voice has ended")
        collected += some
    return bytes(collected)
