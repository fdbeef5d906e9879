"""SMS by state and openings that were given back, from rows that change for weeks.

Months that have settled are counted once, by the worker, and kept beside the monthly counts: a
year is then a few sums, and stays when its SMS are past their period and deleted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import astuple
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from ivr.statistics.counting import Key, Measure
from ivr.statistics.periods import Period, month_of, next_month
from ivr.store.database import Database
from ivr.store.inserts import insert_into
from ivr.store.tables import CANCELLED, Cancellation, MonthlyCount, Opening, Outbox

SETTLED = timedelta(days=62)
"""After its end a month is as good as settled: its SMS have arrived or never will, the visits
that were cancelled in it are over."""
REST = timedelta(hours=1)
"""When no month is left to count."""
DELIVERED = "delivered"
STATES = ("queued", "sending", "sent", DELIVERED, "undelivered", "unknown", "given_up")
"""Of an SMS."""
GONE, GIVEN_BACK, TAKEN = "cancelled", "given_back", "taken_again"
_first_sms = select(func.min(Outbox.created_at))
_first_gone = select(func.min(Cancellation.requested_at)).where(text(CANCELLED))
_months = select(MonthlyCount.month).where(MonthlyCount.measure == Measure.SMS.value).distinct()
"""That are kept."""


class SettledMonths:
    """A chore of the worker."""

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self._database = database
        self._zone = zone
        self._rests_until: datetime | None = None

    def count_next(self, now: datetime) -> int:
        """Count and keep the oldest month that has settled and is not kept; how many."""
        if self._rests_until is not None and now < self._rests_until:
            return 0
        with self._database.read() as session:
            month = self._next(session)
            last = now.astimezone(self._zone).date() - SETTLED
            if month is None or month.last >= last:
                self._rests_until = now + REST
                return 0
            counted = tally(session, month, self._zone)
        with self._database.begin() as session:
            _keep(session, month.first, counted)
        return 1

    def _next(self, session: Session) -> Period | None:
        """Months are kept without a gap, from the first that has anything to count."""
        latest = session.scalar(_months.order_by(MonthlyCount.month.desc()).limit(1))
        if latest is not None:
            return month_of(next_month(latest))
        found = [session.scalar(_first_sms), session.scalar(_first_gone)]
        moments = [moment for moment in found if moment is not None]
        return month_of(min(moments).astimezone(self._zone).date()) if moments else None


def not_kept(session: Session, period: Period, today: date) -> list[Period]:
    """The stretches of it outside the whole months that are kept."""
    begin, end = period.months(today)
    within = _months.where(MonthlyCount.month >= begin, MonthlyCount.month < end)
    months = session.scalars(within.order_by(MonthlyCount.month)).all()
    return period.without(months[0], next_month(months[-1])) if months else [period]


def tally(session: Session, period: Period, zone: ZoneInfo) -> Counter[Key]:
    """Counted row by row; what there is none of is left out."""
    begin, end = period.between(zone)
    return _sms(session, begin, end) + _freed(session, begin, end)


def _sms(session: Session, begin: datetime, end: datetime) -> Counter[Key]:
    """State by state: an index counts each without sorting."""
    query = (
        select(Outbox.state, func.count())
        .where(Outbox.state.in_(STATES), _within(Outbox.created_at, begin, end))
        .group_by(Outbox.state)
    )
    return Counter({Key(Measure.SMS, state): int(n) for state, n in session.execute(query)})


def _freed(session: Session, begin: datetime, end: datetime) -> Counter[Key]:
    query = (
        select(
            func.count(),
            func.count(Cancellation.opening_id),
            func.count(Opening.taken_by),
        )
        .select_from(Cancellation)
        .outerjoin(Opening, Opening.id == Cancellation.opening_id)
        .where(
            _within(Cancellation.requested_at, begin, end),
            text(f"cancellations.{CANCELLED}"),  # as the index has it
        )
    )
    counts = map(int, session.execute(query).one())
    names = (GONE, GIVEN_BACK, TAKEN)
    return Counter({Key(Measure.FREED, name): n for name, n in zip(names, counts, strict=True)})


def _keep(session: Session, month: date, counted: Counter[Key]) -> None:
    """With noughts: a month without SMS is counted, too. What another worker kept stays."""
    keys = {*counted, *(Key(Measure.SMS, state) for state in STATES)}
    columns = ("month", "measure", "name", "part", "count", "total")
    rows = [
        dict(zip(columns, (month, *astuple(key), counted[key], 0), strict=True))
        for key in sorted(keys)
    ]
    session.execute(insert_into(session, MonthlyCount).on_conflict_do_nothing(), rows)


def _within(
    column: InstrumentedAttribute[datetime], begin: datetime, end: datetime
) -> ColumnElement[bool]:
    return (column >= begin) & (column < end)
