"""The model's phones as espeak-ng writes Russian ones, and what it makes of a spelled word."""

from __future__ import annotations

import re
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
_ALIKE = (
    (re.compile(r'[_\-#^@",]'), ""),
    (re.compile("[dt];?ts"), "ts"),
    (re.compile("(?<!')[VaiIouyeEA8]"), "*"),
    (re.compile(r"([^*']+?;?)\1"), r"\1"),
)
"""What does not tell two pronunciations apart: marks, double sounds, which unstressed vowel."""
_SAME_VOWELS = str.maketrans("AEI8", "aeio")


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


def agreeing(written: str, pronunciations: Sequence[Pronunciation]) -> Pronunciation | None:
    """That of a word's pronunciations which espeak-ng's own phonemes for its spelling mean."""
    wanted = _skeleton(written)
    return next((one for one in pronunciations if _skeleton(_word(one)) == wanted), None)


def _skeleton(written: str) -> str:
    """Consonants, and the stressed vowel."""
    for pattern, instead in _ALIKE:
        written = pattern.sub(instead, written)
    return written.translate(_SAME_VOWELS)
