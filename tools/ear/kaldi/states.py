"""Kaldi's numbers: phones at their places in a word, network outputs, transitions.

Every phone has four copies, for the beginning, end and inside of a word and a word of one
phone; they share their outputs. A phone is one state with a loop.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tools.ear.phones import PHONES, SILENCE

PLACES = ("_B", "_E", "_I", "_S")
FILLERS: Mapping[str, str] = {
    "[unk]": "gbg",
    "[unk_soft]": "gbg_soft",
    "[unk_strict]": "gbg_strict",
}
"""Words for everything foreign, and the garbage phone that each is made of."""
ALL_PHONES = (*PHONES, *FILLERS.values())
SILENCE_ID = 1
IDS: Mapping[str, int] = {
    SILENCE: SILENCE_ID,
    **{
        f"{phone}{place}": SILENCE_ID + 1 + len(PLACES) * number + offset
        for number, phone in enumerate(ALL_PHONES)
        for offset, place in enumerate(PLACES)
    },
}
COUNT = len(IDS)
"""Ids go from 1 to here."""
SPEECH_OUTPUTS = 2 + 2 * len(PHONES)
"""Of the network, the silence's among them; the garbage phones' come behind."""


def placed(phones: Sequence[str]) -> tuple[int, ...]:
    """Ids of a word's phones."""
    if len(phones) == 1:
        return (IDS[f"{phones[0]}_S"],)
    inside = [IDS[f"{phone}_I"] for phone in phones[1:-1]]
    return (IDS[f"{phones[0]}_B"], *inside, IDS[f"{phones[-1]}_E"])


def outputs_of(phone: int) -> tuple[int, int]:
    """Numbers of the network's outputs: for the first frame and for the others."""
    if phone == SILENCE_ID:
        return 0, 1
    number = (phone - SILENCE_ID - 1) // len(PLACES)
    return 2 + 2 * number, 3 + 2 * number


def loop(phone: int) -> int:
    """The transition that stays; the topology lists it first."""
    return 2 * (phone - 1) + 1


def forward(phone: int) -> int:
    """The transition that leaves."""
    return 2 * (phone - 1) + 2


TRANSITIONS = 2 * COUNT


def word_boundaries() -> Iterator[str]:
    """Lines of word_boundary.int, which Vosk needs to know when words begin and end."""
    yield f"{SILENCE_ID} nonword"
    names = dict(zip(PLACES, ("begin", "end", "internal", "singleton"), strict=True))
    for phone in ALL_PHONES:
        for place, name in names.items():
            yield f"{IDS[phone + place]} {name}"
