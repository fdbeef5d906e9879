"""What stands in the way of cancelling a visit by telephone. Source: domain.md 5.2."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ivr.clinic.hours import Timetable
from ivr.clinic.values import CancelRule

LATE = timedelta(hours=24)
BEGUN = timedelta(hours=2)
"""So long after its start a visit is still spoken of."""
UNDO = timedelta(minutes=10)
CODE_DAYS = 30
"""A code counts until the visit's day and so many days."""


@dataclass(frozen=True, slots=True)
class Rules:
    late_policy: str
    cancel_if: str
    timetable: Timetable
    """Of the registry, where a person would cancel the visit."""

    def against(
        self, start: datetime, now: datetime, *, confirmed: bool, booked_at: datetime
    ) -> CancelRule | None:
        """The first rule that fits; None where the line cancels freely."""
        if start <= now:
            return CancelRule.BEGUN
        if self._wants_registrar(confirmed=confirmed, age=now - booked_at):
            return CancelRule.CONFIRMED
        if not is_late(start, now) or self.late_policy == "allow":
            return None
        if self.late_policy == "warn" or self.timetable.next(now).opens >= start:
            return CancelRule.LATE_WARN
        return CancelRule.LATE_PERSON

    def _wants_registrar(self, *, confirmed: bool, age: timedelta) -> bool:
        if self.cancel_if == "unconfirmed":
            return confirmed
        return self.cancel_if == "within-day" and age > timedelta(days=1)


def is_late(start: datetime, now: datetime) -> bool:
    """Exactly 24 hours before is in time."""
    return start - now < LATE
