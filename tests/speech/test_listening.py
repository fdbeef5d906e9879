"""Whatever is understood can be heard by the model that ships."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.speech.fillers import Filler
from ivr.speech.listening import (
    BESIDE_DIGITS,
    DICTATED,
    FILLERS,
    SINGLE_DIGITS,
    as_heard,
    beside,
    expected,
    one_by_one,
)
from ivr.speech.recogniser import Ear, Listener
from ivr.speech.understanding import KINDS, Kind, Listed, phrases
from ivr.speech.understanding.words import heard

ROOT = Path(__file__).parents[2]
SOURCES = [
    file for part in ("dialogue", "flows") for file in (ROOT / "ivr" / part).glob("*.py")
]
RUSSIAN = re.compile("[а-яё]{2}|[а-яё] [а-яё]")
OFFERED = (
    re.compile(r"Чтобы ([^.]+?), нажмите"),
    re.compile(r"скажите:? ([^.,?:]+?)(?: или нажмите|[.,])"),
    re.compile(r"(?:^|[.,?:] )([^.,?:]+?) – (?:один|два|три|четыре|пять|шесть|ноль)\b"),
)
NOON = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
DOCTORS = (
    Listed("терапевт", "Иванова", NOON),
    Listed("ЛОР", "Черных", NOON),
    Listed("офтальмолог", "Петренко", NOON),
    Listed("хирург", "Ким", NOON),
    Listed("педиатр", "Орлова", NOON),
)


@pytest.fixture(scope="module")
def ear() -> Ear:
    return Ear()


def grammar_phrases() -> Iterator[str]:
    """Russian strings in the code of the dialogue: sentences that are said stand elsewhere."""
    for source in SOURCES:
        tree = ast.parse(source.read_text("utf-8"))
        said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and id(node) not in said and RUSSIAN.search(text):
                yield text


def keywords() -> Iterator[str]:
    """What the prompts offer: «Чтобы отменить, нажмите два», «Уже здоровы – два»."""
    prompts = tomllib.loads((ROOT / "prompts" / "ru.toml").read_text("utf-8"))
    for state in prompts.values():
        for wordings in state.values():
            for text in (one for one in wordings.values() if isinstance(one, str)):
                yield from (found for offer in OFFERED for found in offer.findall(text))


@pytest.mark.parametrize("kind", KINDS)
def test_every_phrase_of_a_kind(ear: Ear, kind: Kind) -> None:
    assert ear.missing(phrases(kind)) == []


def test_the_doctors_of_the_demo(ear: Ear) -> None:
    assert ear.missing(phrases("visit", DOCTORS)) == []


@pytest.mark.parametrize(
    "said", ["к ивановой", "к терапевту", "у лора", "к киму", "к орловой", "окулисту"]
)
def test_doctors_in_the_case_that_callers_use(ear: Ear, said: str) -> None:
    listened = set(ear.grammar(expected("visit", DOCTORS), Filler.NONE))
    assert set(said.split()) <= listened | {"у"}


def test_every_phrase_of_the_dialogue(ear: Ear) -> None:
    found = [" ".join(heard(phrase).words) for phrase in grammar_phrases()]
    assert len(found) > 100
    assert ear.missing(found) == []


def test_forms_that_sound_alike_are_heard_as_one() -> None:
    assert as_heard(("готова", "готов", "готово")) == ("готов", "готово")
    assert "до свиданья" not in expected("command")
    assert "до свидания" in expected("command")


def test_every_keyword_of_the_prompts(ear: Ear) -> None:
    found = [" ".join(heard(phrase).words) for phrase in keywords()]
    assert "отменить" in found
    assert {"поездка или работа", "да", "записали", "помощь"} <= set(found)
    assert ear.missing(found) == []


@pytest.mark.parametrize("kind", KINDS)
def test_vosk_warns_of_nothing(ear: Ear, kind: Kind, capfd: pytest.CaptureFixture[str]) -> None:
    Listener(ear, expected(kind, DOCTORS), FILLERS[kind]).result()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", sorted(DICTATED))
def test_nothing_sounds_like_a_digit(kind: Kind) -> None:
    listened = expected(kind)
    assert not {"все", "плюс", "июнь", "писят"} & set(listened)
    assert listened.count("семь") > listened.count("семерка") > listened.count("вернее") == 1


def test_single_digits_only() -> None:
    listened = one_by_one(("оператор", "не слышу"), ("все спасибо", "полиса нет"))
    digits = [word for word in listened if word in SINGLE_DIGITS]
    nothing_more = listened.count("")
    assert nothing_more == 6 * len(digits)
    assert len(digits) > 20 * (len(listened) - nothing_more - len(digits))
    assert {*BESIDE_DIGITS, "оператор", "не слышу", "полиса нет"} <= set(listened)
    assert not {"десять", "пятнадцать", "все спасибо"} & set(listened)


def test_what_sounds_like_a_digit_is_no_command_beside_digits() -> None:
    assert beside(("все", "как", "с человеком", "как как")) == ("с человеком", "как как")
