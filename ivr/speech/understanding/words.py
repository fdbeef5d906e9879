"""Recognised words, and tables of phrases to look for in them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

V = TypeVar("V")

_FOLDER = Path(__file__).parent
_WORD = re.compile(r"[а-яa-z]+|\d+")
_STOPS = tuple(",;!?…—–")


@dataclass(frozen=True, slots=True)
class Heard:
    """An utterance as words, lower case, ё as е."""

    words: tuple[str, ...]
    paused: frozenset[int]
    """Places of the words before which a pause of 400 ms or more was heard."""


def heard(text: str, pauses: Collection[int] = ()) -> Heard:
    """A comma stands for a pause; `pauses` are places of words (split at spaces) before one."""
    words: list[str] = []
    paused = set()
    for place, chunk in enumerate(text.lower().replace("ё", "е").split()):
        if place in pauses:
            paused.add(len(words))
        words += _WORD.findall(chunk)
        if chunk.endswith(_STOPS):
            paused.add(len(words))
    return Heard(tuple(words), frozenset(paused - {0, len(words)}))


@cache
def table(name: str) -> Mapping[str, Any]:
    """One of the data files beside this module."""
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))


@lru_cache(4096)
def _words_of(phrase: str) -> tuple[str, ...]:
    return heard(phrase).words


class Phrases(Generic[V]):
    """Phrases and what each means; the longest that begins at a place is found."""

    def __init__(self, meanings: Iterable[tuple[str, V]]) -> None:
        self.meanings = {_words_of(phrase): value for phrase, value in meanings}
        self._lengths: dict[str, list[int]] = {}
        for words in sorted(self.meanings, key=len, reverse=True):
            lengths = self._lengths.setdefault(words[0], [])
            if len(words) not in lengths:
                lengths.append(len(words))

    def at(self, words: tuple[str, ...], place: int) -> tuple[int, V] | None:
        """Where the phrase ends, and its meaning."""
        for length in self._lengths.get(words[place], ()):
            phrase = words[place : place + length]
            if phrase in self.meanings:
                return place + len(phrase), self.meanings[phrase]
        return None

    def spoken(self) -> tuple[str, ...]:
        return tuple(" ".join(words) for words in self.meanings)
