"""The sounds of Russian that the model tells apart.

Festival's Russian set, its flavours of reduced vowels merged. A doubled consonant is soft, a
doubled vowel stressed; `ch`, `sch` and `j` are always soft.
"""

from __future__ import annotations

STRESSED = ("aa", "ee", "ii", "oo", "uu", "yy")
UNSTRESSED = ("a", "i", "o", "u", "y")
VOWELS = frozenset((*STRESSED, *UNSTRESSED))
PHONES = (
    *STRESSED,
    *UNSTRESSED,
    *("p", "pp", "b", "bb", "t", "tt", "d", "dd", "k", "kk", "g", "gg", "c", "ch"),
    *("f", "v", "vv", "s", "ss", "z", "zz", "sh", "sch", "zh", "h", "hh"),
    *("m", "mm", "n", "nn", "l", "ll", "r", "rr", "j"),
)
SILENCE = "SIL"
PAUSE = "_"
"""Between two words: a silence that may be missing."""
UNITS = (SILENCE, *PHONES)
NUMBER = {unit: number for number, unit in enumerate(UNITS)}
"""In the network: unit n has outputs 2n (its first frame) and 2n+1 (its other frames)."""
OUTPUTS = 2 * len(UNITS)


def is_soft(phone: str) -> bool:
    doubled = len(phone) == 2 and phone[0] == phone[1] and phone not in VOWELS
    return doubled or phone in {"ch", "sch", "j"}
