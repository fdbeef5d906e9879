"""Visits of a patient as values: what is ahead, what changed, what has not been heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import Select, bindparam, or_, select, update

from ivr.clinic.actions import (
    ChooseVisit,
    FindUpcoming,
    MarkToldOff,
    Moment,
    Receipt,
    Upcoming,
)
from ivr.clinic.hours import Timetable
from ivr.clinic.ledger import Ledger
from ivr.clinic.patients import phone_index
from ivr.clinic.rules import BEGUN, CODE_DAYS, UNDO
from ivr.clinic.values import CancellationStatus, FullName, Place, Visit
from ivr.store import tables

Row = tuple[tables.Visit, tables.Doctor, tables.Place]
CancellationRow = tuple[tables.Cancellation, tables.Visit, tables.Doctor, tables.Place]
CancellationSelect: TypeAlias = (
    "Select[tables.Cancellation, tables.Visit, tables.Doctor, tables.Place]"
)
ASKED = ("requested", "processing")
"""Statuses of a request that the clinic has not answered."""
INTERRUPTED = timedelta(minutes=10)
IN_HAND = frozenset({"visits.menu", "cancel.sure", "cancel.pass_on"})
"""Questions about one visit: who is cut off there goes on there."""
ANSWER_HOURS = 4
"""The clinic is asked about a request after so many hours."""


def find_upcoming(ledger: Ledger, action: FindUpcoming, moment: Moment) -> Upcoming:
    patient_id = int(action.patient)
    rows = _visits(ledger, patient_id, moment.now)
    cancellations = _cancellations(ledger, patient_id, moment.now)
    asked = {row.visit_id for row, *_ in cancellations if row.status in ASKED}
    booked = [row for row in rows if row[0].status == "booked" and row[0].id not in asked]
    ahead = _as_values(ledger, [row for row in booked if row[0].start > moment.now], moment)
    off = [row for row in rows if row[0].called_off and row[0].start > moment.now]
    return Upcoming(
        visits=ahead,
        begun=_as_values(ledger, [r for r in booked if r[0].start <= moment.now], moment),
        unheard=_receipts(ledger, [r for r in cancellations if _unheard(r[0], moment)], moment),
        called_off=tuple(visit_value(ledger, *row) for row in off if not row[0].told_off),
        undoable=_receipts(
            ledger, [r for r in cancellations if undoable(r[0], moment)], moment
        ),
        requested=_receipts(ledger, [r for r in cancellations if r[0].status in ASKED], moment),
        interrupted=_interrupted(ledger, patient_id, ahead, moment),
    )


def _visits(ledger: Ledger, patient_id: int, now: datetime) -> list[Row]:
    """What is ahead or began less than two hours ago, in whatever state."""
    found = ledger.session.execute(_AHEAD, {"patient": patient_id, "since": now - BEGUN})
    return [(visit, doctor, place) for visit, doctor, place in found]


def visit_rows() -> Select[tables.Visit, tables.Doctor, tables.Place]:
    return (
        select(tables.Visit, tables.Doctor, tables.Place)
        .join(tables.Doctor, tables.Doctor.id == tables.Visit.doctor_id)
        .join(tables.Place, tables.Place.id == tables.Visit.place_id)
    )


def _cancellations(ledger: Ledger, patient_id: int, now: datetime) -> list[CancellationRow]:
    """Of the last 30 days or without an answer."""
    since = now - timedelta(days=CODE_DAYS)
    return cancellation_list(ledger, _RECENT, {"patient": patient_id, "since": since})


def cancellation_rows() -> CancellationSelect:
    return (
        select(tables.Cancellation, tables.Visit, tables.Doctor, tables.Place)
        .join(tables.Visit, tables.Visit.id == tables.Cancellation.visit_id)
        .join(tables.Doctor, tables.Doctor.id == tables.Visit.doctor_id)
        .join(tables.Place, tables.Place.id == tables.Visit.place_id)
        .execution_options(populate_existing=True)
    )


def cancellation_list(
    ledger: Ledger, found: CancellationSelect, which: Mapping[str, Any] | None = None
) -> list[CancellationRow]:
    rows = ledger.session.execute(found, which)
    return [(row, visit, doctor, place) for row, visit, doctor, place in rows]


# Said once: building a statement costs as much as the database takes to answer it.
_AHEAD = (
    visit_rows()
    .where(
        tables.Visit.patient_id == bindparam("patient"), tables.Visit.start > bindparam("since")
    )
    .order_by(tables.Visit.start, tables.Visit.id)
    .execution_options(populate_existing=True)
)
_RECENT = (
    cancellation_rows()
    .where(
        tables.Cancellation.patient_id == bindparam("patient"),
        or_(
            tables.Cancellation.requested_at >= bindparam("since"),
            tables.Cancellation.status.in_(ASKED),
        ),
    )
    .order_by(tables.Cancellation.requested_at, tables.Cancellation.id)
)
_LAST_CALL = (
    select(tables.Call.patient_id, tables.Call.visit_id, tables.Call.step)
    .where(
        tables.Call.caller_index == bindparam("caller"),
        tables.Call.id != bindparam("this"),
        tables.Call.started_at > bindparam("begun_after"),
        tables.Call.last_seen_at >= bindparam("seen_since"),
    )
    .order_by(tables.Call.started_at.desc())
    .limit(1)
)


def _unheard(row: tables.Cancellation, moment: Moment) -> bool:
    """Told in the next call, not again in the one that gave the code."""
    recent = row.requested_at >= moment.now - timedelta(days=CODE_DAYS)
    told = row.heard_at is not None or row.call_id == moment.call
    return recent and not told and row.status in (*ASKED, "cancelled")


def undoable(row: tables.Cancellation, moment: Moment) -> bool:
    """Within ten minutes, and nobody else has begun to act on it."""
    fresh = moment.now - row.requested_at <= UNDO
    return fresh and row.status in (*ASKED, "cancelled") and row.exported_at is None


def visit_value(
    ledger: Ledger, visit: tables.Visit, doctor: tables.Doctor, place: tables.Place
) -> Visit:
    return Visit(
        id=str(visit.id),
        version=visit.version,
        start=datetime.fromisoformat(visit.wall).replace(tzinfo=ledger.zone),
        doctor=FullName(doctor.last, doctor.first, doctor.patronymic),
        specialty=visit.specialty,
        place=Place(place.clinic, place.address, place.entrance, place.floor, place.cabinet),
        bring=visit.bring,
    )


def _as_values(ledger: Ledger, rows: list[Row], moment: Moment) -> tuple[Visit, ...]:
    """With the rule that holds now: it stays as it was when the visit was read out."""
    return tuple(_with_rule(ledger, row, moment) for row in rows)


def _with_rule(ledger: Ledger, row: Row, moment: Moment) -> Visit:
    visit = row[0]
    rule = ledger.rules.against(
        visit.start, moment.now, confirmed=visit.confirmed, booked_at=visit.created_at
    )
    return replace(visit_value(ledger, *row), rule=rule)


def _receipts(
    ledger: Ledger, rows: list[CancellationRow], moment: Moment
) -> tuple[Receipt, ...]:
    return tuple(receipt(ledger, row, moment, sms=False) for row in rows)


def receipt(ledger: Ledger, row: CancellationRow, moment: Moment, *, sms: bool) -> Receipt:
    cancellation, visit, doctor, place = row
    return Receipt(
        code=cancellation.code,
        status=CancellationStatus(cancellation.status),
        visit=visit_value(ledger, visit, doctor, place),
        sms=sms,
        answer_after=answer_after(ledger, cancellation, moment),
    )


def answer_after(
    ledger: Ledger, cancellation: tables.Cancellation, moment: Moment
) -> datetime | None:
    """When the clinic will have answered an open request, clinic time, a full hour."""
    if cancellation.status not in ASKED:
        return None
    asked = ledger.outage(moment) or cancellation.requested_at
    due = promised(ledger.timetable, asked)
    return due if due > moment.now else promised(ledger.timetable, moment.now)


def promised(timetable: Timetable, asked: datetime) -> datetime:
    """When a caller may ask: four hours of work later, or two into the next working day."""
    work = timetable.next(asked)
    begun = max(asked.astimezone(timetable.zone), work.opens)
    due = _full_hour(begun + timedelta(hours=ANSWER_HOURS))
    if due < work.closes:
        return due
    return _full_hour(timetable.next(work.closes).opens + timedelta(hours=ANSWER_HOURS / 2))


def _full_hour(moment: datetime) -> datetime:
    down = moment.replace(minute=0, second=0, microsecond=0)
    return down if down == moment else down + timedelta(hours=1)


def _interrupted(
    ledger: Ledger, patient_id: int, ahead: tuple[Visit, ...], moment: Moment
) -> Visit | None:
    """The visit in hand in this patient's last call from this number, if it broke off."""
    which = {
        "caller": phone_index(ledger.vault, moment.caller or ""),
        "this": moment.call,
        "begun_after": moment.now - timedelta(hours=1),
        "seen_since": moment.now - INTERRUPTED,
    }
    last = ledger.session.execute(_LAST_CALL, which).first()
    if last is None or last.patient_id != patient_id or last.step not in IN_HAND:
        return None
    return next((visit for visit in ahead if visit.id == str(last.visit_id)), None)


def choose_visit(ledger: Ledger, action: ChooseVisit, moment: Moment) -> bool:
    call = ledger.call(moment)
    if call is None:
        return False
    call.patient_id, call.visit_id = int(action.patient), int(action.visit)
    return True


def mark_told_off(ledger: Ledger, action: MarkToldOff, _moment: Moment) -> bool:
    told = ledger.session.execute(
        update(tables.Visit)
        .where(tables.Visit.id == int(action.visit), tables.Visit.called_off)
        .values(told_off=True)
        .execution_options(synchronize_session=False)
        .returning(tables.Visit.id)
    )
    return told.first() is not None
