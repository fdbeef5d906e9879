"""Which of the visits that were read out is meant: by place, doctor, day or time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum

from ivr.speech.understanding import numerals as n
from ivr.speech.understanding.dates import MONTHS
from ivr.speech.understanding.doctors import words_of_doctor, words_of_specialty
from ivr.speech.understanding.moments import Clock, clock_at, number_at, ordinal_at, word_at
from ivr.speech.understanding.words import Phrases, heard, table

_ONE_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Listed:
    specialty: str
    """Nominative, as the voice says it."""
    surname: str
    start: datetime
    """In the clinic's time."""


class Sign(Enum):
    ALL = "all"
    LAST = "last"
    NUMBER = "number"
    NOT = "not"
    UNWANTED = "unwanted"
    NONE = "none"
    BUT = "but"
    AND = "and"
    TODAY = "today"
    TOMORROW = "tomorrow"
    AFTER_TOMORROW = "after_tomorrow"
    THIS_WEEK = "this_week"
    NEXT_WEEK = "next_week"
    THIS = "this"
    NEXT = "next"
    NEAREST = "nearest"
    AT = "at"
    AHEAD = "ahead"


_DATA = table("visits")
_SIGNS = Phrases((phrase, sign) for sign in Sign for phrase in _DATA[sign.value])
_BETWEEN = frozenset({Sign.NOT, Sign.BUT, Sign.AND})
_DAYS = frozenset(_DATA["days"])
_FILLERS = frozenset(table("requests")["fillers"])
_WEEKDAYS = {word: int(day) for day, words in _DATA["weekday"].items() for word in words}
_PARTS = Phrases(
    (phrase, (hours[0], hours[1]))
    for phrases, hours in _DATA["part"].values()
    for phrase in phrases
)
_ONTO, _AT_TIMES = frozenset({"на"}), frozenset({"в", "во", "к"})
_SOME_DAY = frozenset(
    {Sign.TODAY, Sign.TOMORROW, Sign.AFTER_TOMORROW, Sign.THIS_WEEK, Sign.NEXT_WEEK}
)
_BEFORE_A_DAY = frozenset({Sign.THIS, Sign.NEXT, Sign.NEAREST})
_DAYS_AHEAD = {Sign.TODAY: 0, Sign.TOMORROW: 1, Sign.AFTER_TOMORROW: 2}
Places = frozenset[int]


def visits(words: str, listed: Sequence[Listed], today: date) -> list[int]:
    """Places from 1; several where the words fit several, none where they fit nothing.

    Only what stands in the list is looked for: «глазной» is nobody who is not there.
    """
    spoken = heard(words)
    finder = _Finder(spoken.words, listed, today, spoken.paused)
    return sorted(finder.found()) if listed else []


def without_target(words: str) -> str:
    """Of «перенести терапевта на второе декабря» what says which visit it is."""
    spoken = heard(words)
    kept: list[str] = []
    place = 0
    while place < len(spoken.words):
        end = _target_end(spoken.words, place)
        if end == place:
            paused = end + 1 in spoken.paused
            kept.append(f"{spoken.words[place]}{',' if paused else ''}")
        place = max(end, place + 1)
    return " ".join(kept)


def _target_end(words: tuple[str, ...], place: int) -> int:
    """Where «на» with days and times behind it ends; `place` where there is no such."""
    end = at = place
    while word_at(words, at) in (_ONTO if at == place else _ONTO | _AT_TIMES):
        at += 1
        while (behind := _calendar_end(words, at)) > at:
            end = at = behind
    return end


def _calendar_end(words: tuple[str, ...], place: int) -> int:
    """Behind one day, part of a day or time of day; `place` where none begins."""
    if place >= len(words):
        return place
    end, sign = _SIGNS.at(words, place) or (place, None)
    if sign in _SOME_DAY:
        return end
    if sign in _BEFORE_A_DAY and word_at(words, end) in _WEEKDAYS:
        return end + 1
    if words[place] in _WEEKDAYS or words[place] in MONTHS:
        return place + 1
    found = _PARTS.at(words, place) or ordinal_at(words, place)
    clock = clock_at(words, place)
    return found[0] if found else clock.end if clock else place


