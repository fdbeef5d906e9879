"""The demo clinic: «Поликлиника № 5» with its patients, relative to now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.clinic import patients, schedule
from ivr.clinic.hours import Timetable
from ivr.clinic.patients import HOUSEHOLD, OWN, RELATIVE, PatientCard, PhoneLink
from ivr.clinic.schedule import At
from ivr.clinic.settings import ClinicSettings
from ivr.clinic.values import FullName, Place
from ivr.store import tables
from ivr.store.vault import Vault

LINE = "+78001234567"
REGISTRY = "+74950000001"
ZONE = ZoneInfo("Europe/Moscow")
SETTINGS = {
    "name": "Поликлиника номер пять",
    "address": "ул. Ленина, д. 15",
    "transfer_number": REGISTRY,
}
OPENINGS_ON_DAYS = 10
"""Working days with a free opening at each doctor."""


@dataclass(frozen=True, slots=True)
class DemoDoctor:
    name: FullName
    specialty: str
    cabinet: str
    floor: str
    bring: str = ""
    free_at: time = time(13, 15)


DOCTORS = {
    "иванова": DemoDoctor(
        FullName("Иванова", "Мария", "Петровна"), "терапевт", "12", "1", "Возьмите полис."
    ),
    "черных": DemoDoctor(
        FullName("Черных", "Алексей", "Львович"),
        *("кардиолог", "21", "2", "Возьмите полис и прошлую кардиограмму."),
    ),
    "петренко": DemoDoctor(
        FullName("Петренко", "Ольга", "Ивановна"), "офтальмолог", "24", "2", "Возьмите очки."
    ),
    "лор": DemoDoctor(FullName("Черных", "Анна", "Львовна"), "ЛОР", "30", "3"),
    "ким": DemoDoctor(FullName("Ким", "Олег", "Борисович"), "хирург", "5", "1"),
    "орлова": DemoDoctor(FullName("Орлова", "Нина", "Ивановна"), "педиатр", "8", "1"),
}


@dataclass(frozen=True, slots=True)
class DemoVisit:
    doctor: str
    days: int
    """From today; a day later while the clinic does not work then."""
    at: time


@dataclass(frozen=True, slots=True)
class DemoPatient:
    card: PatientCard
    visits: tuple[DemoVisit, ...] = ()


def _card(name: str, born: str, sex: str, policy: str, *phones: PhoneLink) -> PatientCard:
    return PatientCard(
        name=FullName(*name.split()),
        born=date.fromisoformat(born),
        sex=sex,
        policy=policy,
        policy_kind="enp" if len(policy) == 16 else "temporary",
        phones=phones,
    )


PATIENTS = (
    DemoPatient(
        _card(
            *("Смирнова Анна Петровна", "1948-03-05", "f", "7776150894000017"),
            PhoneLink("+79161234567", OWN),
            PhoneLink("+74951234567", HOUSEHOLD),
        ),
        (DemoVisit("иванова", 3, time(10, 30)), DemoVisit("черных", 9, time(15))),
    ),
    DemoPatient(
        _card(
            *("Смирнов Пётр Ильич", "1946-07-12", "m", "7772350837000025"),
            PhoneLink("+74951234567", HOUSEHOLD),
        ),
        (DemoVisit("петренко", 4, time(9, 5)),),
    ),
    DemoPatient(
        _card(
            *("Фёдоров Иван Сергеевич", "1979-02-12", "m", "2657020837000348"),
            PhoneLink("+79217654321"),
        ),
    ),
    DemoPatient(
        _card(
            *("Ахметов Ильдар Рустамович", "1937-07-09", "m", "0272260840000187"),
            PhoneLink("+79379876543"),
        ),
        (
            DemoVisit("иванова", 2, time(8, 20)),
            DemoVisit("лор", 6, time(12, 40)),
            DemoVisit("ким", 12, time(17)),
        ),
    ),
    DemoPatient(
        _card(
            *("Новикова Вера Андреевна", "1961-11-30", "f", "123456789"),
            PhoneLink("+79850001122"),
        ),
        (DemoVisit("петренко", 5, time(11, 15)),),
    ),
    DemoPatient(
        _card(
            *("Смирнова Лиза", "2015-09-01", "f", "7790489798001206"),
            PhoneLink("+79161234567", RELATIVE),
        ),
        (DemoVisit("орлова", 3, time(16)),),
    ),
)
KUZNETSOVA = _card(
    *("Кузнецова Ольга Дмитриевна", "1985-05-21", "f", "3454410878000047"),
    PhoneLink("+79031112233"),
)
"""Her visit is the late one: the first working hour that is 2 to 24 hours away."""


def fill(session: Session, vault: Vault, now: datetime) -> None:
    """Add the demo clinic to empty tables."""
    for name, value in SETTINGS.items():
        ClinicSettings.set(session, name, value)
    session.flush()
    timetable = ClinicSettings.load(session).timetable(ZONE)
    rows = {key: add_doctor(session, doctor) for key, doctor in DOCTORS.items()}
    for patient in PATIENTS:
        row = patients.write(session, vault, patient.card)
        for visit in patient.visits:
            _book(session, row.id, visit.doctor, _at(rows, visit, timetable, now), now)
    late = patients.write(session, vault, KUZNETSOVA)
    doctor, place = rows["иванова"]
    _book(session, late.id, "иванова", At(doctor, place, _late_start(timetable, now)), now)
    _add_openings(session, rows, timetable, now)


def is_empty(session: Session) -> bool:
    return session.scalars(select(tables.Patient.id).limit(1)).first() is None


Rows = dict[str, tuple[tables.Doctor, tables.Place]]


def add_doctor(session: Session, doctor: DemoDoctor) -> tuple[tables.Doctor, tables.Place]:
    place = Place(
        clinic=SETTINGS["name"],
        address=SETTINGS["address"],
        entrance="главный",
        floor=doctor.floor,
        cabinet=doctor.cabinet,
    )
    return (
        schedule.doctor_of(session, doctor.name, doctor.specialty),
        schedule.place_of(session, place),
    )


def _at(rows: Rows, visit: DemoVisit, timetable: Timetable, now: datetime) -> At:
    day = now.astimezone(ZONE).date() + timedelta(days=visit.days)
    doctor, place = rows[visit.doctor]
    return At(doctor, place, _working_moment(timetable, day, visit.at))


def _working_moment(timetable: Timetable, day: date, at: time) -> datetime:
    while not timetable.is_open(moment := datetime.combine(day, at, ZONE)):
        day += timedelta(days=1)
    return moment


def _late_start(timetable: Timetable, now: datetime) -> datetime:
    """On a Saturday evening no working hour is so near: then the first that comes."""
    whole = now.astimezone(ZONE).replace(minute=0, second=0, microsecond=0)
    start = whole + timedelta(hours=3 if whole < now else 2)
    while not timetable.is_open(start):
        start += timedelta(hours=1)
    return start


def _book(session: Session, patient_id: int, doctor: str, at: At, now: datetime) -> None:
    visit = schedule.book(session, at, ZONE, patient_id, now - timedelta(days=7))
    visit.bring = DOCTORS[doctor].bring


def _add_openings(session: Session, rows: Rows, timetable: Timetable, now: datetime) -> None:
    """One on each of the next ten working days, at a time when no visit of ours begins."""
    day = now.astimezone(ZONE).date()
    for _ in range(OPENINGS_ON_DAYS):
        day = timetable.next(
            datetime.combine(day + timedelta(days=1), time(), ZONE)
        ).opens.date()
        for key, (doctor, place) in rows.items():
            start = datetime.combine(day, DOCTORS[key].free_at, ZONE)
            schedule.add_opening(session, At(doctor, place, start), ZONE)
    session.flush()
