from __future__ import annotations

from datetime import date

import pytest

from ivr.clinic.actions import (
    Check,
    CheckBirthDate,
    CheckIdentityCode,
    CheckPolicy,
    FindKnown,
    Known,
    SendIdentityCode,
)
from ivr.clinic.patients import PatientCard, PhoneLink, write
from ivr.clinic.values import FullName
from ivr.store import tables
from tests.clinic.conftest import ANNA, PYOTR_AND_ANNA, STRANGER, Telephone

ANNA_POLICY, ANNA_BORN = "7776150894000017", date(1948, 3, 5)
NOBODYS = "7776150844000018"


@pytest.mark.parametrize(
    ("caller", "digits", "closed", "check"),
    [
        (ANNA, "000017", "hash", Check.IDENTIFIED),
        (ANNA, "000017", "pause", Check.IDENTIFIED),
        (ANNA, ANNA_POLICY, "count", Check.IDENTIFIED),
        (ANNA, "001206", "hash", Check.IDENTIFIED),
        (PYOTR_AND_ANNA, "000017", "hash", Check.IDENTIFIED),
        (PYOTR_AND_ANNA, "000025", "hash", Check.IDENTIFIED),
        ("+79850001122", "123456789", "hash", Check.IDENTIFIED),
        ("+79850001122", "456789", "hash", Check.IDENTIFIED),
        (ANNA, "000018", "hash", Check.NEED_WHOLE),
        (ANNA, "000018", "pause", Check.NEED_WHOLE),
        (STRANGER, "000017", "hash", Check.NEED_WHOLE),
        (None, "000017", "hash", Check.NEED_WHOLE),
        (ANNA, "3454410878000047", "count", Check.NEED_BIRTH_DATE),
        (ANNA, NOBODYS, "count", Check.NEED_BIRTH_DATE),
        (STRANGER, ANNA_POLICY, "count", Check.NEED_BIRTH_DATE),
        (None, ANNA_POLICY, "count", Check.NEED_BIRTH_DATE),
        (STRANGER, "123456789", "hash", Check.NEED_BIRTH_DATE),
        (STRANGER, "123456789", "pause", Check.KEPT),
        (ANNA, "7776150894000018", "count", Check.WRONG_CHECK_DIGIT),
        (STRANGER, "7776150894000018", "count", Check.WRONG_CHECK_DIGIT),
        (ANNA, "12345678901", "pause", Check.BLANK_NUMBER),
        (ANNA, "12345678901", "hash", Check.BLANK_NUMBER),
        (ANNA, "12345678901", "count", Check.KEPT),
        (ANNA, "1", "pause", Check.KEPT),
        (ANNA, "777615089400", "hash", Check.KEPT),
    ],
)
def test_policy(
    telephone: Telephone, caller: str | None, digits: str, closed: str, check: Check
) -> None:
    assert telephone.from_(caller).policy(digits, closed).check is check


def test_the_third_miss_of_a_call_is_refused_and_so_is_all_after_it(
    telephone: Telephone,
) -> None:
    checks = [telephone.policy(digits).check for digits in ("111111", NOBODYS, "111111")]
    assert checks == [Check.NEED_WHOLE, Check.NEED_BIRTH_DATE, Check.REFUSED]
    assert telephone.policy("000017").check is Check.REFUSED
    assert telephone.do(CheckIdentityCode("111111")).check is Check.REFUSED


def test_other_lengths_and_wrong_check_digits_are_no_misses(telephone: Telephone) -> None:
    for digits in ("1", "12345678901", "7776150894000018", "7777", "55555555"):
        telephone.policy(digits)
    assert telephone.rows(tables.Attempts) == []


def test_twins_are_told_apart_by_the_birth_date(telephone: Telephone) -> None:
    twin = PatientCard(
        name=FullName("Ильина", "Ия"),
        born=date(1950, 12, 31),
        policy="5067940868000017",
        phones=(PhoneLink(ANNA, "household"),),
    )
    with telephone.database.begin() as session:
        expected = write(session, telephone.vault, twin).id
    assert telephone.policy("000017").check is Check.TWINS
    missed = telephone.do(CheckBirthDate("000017", date(1990, 1, 1)))
    assert missed.check is Check.MISSED
    found = telephone.do(CheckBirthDate("000017", date(1950, 12, 31)))
    assert (found.check, found.patient) == (Check.IDENTIFIED, str(expected))


