"""One call: what is read and heard, the line to copy, the check of an unknown caller."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update

from ivr.app import create_app
from ivr.desk.recordings import AGAIN
from ivr.speech.mulaw import encoded
from ivr.store import tables
from ivr.store.recordings import Folder, Mark, RecordingRows
from ivr.store.tables import PatientPhone
from tests.desk.conftest import ANNA, CANCELLED, Desk, Visitor, heard
from tests.line import settings

SECRET = Mark(1, "heard", "identify.last_six", 1000, 2000, secret=True)
MARKS = (Mark(1, "said", "greeting.hello", 0, 900), SECRET, Mark(2, "said", "x", 2100, 3000))


@pytest.fixture
def recorded(desk: Desk, tmp_path: Path) -> tuple[Desk, str]:
    """A call with four seconds of sound."""
    config = settings(
        desk.line.url, IVR_PUBLIC_URL="http://127.0.0.1", IVR_RECORDINGS=str(tmp_path / "rec")
    )
    desk.app.extensions["line"].database.close()
    desk.app = create_app(config, clock=desk.line.clock)
    call = desk.call(*CANCELLED)
    tape = Folder(tmp_path / "rec", desk.line.vault).new()
    loud = np.frombuffer(encoded(np.full(32000, 8000, np.int16)), np.uint8)
    tape.add(np.column_stack([loud, loud]).tobytes())
    tape.close()
    with desk.line.database.begin() as session:
        rows = RecordingRows(session, desk.line.vault)
        rows.begin(call, tape.name, desk.line.clock.now)
        rows.note(tape.name, MARKS, 4000)
    return desk, call


def test_the_line_to_copy(desk: Desk) -> None:
    text = desk.visitor("registrar").text(f"/calls/{desk.call(*CANCELLED)}/")
    code = "-".join(desk.line.codes()[0][at : at + 2] for at in (0, 2, 4))
    assert (
        "Отмена записи на приём 26.11.2026, 10:30. Поликлиника № 5."
        f" ФИО Смирнова Анна Петровна. Тел. +7 916 123-45-67. Код {code}. Причина: другое."
    ) in text


def test_the_dialogue_is_read(desk: Desk) -> None:
    call = desk.call(
        "«семь семь шесть»", "«ах вот оно»", "«оператор»", "", caller="+79990000000"
    )
    text = desk.visitor("registrar").text(f"/calls/{call}/")
    for part in ("«••• ••• •••»", "90 %", "не понято", "«оператор»", "просит человека"):
        assert part in text
    assert "семь семь" not in text
    assert "«семь семь шесть»" in desk.visitor("senior").text(f"/calls/{call}/")


def test_a_hash_alone_is_no_silence(desk: Desk) -> None:
    call = desk.call("#", caller=None)
    assert "<kbd>#</kbd>" in desk.visitor("registrar").text(f"/calls/{call}/")


def test_a_recording_needs_the_right_and_its_call(recorded: tuple[Desk, str]) -> None:
    desk, call = recorded
    sound = f"/calls/{call}/recordings/1.wav"
    other = desk.call(caller=None)
    assert desk.app.test_client().get(f"/desk{sound}").status_code == 302
    for role in ("engineer", "auditor"):
        assert desk.visitor(role).get(sound).status_code == 403
    visitor = desk.visitor("registrar")
    assert visitor.get(sound).status_code == 200
    assert visitor.get(f"/calls/{other}/recordings/1.wav").status_code == 404
    assert visitor.get(f"/calls/{call}/recordings/2.wav").status_code == 404
    part = visitor.get(sound, headers={"Range": "bytes=100-199"})
    assert (part.status_code, len(part.data)) == (206, 100)
    assert part.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("part", ["", "bytes=0-", "bytes=44-", "bytes=-1900", "bytes=1-,0-1"])
def test_whatever_part_is_heard_stands_in_the_audit_log(
    recorded: tuple[Desk, str], part: str
) -> None:
    desk, call = recorded
    sound, headers = f"/calls/{call}/recordings/1.wav", {"Range": part} if part else {}
    olga, peter = desk.visitor("registrar", "Ольга"), desk.visitor("registrar", "Пётр")
    for visitor in (olga, olga, peter):
        visitor.get(sound, headers=headers)
    desk.line.clock.now += AGAIN
    olga.get(sound, headers=headers)
    heard = [who for who, what in desk.audit() if what == "listened to recording 1"]
    assert heard == ["Ольга", "Пётр", "Ольга"]


def test_the_dictated_policy_is_silent_without_the_right(recorded: tuple[Desk, str]) -> None:
    desk, call = recorded
    loud = {}
    for role in ("registrar", "senior"):
        wav = desk.visitor(role).get(f"/calls/{call}/recordings/1.wav").data
        caller = np.frombuffer(wav[44:], "<i2").reshape(-1, 2)[:, 0]
        loud[role] = abs(caller[8000:16000]).max() > 0
        assert abs(caller[:7000]).min() > 0
    assert loud == {"registrar": False, "senior": True}


def test_lines_know_their_second(recorded: tuple[Desk, str]) -> None:
    desk, call = recorded
    text = desk.visitor("registrar").text(f"/calls/{call}/")
    for second in ("0.00", "1.00", "2.10"):
        assert f'data-hear="{second}"' in text
    peaks = desk.visitor("senior").get(f"/calls/{call}/recordings/1/peaks").json
    assert peaks is not None
    assert len(peaks["caller"]) == len(peaks["line"]) == 600
    assert "data-hear" not in desk.visitor("engineer").text(f"/calls/{call}/")


def test_a_call_has_a_recording_for_each_of_its_streams(recorded: tuple[Desk, str]) -> None:
    desk, call = recorded
    again = (Mark(3, "said", "visits.menu", 500, 900),)
    with desk.line.database.begin() as session:
        rows = RecordingRows(session, desk.line.vault)
        rows.begin(call, "0.rec", desk.line.clock.now)
        rows.note("0.rec", again, 1000)
    visitor = desk.visitor("registrar")
    text = visitor.text(f"/calls/{call}/")
    assert text.count("<audio") == 2
    assert 'data-recording="1" data-at="2.10"' in text
    assert 'data-recording="2" data-at="0.50"' in text
    assert visitor.get(f"/calls/{call}/recordings/2.wav").status_code == 404, "no such file"


def test_a_silenced_stretch_is_told_to_who_does_not_hear_it(
    recorded: tuple[Desk, str],
) -> None:
    desk, call = recorded
    text = desk.visitor("registrar").text(f"/calls/{call}/")
    assert 'data-silent="[[1.0, 2.0]]"' in text
    assert "0:01–0:02: здесь называют номер полиса" in text
    assert "не слышно ни пациента, ни линии" in text
    assert text.count("звук скрыт</span>") == 1
    heard = desk.visitor("senior").text(f"/calls/{call}/")
    assert 'data-silent="[]"' in heard
    assert "скрыт для вашей роли" not in heard


def test_two_registrars_handle_one_call(desk: Desk) -> None:
    call = desk.call(*CANCELLED)
    form = {"back": f"/desk/calls/{call}/"}
    first = desk.visitor("registrar", "Ольга").post(f"/calls/{call}/handled", **form).text
    assert "Обработано: Ольга" in first
    second = desk.visitor("registrar", "Пётр").post(f"/calls/{call}/handled", **form).text
    assert "уже обработал другой" in second


def test_notes_are_sealed(desk: Desk) -> None:
    call = desk.call(*CANCELLED)
    visitor = desk.visitor("registrar", "Ольга")
    form = {"reason": "Просила позвонить сыну", "back": f"/desk/calls/{call}/"}
    assert "Просила позвонить сыну" in visitor.post(f"/calls/{call}/note", **form).text
    assert "сыну" not in desk.rows(tables.Note)[0].text_sealed


UNKNOWN = {"name": "1", "policy": "1", "born": "1", "visit": "2026-11-26", "patient": "1"}


@pytest.mark.parametrize(
    ("change", "fits"),
    [
        ({}, True),
        ({"name": ""}, False),
        ({"policy": ""}, False),
        ({"born": ""}, False),
        ({"visit": "2026-11-27"}, False),
        ({"visit": "26.11.2026"}, False),
        ({"patient": "4"}, False),
    ],
)
def test_an_unknown_callers_visits_are_hidden_until_all_fits(
    desk: Desk, change: dict[str, str], fits: bool
) -> None:
    call = desk.call("111111#", caller=ANNA)
    visitor = desk.visitor("registrar")
    text = visitor.text(f"/calls/{call}/")
    assert "Личность не подтверждена" in text
    assert "Смирнова Анна" in text
    assert "терапевт" not in text
    form = UNKNOWN | change | {"back": f"/desk/calls/{call}/"}
    after = visitor.post(f"/calls/{call}/check", **form).text
    assert ("терапевт Иванова М. П." in after) is fits
    assert ("Данные сошлись." in after) is fits


def test_an_unknown_caller_is_looked_for(desk: Desk) -> None:
    call = desk.call("111111#", caller=None)
    visitor = desk.visitor("registrar")
    assert "Ахметов" not in visitor.text(f"/calls/{call}/")
    assert "Ахметов Ильдар" in visitor.find(f"/calls/{call}/who", "who=ахметов")


def test_a_dot_is_nobodys_name(desk: Desk) -> None:
    call = desk.call("111111#", caller=None)
    visitor = desk.visitor("registrar")
    assert "Личность не подтверждена" in visitor.find(f"/calls/{call}/who", "who=.")
    assert "Никого не нашлось" in visitor.find("/patients/", "who=. .")


def test_from_an_unknown_caller_a_patients_page_is_closed_too(desk: Desk) -> None:
    call = desk.call("111111#", caller=ANNA)
    visitor = desk.visitor("registrar")
    assert "терапевт" in visitor.text("/patients/1")
    visitor.text(f"/calls/{call}/")
    closed = visitor.text("/patients/1")
    assert "Записи закрыты" in closed
    assert "терапевт" not in closed
    noted = [row for row in desk.rows(tables.Audit) if row.what == "looked at a closed patient"]
    assert [(row.call_id, row.patient_id) for row in noted] == [(call, 1)]
    after = visitor.post(f"/calls/{call}/check", **UNKNOWN, back="/desk/patients/1").text
    assert "терапевт" in after
    assert "Записи закрыты" in visitor.text("/patients/4")


def test_a_patient_is_opened_for_another_reason(desk: Desk) -> None:
    call = desk.call("111111#", caller=ANNA)
    visitor = desk.visitor("registrar", "Ольга")
    visitor.text(f"/calls/{call}/")
    assert visitor.post("/patients/1/open", reason="").status_code == 400
    opened = visitor.post("/patients/1/open", reason="пациент у окна").text
    assert "терапевт" in opened
    assert "Открыт без сверки со звонящим: пациент у окна" in opened
    assert ("Ольга", "opened a patient past the check") in desk.audit()
    assert "терапевт" in visitor.text("/patients/1")


def test_a_patients_page_stays_closed_whatever_else_is_looked_at(desk: Desk) -> None:
    unknown, known = desk.call("111111#", caller=ANNA), desk.call("000017#")
    visitor = desk.visitor("registrar")
    visitor.text(f"/calls/{unknown}/")
    for path in (f"/calls/{known}/", "/", "/patients/4"):
        visitor.text(path)
    assert "терапевт" not in visitor.text("/patients/1")
    desk.line.clock.set("+31m")
    assert "терапевт" in visitor.text("/patients/1")


def test_a_dictated_code_opens_nothing_to_an_unknown_caller(desk: Desk) -> None:
    desk.call(*CANCELLED)
    (code,) = desk.line.codes()
    unknown = desk.call("111111#", caller=ANNA)
    visitor = desk.visitor("registrar")
    assert "Смирнова" in visitor.find("/codes/", f"code={code}")
    visitor.text(f"/calls/{unknown}/")
    texts = [visitor.find("/codes/", f"code={code}"), visitor.text("/codes/1")]
    texts.append(visitor.get("/codes/1/confirmation", follow_redirects=True).text)
    for text in texts:
        assert "личность не подтверждена" in text
        assert "Смирнова" not in text
        assert "терапевт" not in text
    visitor.post(f"/calls/{unknown}/check", **UNKNOWN)
    assert "Смирнова" in visitor.find("/codes/", f"code={code}")
    assert "терапевт" in visitor.text("/codes/1/confirmation")


def test_a_closed_patients_telephones_stay_as_they_are(desk: Desk) -> None:
    unknown = desk.call("111111#", caller=ANNA)
    visitor = desk.visitor("registrar")
    visitor.text(f"/calls/{unknown}/")
    before = [(row.patient_id, row.phone_id, row.link) for row in desk.rows(PatientPhone)]
    form = {"reason": "просит", "back": "/desk/patients/1"}
    added = visitor.post("/patients/1/phones", phone="89990000000", after="own", **form)
    patient, phone, link = next(row for row in before if row[0] == 1)
    taken = visitor.post(f"/patients/{patient}/phones/{phone}", before=link, after="", **form)
    for reply in (added, taken):
        assert "сначала сверьте" in reply.text
    after = [(row.patient_id, row.phone_id, row.link) for row in desk.rows(PatientPhone)]
    assert after == before
    visitor.post("/patients/1/open", reason="пациент у окна")
    assert (
        "сначала"
        not in visitor.post("/patients/1/phones", phone="89990000000", after="own", **form).text
    )


def closed_to(desk: Desk, *keys: str) -> tuple[Visitor, str]:
    """A registrar who has an unknown caller from Anna's telephone in hand; that call."""
    unknown = desk.call(*keys, caller=ANNA)
    visitor = desk.visitor("registrar")
    visitor.text(f"/calls/{unknown}/")
    return visitor, unknown


