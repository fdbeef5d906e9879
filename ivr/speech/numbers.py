"""Numbers, counts and strings of digits in Russian words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from num2words import num2words

Gender = Literal["m", "f", "n"]
Case = Literal["n", "g", "d", "a", "i", "p"]
"""Nominative, genitive, dative, accusative (inanimate), instrumental, prepositional."""


@dataclass(frozen=True, slots=True)
class Noun:
    """A counted noun; `accusative` differs from `one` only in feminine nouns in -а."""

    gender: Gender
    one: str
    few: str
    many: str
    accusative: str


NOUNS = {
    noun.one: noun
    for noun in (
        Noun("f", "запись", "записи", "записей", "запись"),
        Noun("m", "приём", "приёма", "приёмов", "приём"),
        Noun("f", "минута", "минуты", "минут", "минуту"),
        Noun("f", "секунда", "секунды", "секунд", "секунду"),
        Noun("m", "час", "часа", "часов", "час"),
        Noun("m", "день", "дня", "дней", "день"),
        Noun("f", "цифра", "цифры", "цифр", "цифру"),
        Noun("f", "попытка", "попытки", "попыток", "попытку"),
        Noun("n", "время", "времени", "времён", "время"),
    )
}


def cardinal(n: int, gender: Gender = "m", case: Case = "n") -> str:
    """«двадцать одну» for 21, feminine, accusative."""
    return str(num2words(n, lang="ru", gender=gender, case=case, animate=False))


def ordinal(n: int, gender: Gender = "m", case: Case = "n") -> str:
    """«двадцать первую» for 21, feminine, accusative."""
    return str(num2words(n, lang="ru", to="ordinal", gender=gender, case=case, animate=False))


def counted(n: int, noun: str, case: Literal["n", "a"] = "n") -> str:
    """A count with its noun, a key of NOUNS: «двадцать одна минута», «две записи»."""
    forms = NOUNS[noun]
    return f"{cardinal(n, forms.gender, case)} {_agreeing(n, forms, case)}"


def _agreeing(n: int, forms: Noun, case: Literal["n", "a"]) -> str:
    match plural(n):
        case "one":
            return forms.accusative if case == "a" else forms.one
        case "few":
            return forms.few
        case "many":
            return forms.many


def plural(n: int) -> Literal["one", "few", "many"]:
    """The plural category of CLDR for whole numbers."""
    if n % 10 == 1 and n % 100 != 11:
        return "one"
    if n % 10 in {2, 3, 4} and n % 100 not in {12, 13, 14}:
        return "few"
    return "many"


def with_zeros(digits: str) -> str:
    """A group of digits as one number, zeros in front named: «ноль семь», «ноль ноль»."""
    _check(digits)
    number = digits.lstrip("0")
    zeros = ["ноль"] * (len(digits) - len(number))
    return " ".join([*zeros, cardinal(int(number))] if number else zeros)


def digits_one_by_one(digits: str) -> str:
    """«три, восемь, ноль» for 380."""
    _check(digits)
    return ", ".join(cardinal(int(digit)) for digit in digits)


def pairs(digits: str) -> str:
    """«тридцать восемь, ноль четыре, семнадцать» for 380417; a lone last digit by itself."""
    _check(digits)
    return ", ".join(with_zeros(digits[at : at + 2]) for at in range(0, len(digits), 2))


def by_fours(digits: str) -> str:
    """«семь семь семь шесть, один пять ноль восемь» for 77761508."""
    _check(digits)
    groups = (digits[at : at + 4] for at in range(0, len(digits), 4))
    return ", ".join(" ".join(cardinal(int(digit)) for digit in group) for group in groups)


def _check(digits: str) -> None:
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError("digits expected")
