"""Calls and their lines in the tables: load under a lock, append, find by the carrier's id."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from ivr.dialogue.conversation import Line
from ivr.store import tables
from ivr.store.vault import Vault

SEAL = "line"
PHONE = "phone"
SILENT = timedelta(minutes=15)
"""Without a sign of life for so long a call is over."""

# Said once: every turn needs them. Lines go past the ORM: no line points to anything but its
# call, which `open_call` has written, so nothing has to be flushed before them.
_LINES = (
    select(
        *(tables.Line.number, tables.Line.turn, tables.Line.kind),
        *(tables.Line.name, tables.Line.payload),
    )
    .where(tables.Line.call_id == bindparam("call"))
    .order_by(tables.Line.number)
)
_ADD_LINES = insert(tables.Line)
_CALL = select(tables.Call).where(tables.Call.id == bindparam("call")).with_for_update()
_CARRIERS = select(tables.Call).where(tables.Call.carrier_id == bindparam("carrier"))
_CARRIERS_LOCKED = _CARRIERS.with_for_update()
_WISHES = (
    select(tables.Call.pace, tables.Call.loudness)
    .where(tables.Call.caller_index == bindparam("caller"))
    .order_by(tables.Call.started_at.desc())
    .limit(1)
)


class Transcripts:
    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def open_call(self, call: tables.Call, caller: str | None) -> None:
        """Add a new call; what its number last wanted of pace and loudness goes with it."""
        if caller is not None:
            call.caller_sealed = self._vault.seal(PHONE, caller)
            call.caller_index = self._vault.index(PHONE, caller)
            call.pace, call.loudness = self._remembered(call.caller_index)
        self._session.add(call)
        self._session.flush()

    def _remembered(self, caller_index: str) -> tuple[int, int]:
        last = self._session.execute(_WISHES, {"caller": caller_index}).first()
        return (last.pace, last.loudness) if last else (0, 0)

    def by_carrier(self, carrier_id: str) -> tables.Call | None:
        return self._session.scalars(_CARRIERS, {"carrier": carrier_id}).first()

    def locked_by_carrier(self, carrier_id: str) -> tables.Call | None:
        return self._session.scalars(_CARRIERS_LOCKED, {"carrier": carrier_id}).first()

    def locked(self, call_id: str) -> tables.Call | None:
        return self._session.scalars(_CALL, {"call": call_id}).first()

    def caller(self, call: tables.Call) -> str | None:
        return self._vault.open(PHONE, call.caller_sealed) if call.caller_sealed else None

    def lines(self, call_id: str) -> list[Line]:
        rows = self._session.connection().execute(_LINES, {"call": call_id})
        return [
            Line(number, turn, kind, name, self._payload(sealed))
            for number, turn, kind, name, sealed in rows
        ]

    def _payload(self, sealed: str) -> Any:
        return msgspec.json.decode(self._vault.open(SEAL, sealed))

    def append(self, call_id: str, lines: Iterable[Line], at: datetime) -> None:
        rows = [
            {
                "call_id": call_id,
                "number": line.number,
                "turn": line.turn,
                "kind": line.kind,
                "name": line.name,
                "payload": self._vault.seal(SEAL, msgspec.json.encode(line.payload).decode()),
                "at": at,
            }
            for line in lines
        ]
        if rows:
            self._session.connection().execute(_ADD_LINES, rows)

    def close_silent(self, now: datetime) -> int:
        """End the calls that gave no sign of life for 15 minutes; how many."""
        closed = self._session.execute(
            update(tables.Call)
            .where(tables.Call.ended_at.is_(None), tables.Call.last_seen_at < now - SILENT)
            .values(
                ended_at=tables.Call.last_seen_at,
                outcome=func.coalesce(tables.Call.outcome, "hung_up"),
            )
        )
        return int(closed.rowcount)  # type: ignore[attr-defined]
