"""The demo's accounts, one a role; never added where patients are real."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from ivr.desk.accounts import hashed
from ivr.desk.rights import Role
from ivr.store.tables import Registrar

PASSWORD = "demo"  # noqa: S105 - printed at the start
FIRST, *OTHERS = (role.value for role in Role)


def add(session: Session, now: datetime) -> None:
    """Each is called by its role."""
    kept = hashed(PASSWORD)
    for role in Role:
        session.add(Registrar(name=role, role=role, password_hash=kept, created_at=now))
