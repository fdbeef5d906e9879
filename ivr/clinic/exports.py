"""What the clinic has to do in its own system: requests that wait for its answer."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from ivr.clinic import patients
from ivr.clinic.values import CancellationStatus
from ivr.store.tables import Cancellation, Doctor, Patient, Visit
from ivr.store.vault import Vault

COLUMNS = (
    *("appointment_id", "patient_id", "patient", "start", "doctor", "specialty_name"),
    *("code", "requested_at", "late", "reason"),
)
_ASKED = (CancellationStatus.REQUESTED, CancellationStatus.PROCESSING)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would calculate a cell that begins so."""


def export_cancellations(
    session: Session,
    vault: Vault,
    zone: ZoneInfo,
    now: datetime,
    since: datetime | None = None,
) -> str:
    """Every open request as CSV with `;`, oldest first; from now on the clinic is acting.

    An exported request cannot be undone by telephone any more. `since` leaves out what was
    asked before. Exporting again gives again whatever the clinic has not answered.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in _open_requests(session, since):
        writer.writerow([harmless(cell) for cell in _cells(vault, zone, row)])
        row[0].exported_at = row[0].exported_at or now
    session.flush()
    return text.getvalue()


def harmless(cell: str) -> str:
    """Text that a spreadsheet shows and never calculates."""
    return f"'{cell}" if cell.lstrip().startswith(_FORMULA) or cell[:1] in _FORMULA else cell


def _open_requests(
    session: Session, since: datetime | None
) -> list[Row[Cancellation, Visit, Doctor, Patient]]:
    found = (
        select(Cancellation, Visit, Doctor, Patient)
        .join(Visit, Visit.id == Cancellation.visit_id)
        .join(Doctor, Doctor.id == Visit.doctor_id)
        .join(Patient, Patient.id == Cancellation.patient_id)
        .where(Cancellation.status.in_(_ASKED))
        .order_by(Cancellation.requested_at, Cancellation.id)
        .with_for_update(of=Cancellation)
    )
    if since is not None:
        found = found.where(Cancellation.requested_at >= since)
    return list(session.execute(found))


def _cells(
    vault: Vault, zone: ZoneInfo, row: Row[Cancellation, Visit, Doctor, Patient]
) -> list[str]:
    asked, visit, doctor, patient = row
    name = patients.name_of(vault, patient)
    return [
        visit.clinic_id or "",
        patient.clinic_id or "",
        _words(name.last, name.first, name.patronymic),
        visit.wall,
        _words(doctor.last, doctor.first, doctor.patronymic),
        visit.specialty,
        asked.code,
        asked.requested_at.astimezone(zone).isoformat(timespec="minutes"),
        str(int(asked.late)),
        asked.reason,
    ]


def _words(*parts: str) -> str:
    return " ".join(part for part in parts if part)
