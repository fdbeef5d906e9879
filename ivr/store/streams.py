"""Media sockets in the tables: admitted, opened once by a token, alive, closed."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.orm import Session

from ivr.store import tables
from ivr.store.vault import Vault

TOKEN_LASTS = timedelta(seconds=60)
LAPSES = timedelta(seconds=45)
"""Without a sign of life from its process a stream counts as closed."""
ADMISSION_LOCK = 5_108_002
"""Key of the advisory lock that lets one process admit at a time."""
INDEX = "stream token"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A stream that was opened with its token."""

    stream: int
    """The row's id."""
    call: str
    carrier_id: str | None
    number: int
    """Of the call's streams."""


class Streams:
    def __init__(self, session: Session, vault: Vault, secret_key: str) -> None:
        self._session = session
        self._vault = vault
        self._secret = secret_key.encode()

    def admit(self, call: str, most: int, now: datetime) -> str | None:
        """A token for a new stream of the call, or None where `most` are open.

        Asked again before the stream was opened, the token is the same.
        """
        if self._session.get_bind().dialect.name == "postgresql":
            lock = text("SELECT pg_advisory_xact_lock(:key)")
            self._session.execute(lock, {"key": ADMISSION_LOCK})
        unused = self._unused(call, now)
        if unused is not None:
            unused.expires_at = now + TOKEN_LASTS
            return self._token(call, unused.number)
        if self.open(now) >= most:
            return None
        number = self.newest(call) + 1
        token = self._token(call, number)
        index, until = self._vault.index(INDEX, token), now + TOKEN_LASTS
        self._session.add(
            tables.Stream(call_id=call, number=number, token_index=index, expires_at=until)
        )
        return token

    def enter(self, token: str, now: datetime) -> Ticket | None:
        """Open the token's stream; None where it was used, is too old, or is nobody's."""
        row = tables.Stream
        index = self._vault.index(INDEX, token)
        entered = self._session.execute(
            update(row)
            .where(row.token_index == index, row.opened_at.is_(None), row.expires_at > now)
            .values(opened_at=now, seen_at=now)
        )
        if entered.rowcount != 1:  # type: ignore[attr-defined]
            return None
        found = self._session.execute(
            select(row.id, row.call_id, tables.Call.carrier_id, row.number)
            .join(tables.Call, tables.Call.id == row.call_id)
            .where(row.token_index == index)
        ).one()
        return Ticket(*found)

    def alive(self, ticket: Ticket, now: datetime) -> bool:
        """Note a sign of life. False: the call has a newer stream, which counts instead."""
        self._session.execute(
            update(tables.Stream).where(tables.Stream.id == ticket.stream).values(seen_at=now)
        )
        return self._newest_opened(ticket.call) == ticket.number

    def close(self, ticket: Ticket, heard_turn: int, now: datetime) -> None:
        """`heard_turn`: the caller has heard this turn to its end; 0: it must be said again."""
        self._session.execute(
            update(tables.Stream)
            .where(tables.Stream.id == ticket.stream)
            .values(closed_at=now, heard_turn=heard_turn)
        )

    def open(self, now: datetime) -> int:
        """Streams that are open or may open at any moment."""
        row = tables.Stream
        expected = row.opened_at.is_(None) & (row.expires_at > now)
        alive = row.seen_at > now - LAPSES
        query = select(func.count()).where(row.closed_at.is_(None), or_(expected, alive))
        return self._session.scalar(query) or 0

    def newest(self, call: str) -> int:
        """Number of the call's last stream; 0 where it has none."""
        query = select(func.max(tables.Stream.number)).where(tables.Stream.call_id == call)
        return self._session.scalar(query) or 0

    def heard_turn(self, call: str) -> int | None:
        """The last turn that the call's newest stream has said to its end; None: no stream."""
        row = tables.Stream
        query = select(row.heard_turn).where(row.call_id == call).order_by(row.number.desc())
        return self._session.scalars(query.limit(1)).first()

    def _newest_opened(self, call: str) -> int | None:
        row = tables.Stream
        query = select(func.max(row.number)).where(
            row.call_id == call, row.opened_at.is_not(None)
        )
        return self._session.scalar(query)

    def _unused(self, call: str, now: datetime) -> tables.Stream | None:
        row = tables.Stream
        query = select(row).where(
            row.call_id == call,
            row.opened_at.is_(None),
            row.closed_at.is_(None),
            row.expires_at > now,
        )
        return self._session.scalars(query).first()

    def _token(self, call: str, number: int) -> str:
        """Nobody without the secret key can make it, and no table holds it."""
        digest = hmac.new(self._secret, f"stream|{call}|{number}".encode(), hashlib.sha256)
        return digest.hexdigest()
