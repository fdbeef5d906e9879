"""Days of the month and times of day as callers name a visit by them."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.speech.understanding import numerals as n
from ivr.speech.understanding.dates import MONTHS
from ivr.speech.understanding.words import table

Words = tuple[str, ...]
Found = tuple[int, int] | None
"""Where it ends, and its number."""
_DATA = table("visits")
_HOURS, _MINUTES, _HALF = (frozenset(_DATA[name]) for name in ("hours", "minutes", "half"))


@dataclass(frozen=True, slots=True)
class Clock:
    end: int
    hour: int
    minute: int | None
    bare: bool
    """A number alone: a place in the list as well."""


def number_at(words: Words, place: int) -> Found:
    """A cardinal below a hundred."""
    word, after = word_at(words, place), word_at(words, place + 1)
    if word.isdigit():
        return place + 1, int(word)
    if word in n.TENS and after in n.UNIT:
        return place + 2, n.TENS[word] + n.UNIT[after]
    return (place + 1, n.SMALL[word]) if word in n.SMALL else None


def ordinal_at(words: Words, place: int) -> Found:
    """«двадцать пятого», and a cardinal before a month."""
    word, after = word_at(words, place), word_at(words, place + 1)
    if word in n.TENS and n.DATE_ORDINAL.get(after, 10) < 10:
        return place + 2, n.TENS[word] + n.DATE_ORDINAL[after]
    if word in n.DATE_ORDINAL:
        return place + 1, n.DATE_ORDINAL[word]
    number = number_at(words, place)
    return number if number and word_at(words, number[0]) in MONTHS else None


def clock_at(words: Words, place: int) -> Clock | None:
    """«девять ноль пять», «три часа», «половине десятого»."""
    if word_at(words, place) in _HALF and word_at(words, place + 1) in n.DATE_ORDINAL:
        hour = n.DATE_ORDINAL[words[place + 1]] - 1
        return Clock(place + 2, hour % 24, 30, bare=False)
    found = number_at(words, place)
    if found is None or found[1] > 24:
        return None
    named = word_at(words, found[0]) in _HOURS
    end = found[0] + named
    minutes = _minutes_at(words, end)
    if minutes is None:
        return Clock(end, found[1], None, bare=not named)
    return Clock(minutes[0], found[1], minutes[1], bare=False)


def _minutes_at(words: Words, place: int) -> Found:
    zero = word_at(words, place) in n.ZERO
    if zero and word_at(words, place + 1) in n.ZERO:
        return place + 2, 0
    found = number_at(words, place + zero)
    if found is None or found[1] > 59:
        return None
    end, minutes = found
    named = word_at(words, end) in _MINUTES
    written = len(word_at(words, place)) == 2 and words[place].isdigit()
    if minutes < 10 and not (zero or named or written):
        return None
    return end + named, minutes


def word_at(words: Words, place: int) -> str:
    return words[place] if place < len(words) else ""
