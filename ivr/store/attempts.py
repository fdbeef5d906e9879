"""Counting failures in a row: of a call, a number, a patient, an account, an address."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import case
from sqlalchemy.orm import Session

from ivr.store.inserts import insert_into
from ivr.store.tables import Attempts


def count(
    session: Session, scope: str, key: str, now: datetime, *, forgotten_after: timedelta
) -> int:
    """Add one; how many there are now. What is forgotten is begun anew.

    One statement: two at once count twice.
    """
    row = insert_into(session, Attempts).values(scope=scope, key=key, failures=1, last_at=now)
    again = case((Attempts.last_at < now - forgotten_after, 1), else_=Attempts.failures + 1)
    counted = row.on_conflict_do_update(
        index_elements=[Attempts.scope, Attempts.key],
        set_={"failures": again, "last_at": now},
    )
    return session.execute(counted.returning(Attempts.failures)).scalar_one()
