"""What is deleted when its period is over, and what is not."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from ivr.clinic import demo
from ivr.clinic.settings import ClinicSettings
from ivr.retention import BATCH, REST, Expiry
from ivr.store import tables
from ivr.store.database import Database
from ivr.store.recordings import Folder, RecordingRows
from ivr.store.vault import Vault

DAY = timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path, vault: Vault) -> Folder:
    return Folder(tmp_path / "recordings", vault)


@pytest.fixture
def clinic(database: Database, vault: Vault, now: datetime) -> Database:
    with database.begin() as session:
        demo.fill(session, vault, now)
    return database


def call(
    id_: str, at: datetime, *, ended: bool = True, counted: bool = True
) -> tuple[tables.Call, tables.Line]:
    row = tables.Call(
        id=id_,
        door="keypad",
        started_at=at,
        last_seen_at=at,
        ended_at=at + timedelta(minutes=3) if ended else None,
        outcome="told",
        counted=counted,
    )
    line = {"number": 1, "turn": 1, "kind": "asked", "name": "cancel.sure", "payload": "-"}
    return row, tables.Line(call_id=id_, at=at, **line)


def add(database: Database, *rows: Any) -> None:
    for row in rows:
        with database.begin() as session:
            session.add(row)


def count(database: Database, table: Any) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def sweep(database: Database, folder: Folder, now: datetime) -> None:
    expiry = Expiry(database, folder)
    while expiry.delete_past(now):
        pass


def deleted(database: Database) -> list[str]:
    """What the audit says, without the rows the demo may bring."""
    with database.read() as session:
        rows = session.scalars(select(tables.Audit).order_by(tables.Audit.id)).all()
    return [row.what for row in rows if row.who == "line" and row.what.startswith("deleted")]


def test_old_calls_go_with_their_lines(
    database: Database, folder: Folder, now: datetime
) -> None:
    old = now - 366 * DAY
    add(database, *call("old", old), *call("new", now - 364 * DAY))
    add(database, *call("open", old, ended=False), *call("uncounted", old, counted=False))
    add(
        database,
        tables.Note(call_id="old", who="Галина", at=now, text_sealed="-"),
        tables.Note(call_id="new", who="Галина", at=now, text_sealed="-"),
        tables.Handled(kind="call", subject="old", who="Галина", at=now),
        *(
            tables.AnswerMark(
                call_id=one,
                line_number=1,
                right=True,
                words_sealed="-",
                who="Галина",
                at=now,
                version=1,
            )
            for one in ("old", "new")
        ),
    )
    sweep(database, folder, now)
    with database.read() as session:
        left = set(session.scalars(select(tables.Call.id)))
        lines = set(session.scalars(select(tables.Line.call_id)))
    assert left == lines == {"new", "open", "uncounted"}
    assert (count(database, tables.Note), count(database, tables.Handled)) == (1, 0)
    assert count(database, tables.AnswerMark) == 1
    assert deleted(database) == ["deleted calls: 1"]


def callback(id_: str, state: str, at: datetime) -> tables.CallbackRequest:
    return tables.CallbackRequest(
        phone_sealed="-",
        phone_index="-",
        on_file=False,
        reason="operator",
        call_id=id_,
        line_number=1,
        agreed=True,
        state=state,
        created_at=at,
    )


def test_nobody_who_waits_is_forgotten(
    database: Database, folder: Folder, now: datetime
) -> None:
    old = now - 400 * DAY
    add(database, *call("waits", old), *call("done", old))
    add(database, callback("waits", "open", old), callback("done", "done", old))
    sweep(database, folder, now)
    with database.read() as session:
        assert list(session.scalars(select(tables.Call.id))) == ["waits"]
        assert list(session.scalars(select(tables.CallbackRequest.state))) == ["open"]


def test_sound_goes_sooner_and_its_file_first(
    database: Database, vault: Vault, folder: Folder, now: datetime
) -> None:
    add(database, *call("heard", now - 61 * DAY), *call("open", now - 61 * DAY, ended=False))
    names = {}
    for id_, at in (("heard", now - 61 * DAY), ("open", now - 61 * DAY), ("gone", now - DAY)):
        tape = folder.new()
        tape.add(b"\xff" * 1600)
        tape.close()
        names[id_] = tape.name
        with database.begin() as session:
            RecordingRows(session, vault).begin(id_, tape.name, at)
    sweep(database, folder, now)
    with database.read() as session:
        left = set(session.scalars(select(tables.Recording.file)))
    assert left == {names["open"], names["gone"]}
    assert {file.name for file in folder.path.iterdir()} == left
    assert count(database, tables.Call) == 2


def test_a_call_is_never_deleted_before_its_sound(
    database: Database, vault: Vault, folder: Folder, now: datetime
) -> None:
    """The shorter of both periods counts for the sound."""
    with database.begin() as session:
        ClinicSettings.set(session, "keep_recordings", "3000")
        RecordingRows(session, vault).begin("old", "no file.rec", now - 400 * DAY)
    add(database, *call("old", now - 400 * DAY))
    sweep(database, folder, now)
    assert (count(database, tables.Recording), count(database, tables.Call)) == (0, 0)


def cancellation(visit: tables.Visit, at: datetime, **more: Any) -> tables.Cancellation:
    return tables.Cancellation(
        code=more.pop("code", "111111"),
        code_until=more.pop("until", at + 40 * DAY),
        code_live=False,
        visit_id=visit.id,
        patient_id=visit.patient_id,
        status=more.pop("status", "cancelled"),
        requested_at=at,
    )


def test_a_cancellation_whose_code_counts_stays(
    clinic: Database, folder: Folder, now: datetime
) -> None:
    old = now - 1096 * DAY
    with clinic.read() as session:
        visits = session.scalars(select(tables.Visit).limit(4)).all()
    add(
        clinic,
        cancellation(visits[0], old),
        cancellation(visits[1], old, until=now + DAY, code="222222"),
        cancellation(visits[2], old, status="requested", code="333333"),
        cancellation(visits[3], now - 1000 * DAY, code="444444"),
    )
    with clinic.begin() as session:
        gone = session.scalars(
            select(tables.Cancellation.id).where(tables.Cancellation.code == "111111")
        ).one()
        session.add(message("kept", now, cancellation_id=gone))
    sweep(clinic, folder, now)
    with clinic.read() as session:
        codes = set(session.scalars(select(tables.Cancellation.code)))
        pointer = session.scalars(select(tables.Outbox.cancellation_id)).one()
    assert (codes, pointer) == ({"222222", "333333", "444444"}, None)


def message(key: str, at: datetime, state: str = "delivered", **more: Any) -> tables.Outbox:
    row = {"key": key, "to_sealed": "-", "text_sealed": "-", "kind": "cancelled"}
    times = {"next_attempt_at": at, "created_at": at, "updated_at": at}
    return tables.Outbox(**row, **times, state=state, **more)


def test_messages_that_are_on_their_way_stay(
    database: Database, folder: Folder, now: datetime
) -> None:
    old = now - 366 * DAY
    add(database, message("old", old), message("queued", old, "queued"), message("new", now))
    sweep(database, folder, now)
    with database.read() as session:
        assert set(session.scalars(select(tables.Outbox.key))) == {"queued", "new"}


def test_the_rest_that_time_makes_worthless(
    database: Database, folder: Folder, now: datetime
) -> None:
    add(
        database,
        tables.Audit(at=now - 2000 * DAY, who="Галина", what="read a call"),
        tables.SettingChange(at=now - 2000 * DAY, who="Галина", name="name", old="", new="x"),
        tables.IdentityCode(
            call_id="x",
            line_number=1,
            code_index="-",
            created_at=now - 40 * DAY,
            expires_at=now - 40 * DAY,
        ),
    )
    for days in (31, 29):
        at = now - days * DAY
        add(database, tables.Attempts(scope="caller", key=f"{days}", failures=3, last_at=at))
    add(database, tables.Handled(kind="sms", subject="1", who="Галина", at=now - 400 * DAY))
    sweep(database, folder, now)
    with database.read() as session:
        assert list(session.scalars(select(tables.Attempts.key))) == ["29"]
    assert count(database, tables.Handled) == 0
    assert sorted(deleted(database)) == [
        "deleted audit: 1",
        "deleted one-time codes: 1",
        "deleted setting changes: 1",
    ]


def test_it_goes_in_small_batches_and_then_rests(
    database: Database, folder: Folder, now: datetime
) -> None:
    old = now - 400 * DAY
    with database.begin() as session:
        session.add_all(message(f"m{number}", old) for number in range(BATCH + 5))
    expiry = Expiry(database, folder)
    assert [expiry.delete_past(now) for _ in range(3)] == [BATCH, 5, 0]
    add(database, message("one more", old))
    assert expiry.delete_past(now + REST / 2) == 0
    assert expiry.delete_past(now + REST) == 1


def test_the_clinic_says_how_long(database: Database, folder: Folder, now: datetime) -> None:
    add(database, message("m", now - 40 * DAY))
    sweep(database, folder, now)
    assert count(database, tables.Outbox) == 1
    with database.begin() as session:
        ClinicSettings.set(session, "keep_messages", "31")
    sweep(database, folder, now)
    assert count(database, tables.Outbox) == 0
