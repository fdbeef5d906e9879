from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.policy_numbers import (
    PolicyKind,
    Sex,
    encoded_birth,
    enp_check_digit,
    is_valid_enp,
    luhn_digit,
    policy_kind,
)

VALID = [
    ("7776150894000017", date(1948, 3, 5), Sex.FEMALE),
    ("7776150844000018", date(1948, 3, 5), Sex.MALE),
    ("5067940868000122", date(1950, 12, 31), Sex.FEMALE),
    ("5058840848000039", date(1951, 1, 1), Sex.MALE),
    ("3454410878000047", date(1985, 5, 21), Sex.FEMALE),
    ("2657020837000348", date(1979, 2, 12), Sex.MALE),
    ("7857999770000075", date(2000, 2, 29), Sex.FEMALE),
    ("7898899748999997", date(2001, 1, 1), Sex.MALE),
    ("1688089776002503", date(2019, 11, 23), Sex.FEMALE),
    ("0272260840000187", date(1937, 7, 9), Sex.MALE),
]


@pytest.mark.parametrize(("enp", "born", "sex"), VALID)
def test_valid_number_tells_birth_date_and_sex(enp: str, born: date, sex: Sex) -> None:
    assert is_valid_enp(enp)
    assert encoded_birth(enp) == (born, sex)


@pytest.mark.parametrize(
    "enp",
    [
        "3454410878000048",
        "3454410878000407",
        "1234567890123456",
        "7894659873256982",
        "0000000000000000",
        "345441087800004",
        "34544108780000477",
        "",
        "34544108780000 7",
        "٣٤٥٤٤١٠٨٧٨٠٠٠٠٤٧",
    ],
)
def test_invalid_number(enp: str) -> None:
    assert not is_valid_enp(enp)


@pytest.mark.parametrize(
    "enp",
    [
        "5598718357093420",
        "4111111111111111",
        "0000000000000000",
        "7894659873256982",
        "345441087800004",
    ],
)
def test_number_without_a_possible_birth_date(enp: str) -> None:
    assert encoded_birth(enp) is None


def test_impossible_birth_date_is_no_reason_to_refuse() -> None:
    assert is_valid_enp("5598718357093420")


@pytest.mark.parametrize(
    ("digits", "kind"),
    [
        ("7776150894000017", PolicyKind.ENP),
        ("123456789", PolicyKind.CERTIFICATE),
        ("12345678901", PolicyKind.BLANK),
        ("000017", PolicyKind.OTHER),
        ("12345678a", PolicyKind.OTHER),
        ("", PolicyKind.OTHER),
    ],
)
def test_kind(digits: str, kind: PolicyKind) -> None:
    assert policy_kind(digits) is kind


def test_example_of_hl7() -> None:
    assert luhn_digit("12345") == 5


@given(st.text("0123456789", min_size=15, max_size=15))
def test_check_digit_is_the_official_rule(body: str) -> None:
    odd, even = body[::-2], body[-2::-2]
    total = sum(map(int, even + str(2 * int(odd))))
    assert enp_check_digit(body) == -total % 10


@given(
    st.sampled_from([enp for enp, _, _ in VALID]),
    st.integers(0, 15),
    st.sampled_from("0123456789"),
)
def test_one_wrong_digit_is_noticed(enp: str, at: int, digit: str) -> None:
    changed = enp[:at] + digit + enp[at + 1 :]
    assert is_valid_enp(changed) == (changed == enp)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.sampled_from(Sex))
def test_birth_date_is_read_back(born: date, sex: Sex) -> None:
    shift = 20 if born.year <= 1950 else 40 if born.year <= 2000 else 0
    day = born.day + (50 if sex is Sex.MALE else 0)
    plain = f"{born.month + shift:02}{f'{born.year}'[::-1]}{day:02}"
    enp = "77" + "".join(str(9 - int(digit)) for digit in plain) + "000010"
    assert encoded_birth(enp) == (born, sex)


@given(st.text("0123456789", min_size=16, max_size=16))
def test_any_number_has_a_birth_date_or_none(enp: str) -> None:
    found = encoded_birth(enp)
    assert found is None or found[0] + timedelta(0) == found[0]
