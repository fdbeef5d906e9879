"""The stress that a person marks in a word, put into espeak's phonemes of it.

espeak-ng does not read stress marks in Russian. «Черны́х», «черн+ых» and «чернЫх» all mean the
same: the vowel behind a plus, before an acute accent, or written large inside the word.
"""

from __future__ import annotations

import re

ACUTE = "\u0301"
SOUNDS = {
    "а": "a",
    "я": "a",
    "о": "o",
    "ё": "o",
    "у": "u",
    "ю": "u",
    "ы": "y",
    "и": "i",
    "э": "E",
    "е": "e",
}
"""What espeak calls a stressed vowel."""
VOWEL = re.compile(r"[aAeEiIoOuUyYV]|@(?!-)")
PLAIN = re.compile(r"[а-яё]+(?:-[а-яё]+)*")


def is_marked(spelling: str) -> bool:
    return ACUTE in spelling or "+" in spelling or any(c.isupper() for c in spelling[1:])


def unmarked(spelling: str) -> str:
    """Lower case, without the mark."""
    return spelling.replace(ACUTE, "").replace("+", "").lower()


def with_stress(spelling: str, phonemes: str) -> str | None:
    """`[[…]]` with the stress where `spelling` has it; None where it has none that fits.

    `phonemes` are espeak's of the unmarked word.
    """
    place = _stressed_vowel(spelling)
    vowels = list(VOWEL.finditer(phonemes))
    letters = [letter for letter in unmarked(spelling) if letter in SOUNDS]
    if place is None or len(vowels) != len(letters):
        return None
    vowel = vowels[place]
    before = phonemes[: vowel.start()].replace("'", "")
    after = phonemes[vowel.end() :].replace("'", "")
    return f"[[{before}'{SOUNDS[letters[place]]}{after}]]"


def _stressed_vowel(spelling: str) -> int | None:
    """Its number among the word's vowels; None where none or several are marked."""
    marked: list[int] = []
    number = -1
    for place, letter in enumerate(spelling):
        if letter.lower() not in SOUNDS:
            continue
        number += 1
        behind_plus = spelling[place - 1 : place] == "+"
        large = letter.isupper() and place > 0 and not spelling.isupper()
        if behind_plus or large or spelling[place + 1 : place + 2] == ACUTE:
            marked.append(number)
    return marked[0] if len(marked) == 1 else None