WHY = {"reason": "просит", "back": "/desk/"}


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/visits/2/cancel", {"version": "1"}),
        ("/cancellations/1/restore", {"seen": "cancelled"}),
        ("/cancellations/1/refuse", {"seen": "cancelled"}),
        ("/sms/1/again", {}),
        ("/sms/1/told", {}),
    ],
)
def test_nothing_is_put_right_for_an_unknown_caller(
    desk: Desk, path: str, form: dict[str, str]
) -> None:
    desk.call(*CANCELLED)
    visitor, unknown = closed_to(desk, "111111#")

    def state() -> list[tuple[object, ...]]:
        visits = [(row.id, row.status, row.version) for row in desk.rows(tables.Visit)]
        undone = [(row.id, row.status) for row in desk.rows(tables.Cancellation)]
        sent = [(row.id, row.key) for row in desk.rows(tables.Outbox)]
        return [*visits, *undone, *sent]

    before = state()
    text = visitor.post(path, **form, **WHY).text
    assert "сначала сверьте" in text
    assert "Записи закрыты" in text
    assert "терапевт" not in text
    assert state() == before
    stopped = [row for row in desk.rows(tables.Audit) if row.what.startswith("stopped")]
    assert [(row.call_id, row.patient_id) for row in stopped] == [(unknown, 1)]
    visitor.post(f"/calls/{unknown}/check", **UNKNOWN)
    assert "сначала сверьте" not in visitor.post(path, **form, **WHY).text


