"""The six-digit code of a cancellation: unpredictable, and a slip of one digit is noticed."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

from ivr.policy_numbers import luhn_digit

LENGTH = 6
_TRIES = 10_000
_HARD_TO_HEAR = re.compile(r"^00|(\d)\1\1")
"""A leading «ноль ноль» is swallowed, three equal digits are miscounted."""


class CodesExhausted(RuntimeError):
    """No free code was found."""


def new_code(taken: Callable[[str], bool]) -> str:
    """A code that is not `taken`. Raises CodesExhausted."""
    for _ in range(_TRIES):
        body = f"{secrets.randbelow(10 ** (LENGTH - 1)):0{LENGTH - 1}}"
        code = f"{body}{luhn_digit(body)}"
        if not _HARD_TO_HEAR.search(code) and not taken(code):
            return code
    raise CodesExhausted


def is_code(digits: str) -> bool:
    """Could this have been given out: length, check digit and shape."""
    return (
        len(digits) == LENGTH
        and digits.isascii()
        and digits.isdigit()
        and not _HARD_TO_HEAR.search(digits)
        and luhn_digit(digits[:-1]) == int(digits[-1])
    )
