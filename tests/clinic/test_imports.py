from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeGuard
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from ivr.clinic import patients
from ivr.clinic.actions import CancelResult, CancelVisit, FindUpcoming, Moment
from ivr.clinic.book import Book
from ivr.clinic.csv_files import BadLine, Problem, Record, decoded, records
from ivr.clinic.exports import COLUMNS, export_cancellations, harmless
from ivr.clinic.imports import Imported, import_patients, import_visits
from ivr.clinic.patient_rows import PATIENTS, patient_card
from ivr.clinic.values import FullName
from ivr.clinic.visit_rows import visit_line
from ivr.messages import outbox
from ivr.store.database import Database
from ivr.store.tables import Cancellation, Patient, Visit
from ivr.store.vault import Vault

MOSCOW = ZoneInfo("Europe/Moscow")
LINE = "+78001234567"
ANNA = "1;Смирнова;Анна;Петровна;05.03.1948;2;;;7776150894000017;;8 916 123-45-67;"
ILDAR = "2;Ахметов;Ильдар;;1937-07-09;м;;;272260840000187;;;"
"""His policy lost its leading zero."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


def load_patients(
    database: Database, vault: Vault, file: Path, *lines: str, dry_run: bool = False
) -> Imported:
    file.write_text("\n".join(lines), "utf-8")
    with database.begin() as session:
        return import_patients(session, vault, file, dry_run=dry_run)


def problems(imported: Imported) -> list[tuple[int, str]]:
    return [(problem.line, problem.reason) for problem in imported.problems]


# --- the file -------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "cp866"])
@pytest.mark.parametrize("text", ["Ёлкина;Анна;ул. Ленина, д. 5", "СМИРНОВ;ПЁТР", "abc"])
def test_encodings(encoding: str, text: str) -> None:
    assert decoded(text.encode(encoding)) == text


@pytest.mark.parametrize(
    "table",
    [
        ANNA,
        "patient_id;last;first;patr;birth_date;sex;policy_type;policy_series;policy_number;"
        f"snils;phones;link_type\n{ANNA}",
        "ID_PAC;FAM;IM;OT;DR;W;ENP;TEL\n"
        "1;Смирнова;Анна;Петровна;05.03.1948;2;7776150894000017;89161234567",
        "fam,im,ot,dr,enp,tel,id_pac,w,extra\r\n"
        '"Смирнова","Анна","Петровна",05.03.1948,7776150894000017,89161234567,1,ж,x\r\n',
        "Фамилия\tИмя\tОтчество\tДата рождения\tЕНП\tТелефон\tКод пациента\tПол\n"
        "Смирнова\tАнна\tПетровна\t05.03.1948\t7776 1508 9400 0017\t9161234567\t1\tЖен\n"
        "\n\t\t\n",
    ],
)
def test_every_layout_is_the_same_patient(file: Path, table: str) -> None:
    file.write_bytes(table.encode("cp1251"))
    [card] = [patient_card(found) for found in records(file, PATIENTS) if is_record(found)]
    assert card.name == FullName("Смирнова", "Анна", "Петровна")
    assert (card.clinic_id, card.born, card.sex) == ("1", date(1948, 3, 5), "f")
    assert (card.policy, card.policy_kind) == ("7776150894000017", "enp")
    assert [(one.phone, one.link) for one in card.phones] == [("+79161234567", "own")]


def is_record(found: Record | Problem) -> TypeGuard[Record]:
    return isinstance(found, Record)


def test_doubled_quotes_and_lines_within_a_cell(file: Path) -> None:
    file.write_text('a;"Поликлиника ""Мать и\nдитя""";b\nc;d;e\n', "utf-8")
    first, second = records(file, PATIENTS)
    assert isinstance(first, Record)
    assert (first.line, first.get("last")) == (1, 'Поликлиника "Мать и\nдитя"')
    assert isinstance(second, Record)
    assert second.line == 3


@given(st.binary())
def test_any_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, b: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.csv"
    file.write_bytes(b)
    assert all(found.line >= 1 for found in records(file, PATIENTS))


# --- patients -------------------------------------------------------------------------------


