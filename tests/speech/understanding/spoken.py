"""Policies that fit their check digit and date, and how people read them out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from ivr.policy_numbers import enp_check_digit
from ivr.speech.numbers import with_zeros

STYLES = ("digits", "pairs", "triples", "mixed")


def policy_of(born: date, region: int, serial: int, *, male: bool) -> str:
    shift = 20 if born.year <= 1950 else 40 if born.year <= 2000 else 0
    plain = f"{born.month + shift:02}{str(born.year)[::-1]}{born.day + 50 * male:02}"
    body = f"{region:02}" + "".join(str(9 - int(digit)) for digit in plain) + f"{serial:05}"
    return body + str(enp_check_digit(body))


def random_policy(chance: Random) -> str:
    born = date(1930, 1, 1) + timedelta(days=chance.randrange(34_000))
    region, serial = chance.randrange(1, 99), chance.choice([9, 99, 999, 99_999])
    return policy_of(born, region, chance.randrange(1, serial + 1), male=chance.random() < 0.5)


def groups(digits: str, style: str, chance: Random) -> Iterator[str]:
    while digits:
        size = {"digits": 1, "pairs": 2, "triples": 3}.get(style) or chance.choice([1, 2, 3])
        yield digits[:size]
        digits = digits[size:]


def spoken(digits: str, style: str, chance: Random, between: str = " ") -> str:
    return between.join(map(with_zeros, groups(digits, style, chance)))
