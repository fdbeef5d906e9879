"""A late answer, when the caller has hung up, changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ivr.dialogue.turns import HangUp, Keys, NoInput
from ivr.switchboard import Reply
from tests.line import Line


def at_the_yes(line: Line) -> Reply:
    board = line.switchboard
    reply = board.pick_up(carrier_id="CA1", caller="+79161234567", door="test")
    for keys in (Keys("000017", "hash"), Keys("1"), Keys("2")):
        reply = board.hear(reply.call, reply.turn.number, keys)
    assert reply.turn.prompt == "cancel.sure"
    return reply


@pytest.mark.parametrize("late", [Keys("1"), NoInput()])
@pytest.mark.parametrize("closed", ["by the carrier", "by the worker"])
def test_a_late_yes_cancels_nothing(line: Line, closed: str, late: Keys | NoInput) -> None:
    reply, board = at_the_yes(line), line.switchboard
    if closed == "by the carrier":
        board.hang_up(carrier_id="CA1")
    else:
        line.clock.now += timedelta(minutes=30)
        assert board.close_silent(line.clock.now) == 1
    again = board.hear(reply.call, reply.turn.number, late)
    assert isinstance(again.turn.then, HangUp)
    assert not again.sentences
    assert line.codes() == []
    assert line.outcomes() == {"told"}
    assert isinstance(board.turn_in_force(reply.call).turn.then, HangUp)
