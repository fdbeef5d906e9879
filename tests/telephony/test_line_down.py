"""Whatever is broken, the caller hears a sentence and is put through."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import create_engine, make_url, text

from ivr.store.database import Database
from tests.telephony.lines import CALLER, fill, post, sign, web

PATHS = ["/voice", "/voice/calls/{call}/turns/1", "/voice/calls/{call}/resume"]


def assert_apologises(line: FlaskClient, call: str) -> None:
    for path in PATHS:
        answer = post(line, path.format(call=call), Digits="000017")
        assert answer.status_code == 200
        assert "Линия не работает." in answer.text
        assert "четыреста девяносто пять" in answer.text
        assert re.search(r"<Dial [^>]*>\+74950000001</Dial><Hangup />", answer.text)
    assert post(line, "/voice/status", CallStatus="completed").status_code == 200
    assert "Линия не работает." in post(line, "/voice/fallback").text


def call_of(line: FlaskClient) -> str:
    found = re.search(r"/voice/calls/([0-9a-f]{32})/turns/1", post(line, "/voice").text)
    assert found
    return found[1]


def test_no_tables(tmp_path: Path, now: datetime) -> None:
    with web(f"sqlite:///{tmp_path}/empty.db", now) as line:
        assert_apologises(line, "a" * 32)


def test_a_file_that_breaks_in_the_middle_of_a_call(
    sqlite_template: Path, tmp_path: Path, now: datetime
) -> None:
    file = tmp_path / "line.db"
    file.write_bytes(sqlite_template.read_bytes())
    fill(f"sqlite:///{file}", now)
    with web(f"sqlite:///{file}", now) as line:
        call = call_of(line)
        for part in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
            part.write_bytes(b"\xff" * 8192)
        assert_apologises(line, call)
        assert line.get("/health/ready").status_code == 503
        assert line.get("/health/live").status_code == 200
        assert "ivr_database_up 0.0" in line.get("/metrics").text


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_server_that_goes_away(url: str, now: datetime) -> None:
    fill(url, now)
    with web(url, now) as line:
        call = call_of(line)
        close_down(url)
        assert_apologises(line, call)


def close_down(url: str) -> None:
    """No connection is let in any more, and those that are in end."""
    address = make_url(url)
    engine = create_engine(address.set(database="postgres"), isolation_level="AUTOCOMMIT")
    name = address.database
    with engine.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        ended = text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :n"
        )
        connection.execute(ended, {"n": name})
    engine.dispose()


def test_a_call_of_somebody_else_gets_a_sentence_and_a_person(url: str, now: datetime) -> None:
    fill(url, now)
    with web(url, now) as line:
        path = f"/voice/calls/{call_of(line)}/resume"
        form = CALLER | {"CallSid": "CA" + "2" * 32}
        answer = line.post(path, data=form, headers=sign(path, form))
        assert answer.status_code == 200
        assert "Соединяем с регистратором." in answer.text
        assert "+74950000001</Dial>" in answer.text
        assert "полис" not in answer.text


def test_a_log_of_a_broken_turn_names_no_caller(
    sqlite_template: Path, tmp_path: Path, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "line.db"
    file.write_bytes(sqlite_template.read_bytes())
    with web(f"sqlite:///{file}", now) as line:
        call = call_of(line)
        database = Database(f"sqlite:///{file}")
        with database.begin() as session:
            session.connection().exec_driver_sql("DROP TABLE lines")
        database.close()
        answer = post(line, f"/voice/calls/{call}/turns/1", Digits="000017")
    assert "Линия не работает." in answer.text
    assert f"call {call} failed: OperationalError" in caplog.text
    assert "webhooks.py" in caplog.text
    assert "79161234567" not in caplog.text
    assert "000017" not in caplog.text


def test_without_a_number_nobody_is_promised(tmp_path: Path, now: datetime) -> None:
    with web(f"sqlite:///{tmp_path}/empty.db", now, IVR_TRANSFER_TO="") as line:
        answer = post(line, "/voice").text
    assert "Извините, ошибка.</Say><Hangup />" in answer
