"""One of the visits that were read out, by key and by words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.dialogue.answers import Command, Unclear
from ivr.dialogue.call import PATIENT, Ask
from ivr.dialogue.choosing import Picked
from ivr.dialogue.questions import Question
from ivr.dialogue.turns import Keys, Utterance
from ivr.flows.visits import VISIT_MENU
from ivr.speech.understanding import command
from tests.dialogue.questions import BOOKED, FIRST_PAGE, SECOND_PAGE, TWO, menu, visit

MORE = Picked(None)
TABLE: list[tuple[str, Picked | tuple[int, ...] | None]] = [
    ("первую", Picked(0)),
    ("номер два пожалуйста", Picked(1)),
    ("третья", Picked(2)),
    ("к хирургу", Picked(2)),
    ("отмените к хирургу", Picked(2, "cancel")),
    ("ну отмените пожалуйста запись к терапевту", Picked(0, "cancel")),
    ("не отменяйте к хирургу", None),
    ("ни одну", None),
    ("ни одной", None),
    ("никакую не отменяйте", None),
    ("не надо первую", None),
    ("не отменяйте первую", None),
    ("не отменяйте запись к хирургу", None),
    ("первую не надо", None),
    ("первую запись не надо пожалуйста", None),
    ("к терапевту не нужно", None),
    ("вторую не отменяйте", None),
    ("вторую не трогайте", None),
    ("первую не надо вторую", None),
    ("не надо отменять первую", None),
    ("первую не надо, вторую отмените", Picked(1, "cancel")),
    ("не надо первую а вторую", Picked(1)),
    ("не надо терапевта, хирурга отмените", Picked(2, "cancel")),
    ("отменить не надо", None),
    ("отмена не нужна", None),
    ("ничего не надо", None),
    ("к иванову", Picked(0)),
    ("послезавтра", Picked(0)),
    ("на шестнадцатое декабря в шестнадцать тридцать", Picked(4)),
    ("к петренко", Picked(4)),
    ("на среду", (0, 1, 2, 3, 4)),
    ("к черных", (1, 3)),
    ("отмените к черных", (1, 3)),
    ("отменить", (0, 1, 2)),
    ("шестнадцатого декабря", (3, 4)),
    ("четыре", MORE),
    ("остальные", MORE),
    ("пятая", None),
    ("к окулисту в понедельник", None),
    ("отмените к педиатру", None),
    ("не знаю", None),
    ("перенесите", (0, 1, 2)),
    ("отменить не надо, перенесите", None),
    ("отменить не надо перенести к хирургу", None),
    ("перенесите к хирургу", Picked(2, "reschedule")),
    ("перенести на второе декабря", (0, 1, 2)),
    ("перенесите пожалуйста запись на второе декабря в десять тридцать", (0, 1, 2)),
    ("перенести на среду утром", (0, 1, 2)),
    ("перенести на послезавтра", (0, 1, 2)),
    ("на второе декабря перенесите", (0, 1, 2)),
    ("перенести терапевта на второе декабря", Picked(0, "reschedule")),
    ("перенесите на второе декабря терапевта", Picked(0, "reschedule")),
    ("перенести второе декабря на девятое", Picked(1, "reschedule")),
    ("перенести со второго декабря на девятое декабря", Picked(1, "reschedule")),
    ("перенести на девятое декабря со второго", Picked(1, "reschedule")),
    ("отменить на второе декабря", Picked(1, "cancel")),
    ("не перенести, а отменить к хирургу", Picked(2, "cancel")),
    ("", None),
]


@pytest.mark.parametrize(("words", "value"), TABLE)
def test_a_choice_on_the_first_page(words: str, value: Picked | tuple[int, ...] | None) -> None:
    match FIRST_PAGE.from_words(words):
        case Unclear(readings=readings):
            assert tuple(one.place for one in readings) == value
            assert {one.wish for one in readings} == {command(words) or ""}
        case understood:
            assert understood == value


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("первая", Picked(3)),
        ("вторую", Picked(4)),
        ("третью", None),
        ("хирург", Picked(2)),
        ("дальше", MORE),
    ],
)
def test_the_second_page_counts_from_one(words: str, value: Picked | None) -> None:
    assert SECOND_PAGE.from_words(words) == value


def test_the_keys_of_a_page() -> None:
    assert SECOND_PAGE.from_keys(Keys("1")) == Picked(3)
    assert SECOND_PAGE.from_keys(Keys("3")) is None
    assert SECOND_PAGE.from_keys(Keys("4")) == MORE
    assert TWO.from_keys(Keys("4")) is None


def test_between_two_that_fit_only_those_two_are_meant() -> None:
    unclear = FIRST_PAGE.from_words("отмените к черных")
    assert isinstance(unclear, Unclear)
    between = FIRST_PAGE.between(unclear.readings)
    assert [spoken.prompt for spoken in between.speech] == [
        "visits.unclear", "visits.item", "visits.item", "visits.which",
    ]  # fmt: skip
    assert [spoken.values["visit"] for spoken in between.speech[1:3]] == [BOOKED[1], BOOKED[3]]
    assert between.answer.from_words("кардиолог") == Picked(3, "cancel")
    assert between.answer.from_words("вторая") == Picked(3, "cancel")
    assert between.answer.from_keys(Keys("1")) == Picked(1, "cancel")
    assert between.answer.from_words("терапевт") is None
    assert between.answer.from_words("третья") is None
    assert between.answer.from_words("отменить") is None


@pytest.mark.parametrize(
    ("utterance", "understood"),
    [
        (Utterance("не знаю", alternatives=("кто там", "вторая", "третья")), Picked(1)),
        (Utterance("первая", alternatives=("вторая",)), Picked(0)),
        (Utterance("ну", alternatives=("оператор",)), None),
        (Utterance("оператор", alternatives=("вторая",)), Command.OPERATOR),
        (Utterance("вторая", foreign=True, alternatives=("вторая",)), None),
    ],
)
def test_other_results_count_where_the_best_says_nothing(
    utterance: Utterance, understood: object
) -> None:
    assert Question(Ask("which", FIRST_PAGE, PATIENT)).understand(utterance) == understood


def test_too_many_to_be_numbered_are_not_understood() -> None:
    seven = tuple(visit("терапевт", "Иванова", f"2026-12-0{n}T10:00") for n in range(1, 8))
    which = replace(FIRST_PAGE, booked=seven)
    assert which.from_words("терапевт") is None
    assert which.from_words("первая") == Picked(0)


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("отменить", "cancel"),
        ("отменить пожалуйста", "cancel"),
        ("не приду", "cancel"),
        ("перенесите на другой день", "reschedule"),
        ("не отменить а перенести", "reschedule"),
        ("отменить или перенести", None),
        ("отменить не надо", None),
        ("отменить не надо, перенесите", None),
        ("отменить не надо лучше перенести", None),
        ("перенести не надо, отмените", None),
        ("перенести не надо отменить", None),
        ("перенести а отменить не надо", "reschedule"),
        ("отмена не нужна", None),
        ("отменить запись не нужно", None),
        ("не отменяйте", None),
        ("не надо отменить", None),
        ("отменить приём не стоит", None),
        ("отменить не хочу", None),
        ("как пройти не надо", None),
        ("закончить", "finish"),
    ],
)
def test_what_is_wanted_of_a_visit(words: str, wish: str | None) -> None:
    assert menu(VISIT_MENU).from_words(words) == wish
