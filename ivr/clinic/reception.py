"""The clinic as a caller meets it: its greeting, its hours, its people."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from ivr.clinic import patients
from ivr.clinic.actions import (
    AskClinicInfo,
    AskRegistry,
    ClinicInfo,
    Greet,
    KeepNote,
    Moment,
    RequestCallback,
    Welcome,
)
from ivr.clinic.ledger import Ledger
from ivr.clinic.values import Registry
from ivr.phone_numbers import e164
from ivr.store.tables import CallbackRequest

WITHOUT_A_YES = timedelta(days=1)
"""A number asks so seldom for a call back without saying yes."""


def greet(ledger: Ledger, _action: Greet, moment: Moment) -> Welcome:
    outage = ledger.outage(moment)
    today = ledger.local(moment.now).date()
    return Welcome(
        clinic=ledger.settings.name,
        recorded=ledger.recorded,
        announcement=ledger.settings.announcement,
        whole_policy=ledger.whole_policy,
        requests_only_until=outage,
        outage_ends_today=outage is not None and outage.date() == today,
    )


def ask_registry(ledger: Ledger, _action: AskRegistry, moment: Moment) -> Registry:
    timetable = ledger.timetable
    work = timetable.next(moment.now)
    return Registry(
        open=timetable.is_open(moment.now) and bool(ledger.settings.transfer_number),
        opens=work.opens.time(),
        closes=work.closes.time(),
        opens_on=work.opens,
        phone=ledger.settings.transfer_number,
        second_level=ledger.settings.second_level_number,
        number_shown=moment.caller is not None,
    )


def ask_clinic_info(ledger: Ledger, _action: AskClinicInfo, _moment: Moment) -> ClinicInfo:
    week = tuple(str(hours) if hours else "" for hours in ledger.settings.week)
    return ClinicInfo(ledger.settings.address, week)


def request_callback(ledger: Ledger, action: RequestCallback, moment: Moment) -> bool:
    phone = moment.caller if action.phone is None else e164(action.phone)
    if phone is None:
        return False
    if _asked_on_this_line(ledger, moment):
        return True
    if not action.agreed and not _may_ask_without_a_yes(ledger, phone, moment):
        return False
    call = ledger.call(moment)
    ledger.session.add(
        CallbackRequest(
            phone_sealed=ledger.vault.seal(patients.PHONE, phone),
            phone_index=patients.phone_index(ledger.vault, phone),
            on_file=_is_on_file(ledger, phone, action.patient),
            patient_id=None if action.patient is None else int(action.patient),
            reason=action.reason,
            level=0 if call is None else call.level,
            call_id=moment.call,
            line_number=moment.line,
            agreed=action.agreed,
            created_at=moment.now,
        )
    )
    ledger.session.flush()
    return True


def _asked_on_this_line(ledger: Ledger, moment: Moment) -> bool:
    this = select(CallbackRequest.id).where(
        CallbackRequest.call_id == moment.call, CallbackRequest.line_number == moment.line
    )
    return ledger.session.scalar(this) is not None


def _may_ask_without_a_yes(ledger: Ledger, phone: str, moment: Moment) -> bool:
    """Once a day for a number, and never from a call in which nothing at all was heard."""
    call = ledger.call(moment)
    if call is not None and not call.heard_anything:
        return False
    today = select(CallbackRequest.id).where(
        CallbackRequest.phone_index == patients.phone_index(ledger.vault, phone),
        CallbackRequest.created_at > moment.now - WITHOUT_A_YES,
        CallbackRequest.agreed.is_(False),
    )
    return ledger.session.scalars(today).first() is None


def _is_on_file(ledger: Ledger, phone: str, patient: str | None) -> bool:
    """Among the phones of the patient, or of anybody where the patient is not known."""
    linked = patients.linked_to(ledger.session, ledger.vault, phone)
    return any(patient is None or str(one.id) == patient for one in linked)


def keep_note(ledger: Ledger, action: KeepNote, moment: Moment) -> bool:
    """With the last request of the call."""
    last = (
        select(CallbackRequest.id)
        .where(CallbackRequest.call_id == moment.call)
        .order_by(CallbackRequest.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    kept = ledger.session.execute(
        update(CallbackRequest)
        .where(CallbackRequest.id == last)
        .values(recording=action.recording, seconds=action.seconds)
        .execution_options(synchronize_session=False)
        .returning(CallbackRequest.id)
    )
    return kept.first() is not None
