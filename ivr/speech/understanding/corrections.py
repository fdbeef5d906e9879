"""Corrections in a dictation: as pieces that cover what is taken back and what replaces it.

Costs are those of domain.md 2.2.
"""

from __future__ import annotations

from dataclasses import replace

from ivr.speech.understanding.marks import Marks, marks_of
from ivr.speech.understanding.pieces import COUNTING, Numbers, Piece
from ivr.speech.understanding.words import Heard

_OTHER_LENGTH = 0.4
_OTHER_NUMBER = 0.9
"""«не пять, а шесть» after something else than five."""
_KEPT_BOTH = 1.5
_UNHEARD_BUT = 0.5
"""«пять не пять шесть»: the «а» is short, and may be lost."""
_TAKEN_BACK = (0.4, 0.9, 1.3, 1.6)
"""By how many numbers are taken back with nothing in their place."""
_SAID_AGAIN = 0.3
"""What follows a correction begins as what it takes back."""
_NOT_SAID_AGAIN = 0.6
_UNKNOWN = 0.5
_FARTHEST = 12
"""Words back from a correction."""
_NOT, _BUT = "не", "а"
Pieces = list[dict[tuple[int, str], Piece]]
"""By the place at which they begin; of equal ones the cheapest."""


class Dictation:
    """Collects the pieces of one utterance, those of corrections from left to right."""

    def __init__(self, spoken: Heard) -> None:
        self._words = spoken.words
        self._paused = spoken.paused
        self._marks = marks_of(spoken)
        self._pieces: Pieces = [{} for _ in self._words]
        self.unknown = 0
        """Words that say nothing."""

    def pieces(self) -> tuple[tuple[Piece, ...], ...]:
        numbers = Numbers(Heard(self._words, self._paused))
        for place in range(len(self._words)):
            self._read(place, numbers)
        for place, (end, kind) in self._marks.items():
            if kind is Marks.CORRECTION:
                self._correct(place, end)
        for place, word in enumerate(self._words):
            if word == _NOT and place not in self._marks:
                self._not_this_but_that(place)
        return tuple(tuple(begin.values()) for begin in self._pieces)

    def _add(self, begin: int, piece: Piece) -> None:
        key = piece.end, piece.digits
        known = self._pieces[begin].get(key)
        if known is None or piece.cost < known.cost:
            self._pieces[begin][key] = piece

    def _read(self, place: int, numbers: Numbers) -> None:
        if place in self._marks:
            end, kind = self._marks[place]
            if kind is not Marks.ASIDE:
                self._pieces[place] = _mark(end, kind)
                return
            self._add(place, Piece(end, "", 0))
        for piece in numbers.at(place):
            self._add(place, piece)
        if not self._said_at(place):
            self._add(place, Piece(place + 1, "", self._cost_of_word(place)))

    def _cost_of_word(self, place: int) -> float:
        word = self._words[place]
        if word in {_BUT, COUNTING}:
            return 0.0
        if word == _NOT:
            return _KEPT_BOTH
        self.unknown += 1
        return _UNKNOWN

    def _correct(self, place: int, end: int) -> None:
        again = self._take_back(place, end)
        for begin, wrong in self._ending_at(place):
            for right in self._said_at(end):
                same = len(right.digits) == len(wrong.digits)
                cost = wrong.cost + right.cost + (0.0 if same else _OTHER_LENGTH)
                cost += _NOT_SAID_AGAIN if again else 0.0
                self._add(begin, Piece(right.end, right.digits, cost))

    def _take_back(self, place: int, end: int) -> bool:
        """Numbers before `place` without any in their stead; whether several are said again."""
        begins, more = {place: 0.0}, False
        for count, taken in enumerate(_TAKEN_BACK, start=1):
            begins = self._one_back(begins)
            for begin, cost in begins.items():
                again = self._said_again(begin, place, end)
                more |= again and count > 1
                price = _SAID_AGAIN - count / 20 if again and count > 1 else taken
                self._add(begin, Piece(end, "", cost + price))
        return more

    def _one_back(self, ends: dict[int, float]) -> dict[int, float]:
        begins: dict[int, float] = {}
        for end, cost in ends.items():
            for begin, piece in self._ending_at(end):
                total = cost + piece.cost
                begins[begin] = min(total, begins.get(begin, total))
        return begins

    def _said_again(self, begin: int, place: int, end: int) -> bool:
        """All but the last of the words taken back are said once more."""
        taken = self._words[begin:place]
        return len(taken) > 1 and taken[:-1] == self._words[end : end + len(taken) - 1]

    def _not_this_but_that(self, place: int) -> None:
        for wrong in self._said_at(place + 1):
            heard_but = self._words[wrong.end : wrong.end + 1] == (_BUT,)
            plain = heard_but or wrong.end in self._paused
            for right in self._said_at(wrong.end + heard_but):
                if plain:
                    self._in_its_stead(place, wrong, right)
                else:
                    self._said_once_more(place, wrong, right)
            if place and self._words[place - 1] == _BUT:
                self._add(place - 1, Piece(wrong.end, "", 0.0))

    def _in_its_stead(self, place: int, wrong: Piece, right: Piece) -> None:
        """From the «не» on, and from a number before it, which it may speak of."""
        self._add(place, replace(right, cost=right.cost + (_OTHER_LENGTH if place else 0.0)))
        for begin, before in self._ending_at(place):
            other = 0.0 if before.digits == wrong.digits else _OTHER_NUMBER
            self._add(begin, replace(right, cost=right.cost + other))

    def _said_once_more(self, place: int, wrong: Piece, right: Piece) -> None:
        """«пять не пять шесть»; a lone «не» between numbers may be anything."""
        for begin, before in self._ending_at(place):
            if before.digits == wrong.digits:
                self._add(begin, replace(right, cost=right.cost + _UNHEARD_BUT))

    def _said_at(self, place: int) -> list[Piece]:
        if place >= len(self._words):
            return []
        return [piece for piece in self._pieces[place].values() if piece.digits]

    def _ending_at(self, end: int) -> list[tuple[int, Piece]]:
        return [
            (begin, piece)
            for begin in range(max(0, end - _FARTHEST), end)
            for piece in self._pieces[begin].values()
            if piece.end == end and piece.digits
        ]


def _mark(end: int, kind: Marks) -> dict[tuple[int, str], Piece]:
    """A reset may also be heard as a filler, which costs as much as a correction unheeded."""
    both = Piece(end, "", _KEPT_BOTH)
    reset = Piece(end, "", 0, resets=True)
    return {(end, "both"): both} | ({(end, "reset"): reset} if kind is Marks.RESET else {})
