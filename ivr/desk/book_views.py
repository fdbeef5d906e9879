"""The clinic's book as the desk shows it: visits, cancellations with their SMS, requests."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from ivr.clinic.patients import PHONE
from ivr.clinic.values import FullName
from ivr.clinic.visits import (
    ASKED,
    cancellation_list,
    cancellation_rows,
    promised,
    visit_rows,
)
from ivr.desk.moments import of_request
from ivr.desk.office import Desk
from ivr.desk.words import word
from ivr.messages import outbox
from ivr.speech.understanding.numerals import SMALL
from ivr.store.tables import (
    CallbackRequest,
    Cancellation,
    Doctor,
    Note,
    Outbox,
    Place,
    Visit,
)
from ivr.store.vault import Vault

NOTE = "note"
"""Purpose of the vault."""
_NUMBER = re.compile(r"номер (\w+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class VisitView:
    id: int
    version: int
    patient_id: int
    wall: str
    """`YYYY-MM-DDTHH:MM`, the clinic's clock."""
    start: datetime
    doctor: FullName
    specialty: str
    clinic: str
    place: str
    """Address, entrance, floor, cabinet."""
    status: str
    imported: bool
    called_off: bool


@dataclass(frozen=True, slots=True)
class Sms:
    id: int
    to: str
    """E.164."""
    kind: str
    state: str
    attempts: int
    created_at: datetime
    updated_at: datetime
    patient_id: int | None
    cancellation_id: int | None


@dataclass(frozen=True, slots=True)
class CancellationView:
    id: int
    code: str
    status: str
    reason: str
    why: str
    late: bool
    channel: str
    call_id: str | None
    patient_id: int
    requested_at: datetime
    decided_at: datetime | None
    undone_at: datetime | None
    heard_at: datetime | None
    due: datetime | None
    """When the patient may ask for the answer to a request."""
    visit: VisitView
    sms: tuple[Sms, ...]

    @property
    def is_open(self) -> bool:
        return self.status in ASKED


@dataclass(frozen=True, slots=True)
class NoteView:
    who: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Callback:
    id: int
    version: int
    number: str
    """E.164."""
    on_file: bool
    patient_id: int | None
    reason: str
    level: int
    call_id: str
    line_number: int
    state: str
    registrar: str
    not_reached: int
    created_at: datetime
    changed_at: datetime | None
    due: datetime
    overdue: bool
    note: str

    @property
    def look(self) -> str:
        """Where its call opens."""
        return of_request(self.reason, self.line_number)


def visits(session: Session, *where: ColumnElement[bool]) -> list[VisitView]:
    rows = session.execute(visit_rows().where(*where).order_by(Visit.start, Visit.id))
    return [_visit(*row) for row in rows.all()]


def _visit(visit: Visit, doctor: Doctor, place: Place) -> VisitView:
    within = {"entrance": place.entrance, "floor": place.floor, "cabinet": place.cabinet}
    parts = [word(part, "place", value=value) for part, value in within.items() if value]
    return VisitView(
        id=visit.id,
        version=visit.version,
        patient_id=visit.patient_id,
        wall=visit.wall,
        start=visit.start,
        doctor=FullName(doctor.last, doctor.first, doctor.patronymic),
        specialty=visit.specialty,
        clinic=as_written(place.clinic),
        place=", ".join(part for part in (place.address, *parts) if part),
        status=visit.status,
        imported=visit.imported,
        called_off=visit.called_off,
    )


def as_written(clinic: str) -> str:
    """«Поликлиника номер пять» as people write it: «Поликлиника № 5»."""

    def number(found: re.Match[str]) -> str:
        value = SMALL.get(found[1].lower(), found[1])
        return f"№ {value}"

    return _NUMBER.sub(number, clinic)


def cancellations(
    session: Session, desk: Desk, *where: ColumnElement[bool], limit: int = 200
) -> list[CancellationView]:
    """Newest first, with their SMS."""
    found = cancellation_rows().where(*where).order_by(Cancellation.requested_at.desc())
    ledger = desk.ledger(session)
    rows = cancellation_list(ledger, found.limit(limit))
    sent = sms_by_cancellation(session, desk.vault, [row.id for row, *_ in rows])
    timetable = ledger.timetable
    return [
        _cancellation(
            row,
            _visit(visit, doctor, place),
            sent[row.id],
            promised(timetable, row.requested_at) if row.status in ASKED else None,
        )
        for row, visit, doctor, place in rows
    ]


def _cancellation(
    row: Cancellation, visit: VisitView, sms: Iterable[Sms], due: datetime | None
) -> CancellationView:
    return CancellationView(
        id=row.id,
        code=row.code,
        status=row.status,
        reason=row.reason,
        why=row.why,
        late=row.late,
        channel=row.channel,
        call_id=row.call_id if row.channel == "phone" else None,
        patient_id=row.patient_id,
        requested_at=row.requested_at,
        decided_at=row.decided_at,
        undone_at=row.undone_at,
        heard_at=row.heard_at,
        due=due,
        visit=visit,
        sms=tuple(sms),
    )


def sms_by_cancellation(
    session: Session, vault: Vault, ids: Sequence[int]
) -> defaultdict[int, list[Sms]]:
    found: defaultdict[int, list[Sms]] = defaultdict(list)
    for one in sms_list(session, vault, Outbox.cancellation_id.in_(ids)):
        found[one.cancellation_id or 0].append(one)
    return found


def sms_list(
    session: Session, vault: Vault, *where: ColumnElement[bool], limit: int = 200
) -> list[Sms]:
    """Oldest first; without their text."""
    rows = session.scalars(select(Outbox).where(*where).order_by(Outbox.id).limit(limit))
    return [
        Sms(
            row.id,
            outbox.recipient_of(vault, row),
            row.kind,
            row.state,
            row.attempts,
            row.created_at,
            row.updated_at,
            row.patient_id,
            row.cancellation_id,
        )
        for row in rows
    ]


def notes(session: Session, vault: Vault, *where: ColumnElement[bool]) -> list[NoteView]:
    rows = session.scalars(select(Note).where(*where).order_by(Note.id))
    return [NoteView(row.who, row.at, vault.open(NOTE, row.text_sealed)) for row in rows]


def callbacks(
    session: Session, desk: Desk, *where: ColumnElement[bool], limit: int = 200
) -> list[Callback]:
    """Oldest first."""
    rows = session.scalars(
        select(CallbackRequest)
        .where(*where)
        .order_by(CallbackRequest.created_at, CallbackRequest.id)
        .limit(limit)
    )
    timetable, now = desk.ledger(session).timetable, desk.clock()
    return [
        _callback(desk.vault, row, promised(timetable, row.created_at), now) for row in rows
    ]


def _callback(vault: Vault, row: CallbackRequest, due: datetime, now: datetime) -> Callback:
    return Callback(
        id=row.id,
        version=row.version,
        number=vault.open(PHONE, row.phone_sealed),
        on_file=row.on_file,
        patient_id=row.patient_id,
        reason=row.reason,
        level=row.level,
        call_id=row.call_id,
        line_number=row.line_number,
        state=row.state,
        registrar=row.registrar,
        not_reached=row.not_reached,
        created_at=row.created_at,
        changed_at=row.changed_at,
        due=due,
        overdue=row.state != "done" and due < now,
        note=vault.open(NOTE, row.note_sealed) if row.note_sealed else "",
    )
