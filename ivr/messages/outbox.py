"""SMS on their way: written with what they tell of, sent later, never moved backwards.

`queued → sending → unknown | sent → delivered | undelivered`, `given_up` where nobody took it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, RowMapping, Update, and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ivr.phone_numbers import is_mobile
from ivr.store.tables import Outbox
from ivr.store.vault import CannotOpen, Vault

LEASE = timedelta(minutes=2)
"""Longer than any sender waits for its provider."""
_TO, _TEXT = "sms to", "sms text"
"""Purposes of the vault."""


class State(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"
    """May have been taken by the provider: never sent again."""
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    GIVEN_UP = "given_up"


_RANK = {
    State.QUEUED: 0,
    State.SENDING: 1,
    State.UNKNOWN: 2,
    State.SENT: 3,
    State.DELIVERED: 4,
    State.UNDELIVERED: 4,
    State.GIVEN_UP: 4,
}


IDENTITY_CODE = "identity_code"
"""The kind of SMS that nobody needs any more when it comes late."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that one worker holds until its lease is over."""

    id: int
    key: str
    to: str
    """E.164."""
    text: str
    kind: str
    attempts: int
    """This one included."""
    created_at: datetime


def put(  # noqa: PLR0913 - a row's columns
    session: Session,
    vault: Vault,
    *,
    key: str,
    to: str,
    text: str,
    kind: str,
    now: datetime,
    patient_id: int | None = None,
    cancellation_id: int | None = None,
    visit_id: int | None = None,
) -> bool:
    """Queue an SMS once for a key. False: `to` is no mobile, nothing was queued."""
    if not is_mobile(to):
        return False
    columns: dict[str, object] = {
        "key": key,
        "to_sealed": vault.seal(_TO, to),
        "text_sealed": vault.seal(_TEXT, text),
        "kind": kind,
        "patient_id": patient_id,
        "cancellation_id": cancellation_id,
        "visit_id": visit_id,
    }
    moments = dict.fromkeys(("next_attempt_at", "created_at", "updated_at"), now)
    _insert_once(session, columns | moments)
    return True


_INSERT_ONCE = {
    name: insert(Outbox).on_conflict_do_nothing(index_elements=["key"])
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


def _insert_once(session: Session, columns: dict[str, object]) -> None:
    connection = session.connection()
    connection.execute(_INSERT_ONCE[connection.dialect.name], columns)


def text_of(vault: Vault, row: Outbox) -> str:
    return vault.open(_TEXT, row.text_sealed)


def recipient_of(vault: Vault, row: Outbox) -> str:
    """E.164."""
    return vault.open(_TO, row.to_sealed)


def claim(
    session: Session, vault: Vault, *, owner: str, now: datetime, limit: int = 1
) -> list[Claimed]:
    """Take messages that are due, oldest first. Nobody else gets them while the lease lasts."""
    due = (
        select(Outbox.id)
        .where(Outbox.state == State.QUEUED, Outbox.next_attempt_at <= now)
        .order_by(Outbox.next_attempt_at, Outbox.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
        .prefix_with("MATERIALIZED")
    )
    # A plain subquery may be run once for every row of the outer table on PostgreSQL, each
    # time past the rows locked before: more than `limit` would be taken.
    taken = session.execute(
        _change(Outbox.id.in_(select(due.c.id)), Outbox.state == State.QUEUED)
        .values(state=State.SENDING, attempts=Outbox.attempts + 1, updated_at=now)
        .values(lease_owner=owner, lease_until=now + LEASE)
        .returning(*_CLAIMED)
    )
    opened = [_opened(session, vault, row, now) for row in taken.mappings()]
    return sorted((message for message in opened if message), key=lambda message: message.id)


def accepted(session: Session, message: Claimed, provider_id: str, now: datetime) -> None:
    """The provider took it. A report that came earlier stays."""
    session.execute(
        _change(Outbox.id == message.id)
        .values(provider_id=provider_id[:128], updated_at=now)
        .values(lease_owner=None, lease_until=None)
    )
    _advance(session, Outbox.id == message.id, State.SENT, now)


def put_back(session: Session, message: Claimed, at: datetime, error: str) -> None:
    """Nobody took it, and it is tried again `at` a later moment."""
    session.execute(
        _change(Outbox.id == message.id, Outbox.state == State.SENDING)
        .where(Outbox.attempts == message.attempts)
        .values(state=State.QUEUED, next_attempt_at=at, error=error[:200])
        .values(lease_owner=None, lease_until=None)
    )


def give_up(session: Session, message: Claimed, error: str, now: datetime) -> None:
    """Nobody took it, and nobody is asked again."""
    _advance(session, Outbox.id == message.id, State.GIVEN_UP, now, error)


def leave_unknown(session: Session, message: Claimed, error: str, now: datetime) -> None:
    """The provider may have taken it: a report may tell, it is not sent again."""
    _advance(session, Outbox.id == message.id, State.UNKNOWN, now, error)


def expire_leases(session: Session, now: datetime) -> int:
    """A worker died in the middle of sending: nobody knows whether its message was taken."""
    return _advance(
        session,
        and_(Outbox.state == State.SENDING, Outbox.lease_until < now),
        State.UNKNOWN,
        now,
        "the worker died while sending",
    )


def report(
    session: Session, *, provider_id: str | None, key: str | None, state: State, now: datetime
) -> bool:
    """A delivery report, found by either name. False: no such message, or nothing new."""
    names = []
    if provider_id:
        names.append(Outbox.provider_id == provider_id)
    if key:
        names.append(Outbox.key == key)
    return bool(names) and _advance(session, or_(*names), state, now) > 0


def _advance(
    session: Session, which: ColumnElement[bool], state: State, now: datetime, error: str = ""
) -> int:
    earlier = [lower for lower in State if _RANK[lower] < _RANK[state]]
    changed = session.execute(
        _change(which, Outbox.state.in_(earlier))
        .values(state=state, error=error[:200], updated_at=now)
        .values(lease_owner=None, lease_until=None)
        .returning(Outbox.id)
    )
    return len(changed.all())


def _change(*which: ColumnElement[bool]) -> Update:
    return update(Outbox).where(*which).execution_options(synchronize_session=False)


_CLAIMED = (
    *(Outbox.id, Outbox.key, Outbox.to_sealed, Outbox.text_sealed),
    *(Outbox.kind, Outbox.attempts, Outbox.created_at),
)


def _opened(session: Session, vault: Vault, row: RowMapping, now: datetime) -> Claimed | None:
    try:
        to, text = vault.open(_TO, row["to_sealed"]), vault.open(_TEXT, row["text_sealed"])
    except CannotOpen as error:
        _advance(session, Outbox.id == row["id"], State.GIVEN_UP, now, str(error))
        return None
    return Claimed(
        row["id"], row["key"], to, text, row["kind"], row["attempts"], row["created_at"]
    )
