from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ivr.clinic import demo
from ivr.clinic.settings import ClinicSettings
from ivr.store import tables
from ivr.store.database import Database
from ivr.store.vault import Vault
from tests.clinic.conftest import Telephone


@pytest.mark.parametrize("days", range(7))
@pytest.mark.parametrize("hours", [-12, 0, 7])
def test_every_visit_stands_on_a_working_hour_and_every_doctor_is_free(
    database: Database, vault: Vault, now: datetime, days: int, hours: int
) -> None:
    moment = now + timedelta(days=days, hours=hours)
    with database.begin() as session:
        assert demo.is_empty(session)
        demo.fill(session, vault, moment)
        assert not demo.is_empty(session)
        timetable = ClinicSettings.load(session).timetable(demo.ZONE)
        starts = session.scalars(select(tables.Visit.start)).all()
        free = select(func.count()).where(tables.Opening.taken_by.is_(None))
        by_doctor = session.scalars(free.group_by(tables.Opening.doctor_id)).all()
    assert all(timetable.is_open(start) and start > moment for start in starts)
    assert len(starts) == 9
    assert len(by_doctor) == 6
    assert min(by_doctor) >= 5


def test_on_a_working_day_the_visits_are_those_of_the_contract(telephone: Telephone) -> None:
    visits = telephone.rows(tables.Visit)
    walls = sorted((visit.specialty, visit.wall) for visit in visits)
    assert walls == [
        ("ЛОР", "2026-11-30T12:40"),
        ("кардиолог", "2026-12-02T15:00"),
        ("офтальмолог", "2026-11-27T09:05"),
        ("офтальмолог", "2026-11-28T11:15"),
        ("педиатр", "2026-11-26T16:00"),
        ("терапевт", "2026-11-23T14:00"),
        ("терапевт", "2026-11-25T08:20"),
        ("терапевт", "2026-11-26T10:30"),
        ("хирург", "2026-12-07T17:00"),
    ]


def test_no_name_policy_or_phone_lies_open_in_the_file(telephone: Telephone) -> None:
    patient = telephone.patient()
    telephone.cancel(patient)
    rows = [
        *telephone.rows(tables.Patient),
        *telephone.rows(tables.Phone),
        *telephone.rows(tables.Outbox),
    ]
    kept = "".join(str(vars(row)) for row in rows)
    engine = telephone.database.engine
    if engine.dialect.name == "sqlite":
        name = str(engine.url.database)
        kept += "".join(_raw(name + end) for end in ("", "-wal"))
    secrets = ("7776150894000017", "000017", "Смирнова", "79161234567", "9161234567")
    assert [secret for secret in secrets if secret in kept] == []


def _raw(name: str) -> str:
    file = Path(name)
    return file.read_bytes().decode("utf-8", "replace") if file.exists() else ""
