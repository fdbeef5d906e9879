"""What golden calls add to the day's figures."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ivr.dialogue.conversation import Line as Spoken
from ivr.messages.outbox import State
from ivr.statistics.counting import (
    CallFacts,
    Ending,
    Key,
    Measure,
    Result,
    Stage,
    TimedLine,
    ending_of,
    figures,
    questions,
)
from ivr.statistics.daily import DailyFigures, upsert
from ivr.statistics.figures import Figures, figures_of
from ivr.statistics.periods import Period
from ivr.statistics.settled import STATES
from ivr.store.database import Database
from ivr.store.tables import Call
from ivr.store.tables import Line as Row
from ivr.store.vault import Vault
from tests.golden import CALLS, Player
from tests.line import Line

ZONE = ZoneInfo("Europe/Moscow")
MONDAY = date(2026, 11, 23)
FACTS = CallFacts(
    day=MONDAY,
    hour=12,
    outcome="hung_up",
    step="identify.last_six",
    door="keypad",
    level=0,
    minutes=1,
    pace=0,
    loudness=0,
    heard_anything=True,
)


def of(line: Line, *names: str) -> Figures:
    for name in names:
        Player(line.world("straight")).play((CALLS / f"{name}.txt").read_text())
    return counted(line.database)


def counted(database: Database, days: int = 1) -> Figures:
    daily = DailyFigures(database, Vault(b"k" * 32), ZONE)
    while daily.count_ended(datetime.now(ZONE)):  # noqa: TID251
        pass
    with database.read() as session:
        period = Period(MONDAY, MONDAY + timedelta(days - 1))
        return figures_of(session, period, MONDAY, ZONE)


def test_a_cancellation_and_a_second_call(line: Line) -> None:
    seen = of(line, "cancel_first_of_two")
    assert seen.calls == 2
    assert seen.endings == {
        Ending.PERSON: 0,
        Ending.CALLBACK: 0,
        Ending.CONTAINED: 2,
        Ending.ABANDONED: 0,
    }
    assert seen.stages == dict(zip(Stage, (2, 2, 2, 2, 1, 1), strict=True))
    assert (seen.hours, seen.outcomes) == ({12: 2}, {"cancelled": 1, "told": 1})
    assert [seen.weekdays[day] for day in range(7)] == [2, 0, 0, 0, 0, 0, 0]
    assert (seen.freed.cancelled, seen.freed.given_back, seen.freed.taken_again) == (1, 1, 0)
    assert seen.messages == {"queued": 1}


def test_every_call_is_counted_once(line: Line) -> None:
    assert of(line, "cancel_first_of_two") == counted(line.database)


def test_a_person_is_a_person_though_something_was_done(line: Line) -> None:
    assert of(line, "late_by_registrar").endings[Ending.PERSON] == 1


def test_a_request_to_be_called_back(line: Line) -> None:
    assert of(line, "operator_at_night").endings[Ending.CALLBACK] >= 1


def test_where_callers_give_up(line: Line) -> None:
    phone = line.world("straight").telephone()
    phone.dial("+79161234567")
    with line.database.begin() as session:
        call = session.query(Call).one()
        call.ended_at, call.outcome = call.started_at + timedelta(minutes=3), "hung_up"
    seen = counted(line.database)
    assert seen.left == {"identify.last_six": 1}
    assert seen.minutes == {3: 1}
    (question,) = seen.questions
    assert (question.question, question.results) == ("identify.last_six", {Result.LEFT: 1})


def test_an_open_call_waits(line: Line) -> None:
    line.world("straight").telephone().dial("+79161234567")
    assert counted(line.database).calls == 0


def test_at_which_try_a_question_was_understood(line: Line) -> None:
    seen = of(line, "keeps_the_visit", "words")
    by_name = {question.question: question for question in seen.questions}
    sure = by_name["cancel.sure"]
    assert sure.results == {Result.FIRST: 2, Result.LOST: 1}
    assert (sure.asked, sure.understood) == (3, 2)
    assert sum(question.by_words for question in seen.questions) > 0


def heard(at: datetime, effect: str, name: str = "Keys") -> TimedLine:
    payload = {"heard": {"keys": "1"}, "effect": effect}
    return TimedLine(Spoken(2, 1, "heard", name, payload), at)


@pytest.mark.parametrize(
    ("effects", "result"),
    [
        (["answered"], Result.FIRST),
        (["slower", "answered"], Result.FIRST),
        (["noinput", "answered"], Result.SECOND),
        (["nomatch", "noinput", "answered"], Result.THIRD),
        (["nomatch", "noinput", "nomatch", "answered"], Result.THIRD),
        (["nomatch", "lost"], Result.LOST),
        (["silent"], Result.LOST),
        (["operator"], Result.PERSON),
        (["nomatch"], Result.LEFT),
        ([], Result.LEFT),
    ],
)
def test_how_a_question_ended(effects: list[str], result: Result, now: datetime) -> None:
    asked = TimedLine(Spoken(1, 1, "asked", "cancel.sure", None), now)
    (answered,) = questions(
        [asked, *(heard(now + timedelta(seconds=4), each) for each in effects)]
    )
    assert answered.result is result
    assert answered.milliseconds == (4000 if effects else 0)


def test_a_line_left_open_is_no_long_answer(now: datetime) -> None:
    asked = TimedLine(Spoken(1, 1, "asked", "cancel.sure", None), now)
    (answered,) = questions([asked, heard(now + timedelta(hours=3), "answered")])
    assert answered.milliseconds == 300_000


def test_what_a_call_adds(now: datetime) -> None:
    facts = replace(FACTS, minutes=25, pace=-2, level=1)
    added = figures(facts, [TimedLine(Spoken(1, 1, "asked", "identify.last_six", None), now)])
    assert added == {
        Key(Measure.HOUR, "12", "hung_up"): (1, 0),
        Key(Measure.ENDING, "abandoned"): (1, 0),
        Key(Measure.STAGE, "answered"): (1, 0),
        Key(Measure.STAGE, "heard"): (1, 0),
        Key(Measure.STAGE, "identified"): (1, 0),
        Key(Measure.LEFT, "identify.last_six"): (1, 0),
        Key(Measure.ANSWER, "identify.last_six", "left"): (1, 0),
        Key(Measure.MINUTES, "10"): (1, 0),
        Key(Measure.PACE, "2"): (1, 0),
        Key(Measure.LOUDNESS, "0"): (1, 0),
        Key(Measure.DOOR, "keypad"): (1, 0),
    }


def test_a_cancellation_handed_over_later_needed_a_person(now: datetime) -> None:
    payload = {"heard": {"answered": True}, "effect": "answered"}
    dialled = TimedLine(Spoken(2, 1, "heard", "DialEnded", payload), now)
    assert ending_of(replace(FACTS, outcome="cancelled"), [dialled]) is Ending.PERSON


def test_two_batches_add_up_and_broken_lines_stop_nothing(
    database: Database, vault: Vault, now: datetime
) -> None:
    for number in range(2):
        with database.begin() as session:
            session.add(
                Call(
                    id=f"call{number}",
                    door="keypad",
                    started_at=now,
                    last_seen_at=now,
                    ended_at=now + timedelta(minutes=2),
                    outcome="kept",
                    step="more.what",
                )
            )
            session.flush()
            for place, kind in enumerate(("asked", "heard", "did"), start=1):
                session.add(
                    Row(
                        call_id=f"call{number}",
                        number=place,
                        turn=1,
                        kind=kind,
                        name="cancel.sure",
                        payload="another.key",
                        at=now,
                    )
                )
        counted(database)
    seen = counted(database)
    assert (seen.calls, seen.minutes, seen.outcomes) == (2, {2: 2}, {"kept": 2})


def test_days_without_calls_are_noughts(database: Database) -> None:
    seen = counted(database, days=3)
    assert list(seen.days.values()) == [0, 0, 0]
    assert (seen.calls, seen.share(Ending.PERSON), seen.delivered) == (0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("first", "last", "today", "months"),
    [
        ("2026-11-23", "2026-11-23", "2026-12-05", 0),
        ("2026-11-01", "2026-11-30", "2026-12-05", 1),
        ("2026-11-02", "2026-11-30", "2026-12-05", 0),
        ("2025-11-25", "2026-11-25", "2026-12-05", 11),
        ("2025-12-01", "2026-02-28", "2026-12-05", 3),
        ("2025-12-31", "2026-01-01", "2026-12-05", 0),
        ("2026-01-31", "2026-03-01", "2026-12-05", 1),
        ("2025-11-25", "2026-11-25", "2026-11-25", 12),
        ("2026-11-01", "2026-11-10", "2026-11-10", 1),
        ("2026-11-02", "2026-11-10", "2026-11-10", 0),
        ("2026-10-15", "2026-12-31", "2026-11-25", 2),
        ("2026-11-25", "2026-12-31", "2026-11-25", 1),
    ],
)
def test_months_are_what_their_days_are(
    database: Database, first: str, last: str, today: str, months: int
) -> None:
    period, now = Period(*map(date.fromisoformat, (first, last))), date.fromisoformat(today)
    begin, end = period.months(now)
    whole = (end.year - begin.year) * 12 + end.month - begin.month
    assert max(0, whole) == months
    hour = Key(Measure.HOUR, "12", "told")
    days = [date(2025, 11, 1) + timedelta(n) for n in range(400)]
    days = [day for day in days if day <= now and day.day % 3]
    with database.begin() as session:
        for place, day in enumerate(days):
            for _ in range(2):
                once = Counter(count=place + 1, total=7)
                upsert(session, {(day, hour): once, (day, Key(Measure.DOOR, "x")): once})
        figured = figures_of(session, period, now, ZONE)
    within = [n + 1 for n, day in enumerate(days) if period.first <= day <= period.last]
    assert sum(figured.hours.values()) == 2 * sum(within)
    assert sum(figured.doors.values()) == 2 * sum(within)


def test_the_states_of_sms_that_are_counted_are_all() -> None:
    assert set(STATES) == set(State)
