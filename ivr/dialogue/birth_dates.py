"""Dates of birth: eight digits by keys, or a date in words; the century may be asked back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ivr.dialogue import hearings
from ivr.dialogue.answers import Between, Menu, Option, Unclear
from ivr.dialogue.entries import erased_by, listen_for
from ivr.dialogue.turns import Hearing, Keys, Listen, Spoken
from ivr.speech import understanding


@dataclass(frozen=True, slots=True)
class BirthDate:
    """Eight digits, ДДММГГГГ, or a date in words; an impossible date is not understood."""

    today: date
    linked: tuple[date, ...] = ()
    """Birth dates of the calling number's patients."""
    result: Any = date

    def listen(self) -> Listen:
        return listen_for(8, timeout=8)

    def hearing(self) -> Hearing:
        return hearings.birth_date()

    def from_keys(self, keys: Keys) -> date | None:
        digits, _ = erased_by("", keys.keys)
        if len(digits) != 8 or not digits.isdigit():
            return None
        try:
            born = date(int(digits[4:]), int(digits[2:4]), int(digits[:2]))
        except ValueError:
            return None
        return born if born.year >= 1900 else None

    def from_words(self, words: str) -> date | Unclear | None:
        """Days of one year cannot be told apart by their year: the date is asked for anew."""
        found = understanding.birth_date(words, self.today, self.linked)
        if len({born.year for born in found}) < len(found):
            return None
        return found[0] if len(found) == 1 else Unclear(tuple(found)) if found else None

    def between(self, readings: Sequence[date]) -> Between:
        """Of several days only the two likeliest: a century is what may be unclear."""
        first, second = sorted(readings[:2])
        years = {"first": first.year, "second": second.year}
        answer = WhichYear(first, second, self.today)
        return Between((Spoken("identify.which_year", values=years),), answer)


@dataclass(frozen=True, slots=True)
class WhichYear:
    """The year of a birth date of which only the century is unclear."""

    first: date
    second: date
    today: date
    result: Any = date

    def listen(self) -> Listen:
        return replace(self._menu().listen(), secret=True)

    def hearing(self) -> Hearing:
        """Also the whole date, once more."""
        return hearings.birth_date()

    def from_keys(self, keys: Keys) -> date | None:
        born: date | None = self._menu().from_keys(keys)
        return born

    def from_words(self, words: str) -> date | None:
        """The year or the whole date, said plainly; else the number of the answer."""
        day = f"{self.first.day} {self.first.month}"
        for said in (words, f"{day} {words}"):
            found = set(understanding.birth_date(said, self.today))
            plain = found & {self.first, self.second}
            if plain:
                return plain.pop() if len(plain) == 1 else None
        born: date | None = self._menu().from_words(words)
        return born

    def _menu(self) -> Menu:
        options = {
            "1": Option(self.first, ("тысяча девятьсот", "девятьсот")),
            "2": Option(self.second, ("две тысячи",)),
        }
        return Menu(options, result=date)
