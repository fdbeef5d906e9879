"""Keys pressed before, during and after prompts: none is lost, none answers by mistake."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.dialogue.turns import Keys, Utterance
from ivr.switchboard import Sentence
from ivr.telephony.media_stream import effects as t
from ivr.telephony.media_stream.pressed import BOUNCE
from ivr.telephony.media_stream.talk import FIRST_SILENCE
from tests.telephony.media_stream.carrier import (
    FRAME,
    NAMING,
    QUESTION,
    SURE,
    Carrier,
    about,
    digits,
    heard,
    menu,
    turn,
)
from tests.telephony.replies import held


def test_a_key_stops_the_prompt(carrier: Carrier) -> None:
    carrier.say(turn(1, menu(), "a" * 100))
    carrier.frames(30)
    carrier.press("2")
    assert carrier.clears == 1
    assert carrier.answers == [(1, Keys("2"))]
    carrier.frames(200)
    assert carrier.heard_frames < 40


def test_digits_end_by_hash_by_count_and_by_a_pause(carrier: Carrier) -> None:
    carrier.say(turn(1, digits(), "digits"))
    carrier.press("000017#")
    carrier.say(turn(2, digits(4), "four"))
    carrier.press("1234")
    carrier.say(turn(3, digits(timeout=6), "digits"))
    carrier.press("12")
    assert carrier.until_answer() == about(300)
    carrier.say(turn(4, digits(), "digits"))
    carrier.press("#")
    assert heard(carrier) == [
        Keys("000017", "hash"),
        Keys("1234"),
        Keys("12", "pause"),
        Keys("", "hash"),
    ]


def test_keys_run_ahead_of_the_questions(carrier: Carrier) -> None:
    carrier.press("12")
    carrier.say(turn(1, menu(), "menu"))
    assert carrier.answers == [(1, Keys("1"))]
    carrier.press("34#5")
    carrier.say(turn(2, digits(), "digits"))
    carrier.say(turn(3, menu(), "menu"))
    assert carrier.answers[1:] == [(2, Keys("234", "hash")), (3, Keys("5"))]
    assert carrier.heard_frames == 0


def test_a_hash_behind_complete_digits_is_theirs(carrier: Carrier) -> None:
    carrier.press("1234#")
    carrier.say(turn(1, digits(4), "four"))
    carrier.say(turn(2, digits(4), "four"))
    carrier.press("5678")
    carrier.say(turn(3, menu(), "menu"))
    carrier.press("#")
    assert carrier.answers == [(1, Keys("1234")), (2, Keys("5678"))]
    carrier.press("#")
    assert carrier.answers[2:] == [(3, Keys("#"))]


def test_a_hash_after_the_next_prompt_was_heard_is_an_answer(carrier: Carrier) -> None:
    carrier.say(turn(2, digits(4), "four"))
    carrier.press("5678")
    carrier.say(turn(3, menu(), "menu"))
    carrier.until_played()
    carrier.press("#")
    assert carrier.answers[1:] == [(3, Keys("#"))]


def test_keys_during_a_notice_wait_for_its_end(carrier: Carrier) -> None:
    carrier.say(turn(1, menu(), "hello", held("is recorded"), "menu"))
    carrier.frames(15)
    carrier.press("3")
    assert carrier.answers == []
    carrier.until_answer()
    assert carrier.answers == [(1, Keys("3"))]
    assert carrier.heard_frames >= len("hello") + len("is recorded")


def test_a_key_left_over_does_not_write_down_a_code_that_was_not_heard(
    carrier: Carrier,
) -> None:
    carrier.say(turn(1, menu(), "pen"))
    carrier.press("11")
    assert carrier.answers == [(1, Keys("1"))]
    carrier.say(turn(2, menu(), held("the code"), "written"))
    carrier.until_played()
    assert carrier.prompts == ["test.held", "test.open"]
    assert carrier.answers[1:] == []
    carrier.press("1")
    assert carrier.answers[1:] == [(2, Keys("1"))]


def test_keys_before_the_naming_was_heard_confirm_nothing(carrier: Carrier) -> None:
    carrier.press("1")
    carrier.say(turn(5, SURE, NAMING, QUESTION))
    for _ in range(8):
        carrier.press("1")
        carrier.frames(10)
    assert carrier.answers == []
    assert carrier.clears == 0
    carrier.until_played()
    assert carrier.heard_frames == len(NAMING.text) + len(QUESTION)
    carrier.press("1")
    assert carrier.answers == [(5, Keys("1"))]


DONE = Sentence("cancel.done", "it is done " * 12, barge_in=False)


@pytest.mark.parametrize("after", [0, 5, 40, 80, 130])
def test_a_doubled_yes_does_not_take_up_the_pen(carrier: Carrier, after: int) -> None:
    """Whether it comes before the next turn, within the notice, or at once."""
    carrier.say(turn(5, SURE, QUESTION))
    carrier.press("1")
    pressed = after == 0
    if pressed:
        carrier.press("1")
    carrier.say(turn(6, menu(), DONE, "a pen?"))
    carrier.frames(after)
    carrier.press("" if pressed else "1")
    carrier.until_played()
    assert carrier.answers == [(5, Keys("1"))]
    carrier.press("1")
    assert carrier.answers[1:] == [(6, Keys("1"))]


def test_another_key_during_the_notice_is_kept(carrier: Carrier) -> None:
    carrier.say(turn(5, SURE, QUESTION))
    carrier.press("1")
    carrier.press("0")
    carrier.say(turn(6, menu(), DONE, "a pen?"))
    carrier.until_answer()
    assert carrier.answers[1:] == [(6, Keys("0"))]


def test_a_doubled_no_answers_nothing_for_a_moment(carrier: Carrier) -> None:
    carrier.say(turn(5, SURE, QUESTION))
    carrier.press("2")
    carrier.say(turn(6, menu(), "it stays " * 20))
    carrier.frames(BOUNCE - 1)
    carrier.press("2")
    assert carrier.answers == [(5, Keys("2"))]
    carrier.frames(1)
    carrier.press("2")
    assert carrier.answers[1:] == [(6, Keys("2"))]


def test_the_same_key_answers_two_menus_at_once(carrier: Carrier) -> None:
    carrier.say(turn(5, menu(), "which?"))
    carrier.press("11")
    carrier.say(turn(6, menu(), "what?"))
    assert carrier.answers == [(5, Keys("1")), (6, Keys("1"))]


@pytest.mark.parametrize("after", [0, 5, 40])
def test_a_key_behind_a_spoken_yes_does_not_take_up_the_pen(
    carrier: Carrier, after: int
) -> None:
    carrier.say(turn(5, SURE, QUESTION))
    carrier.until_played()
    carrier.speak("да")
    if not after:
        carrier.press("1")
    carrier.say(turn(6, menu(), DONE, "a pen?"))
    carrier.frames(after)
    carrier.press("1" if after else "")
    carrier.until_played()
    assert carrier.answers == [(5, Utterance("да"))]
    carrier.press("1")
    assert carrier.answers[1:] == [(6, Keys("1"))]


def test_a_key_behind_a_spoken_no_answers_nothing_for_a_moment(carrier: Carrier) -> None:
    carrier.say(turn(5, SURE, QUESTION))
    carrier.until_played()
    carrier.speak("нет")
    carrier.press("2")
    carrier.say(turn(6, menu(), "it stays " * 20))
    carrier.frames(BOUNCE - 1)
    carrier.press("1")
    assert carrier.answers == [(5, Utterance("нет"))]
    carrier.frames(1)
    carrier.press("2")
    assert carrier.answers[1:] == [(6, Keys("2"))]


def test_speech_between_two_pieces_holds_the_second_back(carrier: Carrier) -> None:
    carrier.do(carrier.talk.turned(turn(1, menu(), "a long menu")))
    carrier.do(carrier.talk.sound(1, 0, FRAME * 20, more=True))
    carrier.until_played()
    heard = carrier.heard_frames
    carrier.do(carrier.talk.speech_began(carrier.open_ear))
    carrier.do(carrier.talk.sound(1, 0, FRAME * 40))
    carrier.frames(10)
    assert (carrier.heard_frames, carrier.clears) == (heard, 0)
    carrier.do(carrier.talk.noise(carrier.open_ear))
    carrier.until_played()
    assert carrier.heard_frames == heard + 40


def test_after_the_naming_a_key_may_stop_the_question(carrier: Carrier) -> None:
    carrier.say(turn(5, SURE, NAMING, QUESTION))
    carrier.frames(FIRST_SILENCE + len(NAMING.text) + 1)
    carrier.press("1")
    assert carrier.answers == [(5, Keys("1"))]


def test_a_confirmation_that_is_asked_again_takes_keys_at_once(carrier: Carrier) -> None:
    carrier.say(turn(6, SURE, QUESTION))
    carrier.press("1")
    assert carrier.answers == [(6, Keys("1"))]


def test_a_naming_that_was_not_heard_opens_no_confirmation(carrier: Carrier) -> None:
    carrier.echoes = False
    carrier.say(turn(5, SURE, NAMING, QUESTION))
    carrier.until_played()
    carrier.press("1")
    carrier.do(carrier.talk.overdue())
    carrier.press("1")
    assert carrier.answers == []
    assert carrier.ended == t.End(0)


SENTENCES = st.lists(st.tuples(st.integers(1, 60), st.booleans()), max_size=4)


@settings(deadline=None)
@given(
    sentences=SENTENCES,
    at=st.lists(st.integers(0, 12_000), min_size=1, max_size=8),
    wanted=st.integers(1, 8),
)
def test_a_key_at_any_millisecond_of_any_prompt_is_not_lost(
    sentences: list[tuple[int, bool]], at: list[int], wanted: int
) -> None:
    """Also before it: the turn comes in the second 2, its keys whenever they come."""
    carrier = Carrier()
    keys: list[str] = []
    said = [held("a" * n) if must else "a" * n for n, must in sentences]
    pressed = sorted(at)
    for number, moment in enumerate(range(0, 13_000, 20)):
        if number == 100:
            carrier.say(turn(1, digits(wanted, timeout=60), *said))
        while pressed and pressed[0] <= moment:
            pressed.pop(0)
            keys.append(str(len(keys) % 10))
            carrier.press(keys[-1])
        carrier.frames(1)
    following = 2
    while len(carrier.answers) < (len(keys) + wanted - 1) // wanted:
        if len(carrier.answers) == following - 1:
            carrier.say(turn(following, digits(wanted, timeout=5)))
            following += 1
        carrier.frames(1)
    taken = "".join(one.keys for one in heard(carrier) if isinstance(one, Keys))
    assert taken == "".join(keys)


CODE = Sentence("code.is", "the code " * 10, barge_in=False, personal=True)


def test_a_key_from_before_the_code_was_heard_does_not_say_that_it_is_written(
    carrier: Carrier,
) -> None:
    carrier.say(turn(6, menu(), "a pen?"))
    carrier.press("11")
    carrier.say(turn(7, menu(), CODE, "written?"))
    carrier.frames(30)
    carrier.press("1")
    carrier.until_played()
    assert carrier.answers == [(6, Keys("1"))]
    assert carrier.heard_frames == len(CODE.text) + len("written?")
    carrier.press("1")
    assert carrier.answers[1:] == [(7, Keys("1"))]
