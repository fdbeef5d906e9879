"""Choosing one of the visits that were read out: by number, doctor, specialty, day or time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ivr.clinic.values import Visit
from ivr.dialogue import hearings
from ivr.dialogue.answers import Between, Unclear
from ivr.dialogue.hearings import VISIT_WISHES
from ivr.dialogue.turns import Hearing, Keys, Listen, Spoken
from ivr.speech.understanding import Listed, Phrases, command, commands_said, visits
from ivr.speech.understanding.requests import requested
from ivr.speech.understanding.visits import without_target
from ivr.speech.understanding.words import heard

MORE_KEY = "4"
MORE = ("четыре", "остальные", "остальное", "дальше", "еще записи", "следующие", "другие")
MOST_BETWEEN = 6
"""Visits that can be numbered with the keys of a menu."""
_MORE = Phrases((phrase, True) for phrase in MORE)
_WISHES = Phrases((phrase, True) for phrase in commands_said(VISIT_WISHES))


@dataclass(frozen=True, slots=True)
class Picked:
    """What was chosen of the visits."""

    place: int | None
    """In the whole list, from 0; None: the other visits are to be read."""
    wish: str = ""
    """What is wanted of it, said in the same breath: `cancel`, `reschedule`."""


@dataclass(frozen=True, slots=True)
class WhichVisit:
    """One of those on the page by its key; by voice one of all of them."""

    booked: tuple[Visit, ...]
    today: date
    page: tuple[int, ...]
    """Places in `booked` of those that were read out, in the order of their keys."""
    more: bool = False
    """There are others than those on the page."""
    among: tuple[int, ...] | None = None
    """Only these are meant: it has been asked between them."""
    wish: str = ""
    """What is wanted of the visit was said before."""
    result: Any = Picked

    def listen(self) -> Listen:
        return Listen(1, finish_on_hash=False, no_input_timeout=7)

    def hearing(self) -> Hearing:
        return hearings.visit_list(self.listed(), MORE if self.more else (), self._is_whole)

    def listed(self) -> list[Listed]:
        """As they are understood: those of the page first."""
        return [_listed(self.booked[place]) for place in self._order()]

    def from_keys(self, keys: Keys) -> Picked | None:
        key = keys.keys[:1]
        if self.more and key == MORE_KEY:
            return Picked(None)
        number = int(key) if key.isdigit() else 0
        if not 1 <= number <= len(self.page):
            return None
        return Picked(self.page[number - 1], self.wish)

    def from_words(self, words: str) -> Picked | Unclear | None:
        """Numbers are those of the page, everything else may be said of any visit."""
        wanted = command(words)
        wish = wanted if wanted in VISIT_WISHES else self.wish
        if wanted == "reschedule":
            words = without_target(words)
        order, listed = self._order(), self.listed()
        numbers = [
            number
            for number in visits(words, listed, self.today)
            if number <= len(self.page) or visits(words, [listed[number - 1]], self.today)
        ]
        if self.more and _wants_more(words, else_nothing=not numbers):
            return Picked(None)
        places = [order[number - 1] for number in numbers]
        if not places and self.among is None and _says_only_what(words):
            places = [*self.page]
        if not 1 <= len(places) <= MOST_BETWEEN:
            return None
        picked = tuple(Picked(place, wish) for place in places)
        return picked[0] if len(picked) == 1 else Unclear(picked)

    def between(self, readings: Sequence[Picked]) -> Between:
        """The visits that fit are read out once more and numbered anew."""
        places = tuple(one.place for one in readings if one.place is not None)
        wish = readings[0].wish
        items = [
            Spoken("visits.item", values={"number": number, "visit": self.booked[place]})
            for number, place in enumerate(places, start=1)
        ]
        speech = (Spoken("visits.unclear"), *items, Spoken("visits.which"))
        return Between(
            speech, WhichVisit(self.booked, self.today, places, among=places, wish=wish)
        )

    def _order(self) -> tuple[int, ...]:
        """Those of the page first, so that their numbers are those that were read out."""
        if self.among is not None:
            return self.among
        others = (place for place in range(len(self.booked)) if place not in self.page)
        return (*self.page, *others)

    def _is_whole(self, words: str) -> bool:
        return isinstance(self.from_words(words), Picked)


def _says_only_what(words: str) -> bool:
    """«отмените»: what is wanted, of which visit is still to be asked."""
    meant, beside = requested(heard(words).words, _WISHES)
    return bool(meant) and not beside


def _wants_more(words: str, *, else_nothing: bool) -> bool:
    """«четыре» is no fourth visit; «в четыре часа» is no wish for more."""
    meant, beside = requested(heard(words).words, _MORE)
    return bool(meant) and (else_nothing or not beside)


def _listed(visit: Visit) -> Listed:
    return Listed(visit.specialty, visit.doctor.last, visit.start)
