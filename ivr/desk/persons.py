"""Patients as the desk shows them, opened; found by what a registrar types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from ivr.clinic import patients
from ivr.clinic.values import FullName
from ivr.phone_numbers import e164
from ivr.store.tables import Patient, PatientPhone, Phone
from ivr.store.vault import Vault

MOST = 200
"""Patients found by one search."""
READ = 5000
"""Names that are opened for one search: a fifth of a second."""
SHORTEST_BEGIN = 3
"""Letters of a surname."""
SHORTEST_TAIL = 4
"""Digits at the end of a policy that are looked for: what a masked one shows."""


@dataclass(frozen=True, slots=True)
class PhoneOnFile:
    id: int
    number: str
    """E.164."""
    link: str
    """`own`, `relative`, `household`."""


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    name: FullName
    born: date
    policy: str
    phones: tuple[PhoneOnFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Matches:
    """Patients whom a search has found."""

    ids: tuple[int, ...] = ()
    more: bool = False
    """There are others, or there may be: not every name was opened."""


def persons(session: Session, vault: Vault, ids: Iterable[int | None]) -> dict[int, Person]:
    """Without telephones: for lists."""
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    rows = session.scalars(select(Patient).where(Patient.id.in_(wanted)))
    return {row.id: _person(vault, row) for row in rows}


def names(session: Session, vault: Vault, ids: Iterable[int | None]) -> dict[int, FullName]:
    """Only these are opened: for long lists."""
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    rows = session.execute(
        select(Patient.id, Patient.name_sealed).where(Patient.id.in_(wanted))
    )
    return {patient: patients.opened_name(vault, sealed) for patient, sealed in rows}


def person(session: Session, vault: Vault, patient_id: int | None) -> Person | None:
    row = session.get(Patient, patient_id) if patient_id else None
    return _person(vault, row, phones(session, vault, row.id)) if row else None


def phones(session: Session, vault: Vault, patient_id: int) -> tuple[PhoneOnFile, ...]:
    """Own ones first."""
    rows = session.execute(
        select(Phone.id, Phone.e164_sealed, PatientPhone.link)
        .join(PatientPhone, PatientPhone.phone_id == Phone.id)
        .where(PatientPhone.patient_id == patient_id)
        .order_by(PatientPhone.link != patients.OWN, Phone.id)
    )
    return tuple(
        PhoneOnFile(phone_id, vault.open(patients.PHONE, sealed), link)
        for phone_id, sealed, link in rows
    )


def _person(vault: Vault, row: Patient, known: tuple[PhoneOnFile, ...] = ()) -> Person:
    return Person(
        row.id,
        patients.name_of(vault, row),
        patients.born_of(vault, row),
        patients.policy_of(vault, row),
        known,
    )


def by_name(session: Session, vault: Vault, written: str) -> Matches:
    """By the surname, and by how first name and patronymic begin where they are typed too.

    From three letters on by how the surname begins, where nobody is called so.
    """
    parts = [patients.folded(part) for part in written.replace(".", " ").split()]
    if not parts:
        return Matches()
    surname, *others = parts
    whole = named(vault, surname)
    if others:
        found = _opened(session, vault, Patient.id.in_(whole), parts)
    else:
        found = _first(session.scalars(whole.limit(MOST + 1)))
    if found.ids or found.more or len(surname) < SHORTEST_BEGIN:
        return found
    begin = Patient.surname3_index == vault.index("surname 3", surname[:3])
    return _opened(session, vault, begin, parts)


def _opened(
    session: Session, vault: Vault, wanted: ColumnElement[bool], parts: Sequence[str]
) -> Matches:
    """Whose opened names fit; `READ` of them are opened at the most."""
    query = select(Patient.id, Patient.name_sealed).where(wanted).limit(READ + 1)
    rows = session.execute(query).all()
    fitting = (one for one, name in rows[:READ] if _fits(vault, name, parts))
    return _first(fitting, more=len(rows) > READ)


def _first(ids: Iterable[int], *, more: bool = False) -> Matches:
    found = tuple(islice(ids, MOST + 1))
    return Matches(found[:MOST], more=more or len(found) > MOST)


def named(vault: Vault, surname: str) -> Select[int]:
    """Everybody of a surname, as a part of another query."""
    index = vault.index("surname", patients.folded(surname))
    return select(Patient.id).where(Patient.surname_index == index)


def _fits(vault: Vault, sealed: str, parts: Sequence[str]) -> bool:
    name = patients.opened_name(vault, sealed)
    pairs = zip((name.last, name.first, name.patronymic), parts, strict=False)
    return all(patients.folded(part).startswith(begin) for part, begin in pairs)


def by_policy(session: Session, vault: Vault, digits: str) -> list[int]:
    """By its last four, five or six digits, or whole.

    Less than six are completed in every way: an index of their own would tell whose policies
    end alike.
    """
    missing = 6 - len(digits)
    if 0 <= missing <= 6 - SHORTEST_TAIL:
        begins = (f"{n:0{missing}}" for n in range(10**missing)) if missing else ("",)
        ends = [patients.last6_index(vault, f"{begin}{digits}") for begin in begins]
        query = select(Patient.id).where(Patient.policy_last6_index.in_(ends))
    else:
        whole = patients.policy_index(vault, digits)
        query = select(Patient.id).where(Patient.policy_index == whole)
    return list(session.scalars(query.limit(MOST)))


def by_phone(session: Session, vault: Vault, written: str) -> list[int]:
    return [one.id for one in patients.linked_to(session, vault, e164(written))]


def by_anything(session: Session, vault: Vault, asked: str) -> Matches:
    """By a surname, a telephone, the end of a policy or a whole one."""
    digits = "".join(each for each in asked if each.isdigit())
    if not digits:
        return by_name(session, vault, asked)
    ids = by_phone(session, vault, asked) or by_policy(session, vault, digits)
    return Matches(tuple(ids), more=len(ids) >= MOST)
