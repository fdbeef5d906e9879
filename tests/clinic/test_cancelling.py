from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from ivr.clinic import demo
from ivr.clinic.actions import (
    Cancelled,
    CancelResult,
    CancelVisit,
    ChooseVisit,
    FindByCode,
    GiveReason,
    MarkCodeHeard,
    MarkToldOff,
    UndoCancellation,
    UndoResult,
)
from ivr.clinic.codes import is_code
from ivr.clinic.values import CancellationStatus, CancelRule, Reason
from ivr.store import tables
from tests.clinic.conftest import ANNA, PYOTR_AND_ANNA, Telephone


def _change(telephone: Telephone, table: type[Any], **values: object) -> None:
    with telephone.database.begin() as session:
        session.execute(update(table).values(**values))


def _code(done: Cancelled) -> str:
    assert done.receipt is not None
    return done.receipt.code


def test_the_visits_ahead_nearest_first(telephone: Telephone) -> None:
    upcoming = telephone.upcoming(telephone.patient())
    shown = [(v.specialty, v.doctor.last, f"{v.start:%d.%m %H:%M}") for v in upcoming.visits]
    assert shown == [
        ("терапевт", "Иванова", "26.11 10:30"),
        ("кардиолог", "Черных", "02.12 15:00"),
    ]
    assert upcoming.visits[0].start.tzinfo is demo.ZONE
    assert upcoming.visits[0].place.cabinet == "12"


def test_cancelling_gives_a_code_one_sms_and_one_row(telephone: Telephone) -> None:
    patient = telephone.patient()
    done = telephone.cancel(patient)
    assert done.how is CancelResult.DONE
    assert done.receipt is not None
    assert done.receipt.status is CancellationStatus.CANCELLED
    assert is_code(done.receipt.code)
    assert done.receipt.sms
    code = done.receipt.code
    pairs = f"{code[:2]}-{code[2:4]}-{code[4:]}"
    assert telephone.texts() == [
        f"Запись 26.11 10:30 отменена. Код {pairs}. Не вы? 8-800-123-45-67"
    ]
    (row,) = telephone.rows(tables.Cancellation)
    assert (row.code, row.late, row.decided_at) == (code, False, telephone.now)
    assert [v.specialty for v in telephone.upcoming(patient).visits] == ["кардиолог"]


def test_asked_again_the_same_code_and_nothing_more(telephone: Telephone) -> None:
    patient = telephone.patient()
    action = CancelVisit(patient, telephone.first(patient))
    first = telephone.do(action)
    assert telephone.do(action, line=telephone.line) == first
    assert telephone.from_(PYOTR_AND_ANNA).do(action) == first
    assert len(telephone.rows(tables.Cancellation)) == len(telephone.texts()) == 1


def test_a_landline_gets_no_sms(telephone: Telephone) -> None:
    landline = telephone.from_(PYOTR_AND_ANNA)
    done = landline.cancel(landline.patient("000025"))
    assert done.receipt is not None
    assert not done.receipt.sms
    assert landline.texts() == []


def test_the_sms_goes_to_the_patients_own_mobile_whoever_calls(telephone: Telephone) -> None:
    landline = telephone.from_(PYOTR_AND_ANNA)
    landline.cancel(landline.patient("000017"))
    (row,) = landline.rows(tables.Outbox)
    assert landline.vault.open("sms to", row.to_sealed) == ANNA


@pytest.mark.parametrize(
    "values",
    [{"version": 2}, {"status": "moved"}, {"status": "cancelled"}, {"patient_id": 2}],
    ids=lambda values: next(iter(values)),
)
def test_only_what_was_read_out_is_cancelled(
    telephone: Telephone, values: dict[str, object]
) -> None:
    patient = telephone.patient()
    visit = telephone.first(patient)
    _change(telephone, tables.Visit, **values)
    changed = telephone.do(CancelVisit(patient, visit))
    assert changed == Cancelled(CancelResult.CHANGED)
    assert telephone.rows(tables.Cancellation) == []
    assert telephone.texts() == []


def test_another_patients_visit_is_never_cancelled(telephone: Telephone) -> None:
    patient = telephone.patient()
    visit = telephone.first(patient)
    other = telephone.from_("+79031112233").patient("000047")
    assert telephone.do(CancelVisit(other, visit)).how is CancelResult.CHANGED
    telephone.do(CancelVisit(patient, visit))
    assert telephone.do(CancelVisit(other, visit)) == Cancelled(CancelResult.CHANGED)


def test_a_visit_that_does_not_exist_has_changed(telephone: Telephone) -> None:
    patient = telephone.patient()
    visit = replace(telephone.first(patient), id="4711")
    assert telephone.do(CancelVisit(patient, visit)).how is CancelResult.CHANGED


