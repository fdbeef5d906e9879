"""Text into phrases as espeak-ng says them right; the words stand in pronunciation_ru.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

from ivr.speech.numbers import cardinal

TABLE = Path(__file__).with_name("pronunciation_ru.toml")
AFTER_PHRASE = re.compile(r"(?<=[,;:.!?…–—])\s+")
AFTER_SENTENCE = re.compile(r"(?<=[.!?…])\s+")
WORD = re.compile(r"\w+(?:-\w+)*")
SENTENCE_PAUSE = 0.6
GROUP_PAUSE = 0.6
"""Between groups of digits."""
COLON_PAUSE = 0.4
COMMA_PAUSE = 0.25


@dataclass(frozen=True, slots=True)
class Phrase:
    text: str
    """With the mark that ends it: the voice falls at a point, not at a comma."""
    pause: float
    """Seconds of silence after it."""


def sentences(text: str) -> list[str]:
    """What a person records one by one; texts share them."""
    return [part for part in AFTER_SENTENCE.split(text.strip()) if WORD.search(part)]


def phrases(text: str) -> list[Phrase]:
    parts = [part for part in AFTER_PHRASE.split(text.strip()) if WORD.search(part)]
    return [Phrase(part, _pause(part, follower)) for part, follower in pairwise([*parts, ""])]


def pronounced(
    text: str, own: Mapping[str, str] = MappingProxyType({}), *, phonemes: bool = True
) -> str:
    """Words of the tables in espeak's spelling, others as they are.

    The clinic's `own` words count first; they are in lower case. Without `phonemes` words stay
    as they are which espeak is given in its own.
    """

    def spelt(found: re.Match[str]) -> str:
        word = _spelt(found[0], own)
        return word if phonemes or "[[" not in word else found[0]

    return WORD.sub(spelt, text)


def _pause(part: str, follower: str) -> float:
    if part.endswith((".", "!", "?", "…")) or not follower:
        return SENTENCE_PAUSE
    if _is_number(part) and _is_number(follower):
        return GROUP_PAUSE
    return COMMA_PAUSE if part.endswith(",") else COLON_PAUSE


def _is_number(part: str) -> bool:
    return all(word in _numerals() for word in WORD.findall(part.casefold()))


def _spelt(word: str, own: Mapping[str, str]) -> str:
    words, lower = _words(), word.casefold()
    return own.get(lower) or words.get(word) or words.get(lower) or _by_parts(word, own)


def _by_parts(word: str, own: Mapping[str, str]) -> str:
    parts = word.split("-")
    return "-".join(_spelt(part, own) for part in parts) if len(parts) > 1 else word


@cache
def _numerals() -> frozenset[str]:
    return frozenset(_numeral_words())


def _numeral_words() -> Iterator[str]:
    for n in (*range(100), *range(100, 1000, 100)):
        yield from cardinal(n).split()


@cache
def _words() -> Mapping[str, str]:
    words: Mapping[str, str] = tomllib.loads(TABLE.read_text("utf-8"))["words"]
    return words
