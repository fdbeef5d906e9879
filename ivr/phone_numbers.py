"""Phone numbers as people and carriers write them, to E.164 and back to nothing.

Source: domain.md 1.5.
"""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

_URI = re.compile(r"\b(?:sips?|tel):([^@;>]*)", re.IGNORECASE)
_EXTENSION = re.compile(r"(?:;|,|\s)*(?:ext|доб|вн)\b.*$", re.IGNORECASE | re.DOTALL)
_LEADING_00 = re.compile(r"^\D*00(?=\D*[1-9])")


def e164(text: str) -> str | None:
    """The number as +79161234567, without an extension; None if it is none that can be dialled.

    Takes what a person writes (8 916…, 8-10-375…), a SIP or tel address or its header, and
    what carriers send for a hidden number. A number without an area code is none.
    """
    number = _parsed(_dialled(text))
    if number is None or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def is_mobile(number: str) -> bool:
    """A Russian mobile, the only kind that is sent SMS; `number` is E.164."""
    parsed = _parsed(number)
    return (
        parsed is not None
        and phonenumbers.region_code_for_number(parsed) == "RU"
        and phonenumbers.number_type(parsed) == PhoneNumberType.MOBILE
    )


def masked(number: str) -> str:
    """For logs: the last two digits."""
    return "…" + number[-2:]


def _dialled(text: str) -> str:
    uri = _URI.search(text)
    bare = uri[1] if uri else text
    return _LEADING_00.sub("+", _EXTENSION.sub("", bare))


def _parsed(text: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, "RU")
    except NumberParseException:
        return None
