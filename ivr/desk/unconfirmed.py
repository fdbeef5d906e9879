"""The call of an unknown caller that a registrar has open: patients' pages stay closed to it.

Whoever comes from such a call to a patient or a code sees no visits either, until the caller
was compared with the file, or says what else the patient is opened for. Looking at other calls
meanwhile opens nothing; those of a patient whom the unknown caller may be are closed as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from flask import session
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.desk.office import desk
from ivr.store.tables import CallerCheck

KEPT = timedelta(minutes=30)
"""A conversation; who was listened to in the morning closes nothing at noon."""
MOST = 50
"""Patients kept of a call, the last ones."""
_KEPT = "unconfirmed"


def hold(call: str, patients: Iterable[int]) -> None:
    """The visitor looks at a call whose caller nobody knows, but who may be one of these."""
    before = _patients() if _call() == call else []
    known = list(dict.fromkeys([*before, *patients]))[-MOST:]
    session[_KEPT] = [call, desk().clock().timestamp(), *known]


def let_go() -> None:
    """The visitor has said what else a patient is opened for."""
    session.pop(_KEPT, None)


def held_from(rows: Session, patient: int) -> str | None:
    """The call for which a patient's pages are closed."""
    call = _call()
    checked = rows.get(CallerCheck, (call, patient)) if call else None
    return None if checked else call


def known_now(call: str) -> None:
    """The line has identified the caller since the visitor looked."""
    if _call() == call:
        let_go()


def closes(rows: Session, call: str, patient: int | None) -> bool:
    """Whether another call is closed, because it is of somebody whom the caller may be."""
    return call != _call() and patient in closed_calls_of(rows)


def closed_calls_of(rows: Session) -> set[int]:
    """Patients whom the caller may be: their other calls tell of their visits too."""
    call, patients = _call(), _patients()
    if call is None or not patients:
        return set()
    checked = select(CallerCheck.patient_id).where(CallerCheck.call_id == call)
    return set(patients) - set(rows.scalars(checked))


def _call() -> str | None:
    call, since, *_ = session.get(_KEPT, (None, 0.0))
    late = desk().clock().timestamp() - since > KEPT.total_seconds()
    return None if call is None or late else str(call)


def _patients() -> list[int]:
    kept: list[int] = session.get(_KEPT, ())[2:]
    return kept
