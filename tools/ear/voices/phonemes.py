"""The model's phones as espeak-ng writes Russian ones."""

from __future__ import annotations

from collections.abc import Sequence

from tools.ear.lexicon import Pronunciation
from tools.ear.phones import VOWELS, is_soft

_CONSONANTS = {
    "c": "ts",
    "ch": "tS;",
    "sch": "S;",
    "sh": "S",
    "zh": "Z",
    "h": "x",
    "hh": "x;",
    "j": "j",
}
_STRESSED = {"aa": "A", "ee": "E", "ii": "i", "oo": "o", "uu": "u", "yy": "y"}
_AFTER_SOFT = {"ee": "e", "oo": "8"}
_UNSTRESSED = {"a": "V", "i": "i", "o": "o", "u": "u", "y": "y"}


def phonemes(words: Sequence[Pronunciation]) -> str:
    return f"[[{' '.join(_word(phones) for phones in words)}]]"


def _word(phones: Pronunciation) -> str:
    befores = ("", *phones)
    return "".join(
        _phoneme(phone, before) for phone, before in zip(phones, befores, strict=False)
    )


def _phoneme(phone: str, before: str) -> str:
    if phone in _STRESSED:
        table = _STRESSED | _AFTER_SOFT if before and is_soft(before) else _STRESSED
        return f"'{table[phone]}"
    if phone in VOWELS:
        return _UNSTRESSED[phone]
    if phone in _CONSONANTS:
        return _CONSONANTS[phone]
    return f"{phone[0]};" if is_soft(phone) else phone