def card_problem(**cells: str) -> str:
    good = {
        "patient_id": "1",
        "last": "Смирнова",
        "first": "Анна",
        "birth_date": "05.03.1948",
        "policy_number": "7776150894000017",
    }
    with pytest.raises(BadLine) as caught:
        patient_card(Record(1, good | cells))
    return str(caught.value)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"last": ""}, "last is empty"),
        ({"patient_id": ""}, "patient_id is empty"),
        ({"patient_id": "x" * 65}, "longer"),
        ({"birth_date": "31.02.1948"}, "birth_date is no date"),
        ({"birth_date": "05.03.48"}, "birth_date is no date"),
        ({"birth_date": "01.01.1800"}, "birth_date is no date"),
        ({"sex": "?"}, "sex is none of"),
        ({"policy_number": "7,77615E+15"}, "scientific notation"),
        ({"policy_number": "7.77615E+15"}, "scientific notation"),
        ({"phones": "7,91612E+10"}, "scientific notation"),
        ({"policy_number": ""}, "no policy number"),
        ({"policy_number": "7776150894000010"}, "check digit"),
        ({"policy_number": "776150894000017"}, "check digit"),
        ({"enp": "7776150894000010"}, "check digit"),
        ({"policy_type": "2", "policy_number": "12345678"}, "nine digits"),
        ({"policy_type": "9"}, "policy_type is none of"),
        ({"phones": "89161234567, 123-45-67"}, "number 2"),
        ({"link_type": "friend"}, "link_type is none of"),
    ],
)
def test_bad_patient(cells: dict[str, str], reason: str) -> None:
    assert reason in card_problem(**cells)


def test_a_reason_repeats_no_personal_data() -> None:
    assert "7776150894000010" not in card_problem(policy_number="7776150894000010")
    assert "123-45-67" not in card_problem(phones="123-45-67")


@pytest.mark.parametrize(
    ("cells", "policy"),
    [
        ({"policy_number": "272260840000187"}, ("0272260840000187", "enp")),
        ({"policy_number": "123456789"}, ("123456789", "temporary")),
        ({"policy_type": "2", "policy_number": "123 456 789"}, ("123456789", "temporary")),
        ({"policy_series": "ав 12", "policy_number": "34567"}, ("АВ1234567", "old")),
        (
            {"policy_type": "1", "policy_series": "123456", "policy_number": "0123456789"},
            ("1234560123456789", "old"),
        ),
    ],
)
def test_policies(cells: dict[str, str], policy: tuple[str, str]) -> None:
    good = {"patient_id": "1", "last": "А", "first": "Б", "birth_date": "05.03.1948"}
    card = patient_card(Record(1, good | cells))
    assert (card.policy, card.policy_kind) == policy


def test_phones_with_their_links() -> None:
    cells = {
        "patient_id": "1",
        "last": "А",
        "first": "Б",
        "birth_date": "05.03.1948",
        "policy_number": "123456789",
        "phones": "8(495)123-45-67, доб. 12, 89161234567;+7 916 123 45 67",
    }
    assert [(one.phone, one.link) for one in patient_card(Record(1, cells)).phones] == [
        ("+74951234567", "household"),
        ("+79161234567", "own"),
    ]
    relative = patient_card(Record(1, cells | {"link_type": "представитель"}))
    assert {one.link for one in relative.phones} == {"relative"}


def test_patients_are_added_and_changed(database: Database, vault: Vault, file: Path) -> None:
    assert load_patients(database, vault, file, ANNA, ILDAR).counts == {"added": 2}
    assert load_patients(database, vault, file, ILDAR, ANNA).counts == {"unchanged": 2}
    married = ANNA.replace("Смирнова", "Иванова")
    assert load_patients(database, vault, file, married).counts == {"changed": 1}
    moved = married.replace("123-45-67", "123-45-68")
    assert load_patients(database, vault, file, moved).counts == {"changed": 1}
    assert load_patients(database, vault, file, married).counts == {"changed": 1}
    with database.read() as session:
        anna, ildar = session.scalars(select(Patient).order_by(Patient.clinic_id))
        assert patients.name_of(vault, anna).last == "Иванова"
        assert patients.policy_of(vault, ildar) == "0272260840000187"
        assert patients.own_mobiles(session, vault, anna.id) == ["+79161234567"]


