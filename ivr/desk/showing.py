"""Values as people read them: moments of the clinic, telephones, names, masked by role."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_login import current_user

from ivr.clinic.values import FullName
from ivr.desk.deeds import deed
from ivr.desk.office import desk
from ivr.desk.rights import Right
from ivr.desk.words import word

HIDDEN = "•"


@dataclass(frozen=True, slots=True)
class Eyes:
    """What a viewer may see of personal values."""

    personal: bool
    policy: bool

    def name(self, name: FullName) -> str:
        parts = [part for part in (name.last, name.first, name.patronymic) if part]
        return " ".join(parts) if self.personal else HIDDEN * 3

    def short_name(self, name: FullName) -> str:
        """«Смирнова А. П.»."""
        if not self.personal:
            return HIDDEN * 3
        initials = (f"{part[0]}." for part in (name.first, name.patronymic) if part)
        return " ".join([name.last, *initials])

    def phone(self, number: str | None) -> str:
        if not number:
            return ""
        return written(number) if self.personal else f"•••• {number[-2:]}"

    def born(self, day: date) -> str:
        return f"{day:%d.%m.%Y}" if self.personal else "••.••.••••"

    def code(self, code: str) -> str:
        """Of a cancellation: for who works with patients."""
        return pairs(code if self.personal else HIDDEN * len(code))

    def policy_number(self, digits: str) -> str:
        """Whole with the right to it, else the last four for who works with patients."""
        if self.policy:
            return digits
        shown = 4 if self.personal else 0
        return "•" * (len(digits) - shown) + digits[len(digits) - shown :]


def eyes() -> Eyes:
    """Of whoever is signed in."""
    return Eyes(current_user.may(Right.PERSONAL), current_user.may(Right.POLICY))


def written(number: str) -> str:
    """`+79161234567` as «+7 916 123-45-67»."""
    if number.startswith("+7") and len(number) == 12:
        return f"+7 {number[2:5]} {number[5:8]}-{number[8:10]}-{number[10:]}"
    return number


def masked_keys(keys: str) -> str:
    """A menu's key as it is; of more keys the last two."""
    return keys if len(keys) < 3 else HIDDEN * (len(keys) - 2) + keys[-2:]


def pairs(code: str) -> str:
    return "-".join(code[at : at + 2] for at in range(0, len(code), 2))


def moment(value: datetime | None) -> str:
    return f"{desk().local(value):%d.%m.%Y, %H:%M}" if value else ""


def day(value: datetime | date | None) -> str:
    if isinstance(value, datetime):
        value = desk().local(value)
    return f"{value:%d.%m.%Y}" if value else ""


def clock(value: datetime | None) -> str:
    return f"{desk().local(value):%H:%M}" if value else ""


def seconds(value: datetime | None) -> str:
    return f"{desk().local(value):%H:%M:%S}" if value else ""


def wall(value: str) -> str:
    """A visit's time as the clinic's clock shows it: `2026-11-24T10:30`."""
    return f"{datetime.fromisoformat(value):%d.%m.%Y, %H:%M}"


def duration(value: float) -> str:
    """Seconds as «3:07»."""
    whole = max(0, int(value))
    return f"{whole // 60}:{whole % 60:02}"


FILTERS: Mapping[str, Callable[..., Any]] = {
    "moment": moment,
    "day": day,
    "clock": clock,
    "seconds": seconds,
    "wall": wall,
    "duration": duration,
    "pairs": pairs,
    "code": lambda code: eyes().code(code),
    "deed": deed,
    "actor": lambda who: word(who, "actor"),
    "dialled": written,
    "doctor": lambda name: " ".join(filter(None, (name.last, name.first, name.patronymic))),
    "phone": lambda number: eyes().phone(number),
    "full_name": lambda name: eyes().name(name),
    "short_name": lambda name: eyes().short_name(name),
    "born": lambda born: eyes().born(born),
    "policy": lambda digits: eyes().policy_number(digits),
}
