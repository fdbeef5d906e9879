"""What stands between the numbers of a dictation: corrections, resets, fillers."""

from __future__ import annotations

from enum import Enum

from ivr.speech.understanding.words import Heard, Phrases, table

_DICTATION = table("dictation")


class Marks(Enum):
    """What phrases do to the numbers around them."""

    CORRECTION = "corrections"
    RESET = "resets"
    ASIDE = "phrases"
    """Numbers in it are none of the dictation: «последние шесть цифр»."""


_MARKS = Phrases((phrase, kind) for kind in Marks for phrase in _DICTATION[kind.value])
FILLERS = frozenset(_DICTATION["fillers"])


def marks_of(spoken: Heard) -> dict[int, tuple[int, Marks]]:
    """Place of a mark -> where it ends; corrections that follow one another are one."""
    marks: dict[int, tuple[int, Marks]] = {}
    place, last = 0, -1
    while place < len(spoken.words):
        found = _MARKS.at(spoken.words, place)
        if found is None:
            place += 1
            continue
        end, kind = found
        if kind is Marks.CORRECTION and marks.get(last) == (place, kind):
            marks[last] = found
        else:
            marks[place] = found
            last = place
        place = end
    return marks


def without_fillers(spoken: Heard) -> Heard:
    """A filler leaves a pause behind; phrases with numbers in them stay whole."""
    words: list[str] = []
    paused = set()
    place = 0
    while place < len(spoken.words):
        if place in spoken.paused:
            paused.add(len(words))
        marked = _MARKS.at(spoken.words, place)
        if marked or spoken.words[place] not in FILLERS:
            end = marked[0] if marked else place + 1
            words += spoken.words[place:end]
            place = end
            continue
        paused.add(len(words))
        place += 1
    return Heard(tuple(words), frozenset(paused))
