"""A door with sound: other sentences, and what was heard of a code."""

from __future__ import annotations

import pytest

from ivr.dialogue.turns import Heard, Keys
from ivr.switchboard import Reply, UnknownCall
from tests.line import Line, sentences

TO_THE_CODE = (Keys("000017", "hash"), Keys("1"), Keys("2"), Keys("1"), Keys("1"))


def at_the_code(line: Line, *heard: Heard) -> Reply:
    board = line.switchboard
    reply = board.pick_up(carrier_id="CA1", caller="+79161234567", door="test", by_voice=True)
    for one in heard or TO_THE_CODE:
        reply = board.hear(reply.call, reply.turn.number, one, by_voice=True)
    return reply


def unheard(line: Line) -> int:
    """Codes that a later call begins with."""
    line.clock.set("+11m")
    later = line.switchboard.pick_up(carrier_id="CA2", caller="+79161234567", door="test")
    reply = line.switchboard.hear(later.call, later.turn.number, Keys("000017", "hash"))
    return sum(sentence.prompt == "visits.unheard" for sentence in reply.sentences)


def test_the_same_turn_by_voice_and_by_keys(line: Line) -> None:
    board = line.switchboard
    reply = board.pick_up(carrier_id="CA1", caller="+79161234567", door="test", by_voice=True)
    assert "Назовите последние шесть цифр" in sentences(reply)[-1]
    by_keys = board.turn_in_force(reply.call)
    assert "Назовите" not in sentences(by_keys)[-1]
    assert by_keys.turn == reply.turn
    assert sentences(board.turn_in_force(reply.call, by_voice=True)) == sentences(reply)


def test_a_code_that_was_played_was_heard(line: Line) -> None:
    reply = at_the_code(line)
    assert "code.is" in [sentence.prompt for sentence in reply.sentences]
    line.switchboard.played(reply.call, reply.turn.number, {"code.is"}, carrier_id="CA1")
    assert unheard(line) == 0


def test_the_mark_of_a_code_counts_also_behind_the_next_answer(line: Line) -> None:
    reply = at_the_code(line)
    after = line.switchboard.hear(reply.call, reply.turn.number, Keys("*"))
    line.switchboard.played(reply.call, reply.turn.number, {"code.is"})
    assert line.switchboard.turn_in_force(reply.call) == after
    assert unheard(line) == 0


@pytest.mark.parametrize(
    ("turns_back", "prompts"), [(0, {"code.written", "cancel.done"}), (1, {"code.is"})]
)
def test_nothing_else_that_was_played_is_a_code(
    line: Line, turns_back: int, prompts: set[str]
) -> None:
    reply = at_the_code(line)
    line.switchboard.played(reply.call, reply.turn.number - turns_back, prompts)
    assert unheard(line) == 1


def test_a_mark_of_a_call_that_is_not_the_carriers(line: Line) -> None:
    reply = at_the_code(line)
    with pytest.raises(UnknownCall):
        line.switchboard.played(reply.call, reply.turn.number, {"code.is"}, carrier_id="CA9")
