"""Numbers in words: every way to read those that begin at a place, with its cost.

Costs are those of domain.md 2.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ivr.speech.understanding import numerals as n
from ivr.speech.understanding.words import Heard

SPLIT = 2.0
"""Two numbers in words that could be one, without a pause between them."""
BROKEN = 1.95
"""«пять десять» as 50: only where a length or a check digit speaks for it."""
_SPLIT_BEFORE_MULTIPLE = 0.5
"""«сорок | два нуля»."""
_OVER_PAUSE = 1.0
_ZERO_INSIDE = 0.6
"""«семьсот ноль пять» as 705."""
_NOT_MULTIPLIED = 1.5
"""«три пятёрки» as 3, 5."""
_LONE_GENITIVE = 0.5
"""«начинается с нуля»."""
COUNTING = "раз"
_NOT_COUNTING = frozenset({"еще", "один", "одна"})


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of the utterance as digits, perhaps none."""

    end: int
    """The place after its last word."""
    digits: str
    cost: float
    resets: bool = False
    """What was read before it does not count."""


class Numbers:
    """Reads the numbers of one utterance."""

    def __init__(self, spoken: Heard) -> None:
        self._words = spoken.words
        self._paused = spoken.paused

    def at(self, place: int) -> Iterator[Piece]:
        word = self._words[place]
        split = SPLIT if self._could_go_on(place) else 0.0
        if word.isdigit():
            yield Piece(place + 1, word, 0)
        if self._counts(place):
            yield Piece(place + 1, "1", 0)
        if word in n.ZERO:
            yield Piece(place + 1, "0", 0)
        elif word in n.NOUN:
            yield Piece(place + 1, str(n.NOUN[word]), 0)
        elif word in n.NOUNS:
            yield Piece(place + 1, str(n.NOUNS[word]), self._cost_of_genitive(place))
        yield from self._multiples(place)
        for end, number, cost in self._cardinals(place):
            yield Piece(end, str(number), split + cost)
            yield from self._thousands(end, number, split + cost)
        if word in n.THOUSAND:
            yield from self._thousands(place, 1, split, alone=True)

    def _counts(self, place: int) -> bool:
        """«раз» is one only beside other digits."""
        if self._words[place] != COUNTING:
            return False
        before = self._words[place - 1] if place else ""
        after = self._words[place + 1] if place + 1 < len(self._words) else ""
        return before not in _NOT_COUNTING and bool({before, after} & n.NUMBER_WORDS)

    def _cost_of_genitive(self, place: int) -> float:
        counted = place and self._words[place - 1] in n.COUNT
        return _NOT_MULTIPLIED if counted else _LONE_GENITIVE

    def _multiples(self, place: int) -> Iterator[Piece]:
        word, after = self._words[place], place + 1
        if after == len(self._words):
            return
        digit = n.NOUNS.get(self._words[after])
        if word in n.COUNT and digit is not None:
            yield Piece(after + 1, str(digit) * n.COUNT[word], self._cost_of_multiple(place))
        elif word in n.TIMES:
            named = n.DIGIT.get(self._words[after], digit)
            if named is not None:
                yield Piece(after + 1, str(named) * n.TIMES[word], 0)

    def _cost_of_multiple(self, place: int) -> float:
        split = _SPLIT_BEFORE_MULTIPLE if self._could_go_on(place) else 0.0
        return split + (_OVER_PAUSE if place + 1 in self._paused else 0.0)

    def _could_go_on(self, place: int) -> bool:
        """The word here could belong to the number before it."""
        if not place or place in self._paused:
            return False
        before, word = self._words[place - 1], self._words[place]
        if word in n.THOUSAND:
            number = n.CARDINAL.get(before)
            return number is not None and n.agrees(number, n.THOUSAND[word])
        return (
            (before in n.TENS and word in n.UNIT)
            or (before in n.HUNDRED and word in n.SMALL)
            or (before in n.THOUSAND and word in n.CARDINAL)
        )

    def _cardinals(self, place: int) -> Iterator[tuple[int, int, float]]:
        """Where a number below a thousand ends, the number, and what its pauses cost."""
        if place == len(self._words):
            return
        word, after = self._words[place], place + 1
        broken = self._broken(place)
        if broken >= 100:
            yield place + 2, broken, BROKEN
            for end, number, cost in self._below_100(place + 2):
                yield end, broken + number, BROKEN + cost
        if word in n.SMALL:
            yield from self._below_100(place)
        elif word in n.HUNDRED:
            hundred, pause = n.HUNDRED[word], self._pause(after)
            yield after, hundred, 0.0
            for end, number, cost in self._below_100(after):
                yield end, hundred + number, pause + cost
            unit = n.DIGIT.get(self._at(after + 1))
            if self._at(after) in n.ZERO and unit is not None:
                yield after + 2, hundred + unit, _ZERO_INSIDE + pause + self._pause(after + 1)

    def _below_100(self, place: int) -> Iterator[tuple[int, int, float]]:
        word, after = self._at(place), place + 1
        if word not in n.SMALL:
            return
        yield after, n.SMALL[word], 0.0
        if word in n.TENS:
            yield from self._with_unit(after, n.TENS[word], 0.0)
        broken = self._broken(place)
        if 0 < broken < 100:
            yield after + 1, broken, BROKEN
            yield from self._with_unit(after + 1, broken, BROKEN)

    def _with_unit(
        self, place: int, tens: int, cost: float
    ) -> Iterator[tuple[int, int, float]]:
        unit = n.UNIT.get(self._at(place))
        if unit is not None:
            yield place + 1, tens + unit, cost + self._pause(place)

    def _broken(self, place: int) -> int:
        """The number that two words were made of; 0: they are two numbers."""
        if place + 1 in self._paused or (place and self._words[place - 1] in n.TENS):
            return 0
        return n.BROKEN.get(self._words[place : place + 2], 0)

    def _thousands(
        self, place: int, number: int, cost: float, *, alone: bool = False
    ) -> Iterator[Piece]:
        """«тысяч» at this place, and what may follow it; `alone` it is one thousand."""
        form = n.THOUSAND.get(self._at(place))
        if form is None or not (alone or n.agrees(number, form)):
            return
        after = place + 1
        cost += 0.0 if alone else self._pause(place)
        yield Piece(after, f"{number}000", cost)
        for end, rest, more in self._cardinals(after):
            yield Piece(end, f"{number}{rest:03}", cost + more + self._pause(after))

    def _at(self, place: int) -> str:
        return self._words[place] if place < len(self._words) else ""

    def _pause(self, place: int) -> float:
        return _OVER_PAUSE if place in self._paused else 0.0
