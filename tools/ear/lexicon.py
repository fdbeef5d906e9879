"""The model's dictionary: words with their pronunciations, the usual one first.

`ivr/speech/model/lexicon.txt` is its only source, read over by a person: a word, a tab, its
pronunciations set apart by `|`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tools.ear.phones import PAUSE, PHONES, SILENCE, STRESSED, VOWELS

MODEL = Path(__file__).parents[2] / "ivr" / "speech" / "model"
VOWEL_LETTERS = "аеёиоуыэюя"

Pronunciation = tuple[str, ...]
"""Phones."""
Lexicon = Mapping[str, tuple[Pronunciation, ...]]


class BadLexicon(ValueError):
    """A line of the dictionary is not a word, a tab and known phones."""


def read(file: Path = MODEL / "lexicon.txt") -> dict[str, tuple[Pronunciation, ...]]:
    lines = file.read_text("utf-8").splitlines()
    return dict(_entry(line) for line in lines if line.strip())


def write(file: Path, lexicon: Lexicon) -> None:
    lines = (f"{word}\t{_written(lexicon[word])}\n" for word in sorted(lexicon))
    file.write_text("".join(lines), "utf-8")


def phones_of(pronunciations: list[Pronunciation]) -> tuple[str, ...]:
    """Of words that are said one after the other, from silence to silence."""
    joined = [SILENCE]
    for place, phones in enumerate(pronunciations):
        joined += [PAUSE, *phones] if place else phones
    return (*joined, SILENCE)


def marked(word: str, phones: Pronunciation, mark: str) -> str:
    """The word with a `mark` behind the vowel that `phones` stress.

    Unmarked where letters and phones have not the same number of vowels: «сейчас» as [щас].
    """
    vowels = [phone for phone in phones if phone in VOWELS]
    places = [place for place, letter in enumerate(word) if letter in VOWEL_LETTERS]
    stressed = [number for number, phone in enumerate(vowels) if phone in STRESSED]
    if len(vowels) != len(places) or not stressed or word[places[stressed[0]]] == "ё":
        return word
    behind = places[stressed[0]] + 1
    return f"{word[:behind]}{mark}{word[behind:]}"


def _entry(line: str) -> tuple[str, tuple[Pronunciation, ...]]:
    word, tab, rest = line.partition("\t")
    said = tuple(tuple(one.split()) for one in rest.split("|"))
    if not tab or not all(said) or any(phone not in PHONES for one in said for phone in one):
        raise BadLexicon(line)
    return word, said


def _written(pronunciations: tuple[Pronunciation, ...]) -> str:
    return " | ".join(" ".join(phones) for phones in pronunciations)
