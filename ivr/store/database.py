"""The database: an engine, transactions that write, transactions that read, migrations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import (
    InvalidatePoolError,
    TimeoutError,  # noqa: A004 - the pool raises the same
)
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool, QueuePool

BUSY_MS = 5000
RESTED_SECONDS = 1.0
"""A connection that rested so long is asked whether it is alive: no server restarts sooner."""
MIGRATION_LOCK = 5_108_001
"""Key of the advisory lock that lets one process migrate at a time."""


class Turnstile:
    """Lets one thread of this process write at a time.

    Who finds an SQLite database locked sleeps longer and longer before asking again; so only
    processes ask, and threads are woken.
    """

    def __init__(self) -> None:
        self._lock = Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=BUSY_MS / 1000):
            raise TimeoutError("another thread has been writing for too long")

    def __exit__(self, *_fault: object) -> None:
        self._lock.release()


class Database:
    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _sqlite(url) if url.startswith("sqlite") else _postgresql(url)
        self._writing = self.engine.execution_options(writing=True)
        self._turnstile = Turnstile() if url.startswith("sqlite") else nullcontext()

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """A transaction that may write: committed at the end, rolled back by an exception."""
        with (
            self._turnstile,
            Session(self._writing, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that only reads; nothing of it is kept."""
        with Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    def upgrade(self) -> None:
        """Bring the tables to the newest migration."""
        with self.migrating() as config:
            command.upgrade(config, "head")

    @contextmanager
    def migrating(self) -> Iterator[AlembicConfig]:
        """Alembic's configuration, bound to a connection on which nobody else migrates."""
        engine = _bare(self.url)
        try:
            with engine.execution_options(writing=True).begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(
                        text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK}
                    )
                yield _alembic(connection)
        finally:
            engine.dispose()

    def close(self) -> None:
        self.engine.dispose()


def _alembic(connection: Connection) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", "ivr.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _bare(url: str) -> Engine:
    """Without statement time-out and foreign keys: migrations copy whole tables."""
    if url.startswith("sqlite"):
        return _sqlite(url, foreign_keys=False)
    return create_engine(url, poolclass=NullPool, hide_parameters=True)


def _sqlite(url: str, *, foreign_keys: bool = True) -> Engine:
    if file := make_url(url).database:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=5,
        max_overflow=45,
        pool_timeout=5,
        hide_parameters=True,  # a row's values stay out of exception texts
        pool_use_lifo=True,  # the same few connections: what they have prepared stays warm
        connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # ours is the BEGIN below
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred BEGIN that turns to writing fails at once where another one writes.
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _postgresql(url: str) -> Engine:
    engine = create_engine(
        url,
        pool_size=10,
        max_overflow=20,
        pool_timeout=2,
        hide_parameters=True,
        pool_use_lifo=True,
        pool_recycle=1800,
        connect_args={
            "connect_timeout": 3,
            "options": f"-c statement_timeout={BUSY_MS} -c lock_timeout={BUSY_MS}"
            " -c idle_in_transaction_session_timeout=30000 -c timezone=UTC",
        },
    )

    @event.listens_for(engine, "checkin")
    def note_rest(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = monotonic()

    @event.listens_for(engine, "checkout")
    def ask_after_rest(connection: Any, record: Any, _proxy: object) -> None:
        now = monotonic()
        if now - record.info.get("rests_since", now) < RESTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except psycopg.Error as gone:
            raise InvalidatePoolError from gone

    return engine
