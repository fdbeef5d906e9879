"""Whatever is understood can be heard: the recogniser's phrases come from the same tables."""

from __future__ import annotations

import re

import pytest

from ivr.speech.specialties import specialties
from ivr.speech.understanding import KINDS, command, digits, phrases, visits, yes_no
from tests.speech.understanding import test_commands, test_dictation
from tests.speech.understanding.test_vectors import (
    BIRTH_DATES,
    COMMANDS,
    FRAGMENTS,
    LISTED,
    POLICIES,
    TODAY,
    YES_NO,
)

TALK_TO_OTHERS = {"коль", "где"}


def words_of(kind: str) -> set[str]:
    return {
        word
        for each in KINDS
        if each == kind
        for line in phrases(each)
        for word in line.split()
    }


@pytest.mark.parametrize("kind", KINDS)
def test_phrases_are_plain_and_said_once(kind: str) -> None:
    for each in KINDS:
        if each == kind:
            said = phrases(each)
            assert len(said) == len(set(said))
            assert all(re.fullmatch(r"[а-я]+( [а-я]+)*", phrase) for phrase in said)


@pytest.mark.parametrize(
    ("kind", "table"),
    [
        ("policy", POLICIES),
        ("digits", FRAGMENTS),
        ("birth-date", BIRTH_DATES),
        ("yes-no", YES_NO),
        ("command", COMMANDS),
    ],
)
def test_the_words_of_the_vectors_can_be_heard(kind: str, table: list[object]) -> None:
    known = words_of(kind)
    for row in table:
        said = row.values[0]  # type: ignore[attr-defined]
        words = set(re.findall(r"[а-я]+", said.lower().replace("ё", "е")))
        assert words <= known | {"даже", "вы", "робот", "роботом", "разговаривать"}, said


def test_the_words_of_a_dictation_can_be_heard() -> None:
    rows = (
        *test_dictation.PLAIN,
        *test_dictation.MULTIPLES,
        *test_dictation.REDUCED,
        *test_dictation.AROUND,
        *test_dictation.CORRECTED,
    )
    said = " ".join(words for words, _ in rows).lower().replace("ё", "е")
    assert set(re.findall(r"[а-я]+", said)) <= words_of("digits") | TALK_TO_OTHERS


def test_every_phrase_of_a_yes_and_of_a_command_is_understood_or_harmless() -> None:
    assert {yes_no(phrase) for phrase in phrases("yes-no")} == {True, False, None}
    wanted = {command(phrase) for phrase in phrases("command")}
    assert wanted == {*test_commands.SAID, None}


def test_numbers_are_understood_word_by_word() -> None:
    assert all(digits(word) for word in ("ноль", "пятерка", "писят", "двести", "тыща"))


def test_of_doctors_only_those_in_the_list() -> None:
    said = phrases("visit", LISTED)
    assert {"терапевт", "лор", "иванова", "петренко", "окулист"} <= set(said)
    assert "кардиолог" not in said
    assert {"кардиолог", "педиатр"} <= set(phrases("visit"))


def test_every_listed_doctor_can_be_named_as_the_phrases_say() -> None:
    said = " ".join(phrases("visit", LISTED)).split()
    for words in (
        "к терапевту",
        "к окулисту",
        "окулиста",
        "ивановой",
        "к глазному",
        "к черных",
    ):
        assert set(words.split()) <= set(said), words
        assert visits(words, LISTED, TODAY), words
    assert len(specialties()) == 76
