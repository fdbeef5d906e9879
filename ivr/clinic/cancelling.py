"""Cancelling a visit and taking that back: one conditional UPDATE decides every race.

Rows are always locked in the order visit, cancellation, opening.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update

from ivr.clinic import codes, patients
from ivr.clinic.actions import (
    Cancelled,
    CancelResult,
    CancelVisit,
    GiveReason,
    MarkCodeHeard,
    Moment,
    Receipt,
    UndoCancellation,
    UndoResult,
)
from ivr.clinic.ledger import Ledger
from ivr.clinic.rules import CODE_DAYS, UNDO, is_late
from ivr.clinic.values import CancellationStatus, CancelRule, Reason
from ivr.clinic.visits import (
    ASKED,
    CancellationRow,
    cancellation_list,
    cancellation_rows,
    receipt,
    undoable,
)
from ivr.messages import outbox, texts
from ivr.store.tables import Cancellation, Opening, Visit

OPEN = (*ASKED, "cancelled")
"""Statuses of which a visit has one cancellation at most."""
BY_REGISTRAR = (CancelRule.CONFIRMED, CancelRule.LATE_PERSON)
LATE = (CancelRule.LATE_WARN, CancelRule.LATE_PERSON)


def cancel_visit(ledger: Ledger, action: CancelVisit, moment: Moment) -> Cancelled:
    imported = _lock(ledger, int(action.visit.id))
    if (known := _known(ledger, action, moment)) is not None:
        return _again(ledger, known, action, moment)
    if imported is None or action.visit.rule is CancelRule.BEGUN:
        return Cancelled(CancelResult.CHANGED)
    asked = imported or action.request_only or action.visit.rule in BY_REGISTRAR
    if not _take_off(ledger, action, status="booked" if asked else "cancelled"):
        return Cancelled(CancelResult.CHANGED)
    status = CancellationStatus.PROCESSING if asked else CancellationStatus.CANCELLED
    cancellation = _write(ledger, action, moment, status)
    sms = _send(ledger, cancellation, action.visit.start, moment, kind="cancelled")
    ledger.note(f"cancellation {cancellation.id} {status}", moment, cancellation.patient_id)
    return _told(_receipt(ledger, cancellation, moment, sms=sms))


def _lock(ledger: Ledger, visit_id: int) -> bool | None:
    """Hold the visit's row; whether it is an imported copy, None where there is none."""
    return ledger.session.scalar(
        select(Visit.imported).where(Visit.id == visit_id).with_for_update()
    )


def _known(ledger: Ledger, action: CancelVisit, moment: Moment) -> Cancellation | None:
    """The visit's cancellation, or the one that this very line has made."""
    this_line = and_(
        Cancellation.call_id == moment.call, Cancellation.line_number == moment.line
    )
    this_visit = and_(
        Cancellation.visit_id == int(action.visit.id), Cancellation.status.in_(OPEN)
    )
    found = select(Cancellation).where(or_(this_line, this_visit)).order_by(Cancellation.id)
    return ledger.session.scalars(found.execution_options(populate_existing=True)).first()


def _again(
    ledger: Ledger, known: Cancellation, action: CancelVisit, moment: Moment
) -> Cancelled:
    if known.patient_id != int(action.patient):
        return Cancelled(CancelResult.CHANGED)
    mobiles = patients.own_mobiles(ledger.session, ledger.vault, known.patient_id)
    return _told(_receipt(ledger, known, moment, sms=bool(mobiles)))


def _told(given: Receipt) -> Cancelled:
    if given.status in ASKED:
        return Cancelled(CancelResult.PROCESSING, given)
    return Cancelled(CancelResult.DONE, given)


def _take_off(ledger: Ledger, action: CancelVisit, *, status: str) -> bool:
    """The UPDATE that decides: only the visit that was read out, as it was read out."""
    taken = ledger.session.execute(
        update(Visit)
        .where(
            Visit.id == int(action.visit.id),
            Visit.patient_id == int(action.patient),
            Visit.version == action.visit.version,
            Visit.status == "booked",
        )
        .values(status=status)
        .execution_options(synchronize_session=False)
        .returning(Visit.id)
    )
    return taken.first() is not None


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
        opening_id=_give_back(ledger, visit_id, moment.now) if done else None,
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
    found = select(Cancellation).where(Cancellation.code == code, Cancellation.code_live)
    row = ledger.session.scalar(found)
    if row is None or row.code_until >= now:
        return row is not None
    row.code_live = False
    ledger.session.flush()
    return False


def _code_until(ledger: Ledger, start: datetime, now: datetime) -> datetime:
    """The end of the visit's day and thirty more."""
    last = ledger.local(max(start, now)).date() + timedelta(days=CODE_DAYS + 1)
    return datetime.combine(last, time(), ledger.zone)


def _give_back(ledger: Ledger, visit_id: int, now: datetime) -> int | None:
    """Free the visit's opening once the time for undoing is over."""
    freed = ledger.session.execute(
        update(Opening)
        .where(Opening.taken_by == visit_id)
        .values(taken_by=None, held_until=now + UNDO)
        .execution_options(synchronize_session=False)
        .returning(Opening.id)
    )
    return freed.scalars().first()


