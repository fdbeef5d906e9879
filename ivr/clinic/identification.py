"""Who is calling: comparing digits with the file so that a stranger learns nothing.

Whatever the digits are, one comparison makes the same queries; whole numbers and certificates
that are not linked to the calling number lead to the same place, on file or not.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import func, select

from ivr.clinic import codes, misses, patients
from ivr.clinic.actions import (
    Check,
    CheckBirthDate,
    Checked,
    CheckIdentityCode,
    CheckPolicy,
    Moment,
    SendIdentityCode,
)
from ivr.clinic.ledger import Ledger
from ivr.clinic.patients import Linked
from ivr.messages import outbox, texts
from ivr.phone_numbers import e164
from ivr.policy_numbers import is_valid_enp
from ivr.store import tables
from ivr.store.tables import IdentityCode

SIX, WHOLE, BY_CODE = 1, 2, 3
"""Levels of identification, as they stand in a call's row."""
OWN_RIGHT_FROM = 15
"""From this birthday nobody else's telephone speaks for a patient."""
CODE_LIFE = timedelta(minutes=10)
CODES_A_DAY = 5
"""For one patient, whoever asks."""


def check_policy(ledger: Ledger, action: CheckPolicy, moment: Moment) -> Checked:
    if misses.is_refused(ledger, moment):
        return Checked(Check.REFUSED)
    match len(action.digits), action.closed:
        case 6, _:
            return _check_six(ledger, action.digits, moment)
        case 16, _:
            return _check_whole(ledger, action.digits, moment, is_valid_enp(action.digits))
        case 9, closed:
            return _check_certificate(ledger, action.digits, moment, closed == "hash")
        case 11, ("hash" | "pause"):
            return Checked(Check.BLANK_NUMBER)
        case _:
            return Checked(Check.KEPT)


def _check_six(ledger: Ledger, digits: str, moment: Moment) -> Checked:
    index = patients.last6_index(ledger.vault, digits)
    linked, fitting, trusted = _compare(ledger, moment, lambda one: one.last6_index == index)
    if not fitting or not trusted:
        return _missed(ledger, moment, linked, Check.NEED_WHOLE, fits=bool(fitting))
    if len(fitting) > 1:
        return Checked(Check.TWINS)
    return _identified(ledger, moment, fitting[0].id, SIX)


def _check_whole(ledger: Ledger, digits: str, moment: Moment, valid: bool) -> Checked:  # noqa: FBT001
    index = patients.policy_index(ledger.vault, digits)
    linked, fitting, trusted = _compare(ledger, moment, lambda one: one.policy_index == index)
    if fitting and trusted:
        return _identified(ledger, moment, fitting[0].id, WHOLE)
    if not valid:
        return Checked(Check.WRONG_CHECK_DIGIT)
    return _missed(ledger, moment, linked, Check.NEED_BIRTH_DATE, fits=bool(fitting))


def _check_certificate(
    ledger: Ledger,
    digits: str,
    moment: Moment,
    finished: bool,  # noqa: FBT001
) -> Checked:
    index = patients.policy_index(ledger.vault, digits)
    linked, fitting, trusted = _compare(ledger, moment, lambda one: one.policy_index == index)
    if fitting and trusted:
        return _identified(ledger, moment, fitting[0].id, WHOLE)
    if not finished:
        return Checked(Check.KEPT)
    return _missed(ledger, moment, linked, Check.NEED_BIRTH_DATE, fits=bool(fitting))


def check_birth_date(ledger: Ledger, action: CheckBirthDate, moment: Moment) -> Checked:
    if misses.is_refused(ledger, moment):
        return Checked(Check.REFUSED)
    index = patients.last6_index(ledger.vault, action.digits)
    linked, fitting, trusted = _compare(
        ledger, moment, lambda one: one.last6_index == index and one.born == action.born
    )
    if len(fitting) == 1 and trusted:
        return _identified(ledger, moment, fitting[0].id, SIX)
    return _missed(ledger, moment, linked, Check.MISSED, fits=bool(fitting))


def _compare(
    ledger: Ledger, moment: Moment, fits: Callable[[Linked], bool]
) -> tuple[list[Linked], list[Linked], bool]:
    """Those linked to the number, those of them that fit, and whether the number is trusted."""
    linked = patients.linked_to(ledger.session, ledger.vault, moment.caller)
    trusted = not misses.is_distrusted(ledger, moment)
    today = ledger.local(moment.now).date()
    fitting = [one for one in linked if fits(one) and _speaks_for(one, today)]
    return linked, fitting, trusted


def _speaks_for(linked: Linked, today: date) -> bool:
    return linked.link != patients.RELATIVE or _age(linked.born, today) < OWN_RIGHT_FROM


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _missed(
    ledger: Ledger, moment: Moment, linked: list[Linked], otherwise: Check, *, fits: bool
) -> Checked:
    """Count it; right data from a distrusted number count in the call only."""
    if fits:
        third = misses.count_in_call(ledger, moment)
    else:
        third = misses.count(ledger, moment, linked)
    return Checked(Check.REFUSED if third else otherwise)


