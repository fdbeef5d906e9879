"""The conversation of one socket, without sockets: prompts, speech, marks; no keys."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.dialogue.turns import Dial, HangUp, Keys, NoInput, Outcome, RecordNote, Utterance
from ivr.switchboard import Sentence
from ivr.telephony.media_stream import effects as t
from ivr.telephony.media_stream.ears import LONGEST_SPEECH
from ivr.telephony.media_stream.playout import BACK, LEAD, SendFrame
from ivr.telephony.media_stream.talk import FIRST_SILENCE, LONGEST_TURN, MOST_INTERRUPTIONS
from tests.telephony.media_stream.carrier import (
    FRAME,
    NAMING,
    QUESTION,
    SURE,
    Carrier,
    about,
    digits,
    menu,
    turn,
)
from tests.telephony.replies import held

# --- prompts ---------------------------------------------------------------------------------


def test_the_first_word_comes_after_a_quarter_of_a_second(carrier: Carrier) -> None:
    carrier.say(turn(1, menu(), "hello"))
    first = list(carrier.queue)[:FIRST_SILENCE]
    assert all(frame == b"\xff" * 160 for frame in first)
    assert 200 <= FIRST_SILENCE * 20 <= 300


def test_the_last_frame_is_filled_with_silence(carrier: Carrier) -> None:
    carrier.do(carrier.talk.turned(turn(1, menu(), "a")))
    carrier.do(carrier.talk.sound(1, 0, b"\x80" * 170))
    carrier.until_played()
    assert carrier.heard_frames == 2


def test_a_long_prompt_is_not_handed_over_at_once(carrier: Carrier) -> None:
    carrier.say(turn(1, menu(), "a" * 500))
    assert len(carrier.queue) <= 10
    carrier.until_played()
    assert carrier.heard_frames == 500


def test_the_ear_knows_what_the_caller_hears(carrier: Carrier) -> None:
    carrier.say(turn(1, menu(), "a" * 50))
    carrier.until_played()
    assert carrier.known_frames == carrier.heard_frames == 50


def test_a_sentence_in_pieces_is_heard_with_its_last(carrier: Carrier) -> None:
    asked = turn(1, menu(timeout=1), held("named, and asked"), "which?")
    carrier.do(carrier.talk.turned(asked))
    carrier.do(carrier.talk.sound(1, 0, FRAME * 20, more=True))
    carrier.until_played()
    carrier.frames(100)
    assert not carrier.talk.awaits_mark
    carrier.press("1")
    assert (carrier.answers, carrier.prompts) == ([], [])
    carrier.do(carrier.talk.sound(1, 0, FRAME * 30))
    carrier.do(carrier.talk.sound(1, 1, FRAME * 10))
    carrier.until_answer()
    assert carrier.answers == [(1, Keys("1"))]
    assert carrier.heard_frames == 50
    assert carrier.prompts == ["test.held"]


def test_a_piece_that_was_interrupted_goes_on_with_the_rest(carrier: Carrier) -> None:
    carrier.do(carrier.talk.turned(turn(1, menu(), "a long menu")))
    carrier.do(carrier.talk.sound(1, 0, FRAME * 60, more=True))
    carrier.frames(30)
    carrier.do(carrier.talk.speech_began(carrier.open_ear))
    carrier.do(carrier.talk.sound(1, 0, FRAME * 40))
    carrier.frames(10)
    carrier.do(carrier.talk.noise(carrier.open_ear))
    carrier.until_played()
    carrier.frames(2)
    assert 100 <= carrier.heard_frames <= 100 + 2 * BACK
    assert [one.prompt for one in carrier.talk.timeline.places] == ["test.open"] * 2


def test_patience_begins_when_the_last_mark_came_back(carrier: Carrier) -> None:
    carrier.say(turn(1, menu(timeout=7), "one", "two"))
    carrier.until_played()
    assert carrier.prompts == ["test.open", "test.open"]
    assert carrier.until_answer() == about(350)
    assert carrier.answers == [(1, NoInput())]


def test_a_missing_mark_does_not_stop_the_call(carrier: Carrier) -> None:
    carrier.echoes = False
    carrier.say(turn(1, menu(timeout=7), "one"))
    carrier.until_played()
    carrier.frames(1000)
    assert carrier.talk.awaits_mark
    assert carrier.answers == []
    carrier.do(carrier.talk.overdue())
    assert carrier.until_answer() == about(350)
    assert carrier.prompts == []


def test_a_mark_that_comes_too_late_does_not_count(carrier: Carrier) -> None:
    carrier.echoes = False
    carrier.say(turn(5, SURE, QUESTION))
    carrier.until_played()
    carrier.do(carrier.talk.overdue())
    carrier.frames(100)
    carrier.do(carrier.talk.mark("5.1.1.1"))
    assert carrier.prompts == []
    assert carrier.ears == []
    assert carrier.until_answer() == about(400)


def test_a_mark_that_is_missing_before_one_that_came_was_played(carrier: Carrier) -> None:
    carrier.say(turn(1, menu(), "one", "two"))
    carrier.lost.add("1.1.2.1")
    carrier.until_played()
    assert carrier.prompts == ["test.open", "test.open"]


@pytest.mark.parametrize("strange", ["1.1.1.1", "9.9.9.9", "", "1"])
def test_doubled_and_foreign_marks_mean_nothing(carrier: Carrier, strange: str) -> None:
    carrier.say(turn(1, menu(timeout=7), "one"))
    carrier.until_played()
    carrier.frames(100)
    carrier.do(carrier.talk.mark(strange))
    assert carrier.until_answer() == about(250)
    assert carrier.prompts == ["test.open"]


def test_a_turn_without_words_waits_at_once(carrier: Carrier) -> None:
    carrier.say(turn(1, digits(timeout=6)))
    assert carrier.until_answer() == about(300)


@pytest.mark.parametrize("then", [Dial(), RecordNote(), HangUp(Outcome.KEPT)])
def test_what_the_carrier_does_itself_ends_the_stream_once_all_was_heard(
    carrier: Carrier, then: object
) -> None:
    carrier.say(turn(4, then, "goodbye"))
    carrier.press("1")
    carrier.until_played()
    assert carrier.ended == t.End(4)
    assert carrier.answers == []


def test_an_unheard_goodbye_is_left_to_the_carrier(carrier: Carrier) -> None:
    carrier.echoes = False
    carrier.say(turn(4, Dial(), "goodbye"))
    carrier.until_played()
    carrier.do(carrier.talk.overdue())
    assert carrier.ended == t.End(0)


# --- speech ----------------------------------------------------------------------------------


def test_nothing_is_heard_where_no_question_is_open(carrier: Carrier) -> None:
    carrier.frames(10)
    carrier.say(turn(1, Dial(), "connecting"))
    carrier.frames(10)
    assert carrier.ears == []


def test_a_question_that_speech_may_not_interrupt_hears_from_its_end(carrier: Carrier) -> None:
    carrier.say(turn(1, digits(), "digits"))
    assert carrier.open_ear == 0
    carrier.until_played()
    assert carrier.open_ear == 1
    carrier.speak("семь семь")
    assert carrier.answers == [(1, Utterance("семь семь"))]
    assert carrier.open_ear == 0


def test_speech_interrupts_a_menu(carrier: Carrier) -> None:
    carrier.say(turn(1, menu(), "a" * 100))
    carrier.frames(40)
    carrier.speak("отменить")
    assert carrier.clears == 1
    assert carrier.answers == [(1, Utterance("отменить"))]


@pytest.mark.parametrize("noise", ["cough", "foreign words", "words among foreign ones"])
def test_an_interrupted_prompt_goes_on_after_noise(carrier: Carrier, noise: str) -> None:
    carrier.say(turn(1, menu(), "a" * 100, "b" * 20))
    carrier.frames(FIRST_SILENCE + 40)
    if noise == "cough":
        carrier.cough()
    else:
        carrier.speak("да" if "among" in noise else "", foreign=True)
    assert carrier.clears == 1
    assert carrier.answers == []
    assert carrier.open_ear == carrier.ears[-1][0]
    carrier.until_played()
    assert 120 < carrier.heard_frames <= 140
    assert carrier.prompts == ["test.open", "test.open"]


def test_a_prompt_goes_on_when_the_ear_never_closes(carrier: Carrier) -> None:
    carrier.say(turn(1, menu(), "a" * 100))
    carrier.frames(40)
    carrier.do(carrier.talk.speech_began(1))
    carrier.frames(LONGEST_SPEECH + 200)
    assert carrier.prompts == ["test.open"]


def test_the_rest_of_an_echo_answers_nothing(carrier: Carrier) -> None:
    carrier.say(turn(1, menu(), "a" * 100))
    carrier.frames(FIRST_SILENCE + 40)
    carrier.speak("с")
    carrier.until_played()
    assert carrier.answers == []
    assert carrier.prompts == ["test.open"]
    carrier.speak("с")
    assert carrier.answers == [(1, Utterance("с"))]


def test_a_radio_in_the_room_stops_a_prompt_twice_at_most(carrier: Carrier) -> None:
    carrier.say(turn(1, menu(), "a" * 200))
    carrier.frames(FIRST_SILENCE + 40)
    for _ in range(4):
        carrier.speak("", foreign=True)
        carrier.frames(20)
    assert carrier.clears == MOST_INTERRUPTIONS == 2
    carrier.until_played()
    assert carrier.answers == []
    carrier.speak("", foreign=True)
    carrier.say(turn(2, menu(), "a" * 100))
    carrier.frames(20)
    carrier.speak("", foreign=True)
    assert carrier.clears == 2
    carrier.speak("да")
    assert carrier.answers == [(1, Utterance("", foreign=True)), (2, Utterance("да"))]
    carrier.say(turn(3, menu(), "a" * 100))
    carrier.frames(20)
    carrier.cough()
    assert carrier.clears == 4


def test_no_turn_lasts_for_ever(carrier: Carrier) -> None:
    carrier.say(turn(1, menu(), "menu"))
    carrier.until_played()
    for _ in range(LONGEST_TURN // 100):
        carrier.do(carrier.talk.speech_began(carrier.open_ear))
        carrier.frames(100)
    assert carrier.answers == [(1, NoInput())]


def test_a_goodbye_whose_sound_does_not_come_is_left_to_the_carrier(carrier: Carrier) -> None:
    carrier.do(carrier.talk.turned(turn(1, Dial(), "goodbye")))
    carrier.frames(LONGEST_TURN)
    assert carrier.ended == t.End(0)


def test_a_number_begun_at_the_end_of_a_silence_is_heard_on(carrier: Carrier) -> None:
    carrier.say(turn(1, digits(), "digits"))
    carrier.until_played()
    carrier.until_answer()
    ear = carrier.open_ear
    carrier.do(carrier.talk.speech_began(ear))
    carrier.say(turn(2, digits(timeout=6)))
    carrier.frames(400)
    carrier.do(carrier.talk.utterance(ear, Utterance("семь семь")))
    assert carrier.answers == [(1, NoInput()), (2, Utterance("семь семь"))]
    assert len(carrier.ears) == 1
    assert carrier.open_ear == 0


def test_a_number_said_while_the_next_turn_is_being_made_answers_it(carrier: Carrier) -> None:
    carrier.say(turn(1, digits()))
    carrier.until_answer()
    carrier.do(carrier.talk.speech_began(1))
    carrier.do(carrier.talk.utterance(1, Utterance("семь семь")))
    carrier.say(turn(2, digits()))
    assert carrier.answers == [(1, NoInput()), (2, Utterance("семь семь"))]


def test_a_question_that_is_asked_again_after_a_silence_is_heard_anew(
    carrier: Carrier,
) -> None:
    carrier.say(turn(1, digits()))
    carrier.until_answer()
    carrier.do(carrier.talk.speech_began(1))
    carrier.do(carrier.talk.utterance(1, Utterance("семь")))
    carrier.say(turn(2, digits(), "digits"))
    assert carrier.open_ear == 0
    carrier.until_played()
    assert carrier.answers == [(1, NoInput())]
    assert [ear for ear, _ in carrier.ears] == [1, 2]


def test_foreign_words_after_the_prompt_are_not_understood(carrier: Carrier) -> None:
    carrier.say(turn(1, menu(), "menu"))
    carrier.until_played()
    carrier.cough()
    assert carrier.answers == []
    carrier.speak("", foreign=True)
    assert carrier.answers == [(1, Utterance("", foreign=True))]


def test_whoever_speaks_is_not_silent(carrier: Carrier) -> None:
    carrier.say(turn(1, menu(timeout=7), "menu"))
    carrier.until_played()
    carrier.frames(340)
    carrier.do(carrier.talk.speech_began(1))
    carrier.frames(100)
    assert carrier.answers == []


def test_a_long_dictation_is_no_silence(carrier: Carrier) -> None:
    carrier.say(turn(1, digits(timeout=6)))
    carrier.do(carrier.talk.speech_began(1))
    carrier.frames(30 * 50)
    assert carrier.answers == []


def test_an_old_ear_says_nothing(carrier: Carrier) -> None:
    carrier.say(turn(1, menu(), "menu"))
    carrier.press("1")
    carrier.say(turn(2, menu(), "menu"))
    carrier.do(carrier.talk.utterance(1, Utterance("да")))
    assert carrier.answers == [(1, Keys("1"))]


def test_a_confirmation_hears_from_the_end_of_its_question(carrier: Carrier) -> None:
    carrier.say(turn(5, SURE, NAMING, QUESTION))
    carrier.frames(FIRST_SILENCE + len(NAMING.text) + 5)
    assert carrier.ears == []
    carrier.until_played()
    assert [asked.strict for _, asked in carrier.ears] == [True]


def test_a_confirmation_whose_end_was_not_heard_takes_keys_only(carrier: Carrier) -> None:
    carrier.say(turn(5, SURE, NAMING, QUESTION))
    carrier.frames(FIRST_SILENCE + len(NAMING.text) + 5)
    carrier.echoes = False
    carrier.until_played()
    carrier.do(carrier.talk.overdue())
    assert carrier.ears == []
    carrier.press("2")
    assert carrier.answers == [(5, Keys("2"))]


def test_a_key_ends_hearing(carrier: Carrier) -> None:
    carrier.say(turn(1, digits(), "digits"))
    carrier.until_played()
    ear = carrier.open_ear
    carrier.press("12")
    carrier.do(carrier.talk.utterance(ear, Utterance("три")))
    carrier.press("#")
    assert carrier.answers == [(1, Keys("12", "hash"))]


# --- time and the timeline -------------------------------------------------------------------


def test_wall_time_counts_where_nothing_comes(carrier: Carrier) -> None:
    carrier.say(turn(1, menu(timeout=7), "menu"))
    carrier.until_played()
    carrier.do(carrier.talk.stalled(350))
    assert carrier.answers == [(1, NoInput())]


def test_sounds_of_a_turn_that_is_over_are_not_said(carrier: Carrier) -> None:
    carrier.do(carrier.talk.turned(turn(1, menu(), "one", "two")))
    carrier.press("1")
    assert [e for e in carrier.talk.sound(1, 1, b"x" * 160) if isinstance(e, SendFrame)] == []


def test_where_everything_stands(carrier: Carrier) -> None:
    carrier.say(turn(1, digits(), "hello", "digits"))
    carrier.until_played()
    carrier.frames(50)
    carrier.press("12#")
    carrier.say(turn(2, menu(), "menu"))
    carrier.until_played()
    carrier.frames(10)
    carrier.press("1")
    began, end = FIRST_SILENCE * 20, (FIRST_SILENCE + 11 + 50) * 20
    places = [
        (p.turn, p.kind, p.at_ms, p.until_ms, p.secret) for p in carrier.talk.timeline.places
    ]
    assert places == [
        (1, "said", began, began + 100, False),
        (1, "said", began + 100, began + 220, False),
        (1, "heard", 0, end, True),
        (2, "said", end, end + 80, False),
        (2, "heard", end + 280, end + 280, False),
    ]


# --- whatever happens ------------------------------------------------------------------------

EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("frames"), st.integers(1, 60)),
        st.tuples(st.just("key"), st.sampled_from("012*#")),
        st.tuples(st.just("mark"), st.sampled_from(["5.1.2.1", "5.2.2.2", "1.1.1.1"])),
        st.tuples(st.just("overdue"), st.none()),
        st.tuples(st.just("speech"), st.booleans()),
    ),
    max_size=40,
)


@settings(deadline=None)
@given(events=EVENTS, echoes=st.booleans())
def test_a_confirmation_is_answered_only_after_its_naming_was_heard(
    events: list[tuple[str, object]], echoes: bool
) -> None:
    """Keys, speech, lost and invented marks in any order."""
    carrier = Carrier(echoes=echoes)
    carrier.press("1")
    carrier.say(turn(5, SURE, NAMING, QUESTION))
    for kind, what in events:
        match kind, what:
            case "frames", int(many):
                carrier.frames(many)
            case "key", str(key):
                carrier.press(key)
            case "mark", str(name):
                carrier.do(carrier.talk.mark(name))
            case "speech", bool(foreign):
                carrier.speak("да", foreign=foreign)
            case _:
                carrier.do(carrier.talk.overdue() if carrier.talk.awaits_mark else [])
        if carrier.answers or carrier.ended:
            break
    if carrier.answers:
        assert carrier.heard_frames >= len(NAMING.text) - LEAD


def places(carrier: Carrier) -> list[tuple[str, int, bool]]:
    found = carrier.talk.timeline.so_far()
    return [(p.kind, p.until_ms - p.at_ms, p.secret) for p in found]


def test_an_open_secret_question_has_its_place_already(carrier: Carrier) -> None:
    carrier.say(turn(1, digits()))
    carrier.frames(50)
    assert places(carrier) == [("heard", 1000, True)]
    carrier.say(turn(2, menu()))
    carrier.frames(50)
    assert places(carrier) == []


def test_a_number_that_goes_on_behind_its_answer_is_secret_to_the_next_turn(
    carrier: Carrier,
) -> None:
    carrier.say(turn(1, digits()))
    carrier.frames(50)
    carrier.speak("семь")
    carrier.frames(30)
    assert places(carrier) == [("heard", 1800, True)]
    carrier.frames(10)
    carrier.say(turn(2, menu()))
    carrier.frames(50)
    assert places(carrier) == [("heard", 2000, True)]


def test_what_reads_a_secret_out_is_marked(carrier: Carrier) -> None:
    carrier.say(turn(1, menu(), Sentence("identify.is_it", "a" * 30, secret=True)))
    carrier.frames(FIRST_SILENCE + 10)
    assert places(carrier) == [("said", 200, True)]
    carrier.until_played()
    carrier.press("1")
    assert [p.secret for p in carrier.talk.timeline.places] == [True, False]
