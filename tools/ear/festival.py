"""Festival's Russian voice: what it makes of spelling, and its list of words with stress."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tools.ear.lexicon import VOWEL_LETTERS, Pronunciation
from tools.ear.phones import VOWELS, is_soft

VOICE = Path("/usr/share/festival/voices/russian/msu_ru_nsh_clunits")
REDUCED = {"ay": "a", "ae": "i", "e": "i", "ur": "u", "ff": "f"}
"""`ae` is what the front end writes behind soft consonants, `ay` behind hard ones."""
SCRIPT = Path(__file__).with_name("festival.scm")
ENTRY = re.compile(r'\("([а-яё]+)" \S+ \((\d+)\)\)')


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text as Festival would say it."""

    words: tuple[tuple[str, Pronunciation], ...]
    """In the front end's own phones."""


def spoken(texts: Sequence[str]) -> list[Spoken | None]:
    """None for a text that the front end cannot read. A + stands before a stressed vowel."""
    calls = [f'(spell {number} "{quoted(text)}")' for number, text in enumerate(texts)]
    found: list[Spoken | None] = [None] * len(texts)
    for line in run([*calls]).splitlines():
        number, bar, words = line.partition("|")
        if bar and number.startswith("@"):
            found[int(number[1:])] = Spoken(tuple(_words(words.split())))
    return found


def run(calls: Sequence[str]) -> str:
    """Standard output of Scheme that is read behind festival.scm."""
    with tempfile.NamedTemporaryFile("w", suffix=".scm", encoding="utf-8") as file:
        file.write(SCRIPT.read_text("utf-8") + "\n".join(calls))
        file.flush()
        done = subprocess.run(["festival", "-b", file.name], capture_output=True, check=False)
    return done.stdout.decode("utf-8", "replace")


def reduced(phones: Sequence[str]) -> Pronunciation:
    """The front end's phones of one word in the model's set.

    The front end writes an unstressed «я» as `a`; people say [i] unless it ends the word.
    """
    merged = with_reduced_vowels(phones)
    return tuple(
        phone for place, phone in enumerate(merged) if not is_doubled(merged, place, phone)
    )


def with_reduced_vowels(phones: Sequence[str]) -> list[str]:
    merged = [REDUCED.get(phone, phone) for phone in phones]
    last = len(merged) - 1
    for place, (before, phone) in enumerate(pairwise(merged), start=1):
        ends_the_word = place == last or (place == last - 1 and before == "j")
        if phone == "a" and is_soft(before) and not ends_the_word:
            merged[place] = "i"
        if phone == "a" and place == 1 and before in {"sh", "zh"}:
            merged[place] = "y"
    return merged


def is_doubled(phones: Sequence[str], place: int, phone: str) -> bool:
    """A long consonant: «касса» has one."""
    return place > 0 and phone == phones[place - 1] and phone not in VOWELS


def dictionary() -> dict[str, str]:
    """180 000 words, each with a + before its stressed vowel."""
    text = (VOICE / "dict" / "msu_ru_nsh_dict.scm").read_text("utf-8")
    found = ((word, _stressed(word, int(number))) for word, number in ENTRY.findall(text))
    return {word: spelled for word, spelled in found if spelled}


def _stressed(word: str, number: int) -> str:
    """`number` of the vowel, from 1; empty where the word has no such vowel."""
    places = [place for place, letter in enumerate(word) if letter in VOWEL_LETTERS]
    if not 0 < number <= len(places):
        return ""
    place = places[number - 1]
    return f"{word[:place]}+{word[place:]}"


def quoted(text: str) -> str:
    return text.replace('"', "").replace("\\", "")


def _words(tokens: Sequence[str]) -> list[tuple[str, Pronunciation]]:
    words: list[tuple[str, list[str]]] = []
    for token in tokens:
        if token.startswith("<"):
            words.append((token[1:-1], []))
        elif words:
            words[-1][1].append(token)
    return [(word, tuple(phones)) for word, phones in words]
