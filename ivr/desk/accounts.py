"""Accounts of the desk: passwords, who is signed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.desk import guesses
from ivr.desk.guesses import Count, Tried, counts_of
from ivr.desk.rights import Right, rights_of
from ivr.store.database import Database
from ivr.store.tables import Audit, Registrar
from ivr.store.vault import Vault

SHORTEST_PASSWORD = 8
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
    database: Database, vault: Vault, tried: Tried, now: datetime
) -> Account | Literal["wrong", "locked"]:
    """Wrong names, wrong passwords and blocked accounts look alike and take alike long.

    A guess is counted before the password is compared, so that none of many at once goes
    uncounted; compared between two transactions: that takes its time.
    """
    with database.begin() as session:
        row = session.scalar(select(Registrar).where(Registrar.name == tried.name))
        counts = counts_of(vault, tried, row.id if row else 0, now)
        if any(guesses.is_over(session, count, now) for count in counts):
            return "locked"
        counted = {count: guesses.add(session, count, now) for count in counts}
    if any(number > count.most for count, number in counted.items()):
        return "locked"
    kept = row.password_hash if row else _decoy()
    fits = _verify(kept, tried.password)
    anew = hashed(tried.password) if fits and _hasher.check_needs_rehash(kept) else kept
    with database.begin() as session:
        row = session.get(Registrar, row.id, with_for_update=True) if row else None
        if row is None or row.blocked or not fits or row.password_hash != kept:
            _failed(session, counted, row, tried, now)
            return "wrong"
        guesses.forget(session, counts)
        row.password_hash, row.signed_in_at = anew, now
        _note(session, row.name, "signed in", now)
        return of(row)


def _failed(
    session: Session,
    counted: Mapping[Count, int],
    row: Registrar | None,
    tried: Tried,
    now: datetime,
) -> None:
    _note(session, row.name if row else "?", "sign-in failed", now)
    for count, number in counted.items():
        if number == count.most and count.scope == guesses.ADDRESS:
            _note(session, "?", f"sign-in closed for address {tried.address}"[:200], now)


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


def _note(session: Session, who: str, what: str, now: datetime) -> None:
    session.add(Audit(at=now, who=who, what=what))
