"""Doctors by specialty and surname, in whatever form they are said."""

from __future__ import annotations

from functools import cache, lru_cache

from ivr.speech.specialties import Specialty, find_specialty, specialties
from ivr.speech.understanding.words import heard, table

_SHORTEST_STEM = 3
_LONGEST_ENDING = 4
_DATA = table("visits")
_ENDINGS: tuple[str, ...] = tuple(_DATA["endings"])
_FORMS: dict[str, list[str]] = _DATA["forms"]
_CONSONANTS = tuple(_DATA["consonants"])
_AFTER_CONSONANT: list[str] = _DATA["after_consonant"]

Stems = tuple[str, ...]


def words_of_doctor(specialty: str, surname: str, words: tuple[str, ...], place: int) -> int:
    """How many words from this place name the doctor; 0: none."""
    names = (*_specialty_stems(specialty), *_stems_of((surname,)))
    return max(_begins(name, words, place) for name in names)


def words_of_specialty(words: tuple[str, ...], place: int) -> int:
    """How many words from this place are the name of any specialty."""
    return max(_begins(name, words, place) for name in _all_names())


def names_of_specialty(specialty: str) -> tuple[str, ...]:
    """Everything that callers may call it."""
    found = find_specialty(specialty)
    return spoken_names(found) if found else (specialty.lower(),)


@lru_cache(maxsize=2_000)
def _specialty_stems(specialty: str) -> tuple[Stems, ...]:
    return _stems_of(names_of_specialty(specialty))


@cache
def _all_names() -> tuple[Stems, ...]:
    """Nominative names only: synonyms mean too much."""
    return tuple(
        stems
        for each in specialties()
        for stems in _stems_of((each.spoken,))
        if len(stems) == 1
    )


def spoken_names(specialty: Specialty) -> tuple[str, ...]:
    """Everything that callers may call it."""
    names = (specialty.spoken, *specialty.synonyms, *specialty.also)
    return tuple(" ".join(heard(name).words) for name in names)


@lru_cache(maxsize=2_000)
def _stems_of(names: tuple[str, ...]) -> tuple[Stems, ...]:
    return tuple(tuple(map(_stem, heard(name).words)) for name in names)


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word.removesuffix(ending)
    return word


def _begins(stems: Stems, words: tuple[str, ...], place: int) -> int:
    """How many words say it; 0: none of them."""
    said = words[place : place + len(stems)]
    fits = len(said) == len(stems) and all(map(_is_form, said, stems))
    return len(stems) if fits else 0


def _is_form(word: str, stem: str) -> bool:
    if len(stem) <= _SHORTEST_STEM:
        return word == stem or (word.startswith(stem) and word.removeprefix(stem) in _ENDINGS)
    return word.startswith(stem) and len(word) - len(stem) <= _LONGEST_ENDING


def forms(name: str) -> tuple[str, ...]:
    """Of a name of one word those that callers use; of more words it as it is."""
    if " " in name:
        return (name,)
    for end, endings in _FORMS.items():
        if name.endswith(end):
            return tuple(name.removesuffix(end) + ending for ending in endings)
    if name.endswith(_CONSONANTS):
        return tuple(name + ending for ending in _AFTER_CONSONANT)
    return (name,)
