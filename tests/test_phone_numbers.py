from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.phone_numbers import e164, is_mobile, masked


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("8 916 123-45-67", "+79161234567"),
        ("+7 916 123-45-67", "+79161234567"),
        ("79161234567", "+79161234567"),
        ("9161234567", "+79161234567"),
        ("8(495)123-45-67", "+74951234567"),
        ("4951234567", "+74951234567"),
        ("8 800 555 35 35", "+78005553535"),
        ("123-45-67", None),
        ("122", None),
        ("112", None),
        ("103", None),
        ("8-10-375-29-1234567", "+375291234567"),
        ("+375291234567", "+375291234567"),
        ("00 375 29 1234567", "+375291234567"),
        ("007 916 123 45 67", "+79161234567"),
        ("+7 727 250 12 34", "+77272501234"),
        ("+7 701 123 45 67", "+77011234567"),
        ("+7 978 123-45-67", "+79781234567"),
        ("+7 365 212-34-56", "+73652123456"),
        ("8 8442 26-88-88", "+78442268888"),
        ("+79161234567;ext=3", "+79161234567"),
        ("8 495 123-45-67 доб. 12", "+74951234567"),
        ("8 495 123-45-67, вн. 12", "+74951234567"),
        ("8 495 123-45-67 ext 12", "+74951234567"),
        ("8 495 123-45-67 (доб 12)", "+74951234567"),
        ("sip:+79161234567@x", "+79161234567"),
        ("sip:89161234567@10.0.0.1:5060", "+79161234567"),
        ("sips:+79161234567;npdi@carrier.example", "+79161234567"),
        ('"Анна" <sip:+79161234567@x>;tag=1', "+79161234567"),
        ("tel:+7-916-123-45-67", "+79161234567"),
        ("sip:anonymous@anonymous.invalid", None),
        ("anonymous", None),
        ("Restricted", None),
        ("", None),
        ("   ", None),
        ("+266696687", None),
        ("+7378742833", None),
        ("+2562533", None),
        ("+8566696", None),
        ("+86282452253", None),
        ("client:anna", None),
        ("00", None),
        ("0" * 20, None),
    ],
)
def test_e164(text: str, number: str | None) -> None:
    assert e164(text) == number


@pytest.mark.parametrize(
    ("number", "mobile"),
    [
        ("+79161234567", True),
        ("+79781234567", True),
        ("+74951234567", False),
        ("+78005553535", False),
        ("+77011234567", False),
        ("+375291234567", False),
        ("", False),
    ],
)
def test_only_a_russian_mobile_gets_sms(number: str, mobile: bool) -> None:
    assert is_mobile(number) is mobile


def test_masked_shows_two_digits() -> None:
    assert masked("+79161234567") == "…67"


@given(st.integers(0, 10**9 - 1), st.sampled_from(["8", "+7", "7", "", "007", "8 (", "+7-"]))
def test_spellings_of_a_mobile_are_one_number(rest: int, lead: str) -> None:
    assert e164(f"{lead}9{rest:09}") in {f"+79{rest:09}", None}


@given(st.text())
def test_any_text_is_a_number_or_none(text: str) -> None:
    number = e164(text)
    assert number is None or e164(number) == number
