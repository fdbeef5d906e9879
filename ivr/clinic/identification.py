"""Who is calling: comparing digits with the file so that a stranger learns nothing.

Whatever the digits are, one comparison makes the same queries; whole numbers and certificates
that are not linked to the calling number lead to the same place, on file or not.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from ivr.clinic import misses, patients
from ivr.clinic.actions import (
    Check,
    CheckBirthDate,
    Checked,
    CheckPolicy,
    FindKnown,
    Known,
    Moment,
)
from ivr.clinic.ledger import Ledger
from ivr.clinic.patients import Linked
from ivr.policy_numbers import is_valid_enp

SIX, WHOLE, BY_CODE = 1, 2, 3
"""Levels of identification, as they stand in a call's row."""
OWN_RIGHT_FROM = 15
"""From this birthday nobody else's telephone speaks for a patient."""


def find_known(ledger: Ledger, _action: FindKnown, moment: Moment) -> Known:
    known = patients.known_of(ledger.session, ledger.vault, moment.caller)
    return Known(tuple(policy for policy, _ in known), tuple(born for _, born in known))


def check_policy(ledger: Ledger, action: CheckPolicy, moment: Moment) -> Checked:
    _forget_the_patient_before(ledger, moment)
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


def _forget_the_patient_before(ledger: Ledger, moment: Moment) -> None:
    """Another policy is keyed: what follows is not that patient's any more."""
    call = ledger.call(moment)
    if call is not None:
        call.patient_id, call.visit_id, call.level = None, None, 0


def _check_six(ledger: Ledger, digits: str, moment: Moment) -> Checked:
    if ledger.whole_policy:
        return Checked(Check.KEPT)
    index = patients.last6_index(ledger.vault, digits)
    linked, fitting, trusted = _compare(ledger, moment, lambda one: one.last6_index == index)
    if not fitting or not trusted:
        return missed(ledger, moment, linked, Check.NEED_WHOLE, fits=bool(fitting))
    if len(fitting) > 1:
        return Checked(Check.TWINS)
    return identified(ledger, moment, fitting[0].id, SIX)


def _check_whole(ledger: Ledger, digits: str, moment: Moment, valid: bool) -> Checked:  # noqa: FBT001
    index = patients.policy_index(ledger.vault, digits)
    linked, fitting, trusted = _compare(ledger, moment, lambda one: one.policy_index == index)
    if fitting and trusted:
        return identified(ledger, moment, fitting[0].id, WHOLE)
    if not valid:
        return Checked(Check.WRONG_CHECK_DIGIT)
    return missed(ledger, moment, linked, Check.NEED_BIRTH_DATE, fits=bool(fitting))


def _check_certificate(
    ledger: Ledger,
    digits: str,
    moment: Moment,
    finished: bool,  # noqa: FBT001
) -> Checked:
    index = patients.policy_index(ledger.vault, digits)
    linked, fitting, trusted = _compare(ledger, moment, lambda one: one.policy_index == index)
    if fitting and trusted:
        return identified(ledger, moment, fitting[0].id, WHOLE)
    if not finished:
        return Checked(Check.KEPT)
    return missed(ledger, moment, linked, Check.NEED_BIRTH_DATE, fits=bool(fitting))


def check_birth_date(ledger: Ledger, action: CheckBirthDate, moment: Moment) -> Checked:
    if misses.is_refused(ledger, moment):
        return Checked(Check.REFUSED)
    index = patients.last6_index(ledger.vault, action.digits)
    linked, fitting, trusted = _compare(
        ledger, moment, lambda one: one.last6_index == index and one.born == action.born
    )
    if len(fitting) == 1 and trusted:
        return identified(ledger, moment, fitting[0].id, SIX)
    return missed(ledger, moment, linked, Check.MISSED, fits=bool(fitting))


def _compare(
    ledger: Ledger, moment: Moment, fits: Callable[[Linked], bool]
) -> tuple[list[Linked], list[Linked], bool]:
    """Those linked to the number, those of them that fit, and whether that is enough."""
    linked = patients.linked_to(ledger.session, ledger.vault, moment.caller)
    distrusted = misses.distrusted(ledger, moment, linked)
    today = ledger.local(moment.now).date()
    fitting = [one for one in linked if fits(one) and _speaks_for(one, today)]
    return linked, fitting, all(one.id not in distrusted for one in fitting)


def _speaks_for(linked: Linked, today: date) -> bool:
    return linked.link != patients.RELATIVE or _age(linked.born, today) < OWN_RIGHT_FROM


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def missed(
    ledger: Ledger, moment: Moment, linked: list[Linked], otherwise: Check, *, fits: bool
) -> Checked:
    """Count it; right data from a distrusted number count in the call only."""
    if fits:
        third = misses.count_in_call(ledger, moment)
    else:
        third = misses.count(ledger, moment, linked)
    return Checked(Check.REFUSED if third else otherwise)


def identified(ledger: Ledger, moment: Moment, patient_id: int, level: int) -> Checked:
    misses.forget(ledger, moment, patient_id)
    call = ledger.call(moment)
    if call is not None:
        call.patient_id = patient_id
        call.level = level
    return Checked(Check.IDENTIFIED, str(patient_id), by_code=level == BY_CODE)
