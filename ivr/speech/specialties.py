"""How the voice names a doctor's specialty; the table stands in specialties.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("specialties.toml")


@dataclass(frozen=True, slots=True)
class Specialty:
    code: str
    """Its place in the table, "1" to "76": not a code of any official register."""
    official: str
    spoken: str
    """Nominative: «терапевт», «ЛОР»."""
    dative: str
    """With its preposition: «к терапевту», «в лабораторию»."""
    synonyms: tuple[str, ...]
    """What callers say; may fit several specialties."""
    also: tuple[str, ...] = ()
    """Other names in clinics' systems; each fits this one only."""


@cache
def specialties() -> tuple[Specialty, ...]:
    rows = tomllib.loads(TABLE.read_text("utf-8"))["specialty"]
    return tuple(_read(row) for row in rows)


def find_specialty(name_or_code: str) -> Specialty | None:
    """By code, official or spoken name; «Врач-терапевт» and «терапевт» alike."""
    return _index().get(_key(name_or_code))


def spoken_specialty(name_or_code: str) -> str:
    """Nominative; a name that is not in the table as it was given."""
    found = find_specialty(name_or_code)
    return found.spoken if found else name_or_code.strip()


def dative_specialty(name_or_code: str) -> str | None:
    """«к терапевту»; None where the table does not know it."""
    found = find_specialty(name_or_code)
    return found.dative if found else None


def _read(row: dict[str, str | list[str]]) -> Specialty:
    return Specialty(
        code=str(row["code"]),
        official=str(row["official"]),
        spoken=str(row["spoken"]),
        dative=str(row["dative"]),
        synonyms=tuple(row["synonyms"]),
        also=tuple(row.get("also", ())),
    )


@cache
def _index() -> dict[str, Specialty]:
    return {key: each for each in specialties() for key in _keys(each)}


def _keys(specialty: Specialty) -> Iterator[str]:
    yield specialty.code
    yield _key(specialty.official)
    yield _key(specialty.official).removeprefix("врач-")
    yield _key(specialty.spoken)
    yield from map(_key, specialty.also)


def _key(name: str) -> str:
    single_spaced = " ".join(name.casefold().replace("ё", "е").split())
    return re.sub(r" ?[-–—] ?", "-", single_spaced)
