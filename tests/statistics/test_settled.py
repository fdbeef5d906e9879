"""SMS and openings of past months: counted once, whatever becomes of their rows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from ivr.statistics.figures import Figures, figures_of
from ivr.statistics.periods import Period, next_month
from ivr.statistics.settled import SettledMonths
from ivr.store.database import Database
from ivr.store.tables import Cancellation, Outbox
from tests.golden import CALLS, Player
from tests.line import Line

ZONE = ZoneInfo("Europe/Moscow")
TODAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 9, tzinfo=UTC)
YEAR = Period(date(2025, 11, 24), TODAY)


def sms(database: Database, *moments: str, state: str = "delivered") -> None:
    """At moments of the clinic's clock."""
    with database.begin() as session:
        for moment in moments:
            at = datetime.fromisoformat(moment).replace(tzinfo=ZONE)
            times = {"next_attempt_at": at, "created_at": at, "updated_at": at}
            sealed = {"to_sealed": "-", "text_sealed": "-"}
            session.add(Outbox(key=moment, kind="cancelled", state=state, **sealed, **times))


def settle(database: Database, now: datetime = NOON) -> int:
    months, done = SettledMonths(database, ZONE), 0
    while months.count_next(now):
        done += 1
    return done


def figures(database: Database, period: Period = YEAR) -> Figures:
    with database.read() as session:
        return figures_of(session, period, TODAY, ZONE)


MOMENTS = (
    *("2026-01-31 23:59", "2026-02-01 00:00", "2026-03-01 12:00", "2026-05-31 23:30"),
    *("2026-08-31 23:59", "2026-09-01 00:00", "2026-11-23 08:00"),
)


def test_a_year_is_the_same_before_and_after(database: Database) -> None:
    sms(database, *MOMENTS)
    sms(database, "2026-03-02 12:00", state="undelivered")
    before = figures(database)
    assert before.messages == {"delivered": 7, "undelivered": 1}
    assert settle(database) == 8
    assert figures(database) == before
    assert settle(database) == 0
    assert figures(database) == before


def test_a_month_without_anything_is_counted_and_passed_by(database: Database) -> None:
    sms(database, "2026-03-15 12:00", "2026-06-15 12:00")
    assert settle(database) == 6
    assert figures(database).messages == {"delivered": 2}


def test_what_may_still_change_is_not_kept(database: Database) -> None:
    sms(database, "2026-08-15 12:00", "2026-09-15 12:00", state="sent")
    assert settle(database) == 1
    with database.begin() as session:
        session.query(Outbox).update({"state": "delivered"})
    assert figures(database).messages == {"sent": 1, "delivered": 1}


def test_figures_outlive_their_messages(database: Database) -> None:
    sms(database, *MOMENTS)
    settle(database)
    before = figures(database)
    with database.begin() as session:
        september = datetime(2026, 9, 1, tzinfo=ZONE)
        session.execute(delete(Outbox).where(Outbox.created_at < september))
    assert figures(database) == before
    assert settle(database) == 0


def test_openings_of_a_kept_month(line: Line) -> None:
    Player(line.world("straight")).play((CALLS / "cancel_first_of_two.txt").read_text())
    with line.database.begin() as session:
        session.query(Cancellation).update({"requested_at": datetime(2026, 5, 4, tzinfo=UTC)})
    before = figures(line.database).freed
    assert (before.cancelled, before.given_back) == (1, 1)
    assert settle(line.database) == 4
    assert figures(line.database).freed == before


def test_two_workers_count_a_month_once(database: Database) -> None:
    sms(database, "2026-08-15 12:00")
    one, other = SettledMonths(database, ZONE), SettledMonths(database, ZONE)
    assert (one.count_next(NOON), other.count_next(NOON)) == (1, 0)
    with database.read() as session:
        assert one._next(session) == Period(date(2026, 9, 1), date(2026, 9, 30))


def test_it_looks_again_after_a_rest(database: Database) -> None:
    months = SettledMonths(database, ZONE)
    assert months.count_next(NOON) == 0
    sms(database, "2026-08-15 12:00")
    assert months.count_next(NOON + timedelta(minutes=59)) == 0
    assert months.count_next(NOON + timedelta(hours=1)) == 1


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-08-01", "2026-08-31"), ("2026-08-10", "2026-09-10"), ("2026-11-23", "2026-11-23")],
)
def test_any_period_after_keeping(database: Database, first: str, last: str) -> None:
    sms(database, *MOMENTS)
    period = Period(date.fromisoformat(first), date.fromisoformat(last))
    before = figures(database, period)
    settle(database)
    assert figures(database, period) == before


@given(st.dates(date(2025, 1, 1), date(2026, 12, 31)), st.integers(0, 366), st.integers(0, 12))
def test_stretches_and_what_is_cut_out_are_the_period(
    first: date, days: int, months: int
) -> None:
    period = Period(first, first + timedelta(days))
    begin, _ = period.months(date(2027, 6, 1))
    end = begin
    for _ in range(months):
        end = next_month(end)
    if not begin < end <= period.last + timedelta(1):
        return
    kept = {begin + timedelta(n) for n in range((end - begin).days)}
    stretches = period.without(begin, end)
    left = [day for one in stretches for day in days_of(one)]
    assert len(left) == len(set(left))
    assert set(left) == set(days_of(period)) - kept


def days_of(period: Period) -> list[date]:
    return [period.first + timedelta(n) for n in range((period.last - period.first).days + 1)]
