"""The engine with small flows of its own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.clinic.actions import Action, AskClinicInfo, ClinicInfo, MarkCodeHeard
from ivr.dialogue.answers import Menu, Option
from ivr.dialogue.call import Call, Flow, Script, Wanted
from ivr.dialogue.conversation import Conversation, FlowChanged, Line
from ivr.dialogue.entries import Digits
from ivr.dialogue.turns import (
    Dial,
    DialEnded,
    HangUp,
    Heard,
    Keys,
    Listen,
    NoInput,
    Outcome,
    Turn,
    Utterance,
)

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
AB = Menu({"1": Option("a"), "2": Option("b")}, result=str)


async def hand_over(call: Call, wanted: Wanted) -> None:
    await call.say(f"wanted.{wanted.value}")
    if await call.transfer():
        await call.reached(Outcome.TRANSFERRED)
        await call.end()


@dataclass
class Desk:
    """Performs every action and remembers them."""

    done: list[Action[Any]] = field(default_factory=list)

    def perform(self, action: Action[Any], _line: int) -> Any:
        self.done.append(action)
        return ClinicInfo("", ()) if isinstance(action, AskClinicInfo) else True


@dataclass
class Table:
    """A conversation that is forgotten and read back between any two turns."""

    flow: Flow
    desk: Desk = field(default_factory=Desk)
    lines: list[Line] = field(default_factory=list)

    def conversation(self) -> Conversation:
        script = Script(self.flow, hand_over)
        return Conversation(script, NOW, self.lines, self.desk.perform)

    def begin(self) -> Turn:
        conversation = self.conversation()
        turn = conversation.turn()
        self.lines = conversation.lines
        return turn

    def hear(self, heard: Heard, after: timedelta = timedelta()) -> Turn:
        conversation = self.conversation()
        turn = conversation.hear(heard, NOW + after)
        self.lines = conversation.lines
        assert self.conversation().turn() == turn
        return turn


def prompts(turn: Turn) -> list[str]:
    return [
        spoken.prompt if spoken.kind == "text" else f"{spoken.prompt}/{spoken.kind}"
        for spoken in turn.speech
    ]


async def two_questions(call: Call) -> None:
    await call.say("hello")
    first = await call.ask("first", AB)
    await call.do(AskClinicInfo())
    second = await call.ask("second", AB)
    await call.say(f"got.{first}{second}")
    await call.reached(Outcome.TOLD)


def test_a_flow_reads_like_its_dialogue() -> None:
    table = Table(two_questions)
    assert prompts(table.begin()) == ["hello", "first"]
    assert prompts(table.hear(Keys("1"))) == ["second"]
    last = table.hear(Keys("2"))
    assert prompts(last) == ["got.ab"]
    assert last.then == HangUp(Outcome.TOLD)
    assert table.hear(Keys("1")) == last
    assert len(table.desk.done) == 1


def test_silence_and_misunderstanding_are_counted_apart() -> None:
    table = Table(two_questions)
    table.begin()
    assert prompts(table.hear(NoInput())) == ["first/noinput1"]
    assert prompts(table.hear(Keys("5"))) == [
        "universal.nomatch",
        "universal.help",
        "first/nomatch1",
    ]
    assert prompts(table.hear(NoInput())) == ["universal.no_tones", "first/noinput1"]
    assert prompts(table.hear(Keys("5"))) == ["universal.nomatch", "first/nomatch2"]
    left = table.hear(NoInput())
    assert prompts(left) == ["wanted.silent"]
    assert isinstance(left.then, Dial)
    assert prompts(table.hear(DialEnded(answered=False))) == ["first"]


@pytest.mark.parametrize("heard", [Keys("0"), Utterance("Оператор!")])
def test_a_person_is_reached_from_every_question(heard: Heard) -> None:
    table = Table(two_questions)
    table.begin()
    table.hear(Keys("1"))
    assert isinstance(table.hear(heard).then, Dial)
    assert table.hear(DialEnded(answered=True)).then == HangUp(Outcome.TRANSFERRED)


def test_back_asks_the_question_before_again() -> None:
    table = Table(two_questions)
    table.begin()
    table.hear(Keys("5"))
    table.hear(Keys("1"))
    assert prompts(table.hear(Keys("#"))) == ["hello", "first"]
    table.hear(Keys("2"))
    assert prompts(table.hear(Keys("2"))) == ["got.bb"]


def test_back_at_the_first_question_repeats_it() -> None:
    table = Table(two_questions)
    table.begin()
    assert prompts(table.hear(Keys("#"))) == ["hello", "first"]


async def does_something(call: Call) -> None:
    await call.ask("first", AB)
    await call.do(MarkCodeHeard("380417"))
    await call.ask("second", AB)


def test_back_never_goes_past_something_done() -> None:
    table = Table(does_something)
    table.begin()
    table.hear(Keys("1"))
    assert prompts(table.hear(Keys("#"))) == ["second"]
    assert len(table.desk.done) == 1


async def digits_then_menu(call: Call) -> None:
    await call.ask("digits", Digits(6))
    await call.ask("menu", AB)
    await call.ask("last", AB)


def test_a_hash_right_behind_digits_that_ended_by_count_is_dropped() -> None:
    table = Table(digits_then_menu)
    table.begin()
    table.hear(Keys("000017", "count"))
    assert prompts(table.hear(Keys("", "hash"))) == ["menu"]
    assert prompts(table.hear(Keys("#"))) == ["digits"]


def test_digits_that_were_not_understood_are_listened_for_one_by_one() -> None:
    table = Table(digits_then_menu)
    table.begin()
    for heard, listened in (
        (NoInput(), True),
        (Utterance("абракадабра"), False),
        (NoInput(), False),
    ):
        then = table.hear(heard).then
        assert isinstance(then, Listen)
        assert then.hearing is not None
        assert ("пятнадцать" in then.hearing.phrases) == listened


@pytest.mark.parametrize(
    ("keys", "closed"), [("0", "hash"), ("0", "pause"), ("0#", "count"), ("0", "count")]
)
def test_a_lone_zero_among_digits_wants_a_person(keys: str, closed: Any) -> None:
    table = Table(digits_then_menu)
    table.begin()
    assert isinstance(table.hear(Keys(keys, closed)).then, Dial)


def test_only_the_first_of_several_keys_counts_in_a_menu() -> None:
    table = Table(two_questions)
    table.begin()
    assert prompts(table.hear(Keys("12"))) == ["second"]


def test_waiting_is_a_minute_long() -> None:
    table = Table(two_questions)
    table.begin()
    then = table.hear(Utterance("подождите")).then
    assert isinstance(then, Listen)
    assert then.no_input_timeout == 60


def test_slower_and_louder_are_counted_wherever_they_were_said() -> None:
    table = Table(two_questions)
    table.begin()
    table.hear(Keys("7"))
    table.hear(Keys("9"))
    table.hear(Keys("1"))
    table.hear(Keys("7"))
    table.hear(Keys("#"))
    assert table.conversation().wishes == (-2, 1)


def test_ten_minutes_lead_to_a_person() -> None:
    table = Table(two_questions)
    table.begin()
    left = table.hear(Keys("1"), after=timedelta(minutes=10))
    assert prompts(left) == ["wanted.guard"]


def test_sixty_turns_lead_to_a_person() -> None:
    table = Table(two_questions)
    turn = table.begin()
    while not isinstance(turn.then, Dial):
        turn = table.hear(Keys("*"))
    assert turn.number == 61


async def other_question(call: Call) -> None:
    await call.ask("another", AB)


async def other_action(call: Call) -> None:
    await call.ask("first", AB)
    await call.do(MarkCodeHeard("1"))
    await call.ask("second", AB)


@pytest.mark.parametrize("changed", [other_question, other_action])
def test_a_flow_that_does_not_fit_its_transcript_does_nothing(changed: Flow) -> None:
    table = Table(two_questions)
    table.begin()
    table.hear(Keys("1"))
    table.flow = changed
    done = list(table.desk.done)
    with pytest.raises(FlowChanged):
        table.conversation().hear(Keys("1"), NOW)
    assert table.desk.done == done


def test_a_back_past_what_by_now_counts_as_done_does_not_fit() -> None:
    table = Table(two_questions)
    table.begin()
    table.hear(Keys("1"))
    table.hear(Keys("#"))
    assert [line.kind for line in table.lines[-2:]] == ["heard", "back"]
    table.lines = [
        replace(line, name="MarkCodeHeard") if line.kind == "did" else line
        for line in table.lines
    ]
    conversation = table.conversation()
    with pytest.raises(FlowChanged):
        conversation.hear(Keys("1"), NOW)
    assert prompts(conversation.fail(Keys("1"))) == ["failure.mistake"]
    table.lines = conversation.lines
    assert table.conversation().failed


def test_the_apology_names_the_code_of_what_was_done() -> None:
    table = Table(two_questions)
    table.begin()
    receipt = {"how": "done", "receipt": {"code": "380417"}}
    table.lines.append(Line(3, 1, "did", "CancelVisit", receipt))
    conversation = table.conversation()
    turn = conversation.fail(Keys("1"))
    assert prompts(turn) == ["failure.cancelled", "failure.mistake"]
    assert turn.speech[0].values == {"code": "380417"}
    assert isinstance(turn.then, Dial)
    table.lines = conversation.lines
    after = table.conversation()
    assert after.failed
    assert after.after_failure(None) == turn
    last = after.after_failure(DialEnded(answered=False))
    assert prompts(last) == ["failure.no_answer", "goodbye.bye"]
    assert last.then == HangUp(Outcome.CANCELLED)


def test_the_apology_does_not_name_what_was_brought_back() -> None:
    table = Table(two_questions)
    table.begin()
    receipt = {"how": "processing", "receipt": {"code": "380417"}}
    table.lines.append(Line(3, 1, "did", "CancelVisit", receipt))
    assert prompts(table.conversation().fail(None)) == ["failure.requested", "failure.mistake"]
    table.lines.append(Line(4, 1, "did", "UndoCancellation", "restored"))
    assert prompts(table.conversation().fail(None)) == ["failure.mistake"]


def test_a_result_of_another_shape_is_a_changed_flow() -> None:
    table = Table(two_questions)
    table.begin()
    table.hear(Keys("1"))
    table.lines = [
        Line(one.number, one.turn, one.kind, one.name, {"address": 5})
        if one.kind == "did"
        else one
        for one in table.lines
    ]
    with pytest.raises(FlowChanged):
        table.conversation().turn()


async def digits_then_date(call: Call) -> None:
    await call.ask("digits", Digits(16, may_be_empty=True, patience=3))
    await call.ask("more", Digits(6, may_be_empty=True))


def test_a_hash_behind_the_last_digit_is_no_answer_to_the_next_question() -> None:
    table = Table(digits_then_date)
    table.begin()
    table.hear(Keys("7776150894000017", "count"))
    assert prompts(table.hear(Keys("", "hash"))) == ["more"]
    assert isinstance(table.hear(Keys("", "hash")).then, HangUp)


def test_silences_while_something_is_looked_for_count_as_one() -> None:
    table = Table(digits_then_date)
    table.begin()
    assert prompts(table.hear(NoInput())) == []
    assert prompts(table.hear(NoInput())) == []
    assert prompts(table.hear(NoInput())) == ["more"]


ANYTHING = st.one_of(
    st.builds(Keys, st.text("0123456789*#", max_size=18)),
    st.builds(Keys, st.text("0123456789*#", max_size=18), st.just("hash")),
    st.just(NoInput()),
    st.builds(Utterance, st.sampled_from(["да", "нет", "назад", "повтори", "громче", "шум"])),
    st.builds(DialEnded, st.booleans()),
)


async def everything(call: Call) -> None:
    while True:
        entry = await call.ask("digits", Digits(6, may_be_empty=True))
        await call.do(AskClinicInfo())
        sure = await call.confirm("sure") if entry.digits else False
        if sure:
            await call.do(MarkCodeHeard(entry.digits))
            await call.ask("more", AB)


@given(st.lists(ANYTHING, max_size=40))
def test_no_input_breaks_a_replay(heard: list[Heard]) -> None:
    table = Table(everything)
    turn = table.begin()
    for one in heard:
        turn = table.hear(one)
        assert turn.speech or isinstance(turn.then, HangUp | Dial)
    sure = [line.payload for line in table.lines if line.name == "sure" and line.payload]
    yeses = sum(payload.get("value") is True for payload in sure)
    assert sum(isinstance(one, MarkCodeHeard) for one in table.desk.done) <= yeses
