"""What the recogniser listens for at a kind of question, and how likely each word is.

Everything that is understood, but for what sounds like a digit and says nothing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

from ivr.speech.fillers import Filler
from ivr.speech.understanding import numerals as n
from ivr.speech.understanding.dates import MONTHS
from ivr.speech.understanding.phrases import Kind, phrases
from ivr.speech.understanding.visits import Listed
from ivr.speech.understanding.words import table

FILLERS: Mapping[Kind, Filler] = {
    "digits": Filler.SOFT,
    "policy": Filler.SOFT,
    "code": Filler.SOFT,
    "birth-date": Filler.SOFT,
    "yes-no": Filler.STRICT,
    "command": Filler.ORDINARY,
    "visit": Filler.SOFT,
}
SINGLE_DIGITS = (
    *("ноль", "нуль", "один", "одна", "два", "две", "три", "четыре", "пять", "шесть"),
    *("семь", "восемь", "девять"),
)
ONE_BY_ONE = (*SINGLE_DIGITS, *[""] * (6 * len(SINGLE_DIGITS)))
"""For a question that asks for single digits: heard best, also in noise.

That nothing more is said is six times as likely as another digit: lest a breath be one.
"""
BESIDE_DIGITS = (
    *("сначала", "заново", "нет", "неправильно", "вернее", "точнее", "ошиблась", "ошибся"),
)
"""What takes digits back, in such a question."""
LEAST_CONFIDENCE: Mapping[Kind, float] = {"yes-no": 0.5, "command": 0.6}
"""Of the weakest word of an answer that counts: with less, other words are likelier."""
AT_ONCE = ("emergency", "operator")
"""Commands that count however they were heard."""
DICTATED: frozenset[Kind] = frozenset({"digits", "policy", "code", "birth-date"})

_NEARLY_ALWAYS, _OFTEN, _SOMETIMES = 50, 120, 15
"""Times that a word stands in the list, and is so much likelier than the others."""


def expected(kind: Kind, listed: Sequence[Listed] = ()) -> tuple[str, ...]:
    """Phrases for a `Listener`; what stands there twice is twice as likely."""
    said = phrases(kind, listed)
    return tuple(_dictated(said)) if kind in DICTATED else as_heard(said)


def is_likely(kind: Kind, value: object, confidence: float) -> bool:
    """Whether what was understood counts, by the confidence of its weakest word (0..1)."""
    return value in AT_ONCE or confidence >= LEAST_CONFIDENCE.get(kind, 0.0)


def one_by_one(urgent: Sequence[str] = (), others: Sequence[str] = ()) -> tuple[str, ...]:
    """Phrases for a `Listener` of single digits, commands far less likely.

    Of the `others` only those without a word that sounds like a digit.
    """
    plain = (phrase for phrase in others if not _like_digits() & {phrase, *phrase.split()})
    said = dict.fromkeys((*BESIDE_DIGITS, *urgent, *plain))
    return (*ONE_BY_ONE * _NEARLY_ALWAYS, *said)


def _dictated(said: Sequence[str]) -> Iterator[str]:
    for phrase in beside(said):
        yield from [phrase] * _weights().get(phrase, 1)


def beside(phrases: Sequence[str]) -> tuple[str, ...]:
    """Those that may be listened for beside digits: none that sounds like one."""
    return tuple(phrase for phrase in phrases if phrase not in _like_digits())


def as_heard(said: Sequence[str]) -> tuple[str, ...]:
    """Without what is heard as another phrase: two that sound alike halve the confidence."""
    left_out = _left_out("respelled", "like_much_else")
    return tuple(phrase for phrase in said if not left_out & {phrase, *phrase.split()})


def _like_digits() -> frozenset[str]:
    return _left_out("respelled", "like_a_digit")


@cache
def _left_out(*lists: str) -> frozenset[str]:
    file = files("ivr.speech") / "listening.toml"
    data = tomllib.loads(file.read_text("utf-8"))
    return frozenset(phrase for name in lists for phrase in data[name])


@cache
def _weights() -> Mapping[str, int]:
    numbers = table("numbers")
    values = ("zero", "unit", "teen", "tens", "hundred")
    plain = [said[0] for name in values for said in numbers[name].values()]
    plain += ["нуль", "одна", "две", *(said[0] for said in numbers["thousand"].values())]
    nouns = [said[0] for name in ("noun", "nouns") for said in numbers[name].values()]
    nouns += [*n.DATE_ORDINAL, *MONTHS]
    return dict.fromkeys(nouns, _SOMETIMES) | dict.fromkeys(plain, _OFTEN)