def test_every_bad_line_is_named_and_nothing_is_loaded(
    database: Database, vault: Vault, file: Path
) -> None:
    bad_date = ILDAR.replace("1937-07-09", "1937")
    found = load_patients(database, vault, file, ANNA, bad_date, "3;;;;;;;;;;;", ANNA, "a;b")
    assert problems(found) == [
        (2, "birth_date is no date like 31.12.1960"),
        (3, "no policy number"),
        (4, "the same id as in line 1"),
        (5, "no policy number"),
    ]
    with database.read() as session:
        assert session.scalars(select(Patient)).all() == []


def test_a_try_changes_nothing(database: Database, vault: Vault, file: Path) -> None:
    found = load_patients(database, vault, file, ANNA, dry_run=True)
    assert found.counts == {"added": 1}
    with database.read() as session:
        assert session.scalars(select(Patient)).all() == []


@pytest.mark.parametrize(
    ("table", "problem"),
    [("", (1, "the file is empty")), ('1;"open', (1, "cannot be read from here on"))],
)
def test_broken_tables(
    database: Database, vault: Vault, file: Path, table: str, problem: tuple[int, str]
) -> None:
    [(line, reason)] = problems(load_patients(database, vault, file, table))
    assert line == problem[0]
    assert reason.startswith(problem[1])


# --- visits ---------------------------------------------------------------------------------

HEADER = "appointment_id;patient_id;date;time;doctor;specialty_name;cabinet;status;why"


def visit(
    key: str = "v1",
    *,
    time: str = "1030",
    status: str = "booked",
    doctor: str = "Иванова Мария Петровна",
    patient: str = "1",
    why: str = "",
) -> str:
    return f"{key};{patient};26.11.2026;{time};{doctor};терапевт;12;{status};{why}"


class Clinic:
    """A clinic whose patients are loaded, with its tables and its line."""

    def __init__(self, database: Database, vault: Vault, file: Path, now: datetime) -> None:
        self.database, self.vault, self.file, self.now = database, vault, file, now
        load_patients(database, vault, file, ANNA, ILDAR)

    def load(self, *lines: str, full: bool = False, dry_run: bool = False) -> Imported:
        self.file.write_text("\n".join((HEADER, *lines)), "cp1251")
        with self.database.begin() as session:
            return import_visits(
                session,
                self.vault,
                self.file,
                MOSCOW,
                self.now,
                full=full,
                dry_run=dry_run,
                line_number=LINE,
            )

    def counts(self, *lines: str, full: bool = False) -> dict[str, int]:
        imported = self.load(*lines, full=full)
        assert imported.problems == ()
        return imported.counts

    def visit(self, key: str = "v1") -> Visit:
        with self.database.read() as session:
            return session.scalars(select(Visit).where(Visit.clinic_id == key)).one()

    def request(self) -> Cancellation:
        with self.database.read() as session:
            return session.scalars(select(Cancellation)).one()

    def cancel_by_phone(self) -> str:
        moment = Moment("call", 1, "+79161234567", self.now)
        with self.database.begin() as session:
            book = Book(session, self.vault, zone=MOSCOW, line_number=LINE)
            patient = str(session.scalar(select(Patient.id).where(Patient.clinic_id == "1")))
            [found] = book.perform(FindUpcoming(patient), moment).visits
            cancelled = book.perform(CancelVisit(patient, found), moment)
        assert cancelled.how is CancelResult.PROCESSING
        assert cancelled.receipt is not None
        return cancelled.receipt.code

    def texts(self) -> list[str]:
        later = self.now + timedelta(days=1)
        with self.database.begin() as session:
            claimed = outbox.claim(session, self.vault, owner="t", now=later, limit=9)
        return [message.text for message in claimed]

    def export(self, since: datetime | None = None) -> list[str]:
        with self.database.begin() as session:
            table = export_cancellations(session, self.vault, MOSCOW, self.now, since)
        return table.splitlines()


@pytest.fixture
def clinic(database: Database, vault: Vault, file: Path, now: datetime) -> Clinic:
    return Clinic(database, vault, file, now)


def test_visits_are_added_once(clinic: Clinic) -> None:
    assert clinic.counts(visit()) == {"added": 1}
    assert clinic.counts(visit()) == {"unchanged": 1}
    found = clinic.visit()
    assert (found.imported, found.version, found.status) == (True, 1, "booked")
    assert found.start == datetime(2026, 11, 26, 7, 30, tzinfo=UTC)
    assert found.wall == "2026-11-26T10:30"


