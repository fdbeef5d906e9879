"""The clinic's settings: a table that the clinic changes, with first values from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.clinic.hours import Hours, Timetable, WrongHours
from ivr.phone_numbers import e164
from ivr.store.tables import ClinicSetting

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LATE_POLICIES = ("warn", "allow", "transfer", "deny")
CANCEL_IF = ("", "unconfirmed", "within-day")


class WrongSetting(ValueError):
    """Says which setting cannot have the value, and which it can."""


def _text(value: str) -> str:
    if len(value) > 400:
        raise WrongSetting("longer than 400 characters")
    return " ".join(value.split())


def _phone(value: str) -> str:
    if not value.strip():
        return ""
    number = e164(value)
    if number is None:
        raise WrongSetting(f"{value!r} is no telephone number")
    return number


def _hours(value: str) -> str:
    hours = Hours.parse(value)
    return str(hours) if hours else ""


def _days(value: str) -> str:
    """ISO dates, in order, with commas."""
    try:
        days = {date.fromisoformat(day.strip()) for day in value.split(",") if day.strip()}
    except ValueError:
        raise WrongSetting(f"{value!r} are no dates: write 2026-12-31,2027-01-01") from None
    return ",".join(day.isoformat() for day in sorted(days))


def _until(value: str) -> str:
    """A moment on the clinic's clock, to the minute."""
    if not value.strip():
        return ""
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None:
        raise WrongSetting(f"{value!r} is no time on the clinic's clock: 2026-12-31T16:00")
    return moment.isoformat(timespec="minutes")


def _one_of(*choices: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in choices:
            raise WrongSetting(f"{value!r} is none of {', '.join(map(repr, choices))}")
        return value

    return check


_CHECKS: Mapping[str, Callable[[str], str]] = {
    "name": _text,
    "address": _text,
    "announcement": _text,
    **{f"hours_{weekday}": _hours for weekday in WEEKDAYS},
    "closed_days": _days,
    "transfer_number": _phone,
    "second_level_number": _phone,
    "late_policy": _one_of(*LATE_POLICIES),
    "cancel_if": _one_of(*CANCEL_IF),
    "paper_for_illness": _one_of("yes", "no"),
    "requests_only_until": _until,
}
_DEFAULTS: Mapping[str, str] = {
    "name": "Поликлиника",
    **{f"hours_{weekday}": "08:00-20:00" for weekday in WEEKDAYS[:5]},
    "hours_saturday": "09:00-15:00",
    "late_policy": "warn",
    "paper_for_illness": "no",
}
NAMES = tuple(_CHECKS)
_ROWS = select(ClinicSetting.name, ClinicSetting.value)


@dataclass(frozen=True, slots=True)
class ClinicSettings:
    name: str
    """Nominative, as the voice says it."""
    address: str
    announcement: str
    week: tuple[Hours | None, ...]
    """Monday first; None where closed."""
    closed_days: frozenset[date]
    transfer_number: str
    """E.164; empty where nobody can be reached."""
    second_level_number: str
    late_policy: str
    """One of LATE_POLICIES."""
    cancel_if: str
    """One of CANCEL_IF."""
    paper_for_illness: bool
    requests_only_until: str
    """Until then the line cancels nothing, it takes requests. ISO, by the clinic's clock."""

    @classmethod
    def load(cls, session: Session) -> ClinicSettings:
        return cls._of(_stored(session))

    @staticmethod
    def set(session: Session, name: str, value: str) -> None:
        """Change one setting. Raises WrongSetting with a sentence for the engineer."""
        checked = _checked(name, value)
        if name.startswith("hours_") and not checked:
            _keep_one_open(name, _stored(session))
        session.merge(ClinicSetting(name=name, value=checked))

    @staticmethod
    def fill(session: Session, first_values: Mapping[str, str]) -> None:
        """Give settings that were never set their first values; empty ones are left out."""
        known = set(session.scalars(select(ClinicSetting.name)))
        for name, value in first_values.items():
            if value and name not in known:
                ClinicSettings.set(session, name, value)

    def timetable(self, zone: ZoneInfo) -> Timetable:
        return Timetable(self.week, self.closed_days, zone)

    def outage(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """When the planned outage that goes on now will end, clinic time."""
        if not self.requests_only_until:
            return None
        until = datetime.fromisoformat(self.requests_only_until).replace(tzinfo=zone)
        return until if now < until else None

    @classmethod
    def _of(cls, stored: Mapping[str, str]) -> ClinicSettings:
        days = stored["closed_days"].split(",")
        return cls(
            name=stored["name"],
            address=stored["address"],
            announcement=stored["announcement"],
            week=tuple(Hours.parse(stored[f"hours_{weekday}"]) for weekday in WEEKDAYS),
            closed_days=frozenset(date.fromisoformat(day) for day in days if day),
            transfer_number=stored["transfer_number"],
            second_level_number=stored["second_level_number"],
            late_policy=stored["late_policy"],
            cancel_if=stored["cancel_if"],
            paper_for_illness=stored["paper_for_illness"] == "yes",
            requests_only_until=stored["requests_only_until"],
        )


def _stored(session: Session) -> dict[str, str]:
    stored = dict.fromkeys(NAMES, "") | dict(_DEFAULTS)
    for name, value in session.execute(_ROWS):
        stored[name] = value
    return stored


def _checked(name: str, value: str) -> str:
    if name not in _CHECKS:
        raise WrongSetting(f"{name!r} is no setting; there are {', '.join(NAMES)}")
    try:
        return _CHECKS[name](value)
    except (WrongSetting, WrongHours) as wrong:
        raise WrongSetting(f"{name}: {wrong}") from None


def _keep_one_open(closing: str, stored: Mapping[str, str]) -> None:
    names = (f"hours_{weekday}" for weekday in WEEKDAYS)
    if not any(stored[name] for name in names if name != closing):
        raise WrongSetting(f"{closing}: the clinic must be open on one weekday at least")
