"""Failed comparisons: three in a call lead to a person, three in a row mark the number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, or_, select, update

from ivr.clinic.actions import Moment
from ivr.clinic.ledger import Ledger
from ivr.clinic.patients import OWN, Linked, phone_index
from ivr.messages import outbox, texts
from ivr.phone_numbers import is_mobile
from ivr.store import attempts
from ivr.store.tables import Attempts

LIMIT = 3
PATIENT_LIMIT = 10
"""Failures against one patient, from whatever number: more than two elderly people who share a
telephone come to by mistake, far fewer than there are six digits to try."""
FORGOTTEN_AFTER = timedelta(days=30)
WARNING_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Misses:
    """What has failed before, as far as it is not forgotten."""

    in_call: int
    from_number: int
    against: Mapping[int, int]
    """By the patient's id, of those linked to the number."""

    @property
    def refused(self) -> bool:
        """The call has had its three misses."""
        return self.in_call >= LIMIT

    def distrusts(self, patient_id: int) -> bool:
        """Six digits or a policy are not enough for this patient from this number.

        For nobody after three failures in a row from the number; for one patient after ten,
        which the success of somebody else at the same telephone does not make forgotten.
        """
        tried = self.against.get(patient_id, 0)
        return self.from_number >= LIMIT or tried >= PATIENT_LIMIT

    def hold_something(self, patient_id: int) -> bool:
        """There is something that a success of this patient makes forgotten."""
        return bool(self.from_number or self.against.get(patient_id))


def is_refused(ledger: Ledger, moment: Moment) -> bool:
    """The call has had its three misses."""
    return before(ledger, moment, []).refused


def before(ledger: Ledger, moment: Moment, linked: list[Linked]) -> Misses:
    caller = phone_index(ledger.vault, moment.caller or "")
    who = {
        "call": moment.call,
        "caller": caller,
        "patients": sorted({str(patient.id) for patient in linked}),
        "since": moment.now - FORGOTTEN_AFTER,
    }
    found = ledger.session.execute(_FAILURES, who).all()
    failures = {(scope, key): count for scope, key, count in found}
    return Misses(
        in_call=failures.get(("call", moment.call), 0),
        from_number=failures.get(("caller", caller), 0),
        against={int(key): count for scope, key, count in found if scope == "patient"},
    )


def count_in_call(ledger: Ledger, moment: Moment) -> bool:
    """Count a miss of the call alone. True where it was the third."""
    return _count(ledger, "call", moment.call, moment.now) >= LIMIT


def count(ledger: Ledger, moment: Moment, linked: list[Linked]) -> bool:
    """Count a miss of the call, the number and those linked to it. True: the call's third."""
    third = count_in_call(ledger, moment)
    for patient in sorted({patient.id for patient in linked}):
        if _count(ledger, "patient", str(patient), moment.now) == PATIENT_LIMIT:
            ledger.note("ten wrong policies against one patient", moment, patient)
    if moment.caller is not None:
        key = phone_index(ledger.vault, moment.caller)
        if _count(ledger, "caller", key, moment.now) >= LIMIT:
            _warn(ledger, moment, linked)
    return third


def forget(ledger: Ledger, moment: Moment, patient_id: int) -> None:
    """A success: the number and the patient start again; the call's misses stay."""
    caller = phone_index(ledger.vault, moment.caller or "")
    ledger.session.execute(_FORGET, {"patient": str(patient_id), "caller": caller})


_FAILURES = select(Attempts.scope, Attempts.key, Attempts.failures).where(
    or_(
        and_(Attempts.scope == "call", Attempts.key == bindparam("call")),
        and_(Attempts.scope == "caller", Attempts.key == bindparam("caller")),
        and_(
            Attempts.scope == "patient",
            Attempts.key.in_(bindparam("patients", expanding=True)),
        ),
    ),
    Attempts.last_at >= bindparam("since"),
)
_FORGET = (
    update(Attempts)
    .where(
        or_(
            and_(Attempts.scope == "patient", Attempts.key == bindparam("patient")),
            and_(Attempts.scope == "caller", Attempts.key == bindparam("caller")),
        )
    )
    .values(failures=0)
    .execution_options(synchronize_session=False)
)


def _count(ledger: Ledger, scope: str, key: str, now: datetime) -> int:
    return attempts.count(ledger.session, scope, key, now, forgotten_after=FORGOTTEN_AFTER)


def _warn(ledger: Ledger, moment: Moment, linked: list[Linked]) -> None:
    """Tell the desk; tell the number itself where it is a patient's own mobile."""
    ledger.note("three wrong policies in a row", moment)
    caller = moment.caller or ""
    if not is_mobile(caller) or all(patient.link != OWN for patient in linked):
        return
    key = phone_index(ledger.vault, caller)
    last = select(Attempts.last_at).where(Attempts.scope == "warned", Attempts.key == key)
    warned_at = ledger.session.scalar(last)
    if warned_at is not None and moment.now - warned_at < WARNING_EVERY:
        return
    _count(ledger, "warned", key, moment.now)
    outbox.put(
        ledger.session,
        ledger.vault,
        key=f"warning/{moment.call}",
        to=caller,
        text=texts.wrong_policy_warning(ledger.line_number),
        kind="warning",
        now=moment.now,
    )