def _identified(ledger: Ledger, moment: Moment, patient_id: int, level: int) -> Checked:
    misses.forget(ledger, moment, patient_id)
    call = ledger.call(moment)
    if call is not None:
        call.patient_id = patient_id
        call.level = level
    return Checked(Check.IDENTIFIED, str(patient_id), by_code=level == BY_CODE)


def send_identity_code(ledger: Ledger, action: SendIdentityCode, moment: Moment) -> bool:
    """Send a code, or do as much work for nothing."""
    patient_id = _whose(ledger, action)
    mobile = _mobile_for(ledger, patient_id, action, moment)
    fresh = _codes_in_a_day(ledger, patient_id, moment) < CODES_A_DAY
    fits = patient_id is not None and mobile is not None and fresh
    code = codes.new_code(lambda _code: False)
    if not _keep_code(ledger, moment, code, patient_id if fits else None):
        return True
    if patient_id is not None and mobile is not None and fits:
        outbox.put(
            ledger.session,
            ledger.vault,
            key=f"identity/{moment.call}/{moment.line}",
            to=mobile,
            text=texts.identity_code(code, ledger.line_number),
            kind="identity_code",
            now=moment.now,
            patient_id=patient_id,
        )
    else:
        _put_nothing(ledger, moment)
    return True


def _whose(ledger: Ledger, action: SendIdentityCode) -> int | None:
    index = patients.policy_index(ledger.vault, action.policy)
    rows = ledger.session.scalars(
        select(tables.Patient).where(tables.Patient.policy_index == index)
    )
    born = [row.id for row in rows if patients.born_of(ledger.vault, row) == action.born]
    return born[0] if len(born) == 1 else None


def _mobile_for(
    ledger: Ledger, patient_id: int | None, action: SendIdentityCode, moment: Moment
) -> str | None:
    """The own mobile on file; of several the one that was keyed or that calls."""
    on_file = patients.own_mobiles(ledger.session, ledger.vault, patient_id or 0)
    if action.mobile is not None:
        keyed = e164(action.mobile)
        return keyed if keyed in on_file else None
    if moment.caller in on_file:
        return moment.caller
    return on_file[0] if on_file else None


def _codes_in_a_day(ledger: Ledger, patient_id: int | None, moment: Moment) -> int:
    sent = select(func.count()).where(
        IdentityCode.patient_id == (patient_id or 0),
        IdentityCode.created_at > moment.now - timedelta(days=1),
    )
    return ledger.session.scalar(sent) or 0


def _keep_code(ledger: Ledger, moment: Moment, code: str, patient_id: int | None) -> bool:
    """Keep the code, a decoy without a patient. False: this line has kept one already."""
    known = select(IdentityCode.id).where(
        IdentityCode.call_id == moment.call, IdentityCode.line_number == moment.line
    )
    if ledger.session.scalar(known) is not None:
        return False
    ledger.session.add(
        IdentityCode(
            call_id=moment.call,
            line_number=moment.line,
            patient_id=patient_id,
            code_index=_code_index(ledger, moment, code),
            created_at=moment.now,
            expires_at=moment.now + CODE_LIFE,
        )
    )
    ledger.session.flush()
    return True


def _put_nothing(ledger: Ledger, moment: Moment) -> None:
    """The work of putting an SMS into the outbox, for a row that only the desk sees."""
    ledger.vault.seal("nothing", "to")
    ledger.vault.seal("nothing", "text")
    ledger.note("identity code asked for with data that do not fit", moment)
    ledger.session.flush()


def _code_index(ledger: Ledger, moment: Moment, code: str) -> str:
    return ledger.vault.index("identity code", f"{moment.call} {code}")


def check_identity_code(ledger: Ledger, action: CheckIdentityCode, moment: Moment) -> Checked:
    if misses.is_refused(ledger, moment):
        return Checked(Check.REFUSED)
    linked = patients.linked_to(ledger.session, ledger.vault, moment.caller)
    index = _code_index(ledger, moment, action.digits)
    for code in _open_codes(ledger, moment):
        code.tries += 1
        if code.patient_id is not None and hmac.compare_digest(code.code_index, index):
            code.used_at = moment.now
            return _identified(ledger, moment, code.patient_id, BY_CODE)
    return _missed(ledger, moment, linked, Check.MISSED, fits=False)


def _open_codes(ledger: Ledger, moment: Moment) -> list[IdentityCode]:
    return list(
        ledger.session.scalars(
            select(IdentityCode).where(
                IdentityCode.call_id == moment.call,
                IdentityCode.used_at.is_(None),
                IdentityCode.expires_at > moment.now,
            )
        )
    )
