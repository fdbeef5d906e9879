"""What became of a cancellation: asked by code, told without a name or a specialty."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from ivr.clinic import codes, misses, patients
from ivr.clinic.actions import CodeStatus, FindByCode, Moment
from ivr.clinic.ledger import Ledger
from ivr.clinic.values import CancellationStatus
from ivr.clinic.visits import answer_after
from ivr.store.tables import Cancellation, Patient

UNKNOWN = CodeStatus(known=False)


def find_by_code(ledger: Ledger, action: FindByCode, moment: Moment) -> CodeStatus:
    if misses.is_refused(ledger, moment):
        return UNKNOWN
    linked = patients.linked_to(ledger.session, ledger.vault, moment.caller)
    found = _found(ledger, action.code, moment)
    if found is not None and _second_factor_fits(
        ledger, found[1], action, {p.id for p in linked}
    ):
        return _status(ledger, found[0], moment)
    if action.born is not None:  # by number alone it was only a first try
        misses.count(ledger, moment, linked)
    return UNKNOWN


def _found(ledger: Ledger, code: str, moment: Moment) -> tuple[Cancellation, Patient] | None:
    """One query, also for digits that cannot be a code."""
    row = ledger.session.execute(
        select(Cancellation, Patient)
        .join(Patient, Patient.id == Cancellation.patient_id)
        .where(
            Cancellation.code == (code if codes.is_code(code) else ""),
            Cancellation.code_live.is_(True),
            Cancellation.code_until >= moment.now,
        )
        .execution_options(populate_existing=True)
    ).first()
    return None if row is None else (row[0], row[1])


def _second_factor_fits(
    ledger: Ledger, patient: Patient, action: FindByCode, linked: set[int]
) -> bool:
    if action.born is None:
        return patient.id in linked
    return patients.born_of(ledger.vault, patient) == action.born


def _status(ledger: Ledger, row: Cancellation, moment: Moment) -> CodeStatus:
    at = _changed_at(row)
    return CodeStatus(
        known=True,
        status=CancellationStatus(row.status),
        at=None if at is None else ledger.local(at),
        why=row.why,
        answer_after=answer_after(ledger, row, moment),
    )


def _changed_at(row: Cancellation) -> datetime | None:
    return row.undone_at or row.decided_at