def test_an_sms_is_not_read_to_an_unknown_caller(desk: Desk) -> None:
    desk.call(*CANCELLED)
    visitor, unknown = closed_to(desk, "111111#")
    (code,) = desk.line.codes()
    reply = visitor.get("/sms/1", follow_redirects=True)
    assert "Записи закрыты" in reply.text
    assert code not in reply.text.replace("-", "")
    visitor.post(f"/calls/{unknown}/check", **UNKNOWN)
    assert "Код" in visitor.text("/sms/1")


def test_other_calls_of_whom_an_unknown_caller_may_be_are_closed(
    recorded: tuple[Desk, str],
) -> None:
    desk, annas = recorded
    others = desk.call("000047#", caller="+79031112233")
    visitor, unknown = closed_to(desk, "111111#")
    closed = visitor.text(f"/calls/{annas}/")
    assert "Записи закрыты" in closed
    assert "терапевт" not in closed.lower()
    for sound in ("1.wav", "1/peaks"):
        assert visitor.get(f"/calls/{annas}/recordings/{sound}").status_code == 403
    assert "Разговор" in visitor.text(f"/calls/{others}/")
    assert ("registrar", "stopped at a closed patient") in desk.audit()
    visitor.post(f"/calls/{unknown}/check", **UNKNOWN)
    assert "Разговор" in visitor.text(f"/calls/{annas}/")
    assert visitor.get(f"/calls/{annas}/recordings/1.wav").status_code == 200


