"""Failed comparisons: three in a call lead to a person, three in a row mark the number."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, case, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ivr.clinic.actions import Moment
from ivr.clinic.ledger import Ledger
from ivr.clinic.patients import OWN, Linked, phone_index
from ivr.messages import outbox, texts
from ivr.phone_numbers import is_mobile
from ivr.store.tables import Attempts

LIMIT = 3
PATIENT_LIMIT = 10
"""Failures against one patient, from whatever number: more than two elderly people who share a
telephone come to by mistake, far fewer than there are six digits to try."""
FORGOTTEN_AFTER = timedelta(days=30)
WARNING_EVERY = timedelta(days=1)


def is_refused(ledger: Ledger, moment: Moment) -> bool:
    """The call has had its three misses."""
    return _failures(ledger, "call", moment.call, moment.now) >= LIMIT


def distrusted(ledger: Ledger, moment: Moment, linked: list[Linked]) -> frozenset[int]:
    """Those linked to the number whom six digits or a policy are not enough for.

    All of them after three failures in a row from the number; one patient after ten, which the
    success of somebody else at the same telephone does not make forgotten.
    """
    caller = phone_index(ledger.vault, moment.caller or "")
    everybody = sorted({str(patient.id) for patient in linked})
    found = ledger.session.execute(
        select(Attempts.scope, Attempts.key, Attempts.failures).where(
            or_(
                and_(Attempts.scope == "caller", Attempts.key == caller),
                and_(Attempts.scope == "patient", Attempts.key.in_(everybody)),
            ),
            Attempts.last_at >= moment.now - FORGOTTEN_AFTER,
        )
    )
    failures = {(scope, key): count for scope, key, count in found}
    if failures.get(("caller", caller), 0) >= LIMIT:
        return frozenset(patient.id for patient in linked)
    tried = (key for key in everybody if failures.get(("patient", key), 0) >= PATIENT_LIMIT)
    return frozenset(int(key) for key in tried)


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
    ledger.session.execute(
        update(Attempts)
        .where(
            or_(
                and_(Attempts.scope == "patient", Attempts.key == str(patient_id)),
                and_(Attempts.scope == "caller", Attempts.key == caller),
            )
        )
        .values(failures=0)
        .execution_options(synchronize_session=False)
    )


def _failures(ledger: Ledger, scope: str, key: str, now: datetime) -> int:
    counted = {"scope": scope, "key": key, "since": now - FORGOTTEN_AFTER}
    return ledger.session.scalar(_FAILURES, counted) or 0


_FAILURES = select(Attempts.failures).where(
    Attempts.scope == bindparam("scope"),
    Attempts.key == bindparam("key"),
    Attempts.last_at >= bindparam("since"),
)


def _count(ledger: Ledger, scope: str, key: str, now: datetime) -> int:
    """One statement: two calls of one number may count at once."""
    dialect = ledger.session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    row = insert(Attempts).values(scope=scope, key=key, failures=1, last_at=now)
    again = case((Attempts.last_at < now - FORGOTTEN_AFTER, 1), else_=Attempts.failures + 1)
    counted = row.on_conflict_do_update(
        index_elements=[Attempts.scope, Attempts.key],
        set_={"failures": again, "last_at": now},
    ).returning(Attempts.failures)
    return ledger.session.execute(counted).scalar_one()


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
