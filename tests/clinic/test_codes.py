from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.clinic.codes import CodesExhausted, is_code, new_code


def test_codes_differ_and_are_codes() -> None:
    given_out: set[str] = set()
    for _ in range(2000):
        code = new_code(given_out.__contains__)
        assert code not in given_out
        assert is_code(code)
        assert not re.match(r"00|.*(\d)\1\1", code)
        given_out.add(code)


def test_no_code_left() -> None:
    with pytest.raises(CodesExhausted):
        new_code(lambda code: True)


@pytest.mark.parametrize(
    "digits", ["38041", "3804170", "", "38041a", "٣٨٠٤١٧", "001230", "111120", "123000"]
)
def test_not_a_code(digits: str) -> None:
    assert not is_code(digits)


@given(st.integers(0, 5), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_noticed(at: int, digit: str) -> None:
    code = new_code(lambda code: False)
    changed = code[:at] + digit + code[at + 1 :]
    assert is_code(changed) == (changed == code)
