"""The page of the clinic's settings."""

from __future__ import annotations

import pytest

from ivr.clinic.setting_checks import NAMES, Fault
from ivr.clinic.settings import ClinicSettings
from ivr.desk.settings import CHOICES, GROUPS
from ivr.desk.words import group
from ivr.store.tables import SettingChange
from tests.desk.conftest import Desk


def value(desk: Desk, name: str) -> str:
    with desk.line.database.read() as session:
        return ClinicSettings.stored(session)[name]


def test_every_setting_stands_on_the_page_by_name() -> None:
    assert sorted(name for _, names in GROUPS for name in names) == sorted(NAMES)
    assert set(NAMES) == set(group("setting"))
    assert set(Fault) == set(group("setting_fault"))
    wanted = {f"{name}.{choice}" for name, choices in CHOICES.items() for choice in choices}
    assert wanted == set(group("setting_choice"))


def test_a_change_counts_and_is_written_down(desk: Desk) -> None:
    senior = desk.visitor("senior", "Галина")
    assert "08:00-20:00" in senior.text("/settings")
    done = senior.post("/settings", late_policy="deny", cancel_if="")
    assert "Действует со следующего звонка" in done.text
    assert value(desk, "late_policy") == "deny"
    assert ("Галина", "setting late_policy: warn -> deny") in desk.audit()
    (change,) = desk.rows(SettingChange)
    assert (change.who, change.old, change.new) == ("Галина", "warn", "deny")
    assert "<del>warn</del>" in senior.text("/settings")


@pytest.mark.parametrize(
    ("name", "wrong", "sentence"),
    [
        ("hours_monday", "20-8", "Так часы не записать"),
        ("closed_days", "31.12", "Это не даты"),
        ("transfer_number", "12", "Это не номер телефона"),
        ("announcement", "ы" * 401, "не больше 400"),
        ("keep_calls", "3", "Нужно число дней"),
        ("late_policy", "perhaps", "Выберите один"),
        ("requests_only_until", "завтра", "Это не время"),
    ],
)
def test_a_wrong_value_is_told_and_nothing_is_kept(
    desk: Desk, name: str, wrong: str, sentence: str
) -> None:
    senior = desk.visitor("senior")
    before = value(desk, name)
    refused = senior.post("/settings", address="ул. Новая, д. 1", **{name: wrong})
    assert (refused.status_code, sentence in refused.text) == (422, True)
    assert "ул. Новая" in refused.text
    assert (value(desk, name), value(desk, "address") == "ул. Новая, д. 1") == (before, False)
    assert desk.rows(SettingChange) == []


def test_days_are_shown_as_people_write_them(desk: Desk) -> None:
    senior = desk.visitor("senior")
    senior.post("/settings", closed_days="01.01.2027, 31.12.2026")
    assert value(desk, "closed_days") == "2026-12-31,2027-01-01"
    assert 'value="31.12.2026, 01.01.2027"' in senior.text("/settings")


def test_the_clinic_cannot_close_for_good(desk: Desk) -> None:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    closed = {f"hours_{day}": "" for day in days}
    refused = desk.visitor("senior").post("/settings", **closed)
    assert "Хотя бы один день" in refused.text
    assert value(desk, "hours_monday") == "08:00-20:00"


def test_a_hostile_announcement_is_text(desk: Desk) -> None:
    senior = desk.visitor("senior")
    senior.post("/settings", announcement='</textarea><script>alert("x")</script>')
    assert "<script>alert" not in senior.text("/settings")


def test_own_words_are_added_heard_and_taken_out(desk: Desk) -> None:
    senior = desk.visitor("senior")
    added = senior.post("/settings/words", word="Черных", spelling="черн+ых")
    assert "Слово добавлено" in added.text
    sound = senior.get("/settings/words/черных.wav")
    assert (sound.status_code, sound.data[:4]) == (200, b"RIFF")
    assert senior.get("/settings/words/другое.wav").status_code == 404
    wrong = senior.post("/settings/words", word="Черных", spelling="черных+")
    assert "ровно одну ударную" in wrong.text
    assert "Слово убрано" in senior.post("/settings/words/drop", word="черных").text
    assert ("senior", "pronunciation Черных: черн+ых") in desk.audit()
    desk.app.extensions["voice"].close()


def test_doctors_are_heard_before_anybody_corrects_them(desk: Desk) -> None:
    senior = desk.visitor("senior")
    assert "Ахметов" not in senior.text("/settings")
    assert ">Черных <a" in " ".join(senior.text("/settings").split())
    assert senior.get("/settings/words/Черных.wav").data[:4] == b"RIFF"
    desk.app.extensions["voice"].close()


@pytest.mark.parametrize("role", ["registrar", "auditor"])
def test_others_may_not(desk: Desk, role: str) -> None:
    visitor = desk.visitor(role)
    assert visitor.get("/settings").status_code == 403
    assert visitor.post("/settings", late_policy="deny").status_code == 403
    assert (role, "refused: desk.settings.change") in desk.audit()
    assert value(desk, "late_policy") == "warn"
