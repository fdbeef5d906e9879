"""Stretches of days, and the whole months within them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST = timedelta(days=366)
"""Of a period."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    first: date
    last: date
    """Included."""

    def between(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The moments in which it begins and ends."""
        return (
            datetime.combine(self.first, time(), zone),
            datetime.combine(self.last + DAY, time(), zone),
        )

    def months(self, today: date) -> tuple[date, date]:
        """The first days of the first whole month within it, and of the month after the last.

        A month that still goes on is whole up to today. Not in order where there is none.
        """
        begin = self.first if self.first.day == 1 else next_month(self.first)
        if self.last >= today:
            return begin, next_month(self.last)
        return begin, (self.last + DAY).replace(day=1)

    def without(self, begin: date, end: date) -> list[Period]:
        """What of it lies before the day `begin` or from the day `end` on."""
        around = Period(self.first, begin - DAY), Period(end, self.last)
        return [one for one in around if one.first <= one.last]


def next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def month_of(day: date) -> Period:
    return Period(day.replace(day=1), next_month(day) - DAY)
