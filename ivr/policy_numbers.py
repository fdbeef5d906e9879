"""Numbers of health insurance policies: the check digit, and what a number tells by itself.

Source: domain.md 1.1-1.3. The official rule (ISO/HL7 27931 Mod10) is exactly Luhn.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

ENP_LENGTH = 16
_ERAS = ((20, 1, 1950), (40, 1951, 2000), (0, 2001, 9999))
"""What is added to the month, first and last year of birth."""
_MALE = 50
"""Added to the day of birth of a man."""


class PolicyKind(StrEnum):
    ENP = "enp"
    """Sixteen digits, on the front."""
    CERTIFICATE = "certificate"
    """Nine digits: a temporary certificate, without a check digit."""
    BLANK = "blank"
    """Eleven digits: the number of the blank, on the back; identifies nobody."""
    OTHER = "other"


class Sex(StrEnum):
    FEMALE = "f"
    MALE = "m"


def policy_kind(digits: str) -> PolicyKind:
    """What the length says; the check digit is not looked at."""
    if not _are_digits(digits):
        return PolicyKind.OTHER
    return _KINDS.get(len(digits), PolicyKind.OTHER)


_KINDS = {16: PolicyKind.ENP, 9: PolicyKind.CERTIFICATE, 11: PolicyKind.BLANK}
_DOUBLED = {str(digit): sum(divmod(2 * digit, 10)) for digit in range(10)}


def luhn_digit(body: str) -> int:
    """The digit that makes `body` + digit pass Luhn; `body` is ASCII digits of any length."""
    doubled = sum([_DOUBLED[digit] for digit in body[::-2]])
    plain = sum([int(digit) for digit in body[-2::-2]])
    return -(doubled + plain) % 10


def enp_check_digit(body15: str) -> int:
    return luhn_digit(body15)


def is_valid_enp(s: str) -> bool:
    """Sixteen digits, not all zero, and the check digit fits."""
    return (
        policy_kind(s) is PolicyKind.ENP
        and s.strip("0") != ""
        and enp_check_digit(s[:15]) == int(s[15])
    )


def encoded_birth(s: str) -> tuple[date, Sex] | None:
    """Birth date and sex written in a number of sixteen digits; None if there are none.

    A hint, never a proof: a number is not reissued when the date is corrected.
    """
    if policy_kind(s) is not PolicyKind.ENP:
        return None
    plain = "".join(str(9 - int(digit)) for digit in s[2:10])
    shifted_month, year, shifted_day = int(plain[:2]), int(plain[5:1:-1]), int(plain[6:])
    sex = Sex.MALE if shifted_day > _MALE else Sex.FEMALE
    day = shifted_day - _MALE if sex is Sex.MALE else shifted_day
    shift = next(shift for shift, first, last in _ERAS if first <= max(year, 1) <= last)
    try:
        return date(year, shifted_month - shift, day), sex
    except ValueError:
        return None


def _are_digits(s: str) -> bool:
    return s.isascii() and s.isdigit()
