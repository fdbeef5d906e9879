"""`ivr understand`: what an answer's words would be taken for."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ivr.__main__ import main
from tests.telephony.lines import environment

NOW = "2026-11-23T12:00"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith(("IVR_", "TWILIO_")):
            monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture
def clinic(folder: Path) -> dict[str, str]:
    """The settings of a line that has the demo clinic."""
    env = environment(f"sqlite:///{folder}/line.db")
    run(env, "demo-data", "--now", NOW)
    return env


def run(env: dict[str, str], *words: str) -> Result:
    return CliRunner().invoke(main, list(words), env=env)


def understood(env: dict[str, str], text: str, kind: str, *more: str) -> dict[str, Any]:
    result = run(env, "understand", text, "--expect", kind, "--now", NOW, "--json", *more)
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


@pytest.mark.parametrize(
    ("text", "kind", "value", "readings"),
    [
        ("сорок пять", "digits", "45", ["45", "405"]),
        ("", "digits", None, []),
        ("тридцать восемь ноль четыре семнадцать", "code", "380417", ["380417", "3080417"]),
        ("ноль ноль ноль ноль один семь", "policy", "000017", ["000017"]),
        ("пятое марта сорок восьмого", "birth-date", "1948-03-05", ["1948-03-05"]),
        ("первое мая двадцать второго", "birth-date", None, ["2022-05-01", "1922-05-01"]),
        ("да", "yes-no", True, [True]),
        ("да нет", "yes-no", False, [False]),
        ("не знаю", "yes-no", None, []),
        ("погромче", "command", "louder", ["louder"]),
        ("семь", "command", None, []),
    ],
)
def test_it_needs_no_database_and_no_keys(
    folder: Path, text: str, kind: str, value: object, readings: list[object]
) -> None:
    assert understood({}, text, kind) == {"value": value, "readings": readings}
    assert list(folder.iterdir()) == []


def test_in_words(folder: Path) -> None:
    assert run({}, "understand", "два нуля", "--expect", "digits").stdout == (
        "00\nreadings: 00, 20\n"
    )
    assert run({}, "understand", "не знаю", "--expect", "yes-no").stdout == "not understood\n"
    assert run({}, "understand", "да", "--expect", "yes-no").stdout == "true\n"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("к хирургу", 3),
        ("Черных", 2),
        ("терапевт Иванова", 1),
        ("все", [1, 2, 3]),
        ("послезавтра", 1),
        ("к кардиологу", None),
    ],
)
def test_a_visit_is_chosen_from_the_callers_list(
    clinic: dict[str, str], text: str, value: object
) -> None:
    answer = understood(clinic, text, "visit", "--from", "8 937 987-65-43")
    assert answer["value"] == value


def test_of_a_relative_the_own_visits_are_listed(clinic: dict[str, str]) -> None:
    assert understood(clinic, "все", "visit", "--from", "+79161234567")["value"] == [1, 2]
    assert understood(clinic, "все", "visit", "--from", "+79990000000")["value"] is None
    shared = understood(clinic, "все", "visit", "--from", "+74951234567")
    assert shared["value"] == [1, 2, 3]


def test_the_number_tells_which_policies_are_likely(clinic: dict[str, str]) -> None:
    words = (
        "семь семь семь шесть один пять ноль восемь девять четыре два нуля ноль ноль один семь"
    )
    answer = understood(clinic, words, "policy", "--from", "+79161234567")
    assert answer["value"] == "7776150894000017"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("завтра", "--expect", "visit"), "--from"),
        (("завтра", "--expect", "visit", "--from", "12"), "telephone"),
        (("пять", "--expect", "digits", "--now", "noon"), "ISO"),
        (("пять", "--expect", "date"), "--expect"),
        (("завтра", "--expect", "visit", "--from", "+79161234567"), "IVR_SECRET_KEY"),
    ],
)
def test_what_is_missing_is_said(folder: Path, words: tuple[str, ...], complaint: str) -> None:
    result = run({}, "understand", *words)
    assert result.exit_code == 2
    assert complaint in result.stderr
