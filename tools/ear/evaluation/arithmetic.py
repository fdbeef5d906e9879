"""Counting: how far two rows of words are apart, shares and intervals, strings of pieces."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bench.hearing import interval

Samples = npt.NDArray[np.int16]
HERTZ = 8000


@dataclass(frozen=True, slots=True)
class Share:
    right: int = 0
    count: int = 0

    def __add__(self, other: Share) -> Share:
        return Share(self.right + other.right, self.count + other.count)

    def __str__(self) -> str:
        """Per cent, and in brackets where it is with 95 % certainty (Wilson)."""
        if not self.count:
            return "–"
        low, high = interval(self.right, self.count)
        return f"{100 * self.right / self.count:.1f} ({low:.1f}–{high:.1f})"


def errors(wanted: Sequence[str], got: Sequence[str]) -> int:
    """Words to be put in, left out or exchanged to make one of the other."""
    row = list(range(len(got) + 1))
    for place, word in enumerate(wanted, start=1):
        above, row[0] = row[0], place
        for at, other in enumerate(got, start=1):
            above, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, above + (word != other))
    return row[-1]


def words_right(wanted: Sequence[str], got: Sequence[str]) -> Share:
    """A word that was not said takes away one that was."""
    return Share(max(0, len(wanted) - errors(wanted, got)), len(wanted))


def in_a_row(
    chance: random.Random,
    pieces: Mapping[str, Samples],
    names: Sequence[str],
    gaps: tuple[int, int] = (50, 300),
) -> Samples:
    """Recordings one behind the other, so many milliseconds apart, in the line's own hiss."""
    parts: list[Samples] = []
    for name in names:
        parts += [pieces[name], np.zeros(8 * chance.randint(*gaps), np.int16)]
    joined = np.concatenate(parts)
    hiss = np.random.default_rng(chance.randrange(2**31)).integers(-3, 4, joined.size)
    return (joined + hiss).astype(np.int16)
