from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from alembic import command
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError

from ivr.store.database import Database
from ivr.store.tables import Attempts, ClinicSetting, Line
from tests.conftest import waiting_for_the_disk


def test_what_an_exception_leaves_is_nothing(database: Database) -> None:
    def write_and_fail() -> None:
        with database.begin() as session:
            session.add(ClinicSetting(name="address", value="x"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    with database.begin() as session:
        assert session.get(ClinicSetting, "address") is None


def test_a_moment_comes_back_aware_and_compares(database: Database, now: datetime) -> None:
    with database.begin() as session:
        session.add(Attempts(scope="call", key="1", failures=0, last_at=now))
    with database.read() as session:
        later = select(Attempts.last_at).where(Attempts.last_at >= now - timedelta(seconds=1))
        assert session.scalars(later).all() == [now]


def test_a_naive_time_is_refused(database: Database, now: datetime) -> None:
    row = Attempts(scope="call", key="1", failures=0, last_at=now.replace(tzinfo=None))
    with pytest.raises(StatementError, match="naive"), database.begin() as session:
        session.add(row)


def test_foreign_keys_hold(database: Database, now: datetime) -> None:
    with pytest.raises(IntegrityError), database.begin() as session:
        session.add(
            Line(call_id="none", number=1, turn=1, kind="k", name="n", payload="", at=now)
        )


def test_an_own_file_and_its_folder_are_made_and_migrated(empty_url: str) -> None:
    database = Database(empty_url)
    database.upgrade()
    database.upgrade()
    with database.begin() as session:
        session.add(ClinicSetting(name="address", value="x"))
    database.close()


def test_models_and_migrations_agree(database: Database) -> None:
    with database.migrating() as config:
        command.check(config)


def test_migrations_go_down_and_up_again(database: Database) -> None:
    with database.migrating() as config:
        command.downgrade(config, "base")
        command.upgrade(config, "head")
    with database.migrating() as config:
        command.check(config)


def test_sqlite_is_set_for_safety(database: Database) -> None:
    if database.engine.dialect.name != "sqlite":
        return
    with waiting_for_the_disk(), database.begin() as session:
        pragmas = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }


@pytest.mark.slow
def test_twenty_writers_lose_nothing(database: Database, now: datetime) -> None:
    with database.begin() as session:
        session.add(Attempts(scope="call", key="1", failures=0, last_at=now))

    def count(_n: int) -> None:
        with database.begin() as session:
            row = session.get_one(Attempts, ("call", "1"), with_for_update=True)
            row.failures += 1

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(count, range(200)))
    with database.read() as session:
        assert session.scalar(select(Attempts.failures)) == 200
