"""Cancelling a visit: one conditional UPDATE decides every race."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from sqlalchemy import and_, bindparam, or_, select, update

from ivr.clinic import codes, patients
from ivr.clinic.actions import Cancelled, CancelResult, CancelVisit, Moment, Receipt
from ivr.clinic.cancellations import hold_visit, receipt_of, send
from ivr.clinic.ledger import Ledger
from ivr.clinic.rules import CODE_DAYS, UNDO, is_late
from ivr.clinic.values import CancellationStatus, CancelRule
from ivr.clinic.visits import ASKED, answer_after
from ivr.store.tables import Cancellation, Opening, Visit

OPEN = (*ASKED, "cancelled")
"""Statuses of which a visit has one cancellation at most."""
BY_REGISTRAR = (CancelRule.CONFIRMED, CancelRule.LATE_PERSON)
LATE = (CancelRule.LATE_WARN, CancelRule.LATE_PERSON)

# Said once: the turn of the yes is the longest of a call, and building a statement costs as
# much as the database takes to answer it.
_KNOWN = (
    select(Cancellation)
    .where(
        or_(
            and_(
                Cancellation.call_id == bindparam("call"),
                Cancellation.line_number == bindparam("line"),
            ),
            and_(Cancellation.visit_id == bindparam("visit"), Cancellation.status.in_(OPEN)),
        )
    )
    .order_by(Cancellation.id)
    .execution_options(populate_existing=True)
)
_TAKE_OFF = (
    update(Visit)
    .where(
        Visit.id == bindparam("visit"),
        Visit.patient_id == bindparam("patient"),
        Visit.version == bindparam("as_read"),
        Visit.status == "booked",
    )
    .values(status=bindparam("now"))
    .execution_options(synchronize_session=False)
    .returning(Visit.id)
)
_LIVE_CODE = select(Cancellation).where(
    Cancellation.code == bindparam("code"), Cancellation.code_live
)
_GIVE_BACK = (
    update(Opening)
    .where(Opening.taken_by == bindparam("visit"))
    .values(taken_by=None, held_until=bindparam("until"))
    .execution_options(synchronize_session=False)
    .returning(Opening.id)
)


def cancel_visit(ledger: Ledger, action: CancelVisit, moment: Moment) -> Cancelled:
    imported = hold_visit(ledger, int(action.visit.id))
    if (known := _known(ledger, action, moment)) is not None:
        return _again(ledger, known, action, moment)
    if imported is None or action.visit.rule is CancelRule.BEGUN:
        return Cancelled(CancelResult.CHANGED)
    asked = imported or _only_asked(ledger, action, moment)
    if not _take_off(ledger, action, status="booked" if asked else "cancelled"):
        return Cancelled(CancelResult.CHANGED)
    status = CancellationStatus.PROCESSING if asked else CancellationStatus.CANCELLED
    cancellation = _write(ledger, action, moment, status)
    sms = send(ledger, cancellation, action.visit.start, moment, kind="cancelled")
    ledger.note(f"cancellation {cancellation.id} {status}", moment, cancellation.patient_id)
    receipt = Receipt(
        code=cancellation.code,
        status=status,
        visit=replace(action.visit, rule=None),
        sms=sms,
        answer_after=answer_after(ledger, cancellation, moment),
    )
    return _told(receipt)


def _only_asked(ledger: Ledger, action: CancelVisit, moment: Moment) -> bool:
    """The line may only pass it on: a person decides, or an outage is planned."""
    by_person = action.request_only or action.visit.rule in BY_REGISTRAR
    return by_person or ledger.outage(moment) is not None


def _known(ledger: Ledger, action: CancelVisit, moment: Moment) -> Cancellation | None:
    """The visit's cancellation, or the one that this very line has made."""
    which = {"call": moment.call, "line": moment.line, "visit": int(action.visit.id)}
    return ledger.session.scalars(_KNOWN, which).first()


def _again(
    ledger: Ledger, known: Cancellation, action: CancelVisit, moment: Moment
) -> Cancelled:
    if known.patient_id != int(action.patient):
        return Cancelled(CancelResult.CHANGED)
    mobiles = patients.own_mobiles(ledger.session, ledger.vault, known.patient_id)
    return _told(receipt_of(ledger, known, moment, sms=bool(mobiles)))


def _told(given: Receipt) -> Cancelled:
    if given.status in ASKED:
        return Cancelled(CancelResult.PROCESSING, given)
    return Cancelled(CancelResult.DONE, given)


def _take_off(ledger: Ledger, action: CancelVisit, *, status: str) -> bool:
    """The UPDATE that decides: only the visit that was read out, as it was read out."""
    which = {
        "visit": int(action.visit.id),
        "patient": int(action.patient),
        "as_read": action.visit.version,
        "now": status,
    }
    return ledger.session.execute(_TAKE_OFF, which).first() is not None


def _write(
    ledger: Ledger, action: CancelVisit, moment: Moment, status: CancellationStatus
) -> Cancellation:
    done = status is CancellationStatus.CANCELLED
    visit_id = int(action.visit.id)
    row = Cancellation(
        code=codes.new_code(lambda code: _is_taken(ledger, code, moment.now)),
        code_until=_code_until(ledger, action.visit.start, moment.now),
        visit_id=visit_id,
        patient_id=int(action.patient),
        opening_id=give_back(ledger, visit_id, moment.now) if done else None,
        status=status.value,
        late=_is_late(ledger, action, moment),
        call_id=moment.call,
        line_number=moment.line,
        requested_at=moment.now,
        decided_at=moment.now if done else None,
    )
    ledger.session.add(row)
    ledger.session.flush()
    return row


def _is_late(ledger: Ledger, action: CancelVisit, moment: Moment) -> bool:
    """By the rule that was read out: the boundary does not move while the caller speaks."""
    if ledger.settings.late_policy == "allow" or action.visit.rule is CancelRule.CONFIRMED:
        return is_late(action.visit.start, moment.now)
    return action.visit.rule in LATE


def _is_taken(ledger: Ledger, code: str, now: datetime) -> bool:
    """A lapsed code is taken out of use here, and may be given again."""
    row = ledger.session.scalar(_LIVE_CODE, {"code": code})
    if row is None or row.code_until >= now:
        return row is not None
    row.code_live = False
    ledger.session.flush()
    return False


def _code_until(ledger: Ledger, start: datetime, now: datetime) -> datetime:
    """The end of the visit's day and thirty more."""
    last = ledger.local(max(start, now)).date() + timedelta(days=CODE_DAYS + 1)
    return datetime.combine(last, time(), ledger.zone)


def give_back(ledger: Ledger, visit_id: int, now: datetime) -> int | None:
    """Free the visit's opening once the time for undoing is over."""
    freed = ledger.session.execute(_GIVE_BACK, {"visit": visit_id, "until": now + UNDO})
    return freed.scalars().first()
