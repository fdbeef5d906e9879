"""Many threads, one turn: the switchboard lets one of them through and answers all alike."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from sqlalchemy import func, select

from ivr.dialogue.turns import Heard, Keys
from ivr.speech.numbers import pairs
from ivr.store import tables
from ivr.store.columns import Base
from ivr.store.database import Database
from ivr.switchboard import Reply
from tests.golden import Clock, keys_of
from tests.line import Line, fill_demo, sentences

pytestmark = pytest.mark.slow

ANNA, PYOTR_AND_ANNA = "+79161234567", "+74951234567"
TO_THE_YES = ("000017#", "1", "2")
THREADS = 8
T = TypeVar("T")


@pytest.fixture
def line(url: str, clock: Clock) -> Iterator[Line]:
    database = Database(url)
    fill_demo(database, clock.now)
    database.close()
    line = Line(url, clock)
    board = line.switchboard  # one for all threads
    yield line
    board._database.close()
    line.close()


@pytest.fixture
def clock() -> Clock:
    clock = Clock(None)  # type: ignore[arg-type]
    clock.set("2026-11-23T12:00:00+03:00")
    return clock


def at_once(*deeds: Callable[[], T]) -> list[T]:
    """All start in the same moment, each in a thread of its own."""
    start = Barrier(len(deeds))

    def run(deed: Callable[[], T]) -> T:
        start.wait(10)
        return deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def pick_up(line: Line, caller: str, sid: str = "") -> Reply:
    return line.switchboard.pick_up(
        carrier_id=sid or f"CA{uuid.uuid4().hex}", caller=caller, door="test"
    )


def answer(line: Line, reply: Reply, heard: Heard) -> Reply:
    return line.switchboard.hear(reply.call, reply.turn.number, heard)


def to_the_yes(line: Line, caller: str) -> Reply:
    reply = pick_up(line, caller)
    for keys in TO_THE_YES:
        reply = answer(line, reply, keys_of(keys))
    assert reply.turn.prompt == "cancel.sure", reply.turn.prompt
    return reply


def count(line: Line, table: type[Base]) -> int:
    with line.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_every_answer_comes_eight_times_at_once(line: Line) -> None:
    reply = pick_up(line, ANNA)
    for turn, keys in enumerate((*TO_THE_YES, "1", "1", "1"), start=1):
        before = reply
        replies = at_once(
            *[lambda: answer(line, before, keys_of(keys))] * THREADS  # noqa: B023
        )
        assert [each == replies[0] for each in replies] == [True] * THREADS
        reply = replies[0]
        assert reply.turn.number == turn + 1
    assert count(line, tables.Cancellation) == count(line, tables.Outbox) == 1
    with line.database.read() as session:
        numbers = session.scalars(select(tables.Line.number).order_by(tables.Line.number)).all()
        heard = select(func.count()).where(tables.Line.kind == "heard")
        assert session.scalar(heard) == 6
    assert list(numbers) == list(range(1, len(numbers) + 1))


def test_of_a_yes_and_a_no_at_once_one_counts(line: Line) -> None:
    for _ in range(5):
        asked = to_the_yes(line, ANNA)
        before = count(line, tables.Cancellation)
        yes, no = Keys("1", "count"), Keys("2", "count")
        replies = at_once(*[lambda h=h: answer(line, asked, h) for h in (yes, no) * 4])  # noqa: B023
        assert {tuple(sentences(each)) for each in replies} == {tuple(sentences(replies[0]))}
        cancelled = count(line, tables.Cancellation) - before
        assert cancelled == ("Запись отменена" in " ".join(sentences(replies[0])))
        if cancelled:
            return


def test_a_call_is_picked_up_once(line: Line) -> None:
    for n in range(5):
        sid = f"CA{uuid.uuid4().hex}"
        replies = at_once(*[lambda: pick_up(line, ANNA, sid)] * THREADS)  # noqa: B023
        assert [each == replies[0] for each in replies] == [True] * THREADS
        assert count(line, tables.Call) == n + 1


def test_two_calls_cancel_the_same_visit_at_once(line: Line) -> None:
    calls = [to_the_yes(line, caller) for caller in (ANNA, PYOTR_AND_ANNA) * 2]
    yes = Keys("1", "count")
    replies = at_once(*[lambda c=call: answer(line, c, yes) for call in calls])
    told = at_once(*[lambda r=reply: answer(line, r, yes) for reply in replies])
    (code,) = line.codes()
    for reply in told:
        assert pairs(code) in " ".join(sentences(reply))
    assert [kind for kind, _ in line.outbox()] == ["cancelled"]


def test_calls_that_hang_up_while_they_answer_keep_what_was_done(line: Line) -> None:
    for _ in range(3):
        sid = f"CA{uuid.uuid4().hex}"
        reply = pick_up(line, ANNA, sid)
        at_once(
            lambda: answer(line, reply, keys_of("000017#")),  # noqa: B023
            lambda: line.switchboard.hang_up(carrier_id=sid),  # noqa: B023
        )
        with line.database.read() as session:
            query = select(tables.Call).where(tables.Call.carrier_id == sid)
            assert session.scalars(query).one().ended_at is not None