@pytest.mark.parametrize(
    ("days", "check"), [(-1, Check.IDENTIFIED), (0, Check.NEED_WHOLE), (1, Check.NEED_WHOLE)]
)
def test_a_child_has_its_own_right_from_the_15th_birthday(
    telephone: Telephone, days: int, check: Check
) -> None:
    birthday = telephone.now.replace(year=2030, month=9, day=1)
    later = telephone.later(days=(birthday - telephone.now).days + days)
    assert later.policy("001206").check is check


def _fail_three_times(telephone: Telephone) -> Telephone:
    for _ in range(3):
        telephone.policy("111111")
    return telephone.from_(telephone.caller)


def test_three_failures_make_a_number_distrusted(telephone: Telephone) -> None:
    again = _fail_three_times(telephone)
    assert again.policy("000017").check is Check.NEED_WHOLE
    assert again.policy(ANNA_POLICY, "count").check is Check.NEED_BIRTH_DATE
    again.do(SendIdentityCode(ANNA_POLICY, ANNA_BORN))
    checked = again.do(CheckIdentityCode(_code(again)))
    assert (checked.check, checked.by_code) == (Check.IDENTIFIED, True)
    assert again.from_(ANNA).policy("000017").check is Check.IDENTIFIED


def test_who_shares_a_telephone_cannot_try_out_six_digits_for_ever(
    telephone: Telephone,
) -> None:
    """Own successes in between keep the number trusted, not the other patient."""
    household = telephone.from_(PYOTR_AND_ANNA)
    for _ in range(5):
        household.policy("111111")
        household.policy("222222")
        assert household.policy("000025").check is Check.IDENTIFIED
        household = household.from_(PYOTR_AND_ANNA)
    assert household.policy("000017").check is Check.NEED_WHOLE
    assert household.from_(PYOTR_AND_ANNA).policy("000025").check is Check.IDENTIFIED
    own = household.from_(ANNA)
    assert own.policy("000017").check is Check.NEED_WHOLE
    own.do(SendIdentityCode(ANNA_POLICY, ANNA_BORN))
    assert own.do(CheckIdentityCode(_code(own))).check is Check.IDENTIFIED
    assert own.from_(PYOTR_AND_ANNA).policy("000017").check is Check.IDENTIFIED


def test_the_desk_is_told_of_one_patient_tried_again_and_again(telephone: Telephone) -> None:
    household = telephone.from_(PYOTR_AND_ANNA)
    for _ in range(12):
        household.policy("111111")
        household = household.from_(PYOTR_AND_ANNA)
    told = [row for row in household.rows(tables.Audit) if "one patient" in row.what]
    assert len({row.patient_id for row in told}) == len(told) == 2


def test_failures_are_forgotten_after_30_days_not_at_midnight(telephone: Telephone) -> None:
    _fail_three_times(telephone)
    assert telephone.later(days=29).policy("000017").check is Check.NEED_WHOLE
    assert telephone.later(days=31).policy("000017").check is Check.IDENTIFIED


def test_a_success_ends_the_row_of_failures(telephone: Telephone) -> None:
    telephone.policy("111111")
    telephone.policy("111111")
    assert telephone.policy("000017").check is Check.IDENTIFIED
    again = telephone.from_(ANNA)
    again.policy("111111")
    assert again.from_(ANNA).policy("000017").check is Check.IDENTIFIED


def test_the_own_mobile_is_warned_once_a_day(telephone: Telephone) -> None:
    _fail_three_times(_fail_three_times(telephone))
    warning = "С вашего номера 3 раза набран неверный полис. Не вы? 8-800-123-45-67"
    assert telephone.texts() == [warning]
    _fail_three_times(telephone.later(hours=25, days=1))
    assert telephone.texts() == [warning] * 2


@pytest.mark.parametrize("caller", [PYOTR_AND_ANNA, STRANGER, None])
def test_only_an_own_mobile_is_warned(telephone: Telephone, caller: str | None) -> None:
    _fail_three_times(telephone.from_(caller))
    assert telephone.texts() == []


