"""All patients of the clinic's system at once, open, to be compared with its table."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.clinic import patients
from ivr.clinic.patients import PatientCard, PhoneLink
from ivr.store.tables import Patient, PatientPhone, Phone
from ivr.store.vault import Vault


def on_file(session: Session, vault: Vault) -> dict[str, tuple[Patient, PatientCard]]:
    """Row and card of each patient by the clinic's id."""
    phones = _phones(session, vault)
    rows = session.scalars(select(Patient).where(Patient.clinic_id.is_not(None)))
    return {
        row.clinic_id or "": (row, _card(vault, row, tuple(phones[row.id]))) for row in rows
    }


def _card(vault: Vault, row: Patient, phones: tuple[PhoneLink, ...]) -> PatientCard:
    return PatientCard(
        clinic_id=row.clinic_id,
        name=patients.name_of(vault, row),
        born=patients.born_of(vault, row),
        sex=row.sex,
        policy=patients.policy_of(vault, row),
        policy_kind=row.policy_kind,
        phones=phones,
    )


def _phones(session: Session, vault: Vault) -> defaultdict[int, list[PhoneLink]]:
    found: defaultdict[int, list[PhoneLink]] = defaultdict(list)
    rows = session.execute(
        select(PatientPhone.patient_id, Phone.e164_sealed, PatientPhone.link).join(
            Phone, Phone.id == PatientPhone.phone_id
        )
    )
    for patient_id, sealed, link in rows:
        found[patient_id].append(PhoneLink(vault.open(patients.PHONE, sealed), link))
    return found