def test_an_imported_visit_is_only_asked_for(telephone: Telephone) -> None:
    _change(telephone, tables.Visit, imported=True)
    patient = telephone.patient()
    done = telephone.cancel(patient)
    assert done.how is CancelResult.PROCESSING
    assert done.receipt is not None
    assert f"{done.receipt.answer_after:%d.%m %H:%M}" == "23.11 16:00"
    assert telephone.texts()[0].startswith("Просьба отменить 26.11 10:30 принята. Код ")
    upcoming = telephone.upcoming(patient)
    assert [v.specialty for v in upcoming.visits] == ["кардиолог"]
    booked = [v.status for v in telephone.rows(tables.Visit)]
    assert set(booked) == {"booked"}


@pytest.mark.parametrize("rule", [CancelRule.LATE_PERSON, CancelRule.CONFIRMED])
def test_what_a_registrar_decides_is_only_asked_for(
    telephone: Telephone, rule: CancelRule
) -> None:
    patient = telephone.patient()
    visit = replace(telephone.first(patient), rule=rule)
    assert telephone.do(CancelVisit(patient, visit)).how is CancelResult.PROCESSING


def test_a_begun_visit_is_never_cancelled(telephone: Telephone) -> None:
    olga = telephone.from_("+79031112233").later(hours=3)
    patient = olga.patient("000047")
    upcoming = olga.upcoming(patient)
    assert upcoming.visits == ()
    (begun,) = upcoming.begun
    assert begun.rule is CancelRule.BEGUN
    assert olga.do(CancelVisit(patient, begun)).how is CancelResult.CHANGED
    assert olga.later(hours=1.1).upcoming(patient).begun == ()


def test_a_late_cancellation_is_marked(telephone: Telephone) -> None:
    olga = telephone.from_("+79031112233")
    patient = olga.patient("000047")
    assert olga.first(patient).rule is CancelRule.LATE_WARN
    olga.cancel(patient)
    (row,) = olga.rows(tables.Cancellation)
    assert row.late


def test_the_deadline_is_that_of_the_reading(telephone: Telephone) -> None:
    patient = telephone.patient()
    in_time = telephone.later(days=1, hours=22, minutes=30)
    in_time.now = datetime.fromisoformat("2026-11-25T10:30:00+03:00")
    visit = in_time.first(patient)
    assert visit.rule is None
    in_time.now += timedelta(minutes=2)
    in_time.do(CancelVisit(patient, visit))
    (row,) = in_time.rows(tables.Cancellation)
    assert not row.late


def test_the_opening_is_held_for_ten_minutes(telephone: Telephone) -> None:
    telephone.cancel(telephone.patient())
    freed = [row for row in telephone.rows(tables.Opening) if row.held_until]
    assert [(row.taken_by, row.held_until) for row in freed] == [
        (None, telephone.now + timedelta(minutes=10))
    ]


def test_undoing_brings_everything_back(telephone: Telephone) -> None:
    patient = telephone.patient()
    before = telephone.upcoming(patient).visits
    code = _code(telephone.cancel(patient))
    again = telephone.later(minutes=10)
    assert [receipt.code for receipt in again.upcoming(patient).undoable] == [code]
    assert again.do(UndoCancellation(patient, code)) is UndoResult.RESTORED
    assert again.do(UndoCancellation(patient, code)) is UndoResult.RESTORED
    assert again.upcoming(patient).visits == before
    assert again.texts()[1:] == [
        "Приём 26.11 10:30 восстановлен. Ждём вас. Не вы? 8-800-123-45-67"
    ]
    assert [row for row in again.rows(tables.Opening) if row.held_until] == []
    second = again.cancel(patient)
    assert _code(second) != code
    status = again.do(FindByCode(code)).status
    assert status is CancellationStatus.UNDONE


@pytest.mark.parametrize("minutes", [10.02, 600])
def test_undoing_is_too_late_after_ten_minutes(telephone: Telephone, minutes: float) -> None:
    patient = telephone.patient()
    code = _code(telephone.cancel(patient))
    later = telephone.later(minutes=minutes)
    assert later.upcoming(patient).undoable == ()
    assert later.do(UndoCancellation(patient, code)) is UndoResult.TOO_LATE


def test_a_time_that_was_taken_is_not_taken_back(telephone: Telephone) -> None:
    patient = telephone.patient()
    code = _code(telephone.cancel(patient))
    cardiologist = telephone.first(patient)
    _change_opening(telephone, int(cardiologist.id))
    assert telephone.do(UndoCancellation(patient, code)) is UndoResult.TAKEN
    assert telephone.upcoming(patient).visits == (cardiologist,)


