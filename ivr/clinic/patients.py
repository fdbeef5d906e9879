"""Patients and their phones as sealed rows: writing, finding by index, opening."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from ivr.clinic.values import FullName
from ivr.phone_numbers import is_mobile
from ivr.store import tables
from ivr.store.vault import Vault

NAME, BORN, POLICY, PHONE = "name", "birth date", "policy", "phone"
"""Purposes of the vault."""
OWN, RELATIVE, HOUSEHOLD = "own", "relative", "household"


@dataclass(frozen=True, slots=True)
class PhoneLink:
    phone: str
    """E.164."""
    link: str = OWN


@dataclass(frozen=True, slots=True)
class PatientCard:
    """A patient as the clinic knows one, open."""

    name: FullName
    born: date
    policy: str
    """Digits only, or as printed on an old policy."""
    policy_kind: str = "enp"
    """`enp`, `temporary`, `old`."""
    sex: str = ""
    """`f`, `m` or empty."""
    phones: tuple[PhoneLink, ...] = ()
    clinic_id: str | None = None


@dataclass(frozen=True, slots=True)
class Linked:
    """A patient linked to a calling number, with what a comparison needs."""

    id: int
    link: str
    born: date
    policy_index: str
    last6_index: str


def write(
    session: Session, vault: Vault, card: PatientCard, row: tables.Patient | None = None
) -> tables.Patient:
    """Add a patient, or bring a row up to date; the phones become exactly those given."""
    row = row or tables.Patient()
    row.clinic_id = card.clinic_id
    row.sex = card.sex
    row.name_sealed = vault.seal(
        NAME, json.dumps([card.name.last, card.name.first, card.name.patronymic])
    )
    row.birth_date_sealed = vault.seal(BORN, card.born.isoformat())
    row.policy_kind = card.policy_kind
    row.policy_sealed = vault.seal(POLICY, card.policy)
    _set_indexes(vault, card, row)
    session.add(row)
    session.flush()
    _link(session, vault, row.id, card.phones)
    return row


def _set_indexes(vault: Vault, card: PatientCard, row: tables.Patient) -> None:
    surname = folded(card.name.last)
    row.policy_index = policy_index(vault, card.policy)
    row.policy_last6_index = last6_index(vault, card.policy[-6:])
    row.surname_index = vault.index("surname", surname)
    row.surname3_index = vault.index("surname 3", surname[:3])
    row.surname_born_index = vault.index("surname born", f"{surname} {card.born.isoformat()}")


def folded(surname: str) -> str:
    """Lower case, ё as е: what an index is made of."""
    return surname.strip().lower().replace("ё", "е")


def policy_index(vault: Vault, policy: str) -> str:
    return vault.index(POLICY, policy)


def last6_index(vault: Vault, digits: str) -> str:
    return vault.index("policy last 6", digits)


def phone_index(vault: Vault, phone: str) -> str:
    """Of an E.164 number: a phone on file, a caller, a call-back request."""
    return vault.index(PHONE, phone)


def _link(session: Session, vault: Vault, patient_id: int, phones: Iterable[PhoneLink]) -> None:
    session.execute(
        delete(tables.PatientPhone).where(tables.PatientPhone.patient_id == patient_id)
    )
    for phone in phones:
        found = _phone_id(session, vault, phone.phone)
        session.add(tables.PatientPhone(patient_id=patient_id, phone_id=found, link=phone.link))
    session.flush()


def relink(
    session: Session, patient_id: int, phone_id: int, *, before: str, after: str
) -> bool:
    """Change what a phone is to a patient; empty `after` unlinks it. False: it changed."""
    link = (
        tables.PatientPhone.patient_id == patient_id,
        tables.PatientPhone.phone_id == phone_id,
        tables.PatientPhone.link == before,
    )
    done = session.execute(
        (
            update(tables.PatientPhone).where(*link).values(link=after)
            if after
            else delete(tables.PatientPhone).where(*link)
        )
        .execution_options(synchronize_session=False)
        .returning(tables.PatientPhone.phone_id)
    )
    return done.first() is not None


def link_phone(session: Session, vault: Vault, patient_id: int, phone: PhoneLink) -> bool:
    """Add a phone to a patient. False: it is linked already."""
    phone_id = _phone_id(session, vault, phone.phone)
    if session.get(tables.PatientPhone, (patient_id, phone_id)) is not None:
        return False
    session.add(tables.PatientPhone(patient_id=patient_id, phone_id=phone_id, link=phone.link))
    session.flush()
    return True


def _phone_id(session: Session, vault: Vault, number: str) -> int:
    index = phone_index(vault, number)
    found = session.scalar(select(tables.Phone.id).where(tables.Phone.e164_index == index))
    if found is not None:
        return found
    row = tables.Phone(e164_sealed=vault.seal(PHONE, number), e164_index=index)
    session.add(row)
    session.flush()
    return row.id


def name_of(vault: Vault, row: tables.Patient) -> FullName:
    return opened_name(vault, row.name_sealed)


def opened_name(vault: Vault, sealed: str) -> FullName:
    return FullName(*json.loads(vault.open(NAME, sealed)))


def born_of(vault: Vault, row: tables.Patient) -> date:
    return date.fromisoformat(vault.open(BORN, row.birth_date_sealed))


def policy_of(vault: Vault, row: tables.Patient) -> str:
    return vault.open(POLICY, row.policy_sealed)


def linked_to(session: Session, vault: Vault, caller: str | None) -> list[Linked]:
    """Everybody linked to a calling number; one query, also for a hidden number."""
    found = session.execute(_LINKED, {"phone": phone_index(vault, caller or "")})
    return [
        Linked(patient, link, date.fromisoformat(vault.open(BORN, born)), policy, last6)
        for patient, link, born, policy, last6 in found
    ]


_LINKED = (
    select(
        tables.Patient.id,
        tables.PatientPhone.link,
        tables.Patient.birth_date_sealed,
        tables.Patient.policy_index,
        tables.Patient.policy_last6_index,
    )
    .join(tables.PatientPhone, tables.PatientPhone.patient_id == tables.Patient.id)
    .join(tables.Phone, tables.Phone.id == tables.PatientPhone.phone_id)
    .where(tables.Phone.e164_index == bindparam("phone"))
    .order_by(tables.Patient.id)
)
_KNOWN = _LINKED.with_only_columns(
    tables.Patient.policy_sealed, tables.Patient.birth_date_sealed
)
_OWN_PHONES = (
    select(tables.Phone.e164_sealed)
    .join(tables.PatientPhone, tables.PatientPhone.phone_id == tables.Phone.id)
    .where(
        tables.PatientPhone.patient_id == bindparam("patient"), tables.PatientPhone.link == OWN
    )
    .order_by(tables.Phone.id)
)


def known_of(session: Session, vault: Vault, caller: str | None) -> list[tuple[str, date]]:
    """Policy and birth date of everybody linked to a calling number."""
    found = session.execute(_KNOWN, {"phone": phone_index(vault, caller or "")})
    return [
        (vault.open(POLICY, policy), date.fromisoformat(vault.open(BORN, born)))
        for policy, born in found
    ]


def own_mobiles(session: Session, vault: Vault, patient_id: int) -> list[str]:
    """The patient's own mobiles, where SMS may go; E.164."""
    sealed = session.scalars(_OWN_PHONES, {"patient": patient_id})
    return [phone for phone in (vault.open(PHONE, one) for one in sealed) if is_mobile(phone)]
