"""The clinic's settings: a table that the clinic changes, with first values from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.clinic.hours import Hours, Timetable
from ivr.clinic.setting_checks import NAMES, WEEKDAYS, Fault, WrongSetting, checked
from ivr.store.tables import Audit, ClinicSetting, SettingChange

__all__ = ["NAMES", "WEEKDAYS", "Change", "ClinicSettings", "Retention", "WrongSetting"]

AUDITED = 70
"""Characters of an old and of a new value."""
_DEFAULTS: Mapping[str, str] = {
    "name": "Поликлиника",
    **{f"hours_{weekday}": "08:00-20:00" for weekday in WEEKDAYS[:5]},
    "hours_saturday": "09:00-15:00",
    "late_policy": "warn",
    "paper_for_illness": "no",
    "keep_recordings": "60",
    "keep_calls": "365",
    "keep_messages": "365",
    "keep_callbacks": "365",
    "keep_cancellations": "1095",
    "keep_audit": "1825",
}
_ROWS = select(ClinicSetting.name, ClinicSetting.value)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what is over is kept."""

    recordings: timedelta
    calls: timedelta
    messages: timedelta
    callbacks: timedelta
    cancellations: timedelta
    audit: timedelta


@dataclass(frozen=True, slots=True)
class Change:
    """A setting that somebody has changed."""

    name: str
    old: str
    new: str


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
    retention: Retention

    @classmethod
    def load(cls, session: Session) -> ClinicSettings:
        return cls._of(_stored(session))

    @staticmethod
    def set(session: Session, name: str, value: str) -> Change | None:
        """Change one setting; None where nothing changes. Raises WrongSetting."""
        new, stored = checked(name, value), _stored(session)
        if name.startswith("hours_") and not new:
            _keep_one_open(name, stored)
        session.merge(ClinicSetting(name=name, value=new))
        return Change(name, stored[name], new) if stored[name] != new else None

    @staticmethod
    def fill(session: Session, first_values: Mapping[str, str]) -> None:
        """Give settings that were never set their first values; empty ones are left out."""
        known = set(session.scalars(select(ClinicSetting.name)))
        for name, value in first_values.items():
            if value and name not in known:
                ClinicSettings.set(session, name, value)

    @staticmethod
    def change(
        session: Session, name: str, value: str, who: str, now: datetime
    ) -> Change | None:
        """As `set`, with a line in the history and one in the audit. Raises WrongSetting."""
        change = ClinicSettings.set(session, name, value)
        if change is not None:
            row = {"name": name, "old": change.old, "new": change.new}
            session.add(SettingChange(at=now, who=who, **row))
            what = f"setting {name}: {_cut(change.old)} -> {_cut(change.new)}"
            session.add(Audit(at=now, who=who, what=what))
        return change

    @staticmethod
    def stored(session: Session) -> dict[str, str]:
        """Every setting as it is written down."""
        return _stored(session)

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
            retention=_retention(stored),
        )


def _retention(stored: Mapping[str, str]) -> Retention:
    names = Retention.__slots__
    days = {what: timedelta(days=int(stored[f"keep_{what}"])) for what in names}
    return Retention(**days)


def _stored(session: Session) -> dict[str, str]:
    stored = dict.fromkeys(NAMES, "") | dict(_DEFAULTS)
    for name, value in session.execute(_ROWS):
        stored[name] = value
    return stored


def _cut(value: str) -> str:
    """For the audit; the history has it whole."""
    return value if len(value) <= AUDITED else f"{value[: AUDITED - 1]}…"


def _keep_one_open(closing: str, stored: Mapping[str, str]) -> None:
    names = (f"hours_{weekday}" for weekday in WEEKDAYS)
    if not any(stored[name] for name in names if name != closing):
        sentence = f"{closing}: the clinic must be open on one weekday at least"
        raise WrongSetting(sentence, Fault.ALL_CLOSED)