def test_a_changed_time_doctor_or_patient_raises_the_version(clinic: Clinic) -> None:
    clinic.counts(visit())
    versions = []
    for changed in (
        visit(time="1100"),
        visit(time="1100", doctor="Ким Олег Борисович"),
        visit(time="1100", doctor="Ким Олег Борисович", patient="2"),
        visit(time="1100", doctor="Ким Олег Борисович", patient="2"),
    ):
        clinic.counts(changed)
        versions.append(clinic.visit().version)
    assert versions == [2, 3, 4, 4]


def test_booked_never_undoes_an_open_request(clinic: Clinic) -> None:
    clinic.counts(visit())
    clinic.cancel_by_phone()
    assert clinic.counts(visit()) == {"unchanged": 1}
    assert clinic.counts(visit(time="1145")) == {"changed": 1}
    assert clinic.request().status == "processing"


@pytest.mark.parametrize("full", [False, True])
def test_cancelled_acknowledges_the_request(clinic: Clinic, full: bool) -> None:
    clinic.counts(visit())
    code = clinic.cancel_by_phone()
    lines = () if full else (visit(status="Отменён"),)
    assert clinic.counts(*lines, full=full) == {"acknowledged": 1}
    request = clinic.request()
    assert (request.status, request.code, request.decided_at) == ("cancelled", code, clinic.now)
    found = clinic.visit()
    assert (found.status, found.called_off) == ("cancelled", False)
    spoken = f"{code[:2]}-{code[2:4]}-{code[4:]}"
    assert clinic.texts() == [
        f"Просьба отменить 26.11 10:30 принята. Код {spoken}. 8-800-123-45-67",
        f"Запись 26.11 10:30 отменена. Код {spoken}. Не вы? 8-800-123-45-67",
    ]


def test_what_was_told_cancelled_stays_so(clinic: Clinic) -> None:
    clinic.counts(visit())
    clinic.cancel_by_phone()
    clinic.counts(visit(status="cancelled"))
    assert clinic.counts(visit(status="cancelled")) == {"unchanged": 1}
    assert clinic.counts(visit()) == {"unchanged": 1}
    assert clinic.visit().status == "cancelled"
    assert len(clinic.texts()) == 2


def test_a_refused_request(clinic: Clinic) -> None:
    clinic.counts(visit())
    clinic.cancel_by_phone()
    refused = visit(status="отказ", why="Операция назначена.")
    assert clinic.counts(refused) == {"refused": 1}
    assert clinic.counts(refused) == {"unchanged": 1}
    request = clinic.request()
    assert (request.status, request.why) == ("not_cancelled", "Операция назначена.")
    assert clinic.visit().status == "booked"
    assert clinic.texts()[1:] == [
        "Запись 26.11 10:30 НЕ отменена, приём в силе. Звоните 8-800-123-45-67"
    ]


def test_absent_visits_count_only_in_a_full_table(clinic: Clinic) -> None:
    clinic.counts(visit("v1"), visit("v2", time="1200"))
    assert clinic.counts(visit("v2", time="1200")) == {"unchanged": 1}
    assert clinic.visit("v1").status == "booked"
    assert clinic.counts(visit("v2", time="1200"), full=True) == {
        "unchanged": 1,
        "called_off": 1,
    }


def test_a_visit_that_the_clinic_calls_off_is_told_on_the_next_call(clinic: Clinic) -> None:
    clinic.counts(visit())
    assert clinic.counts(visit(status="cancelled")) == {"called_off": 1}
    found = clinic.visit()
    assert (found.status, found.called_off, found.told_off) == ("cancelled", True, False)
    assert clinic.texts() == []
    assert clinic.counts(visit()) == {"booked_again": 1}
    found = clinic.visit()
    assert (found.status, found.called_off, found.version) == ("booked", False, 2)


def test_a_visit_that_was_never_ours_is_not_told_as_called_off(clinic: Clinic) -> None:
    assert clinic.counts(visit(status="cancelled")) == {"added": 1}
    assert (clinic.visit().status, clinic.visit().called_off) == ("cancelled", False)


