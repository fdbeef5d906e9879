"""Adds ended calls to the figures of days and months: each call once, in small batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from ivr.dialogue.conversation import Line
from ivr.statistics.counting import CallFacts, Key, TimedLine, figures
from ivr.store import tables
from ivr.store.database import Database
from ivr.store.inserts import insert_into
from ivr.store.tables import UNCOUNTED, Call, DailyCount, MonthlyCount
from ivr.store.transcripts import SEAL
from ivr.store.vault import CannotOpen, Vault

BATCH = 20
"""Calls of one transaction: some hundredths of a second, in which no turn can be written."""


class DailyFigures:
    def __init__(self, database: Database, vault: Vault, zone: ZoneInfo) -> None:
        self._database = database
        self._vault = vault
        self._zone = zone

    def count_ended(self, _now: datetime) -> int:
        """Count the oldest calls that are not yet counted; how many."""
        with self._database.begin() as session:
            calls = _uncounted(session)
            sums: dict[tuple[date, Key], Counter[str]] = {}
            for call in calls:
                self._add(sums, call, self._lines(session, call.id))
            upsert(session, sums)
            ids = [call.id for call in calls]
            session.execute(update(Call).where(Call.id.in_(ids)).values(counted=True))
        return len(calls)

    def _add(
        self,
        sums: dict[tuple[date, Key], Counter[str]],
        call: Call,
        lines: Sequence[TimedLine],
    ) -> None:
        facts = self._facts(call)
        for key, (number, milliseconds) in figures(facts, lines).items():
            sums.setdefault((facts.day, key), Counter()).update(
                count=number, total=milliseconds
            )

    def _facts(self, call: Call) -> CallFacts:
        begun = call.started_at.astimezone(self._zone)
        lasted = (call.ended_at or call.last_seen_at) - call.started_at
        return CallFacts(
            day=begun.date(),
            hour=begun.hour,
            outcome=call.outcome or "hung_up",
            step=call.step,
            door=call.door,
            level=call.level,
            minutes=int(lasted.total_seconds() // 60),
            pace=call.pace,
            loudness=call.loudness,
            heard_anything=call.heard_anything,
        )

    def _lines(self, session: Session, call: str) -> list[TimedLine]:
        columns = (*(tables.Line.number, tables.Line.turn, tables.Line.kind),)
        query = (
            select(*columns, tables.Line.name, tables.Line.payload, tables.Line.at)
            .where(tables.Line.call_id == call, tables.Line.kind.in_(("asked", "heard", "did")))
            .order_by(tables.Line.number)
        )
        return [
            TimedLine(Line(number, turn, kind, name, self._payload(kind, sealed)), at)
            for number, turn, kind, name, sealed, at in session.execute(query)
        ]

    def _payload(self, kind: str, sealed: str) -> Any:
        """What cannot be opened any more is counted as an answer of an unknown kind."""
        try:
            return msgspec.json.decode(self._vault.open(SEAL, sealed))
        except CannotOpen:
            return {"effect": "", "heard": {}} if kind == "heard" else {"receipt": None}


def _uncounted(session: Session) -> Sequence[Call]:
    query = (
        select(Call)
        .where(text(UNCOUNTED))
        .order_by(Call.ended_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(query).all()


def upsert(session: Session, sums: dict[tuple[date, Key], Counter[str]]) -> None:
    """To the days and, in the same transaction, to their months."""
    if not sums:
        return
    months: dict[tuple[date, Key], Counter[str]] = {}
    for (day, key), sum_ in sums.items():
        months.setdefault((day.replace(day=1), key), Counter()).update(sum_)
    _add_to(session, DailyCount, "day", sums)
    _add_to(session, MonthlyCount, "month", months)


def _add_to(
    session: Session,
    table: type[DailyCount] | type[MonthlyCount],
    when: str,
    sums: dict[tuple[date, Key], Counter[str]],
) -> None:
    statement = insert_into(session, table)
    added = statement.on_conflict_do_update(
        index_elements=[when, "measure", "name", "part"],
        set_={
            "count": table.count + statement.excluded["count"],
            "total": table.total + statement.excluded["total"],
        },
    )
    session.execute(added, list(_rows(when, sums)))


def _rows(when: str, sums: dict[tuple[date, Key], Counter[str]]) -> Iterable[dict[str, Any]]:
    """In order, so that two workers never wait for each other in a ring."""
    for (first, key), sum_ in sorted(sums.items()):
        yield {
            when: first,
            "measure": key.measure,
            "name": key.name,
            "part": key.part,
            "count": sum_["count"],
            "total": sum_["total"],
        }
