"""All readings of words as digits, kept side by side: pieces between places of words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from heapq import nsmallest
from math import inf

from ivr.speech.understanding import numerals as n
from ivr.speech.understanding.corrections import Dictation
from ivr.speech.understanding.marks import without_fillers
from ivr.speech.understanding.pieces import Piece
from ivr.speech.understanding.words import Heard, heard

_MOST = 200
"""Readings kept at one place, the cheapest."""


@dataclass(frozen=True, slots=True)
class Reading:
    value: str
    cost: float
    """0 is the plainest; comparable within one utterance only."""


@dataclass(frozen=True, slots=True)
class Lattice:
    pieces: tuple[tuple[Piece, ...], ...]
    """By the place at which they begin."""

    def readings(self, longest: int, kept: str = "") -> list[Reading]:
        """Cheapest first; `kept` are digits from before, which every reading continues.

        None where all that was said is most plainly taken back, or was no number.
        """
        at: list[dict[str, float]] = [{} for _ in range(len(self.pieces) + 1)]
        at[0][kept] = 0.0
        for place, pieces in enumerate(self.pieces):
            here = _cheapest(at[place])
            for piece in pieces:
                _extend(at[piece.end], {"": 0.0} if piece.resets else here, piece, longest)
        nothing = at[-1].pop("", inf)
        found = [Reading(value, round(cost, 2)) for value, cost in at[-1].items()]
        found.sort(key=lambda reading: (reading.cost, len(reading.value)))
        return found if found and found[0].cost <= nothing else []


def _cheapest(readings: dict[str, float]) -> dict[str, float]:
    if len(readings) <= _MOST:
        return readings
    return dict(nsmallest(_MOST, readings.items(), key=lambda item: item[1]))


def _extend(
    after: dict[str, float], before: dict[str, float], piece: Piece, longest: int
) -> None:
    digits, cost = piece.digits, piece.cost
    most = longest - len(digits)
    for value, so_far in before.items():
        if len(value) > most:
            continue
        longer, total = value + digits, so_far + cost
        known = after.get(longer)
        if known is None or total < known:
            after[longer] = total


def lattice(text: str, pauses: Collection[int] = ()) -> Lattice | None:
    """None where no number is said, or where it is lost among other words."""
    return lattice_of(without_fillers(heard(text, pauses)))


def lattice_of(spoken: Heard) -> Lattice | None:
    words = spoken.words
    numbers = sum(word in n.NUMBER_WORDS or word.isdigit() for word in words)
    if not numbers:
        return None
    dictation = Dictation(spoken)
    pieces = dictation.pieces()
    return Lattice(pieces) if dictation.unknown <= numbers else None
