"""When the registry is open: hours of each weekday, closed days, the clinic's time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS_OF_A_WEEK = 7
_HOURS = re.compile(r"(\d{1,2})(?::(\d\d))?\s*[-–]\s*(\d{1,2})(?::(\d\d))?")


class WrongHours(ValueError):
    """Hours look like 08:00-20:00, or are empty on a closed weekday."""


@dataclass(frozen=True, slots=True)
class Hours:
    opens: time
    closes: time

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"

    @classmethod
    def parse(cls, text: str) -> Hours | None:
        """From «08:00-20:00» or «8-20»; None where nothing is open. Raises WrongHours."""
        if text.strip() in ("", "closed"):
            return None
        match = _HOURS.fullmatch(text.strip())
        if match is None:
            raise WrongHours(f"{text!r} are no hours: write 08:00-20:00, or closed")
        try:
            opens = time(int(match[1]), int(match[2] or 0))
            closes = time(int(match[3]), int(match[4] or 0))
        except ValueError:
            raise WrongHours(f"{text!r} holds an hour that no clock shows") from None
        if closes <= opens:
            raise WrongHours(f"{text!r} closes before it opens")
        return cls(opens, closes)


@dataclass(frozen=True, slots=True)
class Opening:
    """One stretch of work, aware, in the clinic's zone."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class Timetable:
    week: tuple[Hours | None, ...]
    """Monday first."""
    closed_days: frozenset[date]
    zone: ZoneInfo

    def on(self, day: date) -> Opening | None:
        hours = self.week[day.weekday()]
        if hours is None or day in self.closed_days:
            return None
        return Opening(
            datetime.combine(day, hours.opens, self.zone),
            datetime.combine(day, hours.closes, self.zone),
        )

    def is_open(self, moment: datetime) -> bool:
        work = self.on(moment.astimezone(self.zone).date())
        return work is not None and work.opens <= moment < work.closes

    def next(self, moment: datetime) -> Opening:
        """The stretch that goes on at the moment, else the next one."""
        first = moment.astimezone(self.zone).date()
        closed_until = max(self.closed_days, default=first)
        # Of the first day the work may be over; the week behind it and all closed days decides.
        for ahead in range(max(0, (closed_until - first).days) + DAYS_OF_A_WEEK + 1):
            work = self.on(first + timedelta(days=ahead))
            if work is not None and moment < work.closes:
                return work
        raise WrongHours("the clinic works on no weekday")