@dataclass(slots=True)
class _Finder:
    """Reads the words from left to right; everything that was said has to fit."""

    words: tuple[str, ...]
    listed: Sequence[Listed]
    today: date
    paused: frozenset[int] = frozenset()
    place: int = 0
    _fitting: list[Places] = field(default_factory=list)
    _excluded: set[int] = field(default_factory=set)
    _negated: bool = False
    _since_not: Places = frozenset()
    """Excluded by the last «не»."""
    _refused: bool = False
    _refusing: bool = False

    def found(self) -> Places:
        joined = False
        while self.place < len(self.words):
            sign = _SIGNS.at(self.words, self.place)
            if self.place in self.paused or (sign and sign[1] is Sign.BUT):
                self._refusing = False
            if sign and sign[1] is Sign.UNWANTED:
                self._refuse()
                self.place = sign[0]
                continue
            if sign and sign[1] in _BETWEEN:
                self._negated = sign[1] is Sign.NOT or (self._negated and sign[1] is Sign.AND)
                joined = sign[1] is Sign.AND
                if sign[1] is Sign.NOT:
                    self._since_not = frozenset()
                self.place = sign[0]
                continue
            fits = self._next()
            if fits is not None:
                self._add(fits, joined=joined)
                joined = False
            elif sign is None:
                self._negated = False
        return self._together()

    def _add(self, fits: Places, *, joined: bool) -> None:
        if self._negated and not self._refusing and not joined and self._is_another(fits):
            return
        if self._negated or self._refusing:
            self._excluded |= fits
            self._since_not |= fits
        elif joined and self._fitting:
            self._fitting[-1] |= fits
        else:
            self._fitting.append(fits)

    def _is_another(self, fits: Places) -> bool:
        """«не к терапевту к лору»: instead of it, or not wanted either? To be asked."""
        return bool(self._since_not) and not self._since_not & fits

    def _refuse(self) -> None:
        """Of what was named before, and of what follows at once."""
        if self._fitting:
            self._excluded |= frozenset.intersection(*self._fitting)
            self._fitting.clear()
        self._refused = self._refusing = True

    def _together(self) -> Places:
        """«не первую» are the others; of «первую не надо» it is still to be asked which."""
        everything = frozenset(range(1, len(self.listed) + 1))
        if not self._fitting and (self._refused or not self._excluded):
            return frozenset()
        fitting = frozenset.intersection(everything, *self._fitting)
        return fitting - self._excluded

    def _next(self) -> Places | None:
        """The places that the next words fit; None where they say nothing. Moves on."""
        calendar = (self._by_sign, self._by_part, self._by_weekday, self._by_number)
        for reader in (*calendar, self._by_doctor):
            begin = self.place
            fits = reader()
            if fits is not None or self.place != begin:
                return fits
        self.place += 1
        return None

    def _where(self, fits: Callable[[Listed], bool]) -> Places:
        return frozenset(at for at, one in enumerate(self.listed, start=1) if fits(one))

    def _on(self, day: date) -> Places:
        return self._where(lambda one: one.start.date() == day)

    def _by_sign(self) -> Places | None:
        found = _SIGNS.at(self.words, self.place)
        if found is None:
            return None
        end, sign = found
        match sign:
            case Sign.ALL:
                fits: Places | None = self._where(lambda _one: True)
            case Sign.LAST:
                fits = frozenset({len(self.listed)})
            case Sign.NONE:
                fits = frozenset()
            case Sign.NEAREST if word_at(self.words, end) not in _WEEKDAYS:
                first = min(one.start for one in self.listed)
                fits = self._where(lambda one: one.start == first)
            case Sign.TODAY | Sign.TOMORROW | Sign.AFTER_TOMORROW:
                fits = self._on(self.today + timedelta(days=_DAYS_AHEAD[sign]))
            case Sign.THIS_WEEK | Sign.NEXT_WEEK:
                fits = self._in_week(1 if sign is Sign.NEXT_WEEK else 0)
            case _:
                return self._before_something(end, sign)
        self.place = end
        return fits

    def _before_something(self, end: int, sign: Sign) -> Places | None:
        """«эту среду», «номер два», «в девять»: by what follows."""
        day = _WEEKDAYS.get(word_at(self.words, end))
        if sign in {Sign.THIS, Sign.NEXT, Sign.NEAREST} and day is not None:
            self.place = end + 1
            return self._on(self._weekday(day, next_week=sign is Sign.NEXT))
        if sign is Sign.NUMBER:
            number = number_at(self.words, end)
            if number:
                self.place = number[0]
                return self._at_place(number[1])
        if sign is Sign.AHEAD:
            return self._days_ahead(number_at(self.words, end))
        clock = clock_at(self.words, end) if sign is Sign.AT else None
        if clock is None or ordinal_at(self.words, end) is not None:
            return None
        self.place = clock.end
        return self._at_time(clock)

    def _days_ahead(self, number: tuple[int, int] | None) -> Places | None:
        """«через три дня»."""
        if number is None or word_at(self.words, number[0]) not in _DAYS:
            return None
        self.place = number[0] + 1
        return self._on(self.today + timedelta(days=number[1]))

    def _in_week(self, ahead: int) -> Places:
        monday = self.today - timedelta(days=self.today.weekday()) + ahead * _ONE_WEEK
        return self._where(lambda one: monday <= one.start.date() < monday + _ONE_WEEK)

    def _weekday(self, day: int, *, next_week: bool) -> date:
        """«эту среду»: the one within seven days; «следующую»: that of the next week."""
        monday = self.today - timedelta(days=self.today.weekday())
        this = monday + timedelta(days=day - 1)
        return this + _ONE_WEEK if next_week or this < self.today else this

    def _by_part(self) -> Places | None:
        found = _PARTS.at(self.words, self.place)
        if found is None:
            return None
        self.place, (first, last) = found
        return self._where(lambda one: first <= one.start.hour <= last)

    def _by_weekday(self) -> Places | None:
        day = _WEEKDAYS.get(self.words[self.place])
        if day is None:
            return None
        self.place += 1
        return self._where(lambda one: one.start.isoweekday() == day)

    def _by_number(self) -> Places | None:
        by_date = self._by_date()
        if by_date is not None:
            return by_date
        feminine = n.FEMININE_ORDINAL.get(self.words[self.place])
        if feminine is not None:
            self.place += 1
            return self._at_place(feminine)
        clock = clock_at(self.words, self.place)
        if clock is None:
            return None
        if clock.bare and self._counts_something(clock.end):
            return None
        self.place = clock.end
        return self._at_place(clock.hour) if clock.bare else self._at_time(clock)

    def _counts_something(self, end: int) -> bool:
        """«два раза» is no place in the list."""
        after = word_at(self.words, end)
        return bool(after) and after not in _FILLERS and _SIGNS.at(self.words, end) is None

    def _by_date(self) -> Places | None:
        """«второго декабря», «двадцать пятое»; without a month also a place in the list."""
        month = MONTHS.get(self.words[self.place])
        if month is not None:
            self.place += 1
            return self._where(lambda one: one.start.month == month)
        found = ordinal_at(self.words, self.place)
        if found is None:
            return None
        end, day = found
        month = MONTHS.get(word_at(self.words, end))
        if month is not None:
            self.place = end + 1
            return self._where(lambda one: (one.start.day, one.start.month) == (day, month))
        if self.words[self.place] in n.FEMININE_ORDINAL:
            return None
        self.place = end
        return self._where(lambda one: one.start.day == day) or self._at_place(day)

    def _at_place(self, number: int) -> Places:
        return frozenset({number} if 1 <= number <= len(self.listed) else ())

    def _at_time(self, clock: Clock) -> Places:
        """«в три» is also three in the afternoon; without minutes the full hour first."""
        in_hour = self._where(lambda one: one.start.hour in {clock.hour, clock.hour + 12})
        minute = clock.minute or 0
        exact = self._where(lambda one: one.start.minute == minute) & in_hour
        return exact if clock.minute is not None or exact else in_hour

    def _by_doctor(self) -> Places | None:
        """The longest name that begins here, of all that stand in the list."""
        longest, fits = 0, set[int]()
        for at, one in enumerate(self.listed, start=1):
            length = words_of_doctor(one.specialty, one.surname, self.words, self.place)
            if length > longest:
                longest, fits = length, {at}
            elif length and length == longest:
                fits.add(at)
        if longest:
            self.place += longest
            return frozenset(fits)
        return self._by_absent_doctor()

    def _by_absent_doctor(self) -> Places | None:
        """A specialty that is not in the list fits nothing."""
        length = words_of_specialty(self.words, self.place)
        self.place += length
        return frozenset() if length else None
