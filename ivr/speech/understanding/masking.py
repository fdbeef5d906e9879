"""Numbers in words made unreadable, for whoever reads a call without the right to them."""

from __future__ import annotations

import re

from ivr.speech.understanding import numerals as n

HIDDEN = "•"
_FEW = 2
"""Number words that may stay: a menu's item, a visit's place."""
_WORD = re.compile(r"[а-яё]+|\d+", re.IGNORECASE)


def masked_words(text: str) -> str:
    """Every word that says a number, where more than two do."""
    said = [word for word in _WORD.findall(text) if _is_number(word)]
    if len(said) <= _FEW and not any(len(word) > _FEW and word.isdigit() for word in said):
        return text
    return _WORD.sub(lambda found: HIDDEN if _is_number(found[0]) else found[0], text)


def _is_number(word: str) -> bool:
    plain = word.lower().replace("ё", "е")
    return plain.isdigit() or plain in n.NUMBER_WORDS or plain in n.DATE_ORDINAL
