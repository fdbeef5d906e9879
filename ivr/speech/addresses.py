"""Addresses, cabinets and floors in Russian words; the tables stand in addresses.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ivr.speech.numbers import Case, Gender, cardinal, ordinal, with_zeros

TABLE = Path(__file__).with_name("addresses.toml")
POSTCODE = re.compile(r"^\s*\d{6}\s*,?\s*")
VILLAGE = re.compile(r"(?<!\w)д\.\s*(?=[А-ЯЁ])")
INITIALS = re.compile(r"(?<!\w)([А-ЯЁ]\.\s*)+(?=[А-ЯЁ][а-яё])")
YEARS = re.compile(r"(?<!\w)(\d+)(\s+лет(?!\w)|\s*-?\s*летия(?!\w))", re.IGNORECASE)
DISTRICT = re.compile(r"(?<![\w/])(\d+)(?=\s+микрорайон)")
GLUED_PART = re.compile(r"(?<=\d)([кс])(?=\d)")
ORDINAL = re.compile(r"(?<![\w/])(\d+)-?(й|ый|ой|я|ая|го|ого|е|ое)(?!\w)")
NUMBER = re.compile(r"\d+")
CLINIC_NUMBER = re.compile(r"(?:№|N|#)\s*(\d{1,4})(?!\d)")
ENDINGS: Mapping[str, tuple[Gender, Case]] = {
    "й": ("m", "n"), "ый": ("m", "n"), "ой": ("m", "n"),
    "я": ("f", "n"), "ая": ("f", "n"),
    "го": ("m", "g"), "ого": ("m", "g"),
    "е": ("n", "n"), "ое": ("n", "n"),
}  # fmt: skip

END_OF_SHORT = {"к.": r"(?=\s*\d)", "ст.": r"(?=\s*[А-ЯЁ])"}


@dataclass(frozen=True, slots=True)
class Tables:
    abbreviations: Mapping[str, str]
    frozen: Mapping[str, str]
    letters: Mapping[str, str]


def address_words(address: str) -> str:
    """«улица Ленина, дом пятнадцать, корпус два» for «ул. Ленина, д. 15, корп. 2»."""
    text = VILLAGE.sub("деревня ", POSTCODE.sub("", address))
    text = INITIALS.sub("", _freeze(text))
    text = _streets(_expand(text, _tables().abbreviations))
    text = GLUED_PART.sub(lambda part: _part(part[1]), text)
    return _spaced(_numbers(_letters(text)))


def clinic_words(name: str) -> str:
    """«Поликлиника номер пять» for «Поликлиника № 5»; what has no figure is left alone."""
    spoken = CLINIC_NUMBER.sub(lambda found: f"номер {cardinal(int(found[1]))}", name)
    return _spaced(spoken)


def cabinet_words(cabinet: str) -> str:
    """«кабинет двенадцать а» for «12а»; a room without a number as it is named."""
    named = re.sub(r"^\s*(каб(инет|\.)?|№)\s*№?\s*", "", cabinet, flags=re.IGNORECASE).strip()
    if not named[:1].isdigit():
        return _spaced(cabinet)
    return "кабинет " + address_words(named)


def floor_words(floor: str) -> str:
    """«третий этаж»; «цокольный» gets its noun, other words stay."""
    named = re.sub(r"\s*(этаж|эт\.?)$", "", floor.strip())
    named = re.sub(r"-?(й|ый|ой)$", "", named) if named[:1].isdigit() else named
    if named.isdecimal():
        return f"{ordinal(int(named))} этаж"
    return f"{named} этаж" if re.search(r"[иы]й$", named) else _spaced(floor)


def _freeze(text: str) -> str:
    """Streets of the table in their own words, with or without «-го», «-й»."""
    for written, spoken in _tables().frozen.items():
        first, _, rest = written.partition(" ")
        pattern = rf"(?<!\w){re.escape(first)}(-?[а-яё]{{1,3}})?[\s-]*{re.escape(rest)}(?!\w)"
        text = re.sub(pattern, spoken, text, flags=re.IGNORECASE)
    return text


def _expand(text: str, table: Mapping[str, str]) -> str:
    for short, full in table.items():
        end = END_OF_SHORT.get(short, "" if short[-1] in ".№" else r"(?!\w)\.?")
        pattern = rf"(?<![\w-]){re.escape(short)}{end}"
        text = re.sub(pattern, f"{full} ", text, flags=re.IGNORECASE)
    return text


def _streets(text: str) -> str:
    """Numbers that stand in a name: years, «2-я», a numbered district."""
    text = YEARS.sub(_years, text)
    text = DISTRICT.sub(lambda number: ordinal(int(number[1])), text)
    return ORDINAL.sub(_ordinal, text)


def _years(match: re.Match[str]) -> str:
    number, years = cardinal(int(match[1]), "m", "g").capitalize(), match[2].strip(" -")
    return f"{number} лет" if years.casefold() == "лет" else f"{number.replace(' ', '')}летия"


def _part(letter: str) -> str:
    return " корпус " if letter == "к" else " строение "


def _ordinal(match: re.Match[str]) -> str:
    gender, case = ENDINGS[match[2]]
    return ordinal(int(match[1]), gender, case)


def _letters(text: str) -> str:
    """A letter after a house number or after «литера» by its name."""
    glued = r"(?<=\d)-?([а-яё])(?!\w)"
    quoted = r"(?<=\d)\s*[\"«“]([а-яё])[\"»”]"
    last = r"(?<=\d)\s([а-яё])(?=\s*(,|$))"
    text = re.sub(f"{glued}|{quoted}|{last}", _letter, text, flags=re.IGNORECASE)
    return re.sub(
        r"(?<=литера )\s*[\"«]?([а-яё])[\"»]?(?!\w)", _letter, text, flags=re.IGNORECASE
    )


def _letter(match: re.Match[str]) -> str:
    letter = next(group for group in match.groups() if group).casefold()
    return f" {_tables().letters.get(letter, letter)}"


def _numbers(text: str) -> str:
    slashed = re.sub(r"(?<=\w)\s*/\s*(?=\w)", " дробь ", text)
    spaced = re.sub(r"(?<=\d)[-.](?=\d)", " ", slashed)
    return NUMBER.sub(lambda number: f" {with_zeros(number[0])} ", spaced)


def _spaced(text: str) -> str:
    single = " ".join(re.sub(r",(?=\S)", ", ", text).split())
    return re.sub(r"\s+([,.;:!?])", r"\1", single)


@cache
def _tables() -> Tables:
    return Tables(**tomllib.loads(TABLE.read_text("utf-8")))
