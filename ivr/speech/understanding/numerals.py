"""Which number a word says, by its form: the table stands in numbers.toml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ivr.speech.understanding.words import table

_TABLE = table("numbers")


def _values(name: str) -> dict[str, int]:
    rows: Mapping[str, Iterable[str]] = _TABLE[name]
    return {word: int(value) for value, words in rows.items() for word in words}


def _ordinals(kind: str) -> dict[str, int]:
    regular = {
        stem + ending: int(value)
        for value, stem in _TABLE["ordinal"].items()
        for ending in _TABLE["ordinal_ending"][kind]
    }
    return regular | dict.fromkeys(_TABLE["third"][kind], 3)


ZERO = _values("zero")
UNIT = _values("unit")
TEEN = _values("teen")
TENS = _values("tens")
HUNDRED = _values("hundred")
NOUN = _values("noun")
"""«пятёрка»: a digit by its name."""
NOUNS = _values("nouns")
"""«пятёрки», «пятёрок»: what stands after a count."""
COUNT = _values("count")
TIMES = _values("times")
"""«дважды», «двойной»: the digit after it is nominative."""
THOUSAND: Mapping[str, str] = {
    word: form for form, words in _TABLE["thousand"].items() for word in words
}
"""Word -> the number it agrees with: one, few, many."""
BROKEN: Mapping[tuple[str, ...], int] = {
    tuple(words.split()): value for words, value in _TABLE["broken"].items()
}
"""«пять десять»: what a recogniser makes of «пятьдесят»."""
DATE_ORDINAL = _ordinals("date")
FEMININE_ORDINAL = _ordinals("feminine")

SMALL = UNIT | TEEN | TENS
CARDINAL = SMALL | HUNDRED
DIGIT = ZERO | UNIT | NOUN
"""Words that say one digit."""
NUMBER_WORDS = frozenset({*ZERO, *CARDINAL, *NOUN, *NOUNS, *COUNT, *TIMES, *THOUSAND})


def agrees(number: int, form: str) -> bool:
    """«две тысячи», «пять тысяч», but never «три тысяча»."""
    last = 0 if number % 100 in range(11, 15) else number % 10
    return form == ("one" if last == 1 else "few" if last in {2, 3, 4} else "many")