def _change_opening(telephone: Telephone, visit: int) -> None:
    opening = tables.Opening
    with telephone.database.begin() as session:
        session.execute(update(opening).where(opening.taken_by == visit).values(taken_by=None))
        freed = opening.held_until.is_not(None)
        session.execute(update(opening).where(freed).values(taken_by=visit))


def test_nobody_undoes_what_is_anothers(telephone: Telephone) -> None:
    code = _code(telephone.cancel(telephone.patient()))
    other = telephone.from_("+79031112233")
    mine = other.patient("000047")
    assert other.do(UndoCancellation(mine, code)) is UndoResult.TOO_LATE


def test_a_request_can_be_taken_back_until_the_clinic_has_it(telephone: Telephone) -> None:
    patient = telephone.patient()
    code = _code(telephone.cancel(patient, request_only=True))
    _change(telephone, tables.Cancellation, exported_at=telephone.now)
    assert telephone.do(UndoCancellation(patient, code)) is UndoResult.TOO_LATE
    _change(telephone, tables.Cancellation, exported_at=None)
    assert telephone.do(UndoCancellation(patient, code)) is UndoResult.RESTORED


def test_a_code_not_heard_is_told_in_the_next_call(telephone: Telephone) -> None:
    patient = telephone.patient()
    code = _code(telephone.cancel(patient))
    assert telephone.upcoming(patient).unheard == ()
    again = telephone.later(days=30)
    assert [receipt.code for receipt in again.upcoming(patient).unheard] == [code]
    assert telephone.later(days=31).upcoming(patient).unheard == ()
    assert again.do(MarkCodeHeard(code))
    assert again.upcoming(patient).unheard == ()


@pytest.mark.parametrize(
    ("paper", "reason", "wanted"),
    [("yes", Reason.ILL, True), ("yes", Reason.OTHER, False), ("no", Reason.ILL, False)],
)
def test_a_reason_and_its_paper(
    telephone: Telephone, paper: str, reason: Reason, wanted: bool
) -> None:
    telephone.set("paper_for_illness", paper)
    code = _code(telephone.cancel(telephone.patient()))
    assert telephone.do(GiveReason(code, reason)) is wanted
    assert [row.reason for row in telephone.rows(tables.Cancellation)] == [reason.value]


def test_a_visit_that_the_clinic_called_off_is_told_once(telephone: Telephone) -> None:
    patient = telephone.patient()
    visit = telephone.first(patient)
    with telephone.database.begin() as session:
        row = session.get_one(tables.Visit, int(visit.id))
        row.status, row.called_off = "cancelled", True
    assert [off.id for off in telephone.upcoming(patient).called_off] == [visit.id]
    assert telephone.do(MarkToldOff(visit.id))
    assert telephone.upcoming(patient).called_off == ()


def _broken_off(telephone: Telephone, step: str) -> str:
    patient = telephone.starts().patient()
    telephone.do(ChooseVisit(patient, telephone.first(patient).id))
    _change(telephone, tables.Call, step=step, ended_at=telephone.now)
    return patient


@pytest.mark.parametrize("step", ["visits.menu", "cancel.sure"])
def test_a_broken_off_call_goes_on(telephone: Telephone, step: str) -> None:
    patient = _broken_off(telephone, step)
    again = telephone.later(minutes=9)
    assert again.upcoming(patient).interrupted == again.first(patient)


@pytest.mark.parametrize(
    "other",
    [
        lambda call: call.later(minutes=11),
        lambda call: call.from_(PYOTR_AND_ANNA),
        lambda call: call.from_(None),
    ],
    ids=["later", "other number", "hidden"],
)
def test_only_soon_and_from_the_same_number(
    telephone: Telephone, other: Callable[[Telephone], Telephone]
) -> None:
    patient = _broken_off(telephone, "cancel.sure")
    assert other(telephone).upcoming(patient).interrupted is None


def test_a_call_that_came_to_an_end_is_not_continued(telephone: Telephone) -> None:
    patient = _broken_off(telephone, "end.more")
    assert telephone.later(minutes=1).upcoming(patient).interrupted is None


def test_a_lapsed_code_may_be_given_again(telephone: Telephone) -> None:
    patient = telephone.patient()
    code = _code(telephone.cancel(patient))
    within = datetime.fromisoformat("2026-12-26T23:59:00+03:00")
    telephone.now = within
    assert telephone.do(FindByCode(code)).known
    telephone.now = within + timedelta(minutes=2)
    assert not telephone.do(FindByCode(code)).known
