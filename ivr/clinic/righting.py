"""What a registrar puts right in the book: cancel, decide a request, restore, send again.

Everything is conditional on what the registrar saw; who acts on an older state is told so.
Rows are locked in the order visit, cancellation, opening, as everywhere.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select, update

from ivr.clinic import patients
from ivr.clinic.actions import CancelResult, CancelVisit, Moment
from ivr.clinic.cancellations import change, hold_visit, receipt_of, send
from ivr.clinic.cancelling import OPEN, cancel_visit, give_back
from ivr.clinic.ledger import Ledger
from ivr.clinic.rules import is_late
from ivr.clinic.undoing import mark_undone, put_back
from ivr.clinic.values import CancellationStatus, CancelRule
from ivr.clinic.visits import ASKED, visit_rows, visit_value
from ivr.messages import outbox
from ivr.store.tables import Cancellation, Outbox, Visit

MOST_AGAIN = 5
"""An SMS is sent again so often."""


class Righted(StrEnum):
    DONE = "done"
    ASKED = "asked"
    """A copy of the clinic's: the request goes to the clinic's system."""
    CHANGED = "changed"
    """Somebody was quicker: nothing was done."""
    TAKEN = "taken"
    """The visit's time belongs to somebody else."""
    BEGUN = "begun"
    """The visit has begun or is over."""
    THEIRS = "theirs"
    """Only the clinic's own system can do that."""
    NO_MOBILE = "no_mobile"


@dataclass(frozen=True, slots=True)
class Registrar:
    """Who acts, and when."""

    name: str
    now: datetime

    def moment(self) -> Moment:
        """No call: its id is nobody else's."""
        return Moment(uuid.uuid4().hex, 0, None, self.now)


def cancel(ledger: Ledger, visit_id: int, version: int, by: Registrar) -> Righted:
    """Cancel a visit as it was seen; rules that send callers to a person do not bind one."""
    hold_visit(ledger, visit_id)
    row = ledger.session.execute(visit_rows().where(Visit.id == visit_id)).first()
    if row is None or row[0].version != version or _open(ledger, visit_id) is not None:
        return Righted.CHANGED
    if row[0].start <= by.now:
        return Righted.BEGUN
    late = CancelRule.LATE_WARN if is_late(row[0].start, by.now) else None
    seen = replace(visit_value(ledger, *row), rule=late)
    action = CancelVisit(str(row[0].patient_id), seen)
    done = cancel_visit(ledger, action, by.moment())
    if done.how is CancelResult.CHANGED or done.receipt is None:
        return Righted.CHANGED
    mine = (Cancellation.code == done.receipt.code, Cancellation.code_live.is_(True))
    change(ledger, mine, channel="desk")
    return Righted.DONE if done.how is CancelResult.DONE else Righted.ASKED


def _open(ledger: Ledger, visit_id: int) -> Cancellation | None:
    found = select(Cancellation).where(
        Cancellation.visit_id == visit_id, Cancellation.status.in_(OPEN)
    )
    return ledger.session.scalar(found)


def grant(ledger: Ledger, cancellation_id: int, seen: str, by: Registrar) -> Righted:
    """Answer a request: the visit is cancelled."""
    row = _held(ledger, cancellation_id)
    if row is None or row.status != seen or seen not in ASKED:
        return Righted.CHANGED
    if _visit(ledger, row).imported:
        return Righted.THEIRS
    if not _cancel_booked(ledger, row):
        return Righted.CHANGED
    opening = give_back(ledger, row.visit_id, by.now)
    _decide(ledger, row, by, CancellationStatus.CANCELLED, opening_id=opening)
    _send(ledger, row, by, "acknowledged")
    return Righted.DONE


def _cancel_booked(ledger: Ledger, row: Cancellation) -> bool:
    taken = ledger.session.execute(
        update(Visit)
        .where(Visit.id == row.visit_id, Visit.status == "booked")
        .values(status="cancelled")
        .execution_options(synchronize_session=False)
        .returning(Visit.id)
    )
    return taken.first() is not None


