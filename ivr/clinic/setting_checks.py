"""What a setting of the clinic may be, and how it is written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum

from ivr.clinic.hours import Hours, WrongHours
from ivr.phone_numbers import e164

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LATE_POLICIES = ("warn", "allow", "transfer", "deny")
CANCEL_IF = ("", "unconfirmed", "within-day")


LEAST_DAYS_KEPT = {
    "recordings": 1,
    "calls": 31,
    "messages": 31,
    "callbacks": 31,
    "cancellations": 90,
    "audit": 365,
}
"""What is deleted after some days, and how many these are at least: codes count for a month."""
MOST_DAYS_KEPT = 3650


class Fault(StrEnum):
    UNKNOWN = "unknown"
    LONG = "long"
    PHONE = "phone"
    HOURS = "hours"
    DAYS = "days"
    MOMENT = "moment"
    CHOICE = "choice"
    KEPT = "kept"
    ALL_CLOSED = "all_closed"


class WrongSetting(ValueError):
    """Says to the engineer which setting cannot have the value, and which it can."""

    def __init__(self, sentence: str, fault: Fault) -> None:
        super().__init__(sentence)
        self.fault = fault


def _text(value: str) -> str:
    if len(value) > 400:
        raise WrongSetting("longer than 400 characters", Fault.LONG)
    return " ".join(value.split())


def _phone(value: str) -> str:
    if not value.strip():
        return ""
    number = e164(value)
    if number is None:
        raise WrongSetting(f"{value!r} is no telephone number", Fault.PHONE)
    return number


def _hours(value: str) -> str:
    try:
        hours = Hours.parse(value)
    except WrongHours as wrong:
        raise WrongSetting(str(wrong), Fault.HOURS) from None
    return str(hours) if hours else ""


def _days(value: str) -> str:
    """ISO dates, in order, with commas; 31.12.2026 is understood as well."""
    try:
        days = {_day(day.strip()) for day in value.split(",") if day.strip()}
    except ValueError:
        wanted = "write 2026-12-31,2027-01-01"
        raise WrongSetting(f"{value!r} are no dates: {wanted}", Fault.DAYS) from None
    return ",".join(day.isoformat() for day in sorted(days))


def _day(written: str) -> date:
    day, point, rest = written.partition(".")
    month, _, year = rest.partition(".")
    return date(int(year), int(month), int(day)) if point else date.fromisoformat(written)


def _until(value: str) -> str:
    """A moment on the clinic's clock, to the minute."""
    if not value.strip():
        return ""
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None:
        sentence = f"{value!r} is no time on the clinic's clock: 2026-12-31T16:00"
        raise WrongSetting(sentence, Fault.MOMENT)
    return moment.isoformat(timespec="minutes")


def _one_of(*choices: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in choices:
            sentence = f"{value!r} is none of {', '.join(map(repr, choices))}"
            raise WrongSetting(sentence, Fault.CHOICE)
        return value

    return check


def _days_kept(least: int) -> Callable[[str], str]:
    def check(value: str) -> str:
        number = value.strip()
        if not number.isdecimal() or not least <= int(number) <= MOST_DAYS_KEPT:
            sentence = f"{value!r} is no number of days from {least} to {MOST_DAYS_KEPT}"
            raise WrongSetting(sentence, Fault.KEPT)
        return str(int(number))

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
    **{f"keep_{what}": _days_kept(least) for what, least in LEAST_DAYS_KEPT.items()},
}
NAMES = tuple(_CHECKS)


def checked(name: str, value: str) -> str:
    """The value as it is kept. Raises WrongSetting."""
    if name not in _CHECKS:
        sentence = f"{name!r} is no setting; there are {', '.join(NAMES)}"
        raise WrongSetting(sentence, Fault.UNKNOWN)
    try:
        return _CHECKS[name](value)
    except WrongSetting as wrong:
        raise WrongSetting(f"{name}: {wrong}", wrong.fault) from None
