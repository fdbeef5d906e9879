"""Everybody acts on the same visit at once; the book may believe only one of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from ivr.clinic.actions import (
    Cancelled,
    CancelResult,
    CancelVisit,
    Check,
    UndoCancellation,
    UndoResult,
)
from ivr.clinic.values import Visit as Told
from ivr.store import tables
from ivr.store.tables import Cancellation, Outbox, Visit
from tests.clinic.conftest import ANNA, PYOTR_AND_ANNA, Telephone

pytestmark = pytest.mark.slow
VISITS = 25


def _many_visits(telephone: Telephone, patient: str) -> list[Told]:
    """Copies of the first visit, each read out to the callers."""
    first = telephone.first(patient)
    with telephone.database.begin() as session:
        pattern = session.get_one(Visit, int(first.id))
        columns = {
            column.name: getattr(pattern, column.name)
            for column in Visit.__table__.columns
            if column.name not in ("id", "clinic_id")
        }
        rows = [Visit(**columns) for _ in range(VISITS)]
        session.add_all(rows)
        session.flush()
        return [replace(first, id=str(row.id)) for row in rows]


def _rebook(telephone: Telephone, visit: Told, other: int) -> bool:
    """The registrar gives the time to somebody else."""
    with telephone.database.begin() as session:
        taken = session.execute(
            update(Visit)
            .where(
                Visit.id == int(visit.id),
                Visit.version == visit.version,
                Visit.status == "booked",
            )
            .values(patient_id=other, version=visit.version + 1)
            .returning(Visit.id)
        )
        return taken.first() is not None


def test_two_callers_and_a_registrar(telephone: Telephone) -> None:
    patient = telephone.patient()
    visits = _many_visits(telephone, patient)
    other = int(telephone.from_("+79031112233").patient("000047"))

    def call(caller: str, visit: Told) -> Cancelled:
        return telephone.from_(caller).do(CancelVisit(patient, visit))

    with ThreadPoolExecutor(12) as pool:
        told = [
            (
                pool.submit(call, ANNA, visit),
                pool.submit(_rebook, telephone, visit, other),
                pool.submit(call, PYOTR_AND_ANNA, visit),
            )
            for visit in visits
        ]
    for one, rebooked, another in told:
        first, second = one.result(), another.result()
        cancelled = [answer.how is CancelResult.DONE for answer in (first, second)]
        assert cancelled == [not rebooked.result()] * 2
        assert first == second
    with telephone.database.read() as session:
        cancellations = session.scalars(select(Cancellation)).all()
        others = session.scalars(select(Visit).where(Visit.patient_id == other)).all()
        sms = session.scalars(select(Outbox)).all()
    assert {row.status for row in others} == {"booked"}
    assert len({row.visit_id for row in cancellations}) == len(cancellations) == len(sms)
    assert len({row.code for row in cancellations}) == len(cancellations)


def test_undoing_and_cancelling_at_once_come_to_one_end(telephone: Telephone) -> None:
    patient = telephone.patient()
    visit = telephone.first(patient)
    for _ in range(10):
        done = telephone.from_(ANNA).do(CancelVisit(patient, visit))
        assert done.receipt is not None
        undo = UndoCancellation(patient, done.receipt.code)
        with ThreadPoolExecutor(6) as pool:
            undone = [pool.submit(telephone.from_(ANNA).do, undo) for _ in range(3)]
            again = [
                pool.submit(telephone.from_(ANNA).do, CancelVisit(patient, visit))
                for _ in range(3)
            ]
        results = [one.result() for one in undone]
        assert results.count(UndoResult.RESTORED) == 1
        assert {one.result().how for one in again} == {CancelResult.DONE}
        _assert_consistent(telephone, int(visit.id))


def _assert_consistent(telephone: Telephone, visit_id: int) -> None:
    with telephone.database.read() as session:
        status = session.scalar(select(Visit.status).where(Visit.id == visit_id))
        of_visit = select(Cancellation).where(
            Cancellation.visit_id == visit_id, Cancellation.status == "cancelled"
        )
        standing = session.scalars(of_visit).all()
        taken = select(tables.Opening).where(tables.Opening.taken_by == visit_id)
        openings = session.scalars(taken).all()
    assert len(standing) == len(openings) ^ 1 == (status == "cancelled")


def test_misses_of_one_number_in_many_calls_are_all_counted(telephone: Telephone) -> None:
    with ThreadPoolExecutor(8) as pool:
        checks = list(
            pool.map(lambda _n: telephone.from_(ANNA).policy("111111").check, range(24))
        )
    assert set(checks) == {Check.NEED_WHOLE}
    counted = [row for row in telephone.rows(tables.Attempts) if row.scope == "caller"]
    assert [row.failures for row in counted] == [24]
