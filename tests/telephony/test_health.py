from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from ivr.store.database import Database
from ivr.store.tables import Call, Outbox
from ivr.telephony.health import Health, newest_migration

NOW = datetime(2025, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/ivr.db")
    yield database
    database.close()


def client(database: Database) -> FlaskClient:
    app = Flask(__name__)
    app.register_blueprint(Health(database, lambda: NOW, newest_migration()).blueprint())
    return app.test_client()


def test_live_asks_nobody(database: Database) -> None:
    assert client(database).get("/health/live").status_code == 200


def test_ready_only_with_todays_tables(database: Database) -> None:
    before = client(database).get("/health/ready")
    assert (before.status_code, "database" in before.text) == (503, True)
    database.upgrade()
    assert client(database).get("/health/ready").status_code == 200


@pytest.mark.parametrize(("migration", "status"), [("0001", 503), ("9999", 200)])
def test_ready_beside_newer_code_but_not_on_older_tables(
    database: Database, migration: str, status: int
) -> None:
    database.upgrade()
    with database.begin() as session:
        at = text("UPDATE alembic_version SET version_num = :at")
        session.execute(at, {"at": migration})
    assert client(database).get("/health/ready").status_code == status


def test_figures_come_from_the_database(database: Database) -> None:
    database.upgrade()
    with database.begin() as session:
        session.add(call("a", "cancelled"))
        session.add(call("b", "cancelled"))
        session.add(call("c", None))
        session.add(message("1", "queued", NOW - timedelta(seconds=90)))
        session.add(message("2", "sent", NOW - timedelta(days=1)))
    lines = client(database).get("/metrics").text.splitlines()
    assert 'ivr_calls_total{outcome="cancelled"} 2.0' in lines
    assert 'ivr_calls_total{outcome="hung_up"} 0.0' in lines
    assert "ivr_outbox_depth 1.0" in lines
    assert "ivr_outbox_oldest_age_seconds 90.0" in lines
    assert "ivr_database_up 1.0" in lines
    assert any(line.startswith("ivr_turn_seconds_bucket") for line in lines)
    assert any(line.startswith("ivr_webhook_signature_failures_total") for line in lines)


def test_metrics_without_a_database(database: Database) -> None:
    answer = client(database).get("/metrics")
    assert answer.status_code == 200
    assert "ivr_database_up 0.0" in answer.text.splitlines()


def call(name: str, outcome: str | None) -> Call:
    return Call(id=name, door="keypad", started_at=NOW, last_seen_at=NOW, outcome=outcome)


def message(key: str, state: str, created: datetime) -> Outbox:
    return Outbox(
        key=key,
        to_sealed="",
        text_sealed="",
        kind="cancelled",
        state=state,
        next_attempt_at=created,
        created_at=created,
        updated_at=created,
    )
