"""Dates of birth from words: day, month and year in every way they are said."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from ivr.speech.understanding import numerals as n
from ivr.speech.understanding.lattice import lattice_of
from ivr.speech.understanding.marks import Marks, marks_of
from ivr.speech.understanding.pieces import SPLIT
from ivr.speech.understanding.words import Heard, heard, table

OLDEST = 105
"""Years; of two centuries the one that makes nobody older."""
_CENTENARIAN = 100
_TWO_NUMBERS = 0.3
"""«один два» as twelve."""
_ROUND_BY_DIGITS = 0.9
"""«один ноль» as ten: the zero rather belongs to what follows."""
_YEAR_FIRST = 0.5
_AS_LIKELY = 0.5
"""A reading so much dearer than the cheapest is not meant."""
_TABLE = table("birth_dates")
_FILLERS = frozenset(_TABLE["fillers"])
MONTHS: Mapping[str, int] = {
    name: int(number) for number, names in _TABLE["months"].items() for name in names
}
_CARDINAL_OF = {
    number: word
    for words in (n.HUNDRED, n.TENS, n.TEEN, n.UNIT)
    for word, number in reversed(words.items())
}
_SPELT = {1000: ("тысяча",), 2000: ("две", "тысячи")}
_NUMBERS = n.ZERO | n.SMALL | n.DATE_ORDINAL | n.NOUN
Dates = Iterator[tuple[date | None, float]]
"""With their costs; None for a day that no month has."""
Ends = Iterator[tuple[int, int, float]]
"""Where a part of the date ends, its number, its cost."""


def birth_date(
    words: str, today: date, linked: Collection[date] = (), pauses: Collection[int] = ()
) -> list[date]:
    """Likeliest first; several where only the caller can say which century.

    `linked` are the birth dates of the calling number's patients: where one of them was said,
    no other is meant.
    """
    found: dict[date | None, float] = {}
    for spoken in _without_corrections(heard(words, pauses)):
        for born, cost in _Parser(spoken, today).dates():
            found[born] = min(cost, found.get(born, cost))
        if found:
            break
    cheapest = min(found.values(), default=0.0)
    likely = [born for born, cost in found.items() if born and cost < cheapest + _AS_LIKELY]
    known = [born for born in likely if born in linked]
    return known or sorted(likely, key=lambda born: (found[born], born))


def _without_corrections(spoken: Heard) -> Iterator[Heard]:
    """What follows a correction, if it is a whole date; else with ever more taken back."""
    marks = marks_of(spoken)
    start = max((end for end, kind in marks.values() if kind is Marks.RESET), default=0)
    corrected = [
        (place, end)
        for place, (end, kind) in marks.items()
        if kind is Marks.CORRECTION and place >= start
    ]
    if not corrected:
        yield _cut(spoken, start, start, start)
        return
    place, end = corrected[-1]
    yield _cut(spoken, end, end, end)
    for begin in range(place - 1, start - 1, -1):
        yield _cut(spoken, start, begin, end)


def _cut(spoken: Heard, start: int, begin: int, end: int) -> Heard:
    """From `start`, without what stands from `begin` to `end`."""
    words = spoken.words[start:begin] + spoken.words[end:]
    moved = {p - start if p < begin else p - end + begin - start for p in spoken.paused}
    return Heard(words, frozenset(moved))


class _Parser:
    def __init__(self, spoken: Heard, today: date) -> None:
        kept = _content(spoken)
        self._words = kept.words
        self._paused = kept.paused
        self._today = today

    def dates(self) -> Dates:
        if len(self._words) == 1 and self._words[0].isdigit():
            yield from self._keyed(self._words[0])
            return
        for end, day, cost in self._day_or_month(0, 31):
            for after, month, more in self._month(end):
                for year, dear in self._years(after, len(self._words)):
                    yield from self._checked(year, month, day, cost + more + dear)
        yield from self._year_first()

    def _keyed(self, digits: str) -> Dates:
        if len(digits) in {6, 8}:
            for year, cost in self._centuries(digits[4:]):
                yield from self._checked(year, int(digits[2:4]), int(digits[:2]), cost)

    def _year_first(self) -> Dates:
        """«сорок восьмого года пятого марта», 1948-03-05."""
        for begin, day, month, cost in self._day_and_month_last():
            for year, dear in self._years(0, begin):
                yield from self._checked(year, month, day, cost + dear + _YEAR_FIRST)
        iso = [int(word) for word in self._words if word.isdigit()]
        if len(iso) == len(self._words) == 3 and len(self._words[0]) == 4:
            yield from self._checked(iso[0], iso[1], iso[2], 0)

    def _day_and_month_last(self) -> Iterator[tuple[int, int, int, float]]:
        """Where they begin, the day, the month by its name, their cost."""
        for begin in range(1, min(8, len(self._words))):
            for end, day, cost in self._day_or_month(begin, 31):
                for after, month, more in self._name_of_month(end):
                    if after == len(self._words):
                        yield begin, day, month, cost + more

    def _checked(self, year: int, month: int, day: int, cost: float) -> Dates:
        try:
            born = date(year, month, day)
        except ValueError:
            yield None, cost
            return
        if born <= self._today and year >= self._today.year - 125:
            yield born, cost

    def _month(self, place: int) -> Ends:
        yield from self._name_of_month(place)
        yield from self._day_or_month(place, 12)

    def _name_of_month(self, place: int) -> Ends:
        month = MONTHS.get(self._at(place))
        if month is not None:
            yield place + 1, month, 0.0

    def _day_or_month(self, place: int, most: int) -> Ends:
        for end, number, cost in self._number(place):
            if 1 <= number <= most:
                yield end, number, cost

    def _number(self, place: int) -> Ends:
        word, after = self._at(place), place + 1
        if word.isdigit():
            yield after, int(word), 0.0
        first, second = _NUMBERS.get(word), _NUMBERS.get(self._at(after))
        if first is None:
            return
        goes_on = self._goes_on(after)
        if not (goes_on and self._at(after) in n.DATE_ORDINAL):
            yield after, first, SPLIT if goes_on else 0.0
        if second is None:
            return
        pause = 1.0 if after in self._paused else 0.0
        if word in n.TENS and 1 <= second <= 9:
            yield after + 1, first + second, pause
        elif word in n.ZERO and 1 <= second <= 9:
            yield after + 1, second, 0.0
        elif word in n.DIGIT and second <= 9:
            yield after + 1, first * 10 + second, _TWO_NUMBERS if second else _ROUND_BY_DIGITS

    def _goes_on(self, place: int) -> bool:
        before, number = self._at(place - 1), _NUMBERS.get(self._at(place), 0)
        return place not in self._paused and before in n.TENS and 1 <= number <= 9

    def _years(self, begin: int, end: int) -> Iterator[tuple[int, float]]:
        words = self._words[begin:end]
        if not words or not _is_number(words):
            return
        paused = {place - begin for place in self._paused if begin < place < end}
        spelt = (*words[:-1], *_cardinals(words[-1]))
        found = lattice_of(Heard(spelt, frozenset(paused)))
        for reading in found.readings(4) if found else ():
            for year, cost in self._centuries(reading.value):
                yield year, reading.cost + cost

    def _centuries(self, digits: str) -> Iterator[tuple[int, float]]:
        match len(digits):
            case 4:
                yield int(digits), 0.0
            case 3 if digits[0] == "9":
                yield 1000 + int(digits), 0.0
            case 2 | 1:
                last = int(digits)
                possible = [year for year in (1900 + last, 2000 + last) if self._lives(year)]
                for year in possible:
                    old = self._today.year - year > _CENTENARIAN
                    yield year, 0.1 * old + (0.5 if len(digits) == 1 else 0.0)
            case _:
                return

    def _lives(self, year: int) -> bool:
        return 0 <= self._today.year - year <= OLDEST

    def _at(self, place: int) -> str:
        return self._words[place] if 0 <= place < len(self._words) else ""


def _is_number(words: tuple[str, ...]) -> bool:
    """Ordinal at most in the last word, as years are."""
    *first, last = words
    known = all(word.isdigit() or word in n.NUMBER_WORDS for word in first)
    return known and (last.isdigit() or last in n.NUMBER_WORDS or last in n.DATE_ORDINAL)


def _cardinals(word: str) -> tuple[str, ...]:
    """«восьмого» as «восемь», so that a year is read like any number."""
    number = n.DATE_ORDINAL.get(word)
    if number is None:
        return (word,)
    return _SPELT.get(number) or (_CARDINAL_OF[number],)


def _content(spoken: Heard) -> Heard:
    words: list[str] = []
    paused = set()
    for place, word in enumerate(spoken.words):
        if place in spoken.paused:
            paused.add(len(words))
        if word not in _FILLERS and not _aside(word):
            words.append(word)
    return Heard(tuple(words), frozenset(paused))


def _aside(word: str) -> bool:
    """Neither a number nor a month: talk around the date."""
    known = word.isdigit() or word in MONTHS or word in n.DATE_ORDINAL
    return not known and word not in n.NUMBER_WORDS
