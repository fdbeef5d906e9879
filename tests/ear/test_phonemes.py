"""Which of a word's pronunciations espeak-ng means by its own phonemes."""

from __future__ import annotations

import pytest

from tools.ear import lexicon
from tools.ear.voices.phonemes import agreeing, phonemes

WORDS = lexicon.read()


@pytest.mark.parametrize(
    ("word", "written", "phones"),
    [
        ("ноль", "n'ol;", "n oo ll"),
        ("ноль", "n'ol", "n oo l"),
        ("один", "Vd;'in_", "a dd ii n"),
        ("три", "t@-r;'I", "t rr ii"),
        ("двадцать", "dv'AdtsVt;", "d v aa c a tt"),
        ("одиннадцать", "Vd;'innVdtsVt;", "a dd ii n a c a tt"),
        ("щас", "S;'As", "sch aa s"),
    ],
)
def test_marks_double_sounds_and_unstressed_vowels_do_not_matter(
    word: str, written: str, phones: str
) -> None:
    assert agreeing(written, WORDS[word]) == tuple(phones.split())


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("десять", "d;is;'At;"),
        ("девять", "d;iv;'At;"),
        ("тридцать", "t@-r;idts'At;"),
        ("да", "n;'et"),
    ],
)
def test_another_stress_or_sound_is_no_pronunciation(word: str, written: str) -> None:
    assert agreeing(written, WORDS[word]) is None


def test_every_word_agrees_with_the_phonemes_it_is_given() -> None:
    usual = {word: said[0] for word, said in WORDS.items()}
    written = {word: phonemes([phones]).strip("[]") for word, phones in usual.items()}
    assert all(agreeing(written[word], [phones]) for word, phones in usual.items())
