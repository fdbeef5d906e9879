"""Accounts of the desk: passwords, who is signed in."""

from __future__ import annotations

from collections.abc import Sequence
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
    session: Session, vault: Vault, tried: Tried, now: datetime
) -> Account | Literal["wrong", "locked"]:
    """Wrong names, wrong passwords and blocked accounts look alike and take alike long."""
    row = session.scalar(select(Registrar).where(Registrar.name == tried.name))
    counts = counts_of(vault, tried, row.id if row else 0, now)
    if any(guesses.is_over(session, count, now) for count in counts):
        return "locked"
    fits = _verify(row.password_hash if row else _decoy(), tried.password)
    if row is None or row.blocked or not fits:
        _failed(session, counts, row, tried, now)
        return "wrong"
    guesses.forget(session, counts)
    if _hasher.check_needs_rehash(row.password_hash):
        row.password_hash = hashed(tried.password)
    row.signed_in_at = now
    _note(session, row.name, "signed in", now)
    return of(row)


def _failed(
    session: Session,
    counts: Sequence[Count],
    row: Registrar | None,
    tried: Tried,
    now: datetime,
) -> None:
    _note(session, row.name if row else "?", "sign-in failed", now)
    for count in counts:
        if guesses.add(session, count, now) == count.most and count.scope == guesses.ADDRESS:
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
