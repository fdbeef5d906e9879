"""What registrars put right, each with a reason; the second of two is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from ivr.clinic.settings import ClinicSettings
from ivr.messages.outbox import State
from ivr.store import tables
from tests.desk.conftest import CANCELLED, Desk

BACK = {"back": "/desk/patients/1"}
WHY = {"reason": "Просила по телефону"}


def visit(desk: Desk, number: int = 1) -> tables.Visit:
    return next(row for row in desk.rows(tables.Visit) if row.id == number)


def cancellation(desk: Desk) -> tables.Cancellation:
    return desk.rows(tables.Cancellation)[-1]


def kinds(desk: Desk) -> list[str]:
    return [kind for kind, _text in desk.line.outbox()]


def test_a_visit_is_restored_long_after_the_call(desk: Desk) -> None:
    call = desk.call(*CANCELLED)
    desk.line.clock.now += timedelta(hours=5)
    one, two = desk.visitor("registrar", "Ольга"), desk.visitor("registrar", "Пётр")
    form = {"seen": "cancelled", "reason": "Передумала", "back": f"/desk/calls/{call}/"}
    assert "Сделано." in one.post("/cancellations/1/restore", **form).text
    second = two.post("/cancellations/1/restore", **form).text
    assert "запись за это время изменилась" in second
    assert (visit(desk).status, cancellation(desk).status) == ("booked", "undone")
    assert cancellation(desk).undone_by == "Ольга"
    assert kinds(desk) == ["cancelled", "restored"]
    assert "Передумала" in second
    assert ("Ольга", "restore cancellation 1: done") in desk.audit()
    assert ("Пётр", "restore cancellation 1: changed") in desk.audit()


def test_a_taken_or_begun_visit_is_not_restored(desk: Desk) -> None:
    desk.call(*CANCELLED)
    visitor = desk.visitor("registrar")
    form = {"seen": "cancelled", **WHY, **BACK}
    with desk.line.database.begin() as session:
        taken = update(tables.Visit).where(tables.Visit.id == 2)
        same = visit(desk)
        session.execute(taken.values(doctor_id=same.doctor_id, start=same.start))
    assert "уже занято" in visitor.post("/cancellations/1/restore", **form).text
    desk.line.clock.now += timedelta(days=4)
    assert "уже начался" in visitor.post("/cancellations/1/restore", **form).text
    assert visit(desk).status == "cancelled"


def test_a_registrar_cancels_a_visit_as_it_was_seen(desk: Desk) -> None:
    visitor = desk.visitor("registrar")
    assert "изменилась" in visitor.post("/visits/1/cancel", version="7", **WHY, **BACK).text
    assert visit(desk).status == "booked"
    assert "Сделано." in visitor.post("/visits/1/cancel", version="1", **WHY, **BACK).text
    assert "изменилась" in visitor.post("/visits/1/cancel", version="1", **WHY, **BACK).text
    row = cancellation(desk)
    assert (visit(desk).status, row.status, row.channel) == ("cancelled", "cancelled", "desk")
    assert kinds(desk) == ["cancelled"]
    assert row.code[:2] in visitor.text("/patients/1")


def test_an_act_needs_a_reason(desk: Desk) -> None:
    visitor = desk.visitor("registrar")
    assert visitor.post("/visits/1/cancel", version="1", reason=" ").status_code == 400
    assert visit(desk).status == "booked"


@pytest.mark.parametrize(
    ("act", "visit_status", "status", "sms"),
    [
        ("grant", "cancelled", "cancelled", "acknowledged"),
        ("refuse", "booked", "not_cancelled", "not_cancelled"),
        ("restore", "booked", "undone", "restored"),
    ],
)
def test_a_request_is_answered(
    desk: Desk, act: str, visit_status: str, status: str, sms: str
) -> None:
    desk.line.set_clinic("cancel_if", "unconfirmed")
    with desk.line.database.begin() as session:
        session.execute(update(tables.Visit).values(confirmed=True))
        ClinicSettings.set(session, "transfer_number", "")
    desk.call("000017#", "1", "2", "1", "1")
    if not desk.rows(tables.Cancellation):
        pytest.fail("the line took no request")
    assert cancellation(desk).status == "processing"
    visitor = desk.visitor("registrar")
    form = {"seen": "processing", "reason": "Врач согласен", **BACK}
    assert "Сделано." in visitor.post(f"/cancellations/1/{act}", **form).text
    assert "изменилась" in visitor.post(f"/cancellations/1/{act}", **form).text
    assert (visit(desk).status, cancellation(desk).status) == (visit_status, status)
    assert kinds(desk)[-1] == sms


def test_a_copy_of_the_clinics_is_cancelled_by_the_clinic(desk: Desk) -> None:
    with desk.line.database.begin() as session:
        session.execute(update(tables.Visit).values(imported=True))
    visitor = desk.visitor("registrar")
    cancelled = visitor.post("/visits/1/cancel", version="1", **WHY, **BACK).text
    assert "Просьба передана в вашу систему" in cancelled
    form = {"seen": "processing", **WHY, **BACK}
    assert "ведёт ваша система" in visitor.post("/cancellations/1/grant", **form).text
    assert (visit(desk).status, cancellation(desk).status) == ("booked", "processing")


def test_an_sms_is_sent_again_and_read_out(desk: Desk) -> None:
    desk.call(*CANCELLED[:5])
    with desk.line.database.begin() as session:
        session.execute(update(tables.Outbox).values(state=State.UNDELIVERED))
        session.execute(update(tables.Cancellation).values(heard_at=None))
    visitor = desk.visitor("registrar")
    assert "Код " in visitor.text("/sms/1")
    form = {"reason": "Не получила", "back": "/desk/sms/1"}
    for _ in range(5):
        assert "Сделано." in visitor.post("/sms/1/again", **form).text
    assert "Не сделано" in visitor.post("/sms/1/again", **form).text
    texts = desk.line.outbox()
    assert len(texts) == 6
    assert len(set(texts)) == 1
    visitor.post("/sms/1/told", **form)
    assert cancellation(desk).heard_at == desk.line.clock.now
    assert [what for _who, what in desk.audit()].count("read SMS 1") >= 1


def test_a_telephone_is_corrected(desk: Desk) -> None:
    visitor = desk.visitor("registrar")
    form = {"before": "own", "after": "relative", **WHY, **BACK}
    assert "Сделано." in visitor.post("/patients/1/phones/1", **form).text
    assert "изменилась" in visitor.post("/patients/1/phones/1", **form).text
    form = {"before": "relative", "after": "", **WHY, **BACK}
    assert "Сделано." in visitor.post("/patients/1/phones/1", **form).text
    form = {"phone": "8 (999) 000-00-01", "after": "own", **WHY, **BACK}
    assert "+7 999 000-00-01" in visitor.post("/patients/1/phones", **form).text
    wrong = form | {"phone": "123"}
    assert "Номер не разобрать" in visitor.post("/patients/1/phones", **wrong).text
