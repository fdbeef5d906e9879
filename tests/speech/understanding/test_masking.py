from __future__ import annotations

import pytest

from ivr.speech.understanding.masking import masked_words


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("семь семь семь шесть, ой нет, пять", "• • • •, ой нет, •"),
        ("Номер: восемь, девятьсот шестнадцать. Верно?", "Номер: •, • •. Верно?"),
        ("три пятёрки и двести", "• • и •"),
        ("7776150894000017", "•"),
        ("пятого марта сорок восьмого года", "• марта • • года"),
        ("номер два", "номер два"),
        ("отмените к терапевту", "отмените к терапевту"),
    ],
)
def test_long_numbers_are_hidden(words: str, shown: str) -> None:
    assert masked_words(words) == shown