def _receipt(ledger: Ledger, row: Cancellation, moment: Moment, *, sms: bool) -> Receipt:
    return receipt(ledger, _whole(ledger, row.id), moment, sms=sms)


def _whole(ledger: Ledger, cancellation_id: int) -> CancellationRow:
    return cancellation_list(
        ledger, cancellation_rows().where(Cancellation.id == cancellation_id)
    )[0]


def _send(
    ledger: Ledger, row: Cancellation, start: datetime, moment: Moment, *, kind: str
) -> bool:
    """Put the SMS into the outbox; False where the patient has no own mobile on file."""
    mobiles = patients.own_mobiles(ledger.session, ledger.vault, row.patient_id)
    if not mobiles:
        return False
    outbox.put(
        ledger.session,
        ledger.vault,
        key=f"cancellation/{row.id}/{kind}",
        to=moment.caller if moment.caller in mobiles else mobiles[0],
        text=_text(ledger, row, start, kind),
        kind=kind,
        now=moment.now,
        patient_id=row.patient_id,
        cancellation_id=row.id,
    )
    return True


def _text(ledger: Ledger, row: Cancellation, start: datetime, kind: str) -> str:
    if kind == "restored":
        return texts.restored(start, ledger.line_number)
    put = texts.cancelled if row.status == CancellationStatus.CANCELLED else texts.requested
    return put(start, row.code, ledger.line_number)


def undo_cancellation(ledger: Ledger, action: UndoCancellation, moment: Moment) -> UndoResult:
    row = _own(ledger, action)
    if row is None:
        return UndoResult.TOO_LATE
    if row.status == CancellationStatus.UNDONE and row.undone_by == moment.call:
        return UndoResult.RESTORED
    if not undoable(row, moment):
        return UndoResult.TOO_LATE
    if row.status == CancellationStatus.CANCELLED and not _put_back(ledger, row):
        return UndoResult.TAKEN
    if not _mark_undone(ledger, row, moment):
        return UndoResult.TOO_LATE
    restored = _receipt(ledger, row, moment, sms=False).visit
    _send(ledger, row, restored.start, moment, kind="restored")
    ledger.note(f"cancellation {row.id} undone", moment, row.patient_id)
    return UndoResult.RESTORED


def _own(ledger: Ledger, action: UndoCancellation) -> Cancellation | None:
    """The cancellation of the code, if it is this patient's; its visit's row is held."""
    mine = select(Cancellation).where(
        Cancellation.code == action.code,
        Cancellation.code_live,
        Cancellation.patient_id == int(action.patient),
    )
    row = ledger.session.scalar(mine)
    if row is not None:
        _lock(ledger, row.visit_id)
        ledger.session.refresh(row)
    return row


def _put_back(ledger: Ledger, row: Cancellation) -> bool:
    """Book the visit again if its opening is still there. The visit's row is held."""
    if row.opening_id is not None and not _take_opening(ledger, row):
        return False
    if _set_status(ledger, row, before="cancelled", after="booked"):
        return True
    if row.opening_id is not None:
        _set_opening(ledger, row, taken_by=None)
    return False


def _set_status(ledger: Ledger, row: Cancellation, *, before: str, after: str) -> bool:
    changed = ledger.session.execute(
        update(Visit)
        .where(
            Visit.id == row.visit_id,
            Visit.patient_id == row.patient_id,
            Visit.status == before,
            Visit.called_off.is_(False),
        )
        .values(status=after)
        .execution_options(synchronize_session=False)
        .returning(Visit.id)
    )
    return changed.first() is not None


def _take_opening(ledger: Ledger, row: Cancellation) -> bool:
    return _set_opening(ledger, row, Opening.taken_by.is_(None), taken_by=row.visit_id)


def _set_opening(
    ledger: Ledger, row: Cancellation, *only: ColumnElement[bool], taken_by: int | None
) -> bool:
    changed = ledger.session.execute(
        update(Opening)
        .where(Opening.id == row.opening_id, *only)
        .values(taken_by=taken_by, held_until=None)
        .execution_options(synchronize_session=False)
        .returning(Opening.id)
    )
    return changed.first() is not None


def _mark_undone(ledger: Ledger, row: Cancellation, moment: Moment) -> bool:
    return _change(
        ledger,
        (Cancellation.id == row.id, Cancellation.status == row.status),
        status=CancellationStatus.UNDONE.value,
        undone_at=moment.now,
        undone_by=moment.call,
    )


def mark_code_heard(ledger: Ledger, action: MarkCodeHeard, moment: Moment) -> bool:
    unheard = (*_live(action.code), Cancellation.heard_at.is_(None))
    return _change(ledger, unheard, heard_at=moment.now)


def give_reason(ledger: Ledger, action: GiveReason, _moment: Moment) -> bool:
    _change(ledger, _live(action.code), reason=action.reason.value)
    return action.reason is Reason.ILL and ledger.settings.paper_for_illness


def _live(code: str) -> tuple[ColumnElement[bool], ...]:
    return (Cancellation.code == code, Cancellation.code_live.is_(True))


def _change(ledger: Ledger, where: tuple[ColumnElement[bool], ...], **values: Any) -> bool:
    changed = ledger.session.execute(
        update(Cancellation)
        .where(*where)
        .values(**values)
        .execution_options(synchronize_session=False)
        .returning(Cancellation.id)
    )
    return changed.first() is not None