def test_whom_an_unknown_caller_was_looked_for_is_closed_too(desk: Desk) -> None:
    akhmetovs = desk.call("000187#", caller="+79379876543")
    unknown = desk.call("111111#", caller=None)
    visitor = desk.visitor("registrar")
    visitor.text(f"/calls/{unknown}/")
    assert "Разговор" in visitor.text(f"/calls/{akhmetovs}/")
    visitor.find(f"/calls/{unknown}/who", "who=ахметов")
    assert "Записи закрыты" in visitor.text(f"/calls/{akhmetovs}/")
    visitor.text(f"/calls/{unknown}/")
    assert "Записи закрыты" in visitor.text(f"/calls/{akhmetovs}/")
    visitor.post("/patients/4/open", reason="пациент у окна")
    assert "Разговор" in visitor.text(f"/calls/{akhmetovs}/")


def test_a_caller_whom_the_line_identifies_meanwhile_closes_nothing(desk: Desk) -> None:
    board = desk.line.switchboard
    reply = board.pick_up(carrier_id=None, caller=ANNA, door="test")
    visitor = desk.visitor("registrar")
    assert "Личность не подтверждена" in visitor.text(f"/calls/{reply.call}/")
    assert "Записи закрыты" in visitor.text("/patients/1")
    board.hear(reply.call, reply.turn.number, heard("000017#"))
    assert "Разговор" in visitor.text(f"/calls/{reply.call}/")
    assert "терапевт" in visitor.text("/patients/1")


def test_the_queue_tells_an_unknown_caller_no_visit(desk: Desk) -> None:
    with desk.line.database.begin() as session:
        moved = update(tables.Visit).where(tables.Visit.id == 1)
        session.execute(moved.values(moved_at=desk.line.clock.now))
    told = "приём 26.11.2026, 10:30"
    visitor = desk.visitor("registrar")
    assert told in visitor.text("/")
    visitor.text(f"/calls/{desk.call('111111#', caller=ANNA)}/")
    assert told not in visitor.text("/")
