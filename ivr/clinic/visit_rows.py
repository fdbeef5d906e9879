"""A line of the clinic's table of visits, read into a value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from ivr.clinic.csv_files import BadLine, Layout, Record
from ivr.clinic.patient_rows import day, patient_id
from ivr.clinic.values import FullName, Place

BOOKED, CANCELLED, REFUSED = "booked", "cancelled", "not_cancelled"
ATTENDED, MISSED = "attended", "missed"
VISITS = Layout(
    columns=(
        *("appointment_id", "patient_id", "start", "duration_min", "doctor"),
        *("specialty_code", "specialty_name", "clinic", "address", "cabinet"),
        *("status", "created_at", "confirmed"),
    ),
    aliases={
        **dict.fromkeys(("id", "visitid", "идзаписи", "кодзаписи"), "appointment_id"),
        **dict.fromkeys(("idpac", "pid", "кодпациента"), "patient_id"),
        **dict.fromkeys(("датаивремя", "начало", "datetime"), "start"),
        **dict.fromkeys(("date", "дата", "workdate"), "date"),
        **dict.fromkeys(("time", "время"), "time"),
        **dict.fromkeys(("duration", "длительность"), "duration_min"),
        **dict.fromkeys(("врач", "фиоврача"), "doctor"),
        **dict.fromkeys(("specialty", "специальность"), "specialty_name"),
        **dict.fromkeys(("поликлиника", "lpu", "мо"), "clinic"),
        **dict.fromkeys(("адрес",), "address"),
        **dict.fromkeys(("кабинет", "room"), "cabinet"),
        **dict.fromkeys(("floor", "этаж"), "floor"),
        **dict.fromkeys(("entrance", "подъезд", "вход"), "entrance"),
        **dict.fromkeys(("bring", "подготовка"), "bring"),
        **dict.fromkeys(("статус", "состояние"), "status"),
        **dict.fromkeys(("created", "создана"), "created_at"),
        **dict.fromkeys(("подтверждена",), "confirmed"),
        **dict.fromkeys(("why", "причина", "comment"), "why"),
    },
)
_STATUSES = {
    **dict.fromkeys(("", "booked", "записан", "записана", "активна"), BOOKED),
    **dict.fromkeys(("cancelled", "canceled", "отменен", "отменена", "removed"), CANCELLED),
    **dict.fromkeys(("not_cancelled", "не отменена", "отказ"), REFUSED),
    **dict.fromkeys(("attended", "fulfilled", "явился", "явилась", "принят"), ATTENDED),
    **dict.fromkeys(("missed", "noshow", "неявка"), MISSED),
}
_YES = ("1", "true", "yes", "да", "y", "д")
_NO = ("", "0", "false", "no", "нет", "n", "н")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?|(\d{1,2})(\d{2})")


@dataclass(frozen=True, slots=True)
class VisitLine:
    line: int
    clinic_id: str
    patient: str
    """The patient's id in the clinic's system."""
    start: datetime
    """Aware, in the clinic's time zone."""
    minutes: int
    doctor: FullName
    specialty: str
    place: Place
    """The clinic's name may be empty."""
    bring: str
    status: str
    """`booked`, `cancelled`, `not_cancelled`, `attended`, `missed`."""
    why: str
    created_at: datetime | None
    confirmed: bool


def visit_line(record: Record, zone: ZoneInfo) -> VisitLine:
    """Raise BadLine."""
    created = record.get("created_at")
    return VisitLine(
        line=record.line,
        clinic_id=_visit_id(record),
        patient=patient_id(record),
        start=_start(record, zone),
        minutes=_minutes(record.get("duration_min")),
        doctor=_doctor(record.need("doctor")),
        specialty=_short(record, "specialty_name", 120, needed=True),
        place=_place(record),
        bring=record.get("bring"),
        status=_status(record),
        why=record.get("why"),
        created_at=_moment(created, zone, "created_at") if created else None,
        confirmed=_confirmed(record),
    )


def _visit_id(record: Record) -> str:
    record.need("appointment_id")
    record.exact("appointment_id")
    return _short(record, "appointment_id", 64, needed=True)


def _short(record: Record, column: str, limit: int, *, needed: bool = False) -> str:
    value = record.need(column) if needed else record.get(column)
    if len(value) > limit:
        raise BadLine(f"{column} is longer than {limit} characters")
    return value


def _place(record: Record) -> Place:
    return Place(
        clinic=_short(record, "clinic", 200),
        address=_short(record, "address", 200),
        entrance=_short(record, "entrance", 80),
        floor=_short(record, "floor", 40),
        cabinet=_short(record, "cabinet", 40),
    )


def _start(record: Record, zone: ZoneInfo) -> datetime:
    if start := record.get("start"):
        return _moment(start, zone, "start")
    return _moment(f"{record.need('date')} {record.need('time')}", zone, "date and time")


def _moment(text: str, zone: ZoneInfo, column: str) -> datetime:
    """ISO with or without an offset, or ДД.ММ.ГГГГ with HH:MM or HHMM; in the clinic's zone."""
    found = _iso(text) or _russian(text)
    if found is None:
        raise BadLine(f"{column} is no moment like 31.12.2026 09:05")
    if found.tzinfo is not None:
        return found.astimezone(zone)
    local = found.replace(tzinfo=zone)
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != found:
        raise BadLine(f"{column}: the clock skips this time")
    return local


def _iso(text: str) -> datetime | None:
    if not re.match(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _russian(text: str) -> datetime | None:
    date_text, _, time_text = text.partition(" ")
    on, at = day(date_text), _TIME.fullmatch(time_text.strip())
    if on is None or at is None:
        return None
    hour, minute = int(at[1] or at[3]), int(at[2] or at[4])
    if hour > 23 or minute > 59:
        return None
    return datetime.combine(on, time(hour, minute))


def _minutes(text: str) -> int:
    if not text:
        return 15
    if not text.isdecimal() or not 0 < int(text) <= 720:
        raise BadLine("duration_min is no number from 1 to 720")
    return int(text)


def _doctor(text: str) -> FullName:
    """«Иванова Мария Петровна»; a patronymic may have several words."""
    last, _, rest = " ".join(text.split()).partition(" ")
    first, _, patronymic = rest.partition(" ")
    if not first:
        raise BadLine("doctor is no full name")
    if max(map(len, (last, first, patronymic))) > 80:
        raise BadLine("doctor: a name is longer than 80 characters")
    return FullName(last, first, patronymic)


def _status(record: Record) -> str:
    value = record.get("status").lower().replace("ё", "е")
    if value not in _STATUSES:
        raise BadLine(f"status is none of {', '.join(word for word in _STATUSES if word)}")
    return _STATUSES[value]


def _confirmed(record: Record) -> bool:
    value = record.get("confirmed").lower()
    if value not in (*_YES, *_NO):
        raise BadLine("confirmed is neither 1 nor 0")
    return value in _YES
