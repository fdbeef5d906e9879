"""Deletes what is past the clinic's periods, in small batches that the audit log names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from ivr.clinic.settings import ClinicSettings, Retention
from ivr.store.database import Database
from ivr.store.recordings import Folder
from ivr.store.tables import (
    Attempts,
    Audit,
    Call,
    CallbackRequest,
    CallerCheck,
    Cancellation,
    Handled,
    IdentityCode,
    Note,
    Outbox,
    Recording,
    SettingChange,
)

BATCH = 100
"""Rows of one transaction: callers wait for no more."""
REST = timedelta(hours=1)
"""When nothing is left to delete."""
FORGOTTEN = timedelta(days=30)
"""One-time codes and failures in a row mean nothing any more."""
ON_THE_WAY = ("queued", "sending")
UNDECIDED = ("requested", "processing")
Column = InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True)
class Rule:
    what: str
    """In the audit."""
    key: Column
    old: ColumnElement[bool]
    first: Column
    """Oldest first."""


class Expiry:
    """A chore of the worker."""

    def __init__(self, database: Database, folder: Folder) -> None:
        self._database = database
        self._folder = folder
        self._rests_until: datetime | None = None

    def delete_past(self, now: datetime) -> int:
        """One batch of everything that is past its period; how many rows."""
        if self._rests_until is not None and now < self._rests_until:
            return 0
        with self._database.read() as session:
            kept = ClinicSettings.load(session).retention
        deleted = self._recordings(now - min(kept.recordings, kept.calls), now)
        deleted += sum(self._apply(rule, now) for rule in _rules(kept, now))
        self._small_tables(now - kept.calls, now)
        if not deleted:
            self._rests_until = now + REST
        return deleted

    def _recordings(self, before: datetime, now: datetime) -> int:
        """The file goes first: what dies in between leaves a row, and no sound."""
        query = (
            select(Recording.file)
            .outerjoin(Call, Call.id == Recording.call_id)
            .where(Recording.started_at < before, or_(Call.id.is_(None), _over()))
            .order_by(Recording.started_at)
            .limit(BATCH)
        )
        with self._database.read() as session:
            files = session.scalars(query).all()
        for file in files:
            self._folder.delete(file)
        with self._database.begin() as session:
            session.execute(delete(Recording).where(Recording.file.in_(files)))
            _note(session, "recordings", len(files), now)
        return len(files)

    def _small_tables(self, calls: datetime, now: datetime) -> None:
        with self._database.begin() as session:
            session.execute(delete(Handled).where(Handled.at < calls))
            session.execute(delete(Attempts).where(Attempts.last_at < now - FORGOTTEN))

    def _apply(self, rule: Rule, now: datetime) -> int:
        with self._database.begin() as session:
            query = select(rule.key).where(rule.old).order_by(rule.first).limit(BATCH)
            keys = session.scalars(query).all()
            if keys:
                _let_go(session, rule, keys)
                session.execute(delete(rule.key.class_).where(rule.key.in_(keys)))
                _note(session, rule.what, len(keys), now)
        return len(keys)


def _rules(kept: Retention, now: datetime) -> Sequence[Rule]:
    calls = now - kept.calls
    done = func.coalesce(CallbackRequest.changed_at, CallbackRequest.created_at)
    return (
        Rule("calls", Call.id, _calls_before(calls), Call.started_at),
        Rule("notes", Note.id, Note.at < calls, Note.at),
        Rule(
            "messages",
            Outbox.id,
            (Outbox.created_at < now - kept.messages) & Outbox.state.not_in(ON_THE_WAY),
            Outbox.created_at,
        ),
        Rule(
            "call-back requests",
            CallbackRequest.id,
            (CallbackRequest.state == "done") & (done < now - kept.callbacks),
            CallbackRequest.created_at,
        ),
        Rule(
            "cancellations",
            Cancellation.id,
            _cancellations_before(now - kept.cancellations, now),
            Cancellation.requested_at,
        ),
        Rule("audit", Audit.id, Audit.at < now - kept.audit, Audit.at),
        Rule(
            "setting changes",
            SettingChange.id,
            SettingChange.at < now - kept.audit,
            SettingChange.at,
        ),
        Rule(
            "one-time codes",
            IdentityCode.id,
            IdentityCode.expires_at < now - FORGOTTEN,
            IdentityCode.expires_at,
        ),
    )


def _over() -> ColumnElement[bool]:
    return Call.ended_at.is_not(None)


def _calls_before(moment: datetime) -> ColumnElement[bool]:
    """Over, counted, without a recording, and nobody is to be called back for them."""
    waits = exists().where(CallbackRequest.call_id == Call.id, CallbackRequest.state != "done")
    sound = exists().where(Recording.call_id == Call.id)
    return (Call.started_at < moment) & _over() & Call.counted & ~waits & ~sound


def _cancellations_before(moment: datetime, now: datetime) -> ColumnElement[bool]:
    return (
        (Cancellation.requested_at < moment)
        & (Cancellation.code_until < now)
        & Cancellation.status.not_in(UNDECIDED)
    )


def _let_go(session: Session, rule: Rule, keys: Sequence[Any]) -> None:
    """What points to the rows."""
    also: Callable[[], object] | None = {
        "calls": lambda: _with_the_call(session, keys),
        "cancellations": lambda: session.execute(
            update(Outbox).where(Outbox.cancellation_id.in_(keys)).values(cancellation_id=None)
        ),
    }.get(rule.what)
    if also is not None:
        also()


def _with_the_call(session: Session, calls: Sequence[str]) -> None:
    """Its lines and streams go with it by themselves."""
    session.execute(delete(Note).where(Note.call_id.in_(calls)))
    session.execute(delete(CallerCheck).where(CallerCheck.call_id.in_(calls)))
    session.execute(delete(Handled).where(Handled.subject.in_(calls)))
    session.execute(delete(Attempts).where(Attempts.scope == "call", Attempts.key.in_(calls)))


def _note(session: Session, what: str, number: int, now: datetime) -> None:
    if number:
        session.add(Audit(at=now, who="line", what=f"deleted {what}: {number}"))
