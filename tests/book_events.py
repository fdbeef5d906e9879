"""What happens in the clinic between two moments of a golden call (its `book` lines)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr.clinic import patients
from ivr.clinic.patients import HOUSEHOLD, PatientCard, PhoneLink
from ivr.clinic.values import FullName
from ivr.store.tables import Cancellation, Opening, Visit
from ivr.store.vault import Vault

DAY = timedelta(days=1)


def happen(session: Session, vault: Vault, event: str) -> None:
    """`moves therapist of 1`: a verb of EVENTS and the patient's number in the demo clinic."""
    if event == "a twin number lives with 1":
        patients.write(session, vault, TWIN)
        return
    verb, _, patient = event.partition(" of ")
    EVENTS[verb](session, int(patient))


TWIN = PatientCard(
    name=FullName("Смирнова", "Зоя", "Ильинична"),
    born=date(1950, 2, 1),
    sex="f",
    policy="7779051989000017",
    policy_kind="enp",
    phones=(PhoneLink("+74951234567", HOUSEHOLD),),
)


def _visits(session: Session, patient: int) -> list[Visit]:
    query = select(Visit).where(Visit.patient_id == patient).order_by(Visit.start)
    return list(session.scalars(query))


def moves_the_first_visit(session: Session, patient: int) -> None:
    visit = _visits(session, patient)[0]
    visit.start, visit.version = visit.start + DAY, visit.version + 1


def calls_the_first_visit_off(session: Session, patient: int) -> None:
    visit = _visits(session, patient)[0]
    visit.status, visit.called_off = "cancelled", True


def confirms_the_first_visit(session: Session, patient: int) -> None:
    _visits(session, patient)[0].confirmed = True


def keeps_the_visits_elsewhere(session: Session, patient: int) -> None:
    """They are copies of another system's."""
    session.execute(update(Visit).where(Visit.patient_id == patient).values(imported=True))


def refuses_the_request(session: Session, patient: int) -> None:
    _decide(session, patient, "not_cancelled", "Врач ждёт вас.")


def _decide(session: Session, patient: int, status: str, why: str) -> None:
    query = select(Cancellation).where(Cancellation.patient_id == patient)
    for row in session.scalars(query):
        row.status, row.why = status, why


def takes_the_requests(session: Session, patient: int) -> None:
    """The clinic's system has exported them."""
    mine = update(Cancellation).where(Cancellation.patient_id == patient)
    session.execute(mine.values(exported_at=Cancellation.requested_at))


def gives_the_freed_time_away(session: Session, patient: int) -> None:
    """Somebody else has the opening that the cancellation gave back."""
    cancellation = session.scalars(
        select(Cancellation).where(Cancellation.patient_id == patient)
    ).one()
    opening = session.get_one(Opening, cancellation.opening_id)
    other = session.scalars(select(Visit).where(Visit.patient_id != patient)).first()
    assert other is not None
    session.execute(update(Opening).where(Opening.taken_by == other.id).values(taken_by=None))
    opening.taken_by, opening.held_until = other.id, None


def books_two_more_visits(session: Session, patient: int) -> None:
    for days, visit in enumerate(_visits(session, patient)[:2], start=20):
        start = visit.start + days * DAY
        session.add(
            Visit(
                patient_id=patient,
                doctor_id=visit.doctor_id,
                place_id=visit.place_id,
                specialty=visit.specialty,
                start=start,
                wall=start.isoformat()[:16],
                created_at=visit.created_at,
            )
        )


EVENTS: Mapping[str, Callable[[Session, int], None]] = {
    event.__name__.replace("_", " "): event
    for event in (
        moves_the_first_visit,
        calls_the_first_visit_off,
        confirms_the_first_visit,
        keeps_the_visits_elsewhere,
        refuses_the_request,
        takes_the_requests,
        gives_the_freed_time_away,
        books_two_more_visits,
    )
}
