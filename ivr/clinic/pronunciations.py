"""The clinic's own words and how the voice is to read them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.speech.stress import is_marked, unmarked, with_stress
from ivr.store.tables import Pronunciation

_WORD = re.compile(r"\w+(?:-\w+)*")
_LETTERS = re.compile(r"[а-яё]+(?:[- ][а-яё]+)*")
_PHONEMES = re.compile(r"\[\[[!-~]{1,200}\]\]")
LONGEST_WORD, LONGEST_SPELLING = 80, 120

Phonemes = Callable[[str], str]
"""The voice's own phonemes of a word."""


class WordFault(StrEnum):
    WORD = "word"
    """Not one word."""
    SPELLING = "spelling"
    """Neither Russian letters nor phonemes."""
    STRESS = "stress"
    """Not exactly one vowel is marked, or the voice reads other vowels."""


class WrongWord(ValueError):
    def __init__(self, fault: WordFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def spoken(session: Session) -> dict[str, str]:
    """What the voice is given for a word in lower case."""
    rows = session.execute(select(Pronunciation.word, Pronunciation.spoken))
    return {row.word: row.spoken for row in rows}


def table(session: Session) -> Mapping[str, str]:
    """Words and their spellings as people wrote them."""
    rows = session.execute(
        select(Pronunciation.word, Pronunciation.spelling).order_by(Pronunciation.word)
    )
    return {row.word: row.spelling for row in rows}


def put(session: Session, word: str, spelling: str, phonemes: Phonemes) -> None:
    """Raises WrongWord."""
    plain = word.strip()
    if not _WORD.fullmatch(plain) or len(plain) > LONGEST_WORD:
        raise WrongWord(WordFault.WORD)
    written = " ".join(spelling.split())
    given = _given(written, phonemes)
    session.merge(Pronunciation(word=plain.casefold(), spelling=written, spoken=given))


def drop(session: Session, word: str) -> None:
    row = session.get(Pronunciation, word)
    if row is not None:
        session.delete(row)


def _given(written: str, phonemes: Phonemes) -> str:
    if _PHONEMES.fullmatch(written):
        return written
    plain = unmarked(written)
    if not _LETTERS.fullmatch(plain) or len(written) > LONGEST_SPELLING:
        raise WrongWord(WordFault.SPELLING)
    if not is_marked(written) or written.isupper():
        return plain
    stressed = with_stress(written, phonemes(plain))
    if stressed is None:
        raise WrongWord(WordFault.STRESS)
    return stressed
