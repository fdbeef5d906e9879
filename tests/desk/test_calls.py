"""Finding calls: fields, pages, export; hostile texts do nothing."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import update

from ivr.clinic.patients import NAME
from ivr.desk import persons
from ivr.desk.call_search import PAGE
from ivr.desk.exporting import as_csv, as_xlsx
from ivr.store import tables
from tests.desk.conftest import ANNA, CANCELLED, Desk

HOSTILE = "<script>alert(1)</script>{{7*7}}\"'><img src=x onerror=alert(1)>"
FOUND = {
    "number=8 916 123-45-67": True,
    "number=8 916 123-45-68": False,
    "name=смирнова": True,
    "name=Смир": True,
    "name=Ахметов": False,
    "name=Смирнова А": True,
    "name=Смирнова Анна Пет": True,
    "name=Смирнова Ольга": False,
    "name=Смирнова&step=goodbye": True,
    "name=Смирнова&step=identify": False,
    "policy=0017&outcome=cancelled&until=2026-11-22": False,
    "policy=000017": True,
    "policy=0017": True,
    "policy=00017": True,
    "policy=0018": False,
    "policy=7776150894000017": True,
    "policy=000018": False,
    "outcome=cancelled": True,
    "outcome=kept": False,
    "step=goodbye": True,
    "step=goodbye.anything_else": False,
    "step=identify": False,
    "since=2026-11-23": True,
    "since=2026-11-23T12:01": False,
    "until=2026-11-23": True,
    "until=2026-11-23T11:59": False,
    "only=person": False,
    "only=unhandled": True,
    "outcome=cancelled&step=goodbye&name=Смирнова&since=2026-11-23": True,
}


def test_fields_find_and_leave_out(desk: Desk) -> None:
    call = desk.call(*CANCELLED)
    with desk.line.database.begin() as session:
        session.execute(update(tables.Call).values(ended_at=desk.line.clock.now))
    code = desk.line.codes()[0]
    visitor = desk.visitor("registrar")
    for query, expected in {**FOUND, f"code={code[:2]}-{code[2:]}": True}.items():
        assert (call in visitor.find("/calls/", query)) is expected, query


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("number=12", "Номер не разобрать"),
        ("name=.", "Фамилию не разобрать"),
        ("policy=017", "от четырёх до шести"),
        ("code=1", "шесть цифр"),
        ("since=yesterday", "Начало периода"),
        ("after=nonsense", "Такой страницы нет"),
        ("after=2026-11-23~x", "Такой страницы нет"),
        ("only=nothing", "Такого отбора нет"),
    ],
)
def test_what_cannot_be_read_is_said(desk: Desk, query: str, sentence: str) -> None:
    visitor = desk.visitor("registrar")
    found = visitor.text(f"/calls/?{query}") if "after" in query else None
    assert sentence in (found or visitor.find("/calls/", query))


def test_pages_follow_each_other_without_a_gap(desk: Desk) -> None:
    rows = [
        tables.Call(
            id=f"{number:032x}",
            door="test",
            step="identify.last_six",
            started_at=desk.line.clock.now + timedelta(seconds=number // 3),
            last_seen_at=desk.line.clock.now,
        )
        for number in range(2 * PAGE + 7)
    ]
    with desk.line.database.begin() as session:
        session.add_all(rows)
    visitor = desk.visitor("registrar")
    for query in ("", "step=identify&"):
        address, seen = f"/calls/?{query}", []
        while address:
            text = visitor.text(address)
            seen += [part[:32] for part in text.split('nowrap" href="/desk/calls/')[1:]]
            found = text.partition('rel="next" href="/desk')[2].partition('"')[0]
            address = found.replace("&amp;", "&")
        assert seen == [row.id for row in reversed(rows)], query


def test_the_export_is_what_the_page_shows(desk: Desk) -> None:
    desk.call(*CANCELLED)
    reply = desk.visitor("registrar").get("/calls/export.csv")
    (heads, row) = csv.reader(io.StringIO(reply.data.decode("utf-8-sig")), delimiter=";")
    assert heads[:3] == ["Начало", "Телефон", "Пациент"]
    assert row[1:3] == ["7 916 123-45-67", "Смирнова Анна Петровна"]
    assert reply.headers["Content-Disposition"] == "attachment; filename=calls.csv"


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", " =", "\n"])
def test_no_cell_is_a_formula(begin: str) -> None:
    cell = f'{begin}HYPERLINK("http://evil.example";1)'
    text = as_csv([(cell,)]).decode("utf-8-sig")
    ((read,),) = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    assert read == f"'{cell}"
    with zipfile.ZipFile(io.BytesIO(as_xlsx([("head",), (cell,)], "x"))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert 't="inlineStr"' in sheet or 't="s"' in sheet


def test_hostile_texts_do_nothing(desk: Desk) -> None:
    call = desk.call("«" + HOSTILE + "»", *CANCELLED)
    with desk.line.database.begin() as session:
        sealed = desk.line.vault.seal(NAME, f'["{"<b>x</b>"}", "=1+1", "{{{{7*7}}}}"]')
        session.execute(
            update(tables.Patient).where(tables.Patient.id == 1).values(name_sealed=sealed)
        )
        session.execute(update(tables.Doctor).values(first="<i>d</i>"))
    visitor = desk.visitor("senior", "<u>me</u>")
    visitor.post(f"/calls/{call}/note", reason=HOSTILE)
    pages = (
        *("/", "/calls/", f"/calls/{call}/", "/patients/1", "/codes/1", "/people/"),
        "/codes/1/confirmation",
    )
    texts = {"search": visitor.post("/calls/", name=HOSTILE).text}
    texts["patients"] = visitor.post("/patients/", who=HOSTILE).text
    for path in pages:
        texts[path] = visitor.text(path)
    for path, text in texts.items():
        for tag in ("<script>a", "<img", "<b>x", "<i>d", "<u>me", "=1+1 49"):
            assert tag not in text, (path, tag)
    assert "&lt;script&gt;" in visitor.text(f"/calls/{call}/")
    assert ANNA[2:5] in visitor.text("/calls/")


def test_calls_of_a_common_name_are_all_found_newest_first(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More people of a surname than are shown as patients."""
    monkeypatch.setattr(persons, "MOST", 1)
    calls = []
    for _ in range(2):
        desk.line.clock.set("+1m")
        calls.append(desk.call("000017#"))
    visitor = desk.visitor("registrar")
    found = visitor.find("/calls/", "name=Смирнова")
    assert [call in found for call in calls] == [True, True]
    assert found.index(calls[1]) < found.index(calls[0])
    assert "Так зовут слишком многих" in visitor.find("/calls/", "name=Смир")
    patients = visitor.find("/patients/", "who=Смирнова")
    assert "Показаны не все" in patients


@pytest.mark.parametrize(
    ("written", "found"), [("Смир Анна", True), ("Смир А. П.", True), ("Смир Ольга", False)]
)
def test_a_first_name_narrows_a_surnames_begin(desk: Desk, written: str, found: bool) -> None:
    call = desk.call(*CANCELLED)
    visitor = desk.visitor("registrar")
    assert ("Смирнова Анна" in visitor.find("/patients/", f"who={written}")) is found
    assert (call in visitor.find("/calls/", f"name={written}")) is found


def test_names_that_were_not_opened_are_told_of(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(persons, "READ", 0)
    unknown = desk.call("111111#", caller=None)
    visitor = desk.visitor("registrar")
    for path in ("/patients/", f"/calls/{unknown}/who"):
        text = visitor.find(path, "who=Смир")
        assert "Показаны не все" in text
        assert "Никого не нашлось" not in text
    assert "Так зовут слишком многих" in visitor.find("/calls/", "name=Смир")
    assert "Показаны не все" not in visitor.find("/patients/", "who=Смирнова")
