from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Event

import pytest
from alembic import command
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError, StatementError, TimeoutError  # noqa: A004

from ivr.store.database import Database, Turnstile
from ivr.store.tables import Attempts, Call, ClinicSetting, DailyCount, Line, MonthlyCount
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


def test_an_upgrade_waits_for_a_running_turn(database: Database, now: datetime) -> None:
    """It takes no lock that the turn's next statement would wait for while it waits itself."""
    with database.migrating() as config:
        command.downgrade(config, "0006")
    with database.begin() as session:
        session.add(Call(id="c", door="test", started_at=now, last_seen_at=now))
        for day, count in ((1, 2), (30, 3), (31, 4)):
            counted = {"measure": "outcome", "name": "moved", "part": "", "count": count}
            when = date(2026, 10 if day > 1 else 11, day)
            session.add(DailyCount(day=when, **counted, total=10 * count))
    asked = Event()

    def turn() -> None:
        with database.begin() as session:
            call = session.get_one(Call, "c", with_for_update=True)
            asked.set()
            Event().wait(0.5)
            call.turn += 1
            session.flush()
            session.execute(text("SELECT count(*) FROM outbox"))

    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(turn)
        asked.wait(4)
        database.upgrade()
        running.result(4)
    with database.read() as session:
        months = session.scalars(select(MonthlyCount).order_by(MonthlyCount.month)).all()
        assert [(one.month, one.count, one.total) for one in months] == [
            (date(2026, 10, 1), 7, 70),
            (date(2026, 11, 1), 2, 20),
        ]
        assert session.get_one(Call, "c").turn == 1


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


def test_one_thread_writes_after_another(database: Database) -> None:
    inside: list[int] = []

    def write(_n: int) -> int:
        with database.begin():
            inside.append(1)
            together = len(inside)
            Event().wait(0.005)
            inside.pop()
        return together

    with ThreadPoolExecutor(4) as threads:
        assert max(threads.map(write, range(8))) == 1


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_who_waits_for_a_row_does_not_keep_the_others(
    database: Database, now: datetime
) -> None:
    """One process, three threads: the second waits for the first's row, the third goes on."""
    with database.begin() as session:
        session.add(Attempts(scope="call", key="1", failures=0, last_at=now))
    held, go_on = Event(), Event()

    def hold() -> None:
        with database.begin() as session:
            session.execute(update(Attempts).values(failures=1))
            held.set()
            go_on.wait(4)

    def wait_for_it() -> None:
        with database.begin() as session:
            session.execute(update(Attempts).values(failures=2))

    with ThreadPoolExecutor(2) as threads:
        holding = threads.submit(hold)
        held.wait(4)
        waiting = threads.submit(wait_for_it)
        with database.begin() as session:
            session.add(Attempts(scope="call", key="2", failures=0, last_at=now))
        assert not holding.done()
        assert not waiting.done()
        go_on.set()


def test_sqlite_tells_a_writer_that_it_waited_in_vain() -> None:
    turnstile = Turnstile(0.01, exclusive=True)
    with turnstile.passed(), pytest.raises(TimeoutError), turnstile.passed():
        pass
