from __future__ import annotations

from collections.abc import Iterator

import pytest

from ivr.speech.pronunciation import pronounced
from ivr.speech.stress import is_marked, unmarked, with_stress
from ivr.speech.synthesis import Espeak, Synthesizer


@pytest.fixture(scope="module")
def espeak() -> Iterator[Espeak]:
    espeak = Espeak()
    yield espeak
    espeak.close()


@pytest.mark.parametrize(
    ("spelling", "wanted"),
    [
        ("Черны́х", "[[tS;ern'yx]]"),
        ("черн+ых", "[[tS;ern'yx]]"),
        ("чернЫх", "[[tS;ern'yx]]"),
        ("Ивано́в", "[[IvAn'of]]"),
        ("га́лушкин", "[[g'aluSk;in_]]"),
        ("нефро́лог", "[[n;if@-r'olok]]"),
        ("черных", None),
        ("чЕрнЫх", None),
        ("мск+", None),
    ],
)
def test_the_marked_vowel_is_stressed(
    espeak: Espeak, spelling: str, wanted: str | None
) -> None:
    assert with_stress(spelling, espeak.phonemes(unmarked(spelling))) == wanted


def test_what_is_marked() -> None:
    assert [is_marked(word) for word in ("Черных", "ЧЕРНЫХ", "черн+ых", "Черны́х")] == [
        False,
        True,
        True,
        True,
    ]


def test_the_sound_is_another(espeak: Espeak) -> None:
    spelt = with_stress("черн+ых", espeak.phonemes("черных"))
    own = {"черных": str(spelt)}
    said = [Synthesizer(espeak, own=lambda own=own: own).wav("Черных.") for own in ({}, own)]  # type: ignore[misc]
    assert said[0] != said[1]


def test_the_clinics_own_words_count_first() -> None:
    own = {"лор": "отоларинголог", "петров": "петр+ов"}
    assert pronounced("ЛОР Петров-Иванов", own) == "отоларинголог петр+ов-Иванов"
    assert pronounced("ЛОР") == "лор"


def test_a_changed_word_is_heard_at_once(espeak: Espeak) -> None:
    own: dict[str, str] = {}
    voice = Synthesizer(espeak, own=lambda: own)
    before = voice.wav("Ким.")
    own["ким"] = "ким-ким"
    assert voice.wav("Ким.") != before
