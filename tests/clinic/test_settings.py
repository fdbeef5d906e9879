from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from ivr.clinic.settings import NAMES, ClinicSettings, WrongSetting
from ivr.store.database import Database
from ivr.store.tables import Audit, SettingChange

MOSCOW = ZoneInfo("Europe/Moscow")


def test_a_clinic_without_settings_has_sensible_ones(database: Database) -> None:
    with database.read() as session:
        settings = ClinicSettings.load(session)
    assert [str(hours or "") for hours in settings.week] == [
        *["08:00-20:00"] * 5,
        "09:00-15:00",
        "",
    ]
    assert (settings.late_policy, settings.cancel_if) == ("warn", "")
    assert settings.closed_days == frozenset()
    assert settings.paper_for_illness is False


def test_what_is_set_is_loaded(database: Database) -> None:
    wanted = {
        "name": "Поликлиника  номер пять",
        "hours_sunday": "9-12",
        "closed_days": "01.01.2027, 2026-12-31",
        "transfer_number": "8 495 000 00 01",
        "late_policy": "deny",
        "cancel_if": "within-day",
        "paper_for_illness": "yes",
        "requests_only_until": "2026-12-01 16:00",
    }
    with database.begin() as session:
        for name, value in wanted.items():
            ClinicSettings.set(session, name, value)
    with database.read() as session:
        settings = ClinicSettings.load(session)
    assert settings.name == "Поликлиника номер пять"
    assert str(settings.week[6]) == "09:00-12:00"
    assert settings.closed_days == {date(2026, 12, 31), date(2027, 1, 1)}
    assert settings.transfer_number == "+74950000001"
    assert settings.late_policy == "deny"
    assert settings.paper_for_illness
    assert settings.requests_only_until == "2026-12-01T16:00"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("late_policy", "maybe"),
        ("cancel_if", "never"),
        ("hours_monday", "20-8"),
        ("closed_days", "31.12"),
        ("transfer_number", "12"),
        ("paper_for_illness", "perhaps"),
        ("announcement", "x" * 401),
        ("requests_only_until", "16:00"),
        ("requests_only_until", "2026-12-01T16:00+03:00"),
        ("keep_calls", "30"),
        ("keep_recordings", "0"),
        ("keep_recordings", "3651"),
        ("keep_messages", "-5"),
        ("keep_audit", "ever"),
        ("colour", "blue"),
    ],
)
def test_a_wrong_value_is_refused_by_name(database: Database, name: str, value: str) -> None:
    with pytest.raises(WrongSetting, match=name), database.begin() as session:
        ClinicSettings.set(session, name, value)


def test_what_is_kept_has_first_values(database: Database) -> None:
    with database.begin() as session:
        ClinicSettings.set(session, "keep_recordings", " 030 ")
        kept = ClinicSettings.load(session).retention
    assert (kept.recordings.days, kept.calls.days, kept.cancellations.days) == (30, 365, 1095)


def test_a_change_has_its_place_in_the_history(database: Database, now: datetime) -> None:
    for value in ("deny", "deny", "warn"):
        with database.begin() as session:
            ClinicSettings.change(session, "late_policy", value, "Галина", now)
    with database.read() as session:
        rows = session.scalars(select(SettingChange).order_by(SettingChange.id)).all()
    assert [(row.who, row.name, row.old, row.new) for row in rows] == [
        ("Галина", "late_policy", "warn", "deny"),
        ("Галина", "late_policy", "deny", "warn"),
    ]


def test_a_long_value_is_whole_in_the_history_and_cut_in_the_audit(
    database: Database, now: datetime
) -> None:
    long = "ы" * 400
    with database.begin() as session:
        ClinicSettings.change(session, "announcement", long, "console", now)
    with database.read() as session:
        assert session.scalars(select(SettingChange.new)).one() == long
        what = session.scalars(select(Audit.what)).one()
    assert (what[:25], what[-2:], len(what) < 200) == (
        "setting announcement:  ->"[:25],
        "ы…",
        True,
    )


def test_an_unknown_name_gets_the_list(database: Database) -> None:
    with pytest.raises(WrongSetting) as refused, database.begin() as session:
        ClinicSettings.set(session, "colour", "blue")
    assert [name for name in NAMES if name not in str(refused.value)] == []


def test_an_outage_ends_by_the_clinics_clock(database: Database) -> None:
    with database.begin() as session:
        ClinicSettings.set(session, "requests_only_until", "2026-11-23T16:00")
        settings = ClinicSettings.load(session)
    ends = datetime(2026, 11, 23, 16, tzinfo=MOSCOW)
    assert settings.outage(ends - timedelta(seconds=1), MOSCOW) == ends
    assert settings.outage(ends, MOSCOW) is None


def test_the_last_working_weekday_stays(database: Database) -> None:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday")
    with database.begin() as session:
        for day in days:
            ClinicSettings.set(session, f"hours_{day}", "closed")
    with pytest.raises(WrongSetting, match="one weekday"), database.begin() as session:
        ClinicSettings.set(session, "hours_saturday", "")


def test_first_values_never_overwrite(database: Database) -> None:
    with database.begin() as session:
        ClinicSettings.fill(session, {"late_policy": "deny", "transfer_number": ""})
    with database.begin() as session:
        ClinicSettings.fill(session, {"late_policy": "allow", "cancel_if": "unconfirmed"})
        settings = ClinicSettings.load(session)
    assert (settings.late_policy, settings.cancel_if) == ("deny", "unconfirmed")
