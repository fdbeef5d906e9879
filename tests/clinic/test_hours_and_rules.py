from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ivr.clinic.hours import Hours, Timetable, WrongHours
from ivr.clinic.rules import Rules
from ivr.clinic.values import CancelRule

ZONE = ZoneInfo("Europe/Moscow")
WEEK = (*[Hours.parse("8-20")] * 5, Hours.parse("09:00-15:00"), None)
TIMETABLE = Timetable(WEEK, frozenset({date(2026, 11, 24)}), ZONE)
MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("8-20", "08:00-20:00"), ("08:30 – 14:05", "08:30-14:05"), ("", None), ("closed", None)],
)
def test_hours_are_read(text: str, shown: str | None) -> None:
    hours = Hours.parse(text)
    assert (str(hours) if hours else None) == shown


@pytest.mark.parametrize("text", ["20-8", "8-8", "8-25", "8:70-9", "morning", "8"])
def test_wrong_hours_are_refused(text: str) -> None:
    with pytest.raises(WrongHours):
        Hours.parse(text)


@pytest.mark.parametrize(
    ("moment", "is_open", "opens"),
    [
        ("2026-11-23T07:59", False, "2026-11-23T08:00"),
        ("2026-11-23T08:00", True, "2026-11-23T08:00"),
        ("2026-11-23T19:59", True, "2026-11-23T08:00"),
        ("2026-11-23T20:00", False, "2026-11-25T08:00"),
        ("2026-11-24T12:00", False, "2026-11-25T08:00"),
        ("2026-11-28T15:00", False, "2026-11-30T08:00"),
        ("2026-11-28T14:00", True, "2026-11-28T09:00"),
    ],
)
def test_open_and_next(moment: str, is_open: bool, opens: str) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=ZONE).astimezone(UTC)
    assert TIMETABLE.is_open(at) is is_open
    assert f"{TIMETABLE.next(at).opens:%Y-%m-%dT%H:%M}" == opens


@pytest.mark.parametrize("closed", [1, 7, 399, 400, 401, 1000])
def test_however_long_it_is_closed_it_opens_again(closed: int) -> None:
    """On Mondays only, and for so many days on none."""
    days = frozenset(MONDAY.date() + n * DAY for n in range(closed))
    mondays = Timetable((Hours.parse("8-20"), *[None] * 6), days, ZONE)
    weeks = -(-closed // 7)
    assert mondays.next(MONDAY).opens == MONDAY.replace(hour=8) + weeks * timedelta(days=7)


def test_a_clinic_that_never_works_is_an_error() -> None:
    with pytest.raises(WrongHours):
        Timetable((None,) * 7, frozenset(), ZONE).next(MONDAY)


SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("policy", "now", "ahead", "rule"),
    [
        ("warn", MONDAY, DAY, None),
        ("warn", MONDAY, DAY + SECOND, None),
        ("warn", MONDAY, DAY - SECOND, CancelRule.LATE_WARN),
        ("warn", MONDAY, timedelta(0), CancelRule.BEGUN),
        ("warn", MONDAY, -timedelta(minutes=5), CancelRule.BEGUN),
        ("allow", MONDAY, DAY - SECOND, None),
        ("allow", MONDAY, timedelta(0), CancelRule.BEGUN),
        ("transfer", MONDAY, DAY - SECOND, CancelRule.LATE_PERSON),
        ("deny", MONDAY, DAY - SECOND, CancelRule.LATE_PERSON),
        ("deny", MONDAY, DAY, None),
    ],
)
def test_late_policy(
    policy: str, now: datetime, ahead: timedelta, rule: CancelRule | None
) -> None:
    rules = Rules(policy, "", TIMETABLE)
    booked_at = now - timedelta(days=9)
    assert rules.against(now + ahead, now, confirmed=True, booked_at=booked_at) is rule


@pytest.mark.parametrize(
    ("start", "rule"),
    [
        ("2026-11-28T08:00", CancelRule.LATE_WARN),
        ("2026-11-28T09:00", CancelRule.LATE_WARN),
        ("2026-11-28T09:15", CancelRule.LATE_PERSON),
    ],
)
def test_nobody_to_ask_before_the_visit(start: str, rule: CancelRule) -> None:
    friday_night = datetime(2026, 11, 27, 22, 0, tzinfo=ZONE)
    visit = datetime.fromisoformat(start).replace(tzinfo=ZONE)
    rules = Rules("deny", "", TIMETABLE)
    assert rules.against(visit, friday_night, confirmed=False, booked_at=friday_night) is rule


@pytest.mark.parametrize(
    ("cancel_if", "confirmed", "age", "rule"),
    [
        ("", True, 100, None),
        ("unconfirmed", True, 1, CancelRule.CONFIRMED),
        ("unconfirmed", False, 100, None),
        ("within-day", True, 24, None),
        ("within-day", False, 25, CancelRule.CONFIRMED),
    ],
)
def test_cancel_if(cancel_if: str, confirmed: bool, age: int, rule: CancelRule | None) -> None:
    rules = Rules("warn", cancel_if, TIMETABLE)
    booked_at = MONDAY - timedelta(hours=age)
    assert (
        rules.against(MONDAY + 3 * DAY, MONDAY, confirmed=confirmed, booked_at=booked_at)
        is rule
    )
