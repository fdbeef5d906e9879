"""Telephone numbers as they are read aloud in Russia."""

from __future__ import annotations

import re

from ivr.speech.numbers import digits_one_by_one, with_zeros

RUSSIAN = re.compile(r"\+7(\d{3})(\d{3})(\d{2})(\d{2})")


def phone_words(phone: str) -> str:
    """An E.164 number in groups 1-3-3-2-2, «восемь» for +7; others digit by digit.

    Three digits are one number («восемьсот», «сто двадцать три»), zeros in front of a
    group are named («ноль двенадцать»).
    """
    russian = RUSSIAN.fullmatch(phone)
    if russian is None:
        return digits_one_by_one(re.sub(r"\D", "", phone))
    return ", ".join(["восемь", *(with_zeros(group) for group in russian.groups())])
