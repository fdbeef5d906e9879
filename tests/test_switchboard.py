"""A turn as every door gets it: what stands in the transcript, what is made to sound."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from sqlalchemy import select

from ivr.app import _namer
from ivr.dialogue.turns import Heard, Keys, NoInput, Utterance
from ivr.store import tables
from ivr.store.vault import Vault
from ivr.switchboard import Reply
from tests.line import Line

STRANGER, ANNA = "+79990001122", "+79161234567"
WHOLE = Utterance(
    "семь семь семь шесть один пять ноль восемь девять четыре ноль ноль ноль ноль один семь"
)
SIX = Keys("000017", "hash")
CANCELLED = (SIX, *(Keys(key) for key in "121115"))


def at(line: Line, caller: str, *heard: Heard) -> Reply:
    """On a stream."""
    board = line.switchboard
    reply = board.pick_up(carrier_id="CA1", caller=caller, door="test", by_voice=True)
    for one in heard:
        reply = board.hear(reply.call, reply.turn.number, one, by_voice=True)
    return reply


def without_sound(line: Line, reply: Reply) -> list[str]:
    """Prompts of which a `<Play>` would be the apology."""
    process = line._process
    assert process is not None
    name = _namer(process.config)
    pace, loudness = reply.turn.pace, reply.turn.loudness
    named = {s.prompt: name(s.text, pace, loudness) for s in reply.sentences}
    with line.database.read() as session:
        shelf = process.shelf
        return [
            prompt
            for prompt, one in named.items()
            if shelf.fixed(one) is None and shelf.find(session, one) is None
        ]


@pytest.mark.parametrize(
    ("caller", "heard", "prompt"),
    [
        (ANNA, (SIX,), "visits.several"),
        (STRANGER, (WHOLE,), "identify.is_it"),
        (ANNA, (*CANCELLED, Keys("3")), "undo.sure"),
    ],
)
def test_what_was_said_on_a_lost_stream_sounds_by_keys(
    line: Line, caller: str, heard: Sequence[Heard], prompt: str
) -> None:
    line.set_line("voice", "espeak")
    call = at(line, caller, *heard).call
    reply = line.switchboard.turn_in_force(call)
    assert prompt in [sentence.prompt for sentence in reply.sentences]
    assert without_sound(line, reply) == []


def said(line: Line, vault: Vault) -> list[dict[str, object]]:
    """Every sentence of the transcripts."""
    query = select(tables.Line.payload).where(tables.Line.kind == "said")
    with line.database.read() as session:
        payloads = session.scalars(query.order_by(tables.Line.number)).all()
    return [one for payload in payloads for one in json.loads(vault.open("line", payload))]


def test_a_policy_that_is_read_back_is_marked_in_the_transcript(line: Line) -> None:
    reply = at(line, STRANGER, WHOLE)
    assert reply.turn.then.secret  # type: ignore[union-attr]
    again = line.switchboard.hear(reply.call, reply.turn.number, NoInput(), by_voice=True)
    assert [s.secret for s in again.sentences if s.prompt == "identify.is_it"] == [True]
    marked = [one["prompt"] for one in said(line, line.vault) if one.get("secret") is True]
    assert marked == ["identify.is_it", "identify.is_it"]


def test_a_turn_knows_whether_what_it_answers_was_secret(line: Line) -> None:
    board = line.switchboard
    first = at(line, ANNA)
    visits = board.hear(first.call, 1, SIX)
    menu = board.hear(first.call, 2, Keys("1"))
    old = board.hear(first.call, 1, Keys("9"))
    again = board.turn_in_force(first.call)
    told = [one.was_secret for one in (first, visits, menu, old, again)]
    assert told == [None, True, False, None, None]
