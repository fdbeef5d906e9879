"""Cancellations as rows: holding, changing, telling of them, their SMS.

Rows are always locked in the order visit, cancellation, opening.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select, update

from ivr.clinic import patients
from ivr.clinic.actions import GiveReason, MarkCodeHeard, Moment, Receipt
from ivr.clinic.ledger import Ledger
from ivr.clinic.values import CancellationStatus, Reason
from ivr.clinic.visits import CancellationRow, cancellation_list, cancellation_rows, receipt
from ivr.messages import outbox, texts
from ivr.store.tables import Cancellation, Visit

_HELD = select(Visit.imported).where(Visit.id == bindparam("visit")).with_for_update()


def hold_visit(ledger: Ledger, visit_id: int) -> bool | None:
    """Hold the visit's row; whether it is an imported copy, None where there is none."""
    return ledger.session.scalar(_HELD, {"visit": visit_id})


def receipt_of(ledger: Ledger, row: Cancellation, moment: Moment, *, sms: bool) -> Receipt:
    return receipt(ledger, _whole(ledger, row.id), moment, sms=sms)


def _whole(ledger: Ledger, cancellation_id: int) -> CancellationRow:
    return cancellation_list(
        ledger, cancellation_rows().where(Cancellation.id == cancellation_id)
    )[0]


def send(
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
    if kind == "not_cancelled":
        return texts.not_cancelled(start, ledger.line_number)
    if kind == "withdrawn":
        return texts.withdrawn(start, ledger.line_number)
    put = texts.cancelled if row.status == CancellationStatus.CANCELLED else texts.requested
    return put(start, row.code, ledger.line_number)


def mark_code_heard(ledger: Ledger, action: MarkCodeHeard, moment: Moment) -> bool:
    values = {"which": action.code, "now": moment.now}
    return ledger.session.execute(_MARK_HEARD, values).first() is not None


def give_reason(ledger: Ledger, action: GiveReason, _moment: Moment) -> bool:
    values = {"which": action.code, "given": action.reason.value}
    ledger.session.execute(_GIVE_REASON, values)
    return action.reason is Reason.ILL and ledger.settings.paper_for_illness


_OF_CODE = (
    update(Cancellation)
    .where(Cancellation.code == bindparam("which"), Cancellation.code_live)
    .execution_options(synchronize_session=False)
    .returning(Cancellation.id)
)
_MARK_HEARD = _OF_CODE.where(Cancellation.heard_at.is_(None)).values(heard_at=bindparam("now"))
_GIVE_REASON = _OF_CODE.values(reason=bindparam("given"))


def change(ledger: Ledger, where: tuple[ColumnElement[bool], ...], **values: Any) -> bool:
    changed = ledger.session.execute(
        update(Cancellation)
        .where(*where)
        .values(**values)
        .execution_options(synchronize_session=False)
        .returning(Cancellation.id)
    )
    return changed.first() is not None
