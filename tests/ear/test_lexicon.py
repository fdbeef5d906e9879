"""The model's dictionary: what it says of a word, and that it knows what callers are asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.speech.understanding import KINDS, Kind, phrases
from tools.ear import lexicon
from tools.ear.lexicon import BadLexicon, Lexicon, marked, phones_of
from tools.ear.phones import STRESSED

REDUCED = {
    "пятьдесят": "pp i ss aa t",
    "шестьдесят": "sh y ss aa t",
    "сейчас": "sch aa s",
    "тысяча": "t yy sch a",
    "здравствуйте": "z d r aa s tt i",
}
"""As people say it who do not read aloud."""


@pytest.fixture(scope="module")
def shipped() -> Lexicon:
    return lexicon.read()


@pytest.mark.parametrize("kind", KINDS)
def test_every_word_of_every_question(shipped: Lexicon, kind: Kind) -> None:
    spelled = {word.replace("ё", "е") for word in shipped}
    assert [
        word for phrase in phrases(kind) for word in phrase.split() if word not in spelled
    ] == []


@pytest.mark.parametrize(("word", "phones"), REDUCED.items())
def test_reduced_forms(shipped: Lexicon, word: str, phones: str) -> None:
    assert tuple(phones.split()) in shipped[word]


def test_no_pronunciation_twice(shipped: Lexicon) -> None:
    assert [word for word, said in shipped.items() if len(set(said)) < len(said)] == []


def test_one_stress_at_most(shipped: Lexicon) -> None:
    stresses = {
        word: [sum(phone in STRESSED for phone in phones) for phones in said]
        for word, said in shipped.items()
    }
    assert {word for word, counts in stresses.items() if max(counts) > 1} <= COMPOUND


COMPOUND = frozenset({"пятьдесят", "писят", "пиисят", "восемь"})
"""«Пи-сят», where both are heard; «во-семь», where it is said with care."""


def test_written_as_it_was_read(shipped: Lexicon, tmp_path: Path) -> None:
    lexicon.write(tmp_path / "lexicon.txt", shipped)
    shipped_file = lexicon.MODEL / "lexicon.txt"
    assert (tmp_path / "lexicon.txt").read_bytes() == shipped_file.read_bytes()


@pytest.mark.parametrize("line", ["да", "да\t", "да\td q", "да\td aa |"])
def test_a_line_that_is_none(tmp_path: Path, line: str) -> None:
    (tmp_path / "lexicon.txt").write_text(line, "utf-8")
    with pytest.raises(BadLexicon, match="да"):
        lexicon.read(tmp_path / "lexicon.txt")


@pytest.mark.parametrize(
    ("word", "phones", "expected"),
    [
        ("оператор", "a pp i r aa t a r", "опера+тор"),
        ("четвёрка", "ch i t vv oo r k a", "четвёрка"),
        ("сейчас", "sch aa s", "сейчас"),
        ("да", "d aa", "да+"),
    ],
)
def test_the_mark_behind_the_stressed_vowel(word: str, phones: str, expected: str) -> None:
    assert marked(word, tuple(phones.split()), "+") == expected


def test_words_one_after_the_other() -> None:
    assert phones_of([("d", "aa"), ("nn", "ee", "t")]) == (
        *("SIL", "d", "aa"),
        *("_", "nn", "ee", "t", "SIL"),
    )
