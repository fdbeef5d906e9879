"""Who is calling: comparing digits with the file so that a stranger learns nothing.

Whatever the digits are, one comparison makes the same queries; whole numbers and certificates
that are not linked to the calling number lead to the same place, on file or not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
    telephone = _telephone(ledger, moment)
    if telephone.before.refused:
        return Checked(Check.REFUSED)
    match len(action.digits), action.closed:
        case 6, _:
            return _check_six(telephone, action.digits)
        case 16, _:
            return _check_whole(telephone, action.digits, is_valid_enp(action.digits))
        case 9, closed:
            return _check_certificate(telephone, action.digits, closed == "hash")
        case 11, ("hash" | "pause"):
            return Checked(Check.BLANK_NUMBER)
        case _:
            return Checked(Check.KEPT)


def _forget_the_patient_before(ledger: Ledger, moment: Moment) -> None:
    """Another policy is keyed: what follows is not that patient's any more."""
    call = ledger.call(moment)
    if call is not None:
        call.patient_id, call.visit_id, call.level = None, None, 0


def _check_six(telephone: _Telephone, digits: str) -> Checked:
    if telephone.ledger.whole_policy:
        return Checked(Check.KEPT)
    index = patients.last6_index(telephone.ledger.vault, digits)
    fitting, trusted = telephone.compare(lambda one: one.last6_index == index)
    if not fitting or not trusted:
        return telephone.missed(Check.NEED_WHOLE, fits=bool(fitting))
    if len(fitting) > 1:
        return Checked(Check.TWINS)
    return telephone.identified(fitting[0].id, SIX)


def _check_whole(telephone: _Telephone, digits: str, valid: bool) -> Checked:  # noqa: FBT001
    index = patients.policy_index(telephone.ledger.vault, digits)
    fitting, trusted = telephone.compare(lambda one: one.policy_index == index)
    if fitting and trusted:
        return telephone.identified(fitting[0].id, WHOLE)
    if not valid:
        return Checked(Check.WRONG_CHECK_DIGIT)
    return telephone.missed(Check.NEED_BIRTH_DATE, fits=bool(fitting))


def _check_certificate(telephone: _Telephone, digits: str, finished: bool) -> Checked:  # noqa: FBT001
    index = patients.policy_index(telephone.ledger.vault, digits)
    fitting, trusted = telephone.compare(lambda one: one.policy_index == index)
    if fitting and trusted:
        return telephone.identified(fitting[0].id, WHOLE)
    if not finished:
        return Checked(Check.KEPT)
    return telephone.missed(Check.NEED_BIRTH_DATE, fits=bool(fitting))


def check_birth_date(ledger: Ledger, action: CheckBirthDate, moment: Moment) -> Checked:
    telephone = _telephone(ledger, moment)
    if telephone.before.refused:
        return Checked(Check.REFUSED)
    index = patients.last6_index(ledger.vault, action.digits)
    fitting, trusted = telephone.compare(
        lambda one: one.last6_index == index and one.born == action.born
    )
    if len(fitting) == 1 and trusted:
        return telephone.identified(fitting[0].id, SIX)
    return telephone.missed(Check.MISSED, fits=bool(fitting))


@dataclass(frozen=True, slots=True)
class _Telephone:
    """Who is linked to the calling number, and what has failed from it before."""

    ledger: Ledger
    moment: Moment
    linked: list[Linked]
    before: misses.Misses

    def compare(self, fits: Callable[[Linked], bool]) -> tuple[list[Linked], bool]:
        """Those linked that fit, and whether that is enough."""
        today = self.ledger.local(self.moment.now).date()
        fitting = [one for one in self.linked if fits(one) and _speaks_for(one, today)]
        return fitting, not any(self.before.distrusts(one.id) for one in fitting)

    def identified(self, patient_id: int, level: int) -> Checked:
        if self.before.hold_something(patient_id):
            misses.forget(self.ledger, self.moment, patient_id)
        return identified(self.ledger, self.moment, patient_id, level)

    def missed(self, otherwise: Check, *, fits: bool) -> Checked:
        return missed(self.ledger, self.moment, self.linked, otherwise, fits=fits)


def _telephone(ledger: Ledger, moment: Moment) -> _Telephone:
    linked = patients.linked_to(ledger.session, ledger.vault, moment.caller)
    return _Telephone(ledger, moment, linked, misses.before(ledger, moment, linked))


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
    call = ledger.call(moment)
    if call is not None:
        call.patient_id = patient_id
        call.level = level
    return Checked(Check.IDENTIFIED, str(patient_id), by_code=level == BY_CODE)
