"""What the synthetic speakers say: callers' numbers, dates, phrases, and any other words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from ivr.speech.understanding import KINDS
from ivr.speech.understanding.phrases import phrases
from tools.ear.chance import one_of
from tools.ear.lexicon import Lexicon, Pronunciation
from tools.ear.phones import PHONES, VOWELS


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


DIGITS = _words("ноль один два три четыре пять шесть семь восемь девять")
TEENS = _words(
    "десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать"
    " восемнадцать девятнадцать"
)
TENS = _words("двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто")
HUNDREDS = _words("сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот")
DAYS = _words(
    "первого второго третьего четвёртого пятого шестого седьмого восьмого девятого десятого"
    " одиннадцатого двенадцатого тринадцатого четырнадцатого пятнадцатого шестнадцатого"
    " семнадцатого восемнадцатого девятнадцатого двадцатого"
)
MONTHS = _words(
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
)
PAUSE_SHARE = 0.35
"""Of the places between two groups of digits where the speaker stops."""

Group = tuple[str, ...]
"""Words said in one breath."""
Text = tuple[Group, ...]


@dataclass(frozen=True)
class Texts:
    """Random texts of known words; `foreign` ones are those no question asks for."""

    lexicon: Lexicon
    foreign: Lexicon
    known: tuple[str, ...] = field(init=False)
    strange: tuple[str, ...] = field(init=False)
    asked: tuple[Group, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "known", tuple(sorted(self.lexicon)))
        object.__setattr__(self, "strange", tuple(sorted(self.foreign)))
        object.__setattr__(self, "asked", tuple(_asked(self.lexicon)))

    def one(self, chance: np.random.Generator) -> Text:
        kinds: Mapping[Callable[[np.random.Generator], Text], float] = {
            self._digits: 0.24,
            self._policy: 0.14,
            self._number: 0.06,
            self._date: 0.08,
            self._phrase: 0.18,
            self._known_words: 0.18,
            self._foreign_words: 0.12,
        }
        kind = chance.choice(len(kinds), p=list(kinds.values()))
        return list(kinds)[kind](chance)

    def pronounced(self, word: str, chance: np.random.Generator | None = None) -> Pronunciation:
        """The usual pronunciation; with a `chance` often one of the others."""
        said = self.pronunciations(word)
        if chance is None or chance.random() < 0.5:
            return said[0]
        return one_of(said, chance)

    def pronunciations(self, word: str) -> tuple[Pronunciation, ...]:
        return self.lexicon.get(word) or self.foreign[word]

    def _digits(self, chance: np.random.Generator) -> Text:
        count = int(chance.choice((1, 1, 2, 3, 4, 5, 6, 8)))
        return _broken([(_digit(chance),) for _ in range(count)], chance, PAUSE_SHARE)

    def _policy(self, chance: np.random.Generator) -> Text:
        """A part of a long number in groups of two, three or four digits."""
        size = int(chance.choice((2, 2, 3, 3, 4)))
        count = int(chance.integers(1, 4))
        return _broken([_grouped(size, chance) for _ in range(count)], chance, PAUSE_SHARE)

    def _number(self, chance: np.random.Generator) -> Text:
        words = number(int(chance.integers(0, 1000)))
        if chance.random() < 0.2:
            thousands = ("тысяча", "две тысячи", "три тысячи", "пять тысяч", "семь тысяч")
            words = (*one_of(thousands, chance).split(), *words)
        return (words,)

    def _date(self, chance: np.random.Generator) -> Text:
        day = _ordinal(int(chance.integers(1, 32)))
        month = one_of(MONTHS, chance)
        year = _year(chance)
        groups = [(*day, month), year] if year else [(*day, month)]
        return _broken(groups, chance, PAUSE_SHARE)

    def _phrase(self, chance: np.random.Generator) -> Text:
        count = int(chance.choice((1, 1, 1, 2)))
        picked = [one_of(self.asked, chance) for _ in range(count)]
        return _broken(picked, chance, 0.5)

    def _known_words(self, chance: np.random.Generator) -> Text:
        return (_some(self.known, (1, 1, 2, 3), chance),)

    def _foreign_words(self, chance: np.random.Generator) -> Text:
        return (_some(self.strange, (1, 1, 2, 3, 4), chance),)


def number(value: int) -> Group:
    """0 to 999."""
    if value == 0:
        return (DIGITS[0],)
    words = [HUNDREDS[value // 100 - 1]] if value >= 100 else []
    rest = value % 100
    if rest >= 20:
        words.append(TENS[rest // 10 - 2])
        rest %= 10
    if rest >= 10:
        words.append(TEENS[rest - 10])
    elif rest:
        words.append(DIGITS[rest])
    return tuple(words)


def invented(count: int, chance: np.random.Generator) -> dict[str, tuple[Pronunciation, ...]]:
    """Words that do not exist, so that phones are learnt for themselves. Named by a number."""
    consonants = [phone for phone in PHONES if phone not in VOWELS]
    return {f"#{at}": (_invented(consonants, chance),) for at in range(count)}


def _invented(consonants: Sequence[str], chance: np.random.Generator) -> Pronunciation:
    syllables = int(chance.integers(1, 5))
    stressed = int(chance.integers(syllables))
    phones: list[str] = []
    for at in range(syllables):
        onset = int(chance.choice((0, 1, 1, 1, 2), p=(0.1, 0.3, 0.2, 0.2, 0.2)))
        phones += [one_of(consonants, chance) for _ in range(onset)]
        vowels = ("aa", "ee", "ii", "oo", "uu") if at == stressed else ("a", "i", "u", "a", "i")
        phones.append(vowels[chance.integers(5)])
    if chance.random() < 0.5:
        phones.append(one_of(consonants, chance))
    return _sayable(phones)


def _sayable(phones: Sequence[str]) -> Pronunciation:
    """Without two of one sound in a row, and with [y] behind hard hushing sounds."""
    single = [one for one, before in zip(phones, ["", *phones], strict=False) if one != before]
    after_hushing = {"i": "y", "ii": "yy"}
    for place, (before, phone) in enumerate(pairwise(single), start=1):
        if before in {"sh", "zh", "c"}:
            single[place] = after_hushing.get(phone, phone)
    return tuple(single)


def _asked(lexicon: Lexicon) -> list[Group]:
    """Phrases of every question, as the dictionary spells their words."""
    spelled = {word.replace("ё", "е"): word for word in sorted(lexicon)}
    found = dict.fromkeys(phrase for kind in KINDS for phrase in phrases(kind))
    groups = [tuple(spelled.get(word, word) for word in phrase.split()) for phrase in found]
    return [group for group in groups if all(word in lexicon for word in group)]


def _digit(chance: np.random.Generator) -> str:
    return DIGITS[chance.integers(10)]


def _grouped(size: int, chance: np.random.Generator) -> Group:
    """Digits as one number, zeros in front named; four digits as two pairs."""
    digits = [int(digit) for digit in chance.integers(0, 10, size)]
    if size == 4:
        return (*_pair(digits[:2]), *_pair(digits[2:]))
    zeros = next((at for at, digit in enumerate(digits) if digit), size)
    value = int("".join(map(str, digits)))
    return (*[DIGITS[0]] * zeros, *(number(value) if value else ()))


def _pair(digits: Sequence[int]) -> Group:
    tens, units = digits
    return number(10 * tens + units) if tens else (DIGITS[0], DIGITS[units])


def _ordinal(day: int) -> Group:
    if day <= 20:
        return (DAYS[day - 1],)
    if day == 30:
        return ("тридцатого",)
    return ("двадцать", DAYS[day - 21]) if day < 30 else ("тридцать", DAYS[day - 31])


def _year(chance: np.random.Generator) -> Group:
    drawn = chance.random()
    if drawn < 0.4:
        tens = (TENS[chance.integers(8)],) if chance.random() < 0.9 else ()
        return ("тысяча", "девятьсот", *tens, DAYS[chance.integers(9)], "года")
    if drawn < 0.55:
        return ("две", "тысячи", DAYS[chance.integers(20)])
    return ()


def _some(words: Sequence[str], counts: Sequence[int], chance: np.random.Generator) -> Group:
    count = int(chance.choice(counts))
    return tuple(one_of(words, chance) for _ in range(count))


def _broken(groups: Sequence[Group], chance: np.random.Generator, share: float) -> Text:
    """Neighbours said in one breath, but for a `share` of the places between them."""
    text: list[Group] = []
    for group in groups:
        if text and chance.random() >= share:
            text[-1] = (*text[-1], *group)
        else:
            text.append(group)
    return tuple(text)
