"""Calls and their lines in the tables: load under a lock, append, find by the carrier's id."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from ivr.dialogue.conversation import Line
from ivr.store import tables
from ivr.store.vault import Vault

SEAL = "line"
PHONE = "phone"
SILENT = timedelta(minutes=15)
"""Without a sign of life for so long a call is over."""


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
        last = self._session.execute(
            select(tables.Call.pace, tables.Call.loudness)
            .where(tables.Call.caller_index == caller_index)
            .order_by(tables.Call.started_at.desc())
            .limit(1)
        ).first()
        return (last.pace, last.loudness) if last else (0, 0)

    def by_carrier(self, carrier_id: str) -> tables.Call | None:
        query = select(tables.Call).where(tables.Call.carrier_id == carrier_id)
        return self._session.scalars(query).first()

    def locked(self, call_id: str) -> tables.Call | None:
        query = select(tables.Call).where(tables.Call.id == call_id).with_for_update()
        return self._session.scalars(query).first()

    def caller(self, call: tables.Call) -> str | None:
        return self._vault.open(PHONE, call.caller_sealed) if call.caller_sealed else None

    def lines(self, call_id: str) -> list[Line]:
        rows = self._session.scalars(
            select(tables.Line)
            .where(tables.Line.call_id == call_id)
            .order_by(tables.Line.number)
        )
        return [self._line(row) for row in rows]

    def _line(self, row: tables.Line) -> Line:
        payload = msgspec.json.decode(self._vault.open(SEAL, row.payload))
        return Line(row.number, row.turn, row.kind, row.name, payload)

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
            self._session.execute(insert(tables.Line), rows)

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
