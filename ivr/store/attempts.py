"""Counting failures in a row: of a call, a number, a patient, an account, an address."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import case
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ivr.store.tables import Attempts


def count(
    session: Session, scope: str, key: str, now: datetime, *, forgotten_after: timedelta
) -> int:
    """Add one; how many there are now. What is forgotten is begun anew.

    One statement: two at once count twice.
    """
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if on_postgresql else sqlite.insert
    row = insert(Attempts).values(scope=scope, key=key, failures=1, last_at=now)
    again = case((Attempts.last_at < now - forgotten_after, 1), else_=Attempts.failures + 1)
    counted = row.on_conflict_do_update(
        index_elements=[Attempts.scope, Attempts.key],
        set_={"failures": again, "last_at": now},
    )
    return session.execute(counted.returning(Attempts.failures)).scalar_one()
