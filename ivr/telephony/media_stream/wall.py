"""What the wall clock adds to the audio's: the socket's owner tells it the time.

Seconds of any clock that never goes back.
"""

from __future__ import annotations

from dataclasses import dataclass

from ivr.telephony.media_stream.frames import A_SECOND

STALLED = 2.0
"""Seconds without a frame: wall time counts as audio."""
GIVEN_UP = 10.0
"""Seconds without a frame: the stream is dead."""
OVERDUE = 1.5
"""Seconds behind the end of its sound at which a mark is not waited for any more."""


@dataclass(frozen=True, slots=True)
class Stalled:
    frames: int
    """To count in place of sound."""


@dataclass(frozen=True, slots=True)
class Overdue:
    pass


@dataclass(frozen=True, slots=True)
class GivenUp:
    pass


class Wall:
    def __init__(self, now: float) -> None:
        self._began = now
        self._received = now
        self._counted = now
        """Up to here time was counted, by sound or instead of it."""
        self._plays_until = now
        self._frames = 0

    def received(self, frames: int, now: float) -> None:
        self._received = self._counted = now
        self._frames += frames

    def sent(self, now: float) -> None:
        """One more frame is on its way to the caller."""
        self._plays_until = max(self._plays_until, now) + 1 / A_SECOND

    def cleared(self, now: float) -> None:
        self._plays_until = now

    def ahead(self, now: float) -> float:
        """Seconds of sound that came before their time."""
        return self._frames / A_SECOND - (now - self._began)

    def due(self, now: float, *, awaits_mark: bool) -> list[Stalled | Overdue | GivenUp]:
        """Ask every tenth of a second or so."""
        if now - self._received >= GIVEN_UP:
            return [GivenUp()]
        events: list[Stalled | Overdue | GivenUp] = []
        frames = int((now - self._counted) * A_SECOND)
        if now - self._received >= STALLED and frames:
            self._counted += frames / A_SECOND
            events.append(Stalled(frames))
        if awaits_mark and now - self._plays_until >= OVERDUE:
            self._plays_until = now
            events.append(Overdue())
        return events
