"""The database: an engine, transactions that write, transactions that read, migrations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import SQLITE_BUSY
from threading import Lock
from time import monotonic
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import (
    InvalidatePoolError,
    OperationalError,
    TimeoutError,  # noqa: A004 - the pool raises the same
)
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool, QueuePool

BUSY_MS = 5000
ASK_AGAIN_MS = 1
"""Until a process that found an SQLite database locked asks again."""
PATIENCE = 0.1
"""Seconds; several turns take as long."""
RESTED_SECONDS = 1.0
"""A connection that rested so long is asked whether it is alive: no server restarts sooner."""
MIGRATION_LOCK = 5_108_001
"""Key of the advisory lock that lets one process migrate at a time."""


class Turnstile:
    """Lets one thread of this process write at a time.

    Threads that write at once take the interpreter from each other after every statement, and
    all of them are late; one after another most are early. Who finds an SQLite database locked
    sleeps longer and longer before asking again; so only processes ask, and threads are woken.
    """

    def __init__(self, patience: float, *, exclusive: bool) -> None:
        """After `patience` seconds one goes through beside another, who may wait for a row.

        `exclusive`: raises TimeoutError instead.
        """
        self._lock = Lock()
        self._patience = patience
        self._exclusive = exclusive

    @contextmanager
    def passed(self) -> Iterator[None]:
        alone = self._lock.acquire(timeout=self._patience)
        if self._exclusive and not alone:
            raise TimeoutError("another thread has been writing for too long")
        try:
            yield
        finally:
            if alone:
                self._lock.release()


class Database:
    def __init__(self, url: str) -> None:
        self.url = url
        if url.startswith("sqlite"):
            self.engine = _sqlite(url)
            self._turnstile = Turnstile(BUSY_MS / 1000, exclusive=True)
        else:
            self.engine = _postgresql(url)
            self._turnstile = Turnstile(PATIENCE, exclusive=False)
        self._writing = self.engine.execution_options(writing=True)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """A transaction that may write: committed at the end, rolled back by an exception."""
        with (
            self._turnstile.passed(),
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
        if connection.get_execution_options().get("writing", False):
            _begin_writing(connection)
        else:
            connection.exec_driver_sql("BEGIN")

    return engine


def _begin_writing(connection: Connection) -> None:
    """Ask every millisecond: SQLite asks after 1, 3, 8, 18, 33 ms, and a turn takes six."""
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {ASK_AGAIN_MS}")
    ends = monotonic() + BUSY_MS / 1000
    try:
        while True:
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                return
            except OperationalError as fault:
                code = getattr(fault.orig, "sqlite_errorcode", None)
                if code != SQLITE_BUSY or monotonic() > ends:
                    raise
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_MS}")


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
