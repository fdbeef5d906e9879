from __future__ import annotations

from datetime import date, datetime, time

import pytest
from sqlalchemy import update

from ivr.clinic.actions import (
    AskClinicInfo,
    AskRegistry,
    ClinicInfo,
    FindByCode,
    Greet,
    KeepNote,
    RequestCallback,
    Welcome,
)
from ivr.clinic.values import CancellationStatus
from ivr.store import tables
from tests.clinic.conftest import ANNA, PYOTR_AND_ANNA, STRANGER, Telephone


@pytest.mark.parametrize("caller", [ANNA, STRANGER, None])
def test_greeting_is_the_same_for_all(telephone: Telephone, caller: str | None) -> None:
    telephone.set("announcement", "Завтра санитарный день.")
    assert telephone.from_(caller).do(Greet()) == Welcome(
        clinic="Поликлиника номер пять",
        recorded=False,
        announcement="Завтра санитарный день.",
    )


def test_the_registry_by_day_and_by_night(telephone: Telephone) -> None:
    telephone.set("second_level_number", "+74950000002")
    by_day = telephone.do(AskRegistry())
    assert (by_day.open, by_day.opens, by_day.closes) == (True, time(8), time(20))
    assert (by_day.phone, by_day.second_level) == ("+74950000001", "+74950000002")
    by_night = telephone.later(hours=10).do(AskRegistry())
    assert not by_night.open
    assert f"{by_night.opens_on:%Y-%m-%d %H:%M}" == "2026-11-24 08:00"


def test_address_and_hours(telephone: Telephone) -> None:
    assert telephone.do(AskClinicInfo()) == ClinicInfo(
        "ул. Ленина, д. 15", ("08:00-20:00",) * 5 + ("09:00-15:00", "")
    )


def _request(
    patient: str | None = None, phone: str | None = None, *, agreed: bool = True
) -> RequestCallback:
    return RequestCallback("operator", patient, phone, agreed)


def test_a_request_with_a_yes(telephone: Telephone) -> None:
    assert telephone.do(_request(phone="8 903 111 22 33"), line=3)
    assert telephone.do(_request(phone="8 903 111 22 33"), line=3)
    (row,) = telephone.rows(tables.CallbackRequest)
    assert telephone.vault.open("phone", row.phone_sealed) == "+79031112233"
    assert (row.on_file, row.agreed, row.reason) == (True, True, "operator")


@pytest.mark.parametrize("phone", ["12", "103", ""])
def test_no_number_no_request(telephone: Telephone, phone: str) -> None:
    assert not telephone.do(_request(phone=phone))
    assert not telephone.from_(None).do(_request())


def test_without_a_yes_once_a_day(telephone: Telephone) -> None:
    silent = _request(agreed=False)
    assert telephone.do(silent)
    assert not telephone.later(hours=23).do(silent)
    assert telephone.later(hours=23).do(_request(agreed=True))
    assert telephone.later(hours=25).do(silent)
    assert telephone.from_(STRANGER).do(silent)


@pytest.mark.parametrize("heard", [True, False])
def test_without_a_yes_only_if_anything_was_heard(telephone: Telephone, heard: bool) -> None:
    telephone.starts()
    with telephone.database.begin() as session:
        session.execute(update(tables.Call).values(heard_anything=heard))
    assert telephone.do(_request(agreed=False)) is heard


def test_a_number_is_on_file_for_its_patient_only(telephone: Telephone) -> None:
    patient = telephone.patient()
    telephone.do(_request(patient))
    telephone.do(_request(patient, "8 903 111 22 33"))
    assert [row.on_file for row in telephone.rows(tables.CallbackRequest)] == [True, False]


def test_the_note_is_kept_with_the_last_request_of_the_call(telephone: Telephone) -> None:
    assert not telephone.do(KeepNote("RE1", 12))
    telephone.do(_request())
    telephone.do(_request(phone="8 903 111 22 33"))
    assert telephone.do(KeepNote("RE1", 12))
    rows = telephone.rows(tables.CallbackRequest)
    assert [(row.recording, row.seconds) for row in rows] == [("", 0), ("RE1", 12)]


BORN = date(1948, 3, 5)


@pytest.mark.parametrize(
    ("caller", "born", "known"),
    [
        (ANNA, None, True),
        (PYOTR_AND_ANNA, None, True),
        (STRANGER, None, False),
        (None, None, False),
        (None, BORN, True),
        (STRANGER, BORN, True),
        (ANNA, date(1948, 3, 6), False),
        ("+79031112233", None, False),
    ],
)
def test_a_code_counts_with_the_number_or_the_birth_date(
    telephone: Telephone, caller: str | None, born: date | None, known: bool
) -> None:
    done = telephone.cancel(telephone.patient())
    assert done.receipt is not None
    found = telephone.from_(caller).do(FindByCode(done.receipt.code, born))
    assert found.known is known
    if known:
        assert found.status is CancellationStatus.CANCELLED
        assert found.at == telephone.now


@pytest.mark.parametrize("code", ["", "000000", "123456", "12345", "380417x"])
def test_a_code_that_is_none_is_unknown(telephone: Telephone, code: str) -> None:
    assert not telephone.do(FindByCode(code)).known
    assert not telephone.do(FindByCode(code, BORN)).known


def test_codes_cannot_be_tried_out(telephone: Telephone) -> None:
    done = telephone.cancel(telephone.patient())
    assert done.receipt is not None
    stranger = telephone.from_(STRANGER)
    for _ in range(3):
        stranger.do(FindByCode("123456", BORN))
    assert not stranger.do(FindByCode(done.receipt.code, BORN)).known


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("2026-11-23T12:00", "23.11 16:00"),
        ("2026-11-23T12:01", "23.11 17:00"),
        ("2026-11-23T15:30", "24.11 10:00"),
        ("2026-11-23T03:00", "23.11 12:00"),
        ("2026-11-28T12:00", "30.11 10:00"),
    ],
)
def test_when_the_clinic_will_have_answered(
    telephone: Telephone, asked: str, answer: str
) -> None:
    patient = telephone.patient()
    telephone.now = datetime.fromisoformat(asked + "+03:00")
    done = telephone.cancel(patient, request_only=True)
    assert done.receipt is not None
    assert f"{done.receipt.answer_after:%d.%m %H:%M}" == answer
    found = telephone.do(FindByCode(done.receipt.code))
    assert found.answer_after == done.receipt.answer_after