def _code(telephone: Telephone) -> str:
    return telephone.texts()[-1].split()[1]


@pytest.mark.parametrize(
    ("policy", "born", "mobile", "texts"),
    [
        (ANNA_POLICY, ANNA_BORN, None, 1),
        (ANNA_POLICY, ANNA_BORN, "8 916 123 45 67", 1),
        (ANNA_POLICY, ANNA_BORN, "8 916 123 45 68", 0),
        (ANNA_POLICY, ANNA_BORN, "+74951234567", 0),
        (ANNA_POLICY, date(1948, 3, 6), None, 0),
        (NOBODYS, ANNA_BORN, None, 0),
        ("7772350837000025", date(1946, 7, 12), None, 0),
        ("123456789", date(1961, 11, 30), None, 1),
    ],
    ids=["fits", "mobile", "other", "landline", "born", "nobody", "no mobile", "certificate"],
)
def test_a_code_goes_to_the_own_mobile_if_all_fits(
    telephone: Telephone, policy: str, born: date, mobile: str | None, texts: int
) -> None:
    stranger = telephone.from_(STRANGER)
    assert stranger.do(SendIdentityCode(policy, born, mobile)) is True
    assert len(stranger.texts()) == texts


def test_fitting_or_not_the_same_work_is_done(telephone: Telephone) -> None:
    with_row = [
        telephone.counted(SendIdentityCode(policy, born))
        for policy, born in (
            (ANNA_POLICY, ANNA_BORN),
            (ANNA_POLICY, date(1948, 3, 6)),
            (NOBODYS, ANNA_BORN),
            ("7772350837000025", date(1946, 7, 12)),
        )
    ]
    assert len(set(with_row)) == 1


def test_a_whole_number_costs_the_same_on_file_or_not(telephone: Telephone) -> None:
    one, other = telephone.from_(STRANGER), telephone.from_("+79990000001")
    one.policy("111111")
    other.policy("111111")
    one.statements = other.statements = telephone.statements
    assert one.counted(CheckPolicy(ANNA_POLICY, "count")) == other.counted(
        CheckPolicy(NOBODYS, "count")
    )


def test_a_code_is_for_its_call_for_ten_minutes_and_once(telephone: Telephone) -> None:
    stranger = telephone.from_(STRANGER)
    stranger.do(SendIdentityCode(ANNA_POLICY, ANNA_BORN))
    code = _code(stranger)
    assert stranger.from_(STRANGER).do(CheckIdentityCode(code)).check is Check.MISSED
    stranger.now = stranger.later(minutes=11).now
    assert stranger.do(CheckIdentityCode(code)).check is Check.MISSED
    stranger.now = telephone.now
    assert stranger.do(CheckIdentityCode(code)).check is Check.IDENTIFIED
    assert stranger.do(CheckIdentityCode(code)).check is Check.MISSED


def test_a_repeated_line_sends_no_second_code(telephone: Telephone) -> None:
    telephone.do(SendIdentityCode(ANNA_POLICY, ANNA_BORN), line=5)
    telephone.do(SendIdentityCode(ANNA_POLICY, ANNA_BORN), line=5)
    assert len(telephone.texts()) == 1


def test_nobody_is_flooded_with_codes(telephone: Telephone) -> None:
    for _ in range(8):
        telephone.do(SendIdentityCode(ANNA_POLICY, ANNA_BORN))
    assert len(telephone.texts()) == 5


def test_the_call_row_keeps_who_was_identified(telephone: Telephone) -> None:
    telephone.starts()
    patient = telephone.patient()
    (call,) = telephone.rows(tables.Call)
    assert (str(call.patient_id), call.level) == (patient, 1)


def test_spoken_numbers_are_compared_with_those_of_the_calling_telephone(
    telephone: Telephone,
) -> None:
    known = telephone.from_(PYOTR_AND_ANNA).do(FindKnown())
    assert set(known.policies) == {ANNA_POLICY, "7772350837000025"}
    assert ANNA_BORN in known.born
    for nobody in (STRANGER, None):
        assert telephone.from_(nobody).do(FindKnown()) == Known()