def refuse(ledger: Ledger, cancellation_id: int, seen: str, why: str, by: Registrar) -> Righted:
    """Answer a request: the visit stays; `why` is read to who asks by the code."""
    row = _held(ledger, cancellation_id)
    if row is None or row.status != seen or seen not in ASKED:
        return Righted.CHANGED
    _decide(ledger, row, by, CancellationStatus.NOT_CANCELLED, why=why)
    _send(ledger, row, by, "not_cancelled")
    return Righted.DONE


def _decide(
    ledger: Ledger,
    row: Cancellation,
    by: Registrar,
    status: CancellationStatus,
    **more: object,
) -> None:
    values = {"status": status.value, "decided_at": by.now, **more}
    change(ledger, (Cancellation.id == row.id,), **values)
    ledger.session.refresh(row)


def restore(ledger: Ledger, cancellation_id: int, seen: str, by: Registrar) -> Righted:
    """Take a cancellation back, whenever it was; the visit must be ahead and its time free."""
    row = _held(ledger, cancellation_id)
    if row is None or row.status != seen or seen not in OPEN:
        return Righted.CHANGED
    refused = _cannot_stand(ledger, row, by)
    if refused is not None:
        return refused
    if seen == CancellationStatus.CANCELLED and not put_back(ledger, row):
        return Righted.TAKEN
    mark_undone(ledger, row, by.moment(), by.name)
    ledger.session.refresh(row)
    _send(ledger, row, by, "restored")
    return Righted.DONE


def _cannot_stand(ledger: Ledger, row: Cancellation, by: Registrar) -> Righted | None:
    visit = _visit(ledger, row)
    if visit.start <= by.now:
        return Righted.BEGUN
    if visit.imported and visit.status != "booked":
        return Righted.THEIRS
    other = select(Visit.id).where(
        Visit.doctor_id == visit.doctor_id,
        Visit.start == visit.start,
        Visit.status == "booked",
        Visit.id != visit.id,
    )
    return Righted.TAKEN if ledger.session.scalars(other).first() else None


def _held(ledger: Ledger, cancellation_id: int) -> Cancellation | None:
    """The cancellation; its visit's row and its own are held."""
    row = ledger.session.get(Cancellation, cancellation_id)
    if row is not None:
        hold_visit(ledger, row.visit_id)
        ledger.session.refresh(row, with_for_update=True)
    return row


def _visit(ledger: Ledger, row: Cancellation) -> Visit:
    return ledger.session.get_one(Visit, row.visit_id, populate_existing=True)


def _send(ledger: Ledger, row: Cancellation, by: Registrar, kind: str) -> None:
    moment = by.moment()
    start = receipt_of(ledger, row, moment, sms=False).visit.start
    send(ledger, row, start, moment, kind=kind)


def send_again(ledger: Ledger, sms_id: int, by: Registrar) -> Righted:
    """The same text once more, to the patient's own mobile as it is on file now."""
    sms = ledger.session.get_one(Outbox, sms_id, with_for_update=True)
    mobiles = patients.own_mobiles(ledger.session, ledger.vault, sms.patient_id or 0)
    if not mobiles or sms.kind == outbox.IDENTITY_CODE:
        return Righted.NO_MOBILE
    key = sms.key.partition("/again/")[0]
    again = ledger.session.scalar(
        select(func.count()).where(Outbox.key.startswith(f"{key}/again/", autoescape=True))
    )
    if (again or 0) >= MOST_AGAIN:
        return Righted.CHANGED
    outbox.put(
        ledger.session,
        ledger.vault,
        key=f"{key}/again/{(again or 0) + 1}",
        to=mobiles[0],
        text=outbox.text_of(ledger.vault, sms),
        kind=sms.kind,
        now=by.now,
        patient_id=sms.patient_id,
        cancellation_id=sms.cancellation_id,
        visit_id=sms.visit_id,
    )
    return Righted.DONE


def told(ledger: Ledger, cancellation_id: int, by: Registrar) -> None:
    """The patient has heard the code from a registrar."""
    unheard = (Cancellation.id == cancellation_id, Cancellation.heard_at.is_(None))
    change(ledger, unheard, heard_at=by.now)
