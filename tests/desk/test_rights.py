"""Who sees and does what: every page for every role, masks, refusals in the audit log."""

from __future__ import annotations

import pytest

from ivr.desk.rights import Role
from ivr.desk.showing import pairs
from ivr.store import tables
from tests.desk.conftest import CANCELLED, Desk

PAGES = {
    "/": "registrar senior engineer auditor",
    "/live": "registrar senior engineer auditor",
    "/calls/": "registrar senior engineer auditor",
    "/calls/export.csv": "registrar senior engineer auditor",
    "/calls/export.xlsx": "registrar senior engineer auditor",
    "/call-backs/": "registrar senior engineer auditor",
    "/patients/": "registrar senior",
    "/patients/1": "registrar senior",
    "/codes/": "registrar senior",
    "/codes/1": "registrar senior",
    "/codes/1/confirmation": "registrar senior",
    "/sms/1": "registrar senior",
    "/people/": "senior engineer",
    "/people/me": "registrar senior engineer auditor",
    "/journal/": "auditor",
}
ACTS = (
    *("/visits/1/cancel", "/cancellations/1/restore", "/sms/1/again", "/sms/1/told"),
    *("/handled", "/call-backs/1/take", "/patients/1/phones", "/patients/1/phones/1"),
)


def test_every_page_for_every_role(desk: Desk) -> None:
    desk.call(*CANCELLED)
    for role in Role:
        visitor = desk.visitor(role)
        for path, allowed in PAGES.items():
            status = visitor.get(path).status_code
            assert status == (200 if role in allowed.split() else 403), (role, path)


def test_a_refusal_is_told_and_noted(desk: Desk) -> None:
    refused = desk.visitor("registrar").get("/journal/")
    assert (refused.status_code, "Сюда вам нельзя" in refused.text) == (403, True)
    assert ("registrar", "refused: desk.journal.index") in desk.audit()


@pytest.mark.parametrize("role", ["engineer", "auditor"])
def test_who_may_not_act_changes_nothing(desk: Desk, role: str) -> None:
    call = desk.call(*CANCELLED)
    visitor = desk.visitor(role)
    for path in (*ACTS, f"/calls/{call}/handled", f"/calls/{call}/note"):
        form = {"reason": "x", "version": "1", "seen": "cancelled", "before": "own"}
        assert visitor.post(path, **form).status_code == 403, path
    assert [row.status for row in desk.rows(tables.Cancellation)] == ["cancelled"]
    assert all(row.handled_at is None for row in desk.rows(tables.Call))


def test_what_is_personal_is_hidden_from_engineers_and_auditors(desk: Desk) -> None:
    call = desk.call("«ах вот оно»", *CANCELLED)
    code = pairs(desk.line.codes()[0])
    for role in ("engineer", "auditor"):
        visitor = desk.visitor(role)
        texts = [visitor.text(path) for path in ("/", "/calls/", f"/calls/{call}/")]
        texts += [visitor.text("/call-backs/"), visitor.text("/calls/export.csv")]
        secrets = ("Смирнова", "С•", "А. П.", "916 123", "9161234567", "000017", "вот оно")
        for text in texts:
            for secret in (*secrets, "1948", code):
                assert secret not in text, (role, secret)
        assert "••-••-••" in texts[2]
        assert "•••• 67" in texts[1]
        assert "Отменить этот приём?" in texts[2]


def test_a_registrar_sees_whom_and_the_end_of_the_policy(desk: Desk) -> None:
    call = desk.call(*CANCELLED)
    text = desk.visitor("registrar").text(f"/calls/{call}/")
    assert "Смирнова Анна Петровна" in text
    assert "<kbd>••••••#</kbd>" in text
    assert "000017" not in text
    assert "7776150894000017" not in desk.visitor("registrar", "2").text("/patients/1")
    assert "7776150894000017" in desk.visitor("senior").text("/patients/1")


def test_every_look_is_in_the_audit_log_and_the_auditor_finds_it(desk: Desk) -> None:
    call = desk.call(*CANCELLED)
    visitor = desk.visitor("registrar", "Ольга")
    for path in ("/", f"/calls/{call}/"):
        visitor.text(path)
    visitor.find("/calls/", "number=89161234567")
    visitor.text("/patients/1")
    looks = [what for who, what in desk.audit() if who == "Ольга"]
    assert looks == [
        *("looked at today", "looked at a call"),
        *("searched calls by number: 1", "looked at a patient"),
    ]
    auditor = desk.visitor("auditor")
    found = auditor.text(f"/journal/?who=Ольга&call={call}").partition("<tbody>")[2]
    assert found.count("открыл звонок") == 1
    assert "открыл пациента" not in found
    assert "открыл пациента" in auditor.text("/journal/?patient=1&since=2026-11-23")
    assert "Ничего не нашлось" in auditor.text("/journal/?who=Ольга&until=2026-11-22")
