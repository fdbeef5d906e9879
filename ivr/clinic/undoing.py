"""Taking a cancellation back within ten minutes, if the visit's time is still there."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select, update

from ivr.clinic.actions import Moment, UndoCancellation, UndoResult
from ivr.clinic.cancellations import change, hold_visit, receipt_of, send
from ivr.clinic.ledger import Ledger
from ivr.clinic.values import CancellationStatus
from ivr.clinic.visits import ASKED, undoable
from ivr.store.tables import Cancellation, Opening, Visit


def undo_cancellation(ledger: Ledger, action: UndoCancellation, moment: Moment) -> UndoResult:
    row = _own(ledger, action)
    if row is None:
        return UndoResult.TOO_LATE
    if row.status == CancellationStatus.UNDONE and row.undone_by == moment.call:
        return UndoResult.RESTORED
    if not undoable(row, moment):
        return UndoResult.TOO_LATE
    if row.status == CancellationStatus.CANCELLED and not put_back(ledger, row):
        return UndoResult.TAKEN
    withdrawn = row.status in ASKED
    if not mark_undone(ledger, row, moment, moment.call):
        return UndoResult.TOO_LATE
    restored = receipt_of(ledger, row, moment, sms=False).visit
    send(ledger, row, restored.start, moment, kind="withdrawn" if withdrawn else "restored")
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
        hold_visit(ledger, row.visit_id)
        ledger.session.refresh(row)
    return row


def put_back(ledger: Ledger, row: Cancellation) -> bool:
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


def mark_undone(ledger: Ledger, row: Cancellation, moment: Moment, by: str) -> bool:
    """`by`: a call's id or a registrar's name."""
    return change(
        ledger,
        (Cancellation.id == row.id, Cancellation.status == row.status),
        status=CancellationStatus.UNDONE.value,
        undone_at=moment.now,
        undone_by=by,
    )
