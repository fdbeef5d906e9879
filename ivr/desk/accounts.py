"""Accounts of the desk: passwords, who is signed in, the lock after failures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ivr.desk.rights import Right, rights_of
from ivr.store.tables import Attempts, Audit, Registrar
from ivr.store.vault import Vault

TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
SHORTEST_PASSWORD = 8
SCOPE = "account"
_hasher = PasswordHasher()


@dataclass(frozen=True, slots=True)
class Account:
    """Whoever is signed in."""

    id: int
    name: str
    role: str
    epoch: int
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """For the session; another epoch of the account makes it worthless."""
        return f"{self.id}.{self.epoch}"

    def may(self, right: Right) -> bool:
        return right in rights_of(self.role)


def hashed(password: str) -> str:
    return _hasher.hash(password)


def load(session: Session, kept: str) -> Account | None:
    """The account of a session, unless it was changed or blocked meanwhile."""
    number, _, epoch = kept.partition(".")
    row = session.get(Registrar, int(number)) if number.isdecimal() else None
    if row is None or row.blocked or str(row.epoch) != epoch:
        return None
    return of(row)


def sign_in(
    session: Session, vault: Vault, name: str, password: str, now: datetime
) -> Account | Literal["wrong", "locked"]:
    """Wrong names, wrong passwords and blocked accounts look alike and take alike long."""
    key = vault.index("desk account", name.casefold())
    if _is_locked(session, key, now):
        return "locked"
    row = session.scalar(select(Registrar).where(Registrar.name == name))
    fits = _verify(row.password_hash if row else _decoy(), password)
    if row is None or row.blocked or not fits:
        _count(session, key, now)
        _note(session, row.name if row else "?", "sign-in failed", now)
        return "wrong"
    session.execute(delete(Attempts).where(Attempts.scope == SCOPE, Attempts.key == key))
    if _hasher.check_needs_rehash(row.password_hash):
        row.password_hash = hashed(password)
    row.signed_in_at = now
    _note(session, row.name, "signed in", now)
    return of(row)


def of(row: Registrar) -> Account:
    return Account(row.id, row.name, row.role, row.epoch)


def _verify(kept: str, password: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _decoy() -> str:
    """What the password of an unknown name is compared with."""
    return hashed("nobody")


def _is_locked(session: Session, key: str, now: datetime) -> bool:
    row = session.get(Attempts, (SCOPE, key))
    return row is not None and row.failures >= TRIES and now - row.last_at < LOCKED_FOR


def _count(session: Session, key: str, now: datetime) -> None:
    """One statement: two guesses at once count twice. After the lock it starts again."""
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if on_postgresql else sqlite.insert
    row = insert(Attempts).values(scope=SCOPE, key=key, failures=1, last_at=now)
    again = case((Attempts.last_at < now - LOCKED_FOR, 1), else_=Attempts.failures + 1)
    session.execute(
        row.on_conflict_do_update(
            index_elements=[Attempts.scope, Attempts.key],
            set_={"failures": again, "last_at": now},
        )
    )


def _note(session: Session, who: str, what: str, now: datetime) -> None:
    session.add(Audit(at=now, who=who, what=what))
