"""How each question is heard: whatever is understood can be heard, and the other way round."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from ivr.dialogue.answers import Command, HeardOtherwise, command_in
from ivr.dialogue.hearings import URGENT, WORDS
from ivr.dialogue.turns import Keys
from ivr.rendering import Prompts
from ivr.speech.fillers import Filler
from ivr.speech.recogniser import Ear
from ivr.speech.understanding import KINDS, command, commands_said, phrases, request_fillers
from ivr.speech.understanding.words import table
from tests.dialogue.questions import FIRST_PAGE, NO_QUESTIONS, QUESTIONS

ASKED = sorted(QUESTIONS)
PROMPTS = Prompts.load()
NUMBERS = {"один": "1", "два": "2", "три": "3", "четыре": "4", "пять": "5", "ноль": "0"}
OFFER = re.compile(r"(?:^|[.,?:] )([^.,?:]+?) – (один|два|три|четыре|пять|ноль)\b")
SAY = re.compile(r"скажите:? ([а-яё ]+?)(?: или нажмите (один|два|ноль))?[.,]")
CONFIRMATIONS = {"cancel.sure", "cancel.pass_on", "undo.sure", "undo.offer", "undo.request"}
YES_NO = CONFIRMATIONS | {
    *("universal.emergency", "universal.bye", "identify.is_it", "identify.nine"),
    "person.is_it",
    *("person.call_back", "person.this_number"),
}
LISTS = {prompt for prompt in QUESTIONS if prompt.startswith("visits.") and "or" in prompt} | {
    *("visits.which", "visits.which_of_two", "visits.which_of_three"),
}
LISTS -= {"visits.broken_off", "visits.no_others"}


@pytest.fixture(scope="module")
def ear() -> Ear:
    return Ear()


def test_every_question_by_voice_is_here() -> None:
    asked = {prompt for prompt in PROMPTS.ids() if "voice" in PROMPTS.kinds(prompt)}
    assert asked - NO_QUESTIONS == set(QUESTIONS)


def test_the_model_knows_every_phrase_of_every_question(ear: Ear) -> None:
    said = {phrase for answer in QUESTIONS.values() for phrase in answer.hearing().phrases}
    assert ear.missing(sorted(said)) == []


@pytest.mark.parametrize("prompt", ASKED)
def test_whatever_can_be_heard_is_understood(prompt: str) -> None:
    answer = QUESTIONS[prompt]
    lost = [
        phrase
        for phrase in dict.fromkeys(answer.hearing().phrases)
        if phrase.removeprefix("я ") not in BESIDE
        and command_in(phrase) is None
        and answer.from_words(phrase) is None
    ]
    assert not set(lost) - PARTS


def _beside() -> Iterator[str]:
    """What is said around an answer."""
    yes_no = table("yes_no")
    yield from request_fillers()
    yield from ("не", "не надо", "не нужно")
    for name in ("hedges", "fillers", "beside_deeds", "asides", "neither_cancel", "no_answers"):
        yield from yes_no[name]


BESIDE = frozenset(_beside())
PARTS = frozenset(
    phrase
    for kind in KINDS
    if kind in ("digits", "birth-date", "visit")
    for phrase in phrases(kind, FIRST_PAGE.listed())
)
"""Parts of numbers, dates and names of visits: the library's own tests put them together."""


@pytest.mark.parametrize("prompt", ASKED)
def test_whatever_is_offered_is_understood(prompt: str) -> None:
    answer = QUESTIONS[prompt]
    for kind, text in PROMPTS.kinds(prompt).items():
        for words, key in (*OFFER.findall(text), *SAY.findall(text)):
            if not kind.startswith("voice") and not key:
                continue
            by_words = answer.from_words(words)
            if key in ("ноль", "") and by_words is None:
                assert command_in(words) is not None, words
            elif key:
                assert by_words == answer.from_keys(Keys(NUMBERS[key])), words


@pytest.mark.parametrize("prompt", ASKED)
def test_a_command_is_heard_in_every_question(prompt: str) -> None:
    listened = set(QUESTIONS[prompt].hearing().phrases)
    assert {"оператор", "скорая", "повторите", "назад", "подождите", "громче"} <= listened
    assert {command_in(phrase) for phrase in commands_said(WORDS)} >= set(Command)


@pytest.mark.parametrize("prompt", ASKED)
def test_an_emergency_and_a_person_are_heard_in_any_words(prompt: str) -> None:
    answer = QUESTIONS[prompt]
    urgent = set(commands_said(URGENT))
    assert {"боль в груди", "с человеком", "не слышу"} <= urgent
    assert urgent <= set(answer.hearing().phrases)
    if isinstance(answer, HeardOtherwise):
        assert urgent <= set(answer.again().hearing().phrases)


@pytest.mark.parametrize("prompt", ASKED)
def test_how_the_kinds_of_question_are_heard(prompt: str) -> None:
    hearing = QUESTIONS[prompt].hearing()
    assert hearing.strict == (prompt in CONFIRMATIONS)
    assert (hearing.alternatives > 0) == (prompt in LISTS)
    assert not (hearing.early and hearing.strict)
    if prompt in YES_NO:
        assert hearing.filler is Filler.STRICT
        assert not hearing.barge_in
        assert hearing.pause == (0.9 if prompt in CONFIRMATIONS else 0.7)
        assert not hearing.whole("да")
        assert not hearing.whole("да да")
        assert not hearing.whole("")


def test_early_and_whole_answers() -> None:
    bye = QUESTIONS["universal.bye"].hearing()
    assert bye.early
    assert bye.whole("нет")
    assert bye.whole("да конечно")
    assert QUESTIONS["visits.menu"].hearing().whole("отменить")
    assert not QUESTIONS["visits.menu"].hearing().whole("ну")
    more = QUESTIONS["goodbye.anything_else_undo"]
    assert more.from_words("нет") == "finish"
    assert not more.hearing().whole("нет")
    assert more.hearing().whole("нет верните запись")
    policy = QUESTIONS["identify.last_six"].hearing()
    assert (policy.pause, policy.pause_when_whole) == (2.0, 0.6)
    assert policy.whole("ноль ноль ноль ноль семнадцать")
    assert not policy.whole("ноль ноль ноль ноль восемнадцать")
    assert not policy.whole("семь семь семь шесть")
    whole = "три семерки шесть пятнадцать ноль восемь девяносто четыре ноль ноль ноль ноль"
    assert policy.whole(f"{whole} семнадцать")
    assert (
        QUESTIONS["person.number"]
        .hearing()
        .whole("девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь")
    )
    assert QUESTIONS["identify.birth_date"].hearing().pause == 1.2
    assert not QUESTIONS["cancel.sure"].hearing().whole("да отменить")


def test_a_wish_that_means_nothing_here_is_not_listened_for() -> None:
    assert command("проверить код") == "status"
    assert "статус отмены" not in QUESTIONS["visits.menu"].hearing().phrases
    assert "перенести" in QUESTIONS["visits.menu"].hearing().phrases
    assert "перенести" not in QUESTIONS["cancel.sure"].hearing().phrases
    assert "отменить запись" in QUESTIONS["visits.menu"].hearing().phrases
    assert "отменить запись" not in QUESTIONS["universal.bye"].hearing().phrases