@pytest.mark.parametrize(("word", "status"), [("явился", "attended"), ("неявка", "missed")])
def test_a_visit_that_is_over_closes_its_request(
    clinic: Clinic, word: str, status: str
) -> None:
    clinic.counts(visit())
    clinic.cancel_by_phone()
    assert clinic.counts(visit(status=word)) == {"closed": 1}
    assert (clinic.visit().status, clinic.request().status) == (status, "not_cancelled")
    assert clinic.counts(visit(status=word)) == {"unchanged": 1}


def test_every_bad_visit_is_named_and_nothing_is_loaded(clinic: Clinic) -> None:
    found = clinic.load(
        visit("v1"),
        visit("v2", time="2460"),
        visit("v3", patient="77"),
        visit("v1"),
        visit("v4", status="потеряна"),
        visit("v5", doctor="Иванова"),
    )
    assert [line for line, _ in problems(found)] == [3, 4, 5, 6, 7]
    assert clinic.counts(visit("v1")) == {"added": 1}


def test_a_try_of_visits_changes_nothing(clinic: Clinic) -> None:
    assert clinic.load(visit(), dry_run=True).counts == {"added": 1}
    assert clinic.counts(visit()) == {"added": 1}


@pytest.mark.parametrize(
    ("cells", "wall"),
    [
        ({"start": "2026-11-26T10:30+03:00"}, "10:30"),
        ({"start": "2026-11-26T07:30:00Z"}, "10:30"),
        ({"start": "2026-11-26T10:30"}, "10:30"),
        ({"start": "26.11.2026 10:30"}, "10:30"),
        ({"date": "26.11.2026", "time": "10:30:00"}, "10:30"),
        ({"date": "26.11.2026", "time": "0905"}, "09:05"),
        ({"date": "26.11.2026", "time": "905"}, "09:05"),
        ({"date": "26.11.2026", "time": "9:05"}, "09:05"),
        ({"date": "2026-11-26", "time": "9:05"}, "09:05"),
        ({"date": "26.11.2026", "time": "2400"}, None),
        ({"date": "26.11.2026", "time": "10.30"}, None),
        ({"date": "31.11.2026", "time": "1030"}, None),
        ({"start": "2026-11-26"}, None),
        ({"start": "2026-13-26T10:30"}, None),
        ({}, None),
    ],
)
def test_starts(cells: dict[str, str], wall: str | None) -> None:
    good = {
        "appointment_id": "v",
        "patient_id": "1",
        "doctor": "Ким Олег",
        "specialty_name": "хирург",
    }
    record = Record(1, good | cells)
    if wall is None:
        with pytest.raises(BadLine):
            visit_line(record, MOSCOW)
    else:
        assert f"{visit_line(record, MOSCOW).start:%d.%m %H:%M}" == f"26.11 {wall}"


def test_a_time_that_the_clock_skips() -> None:
    cells = {
        "appointment_id": "v",
        "patient_id": "1",
        "doctor": "Ким Олег",
        "specialty_name": "хирург",
        "start": "2026-03-29T02:30",
    }
    with pytest.raises(BadLine, match="skips"):
        visit_line(Record(1, cells), ZoneInfo("Europe/Berlin"))


# --- export ---------------------------------------------------------------------------------


def test_export_gives_open_requests_until_they_are_answered(clinic: Clinic) -> None:
    clinic.counts(visit())
    assert clinic.export() == [";".join(COLUMNS)]
    code = clinic.cancel_by_phone()
    assert clinic.export()[1:] == [
        "v1;1;Смирнова Анна Петровна;2026-11-26T10:30;Иванова Мария Петровна;терапевт;"
        f"{code};2026-11-23T12:00+03:00;0;"
    ]
    assert clinic.request().exported_at == clinic.now
    assert len(clinic.export()) == 2
    assert len(clinic.export(since=clinic.now + timedelta(minutes=1))) == 1
    clinic.counts(visit(status="cancelled"))
    assert len(clinic.export()) == 1


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+7916", "'+7916"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1", "' =1"),
        ("\t=1", "'\t=1"),
        ("\rx", "'\rx"),
        ("", ""),
        ("Петров-Водкин", "Петров-Водкин"),
    ],
)
def test_no_cell_is_a_formula(cell: str, safe: str) -> None:
    assert harmless(cell) == safe
