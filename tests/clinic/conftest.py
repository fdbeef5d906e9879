"""The demo clinic on a Monday noon, and a telephone to its book."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import event, select

from ivr.clinic import demo
from ivr.clinic.actions import (
    Action,
    Cancelled,
    CancelVisit,
    Check,
    Checked,
    CheckPolicy,
    FindUpcoming,
    Moment,
    Upcoming,
)
from ivr.clinic.book import Book
from ivr.clinic.settings import ClinicSettings
from ivr.clinic.values import Visit
from ivr.store import tables
from ivr.store.database import Database
from ivr.store.vault import Vault
from tests.conftest import DATA_KEY, NOW, PostgreSQL

T = TypeVar("T")
ANNA, PYOTR_AND_ANNA, STRANGER = "+79161234567", "+74951234567", "+79990000000"


@dataclass
class Telephone:
    """Performs actions, one transaction each, as the switchboard does."""

    database: Database
    vault: Vault
    now: datetime
    caller: str | None = ANNA
    call: str = "call-1"
    line: int = 0
    statements: list[str] = field(default_factory=list)

    def do(self, action: Action[T], *, line: int | None = None) -> T:
        if line is None:
            self.line += 1
        moment = Moment(self.call, line or self.line, self.caller, self.now)
        with self.database.begin() as session:
            book = Book(session, self.vault, zone=demo.ZONE, line_number=demo.LINE)
            return book.perform(action, moment)

    def from_(self, caller: str | None) -> Telephone:
        """A new call."""
        call = uuid.uuid4().hex
        return Telephone(self.database, self.vault, self.now, caller, call)

    def later(self, **passed: float) -> Telephone:
        """A new call of the same number, after some time."""
        other = self.from_(self.caller)
        other.now = self.now + timedelta(**passed)
        return other

    def starts(self) -> Telephone:
        """Keep the call's row, as the switchboard does."""
        index = self.vault.index("phone", self.caller) if self.caller else None
        with self.database.begin() as session:
            session.add(
                tables.Call(
                    id=self.call,
                    door="test",
                    caller_index=index,
                    started_at=self.now,
                    last_seen_at=self.now,
                )
            )
        return self

    def policy(self, digits: str, closed: str = "hash") -> Checked:
        return self.do(CheckPolicy(digits, closed))

    def patient(self, digits: str = "000017") -> str:
        checked = self.policy(digits)
        assert checked.check is Check.IDENTIFIED
        assert checked.patient is not None
        return checked.patient

    def upcoming(self, patient: str) -> Upcoming:
        return self.do(FindUpcoming(patient))

    def first(self, patient: str) -> Visit:
        return self.upcoming(patient).visits[0]

    def cancel(self, patient: str, *, request_only: bool = False) -> Cancelled:
        return self.do(CancelVisit(patient, self.first(patient), request_only=request_only))

    def set(self, name: str, value: str) -> None:
        with self.database.begin() as session:
            ClinicSettings.set(session, name, value)

    def texts(self) -> list[str]:
        """Of the SMS in the outbox, oldest first."""
        rows = sorted(self.rows(tables.Outbox), key=lambda row: row.id)
        return [self.vault.open("sms text", row.text_sealed) for row in rows]

    def rows(self, table: type[T]) -> list[T]:
        with self.database.read() as session:
            return list(session.scalars(select(table)))

    def counted(self, action: Action[T]) -> int:
        """How many statements the action makes."""
        self.statements.clear()
        self.do(action)
        return len(self.statements)


def _filled(url: str) -> None:
    database = Database(url)
    with database.begin() as session:
        demo.fill(session, Vault(DATA_KEY), NOW)
    database.close()


@pytest.fixture(scope="session")
def demo_sqlite(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    file = tmp_path_factory.mktemp("demo") / "line.db"
    file.write_bytes(sqlite_template.read_bytes())
    _filled(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def demo_postgresql(postgresql: PostgreSQL, template: str) -> str:
    _filled(postgresql.create("template_demo", template))
    return "template_demo"


@pytest.fixture(params=["sqlite", "postgresql"])
def demo_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of its own, with the demo clinic."""
    if request.param == "sqlite":
        source: Path = request.getfixturevalue("demo_sqlite")
        file = tmp_path / "demo.db"
        file.write_bytes(source.read_bytes())
        yield f"sqlite:///{file}"
        return
    postgresql: PostgreSQL = request.getfixturevalue("postgresql")
    with postgresql.copy(request.getfixturevalue("demo_postgresql")) as url:
        yield url


@pytest.fixture
def telephone(demo_url: str, vault: Vault, now: datetime) -> Iterator[Telephone]:
    database = Database(demo_url)
    telephone = Telephone(database, vault, now)

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        telephone.statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield telephone
    database.close()
