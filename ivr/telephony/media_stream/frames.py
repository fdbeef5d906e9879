"""The caller's sound as 20 ms frames: in order, and silence where something was lost."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.speech.mulaw import SILENCE
from ivr.telephony.media_stream.messages import Sound

BYTES, MILLISECONDS = 160, 20
A_SECOND = 1000 // MILLISECONDS
SILENT = SILENCE * BYTES
HELD = 3
"""Sounds that wait for one that is late."""
MOST_LOST = 10 * A_SECOND
"""A longer hole is no hole: the carrier has begun to count anew."""


def padded(audio: bytes) -> bytes:
    """To whole frames."""
    return audio + SILENCE * (-len(audio) % BYTES)


def cut(audio: bytes) -> Iterator[bytes]:
    return (audio[at : at + BYTES] for at in range(0, len(audio), BYTES))


class Incoming:
    def __init__(self) -> None:
        self._next: int | None = None
        """Order of the next sound."""
        self._at: int | None = None
        """Milliseconds at which it should begin."""
        self._early: dict[int, Sound] = {}
        self._left = b""
        self._made_up = 0
        """Frames that the wall clock has put in place of sound."""

    def take(self, sound: Sound) -> list[bytes]:
        """The frames that are complete with it; late and doubled sounds are dropped."""
        if sound.order is None:
            return list(self._frames(sound))
        if self._next is None:
            self._next = sound.order
        if sound.order < self._next:
            return []
        self._early.setdefault(sound.order, sound)
        return list(self._in_order())

    def make_up(self, frames: int) -> None:
        """So many frames of silence were counted while nothing came."""
        self._made_up += frames

    def _in_order(self) -> Iterator[bytes]:
        while self._early:
            if self._next not in self._early and len(self._early) <= HELD:
                return
            first = min(self._early)
            self._next = first + 1
            yield from self._frames(self._early.pop(first))

    def _frames(self, sound: Sound) -> Iterator[bytes]:
        yield from self._lost_before(sound)
        audio = self._left + sound.audio
        whole = len(audio) // BYTES * BYTES
        self._left = audio[whole:]
        yield from cut(audio[:whole])

    def _lost_before(self, sound: Sound) -> Iterator[bytes]:
        if sound.at is None:
            return
        lost = 0 if self._at is None else (sound.at - self._at) // MILLISECONDS
        self._at = sound.at + len(sound.audio) // (BYTES // MILLISECONDS)
        if not 0 < lost <= MOST_LOST:
            self._made_up = 0  # nothing was lost after all, it was late
            return
        if self._left:
            yield padded(self._left)
            self._left = b""
        counted = min(lost, self._made_up)
        self._made_up -= counted
        yield from [SILENT] * (lost - counted)
