"""Words that the model is to know as well: a doctor's surname, a street.

A file of one word a line, in lower case, with a + before the stressed vowel where Festival's
dictionary would not know it; pronunciations by its letter-to-sound rules.
"""

from __future__ import annotations

import logging
from pathlib import Path

from tools.ear import festival, lexicon
from tools.ear.lexicon import Lexicon, Pronunciation

log = logging.getLogger(__name__)


class Unreadable(ValueError):
    """Letter-to-sound rules make nothing of the word."""


def added(model: Path, file: Path) -> Lexicon:
    """The model's dictionary and the file's words; what is made of them is told in the log."""
    known = lexicon.read(model / "lexicon.txt")
    lines = file.read_text("utf-8").split()
    new = {word.replace("+", ""): word for word in lines if word.replace("+", "") not in known}
    said = pronounced(list(new.values()))
    for word, phones in zip(new, said, strict=True):
        log.info("%s: %s", word, " ".join(phones))
    return {**known, **{word: (phones,) for word, phones in zip(new, said, strict=True)}}


def pronounced(words: list[str]) -> list[Pronunciation]:
    """Raises Unreadable."""
    found = festival.spoken(words)
    said = [
        festival.reduced([phone for _, phones in one.words for phone in phones]) if one else ()
        for one in found
    ]
    unreadable = [word for word, phones in zip(words, said, strict=True) if not phones]
    if unreadable:
        raise Unreadable(", ".join(unreadable))
    return said
