"""The call of an unknown caller that a registrar has open: patients' pages stay closed to it.

Whoever comes from such a call to a patient or a code sees no visits either, until the caller
was compared with the file, or says what else the patient is opened for. Looking at other calls
meanwhile opens nothing.
"""

from __future__ import annotations

from datetime import timedelta

from flask import session
from sqlalchemy.orm import Session

from ivr.desk.office import desk
from ivr.store.tables import CallerCheck

KEPT = timedelta(minutes=30)
"""A conversation; who was listened to in the morning closes nothing at noon."""
_KEPT = "unconfirmed"


def hold(call: str) -> None:
    """The visitor looks at a call whose caller nobody knows."""
    session[_KEPT] = [call, desk().clock().timestamp()]


def let_go() -> None:
    """The visitor has said what else a patient is opened for."""
    session.pop(_KEPT, None)


def held_from(rows: Session, patient: int) -> str | None:
    """The call for which a patient's pages are closed."""
    call, since = session.get(_KEPT, (None, 0.0))
    if call is None or desk().clock().timestamp() - since > KEPT.total_seconds():
        return None
    return None if rows.get(CallerCheck, (call, patient)) else str(call)
