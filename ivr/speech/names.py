"""Names of people: as they are said, and in the dative."""

from __future__ import annotations

import re
from functools import cache
from typing import Protocol

from pytrovich.detector import PetrovichGenderDetector
from pytrovich.enums import Case, Gender, NamePart
from pytrovich.maker import PetrovichDeclinationMaker

MALE = re.compile(r"(ич|оглы|оглу|улы|уулу)$")
FEMALE = re.compile(r"(на|кызы|гызы|кизи)$")


class Named(Protocol):
    @property
    def last(self) -> str: ...
    @property
    def first(self) -> str: ...
    @property
    def patronymic(self) -> str: ...


def full_name(name: Named) -> str:
    """«Иванова Мария Петровна»; missing parts are not said."""
    parts = (name.last, name.first, name.patronymic)
    return " ".join(proper(part) for part in parts if part.strip())


def surname(name: Named) -> str:
    return proper(name.last)


def full_name_dative(name: Named) -> str:
    """«Ивановой Марии Петровне»."""
    gender = _gender(name)
    parts = (
        (NamePart.LASTNAME, name.last),
        (NamePart.FIRSTNAME, name.first),
        (NamePart.MIDDLENAME, name.patronymic),
    )
    return " ".join(_dative(part, gender, text) for part, text in parts if text.strip())


def surname_dative(name: Named) -> str:
    return _dative(NamePart.LASTNAME, _gender(name), name.last)


def proper(text: str) -> str:
    """Single-spaced; «ИВАНОВА» of an old system as «Иванова»."""
    words = " ".join(text.split())
    return _small(words) if words.isupper() and len(words) > 1 else words


def _small(words: str) -> str:
    """Capitals after spaces and hyphens only; «кызы» and «оглы» stay small."""
    titled = re.sub(r"[^\s-]+", lambda word: word[0].capitalize(), words)
    return re.sub(r" (Оглы|Оглу|Кызы|Гызы|Улы|Уулу)$", lambda end: end[0].lower(), titled)


def _dative(part: NamePart, gender: Gender, text: str) -> str:
    words = proper(text)
    if part is NamePart.LASTNAME and "-" in words:
        return "-".join(_inflect(part, gender, half) for half in words.split("-"))
    return _inflect(part, gender, words)


def _inflect(part: NamePart, gender: Gender, word: str) -> str:
    return str(_maker().make(part, gender, Case.DATIVE, word))


def _gender(name: Named) -> Gender:
    """From the patronymic; without one from the other parts."""
    patronymic = name.patronymic.strip().casefold()
    if MALE.search(patronymic):
        return Gender.MALE
    if FEMALE.search(patronymic):
        return Gender.FEMALE
    found = _detector().detect(firstname=proper(name.first), lastname=proper(name.last))
    return Gender.ANDROGYNOUS if found is None else found


@cache
def _maker() -> PetrovichDeclinationMaker:
    return PetrovichDeclinationMaker()


@cache
def _detector() -> PetrovichGenderDetector:
    return PetrovichGenderDetector()
