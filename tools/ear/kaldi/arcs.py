"""The dictionary as arcs between states, before and after Kaldi's loops are put in."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tools.ear.kaldi import states
from tools.ear.lexicon import Lexicon, Pronunciation
from tools.ear.texts import DAYS, HUNDREDS, TEENS, TENS

NUMBER_COST = 1.0
"""Of a number from ten on or of a day, as a negative logarithm: digits are said more often."""
FILLER_COST = 5.0
"""Of saying a filler."""
FILLER_FRAMES = 4
"""At least, of 30 ms."""
SWALLOWED_COST = 2.0
"""Besides, of a pronunciation that is shorter than the word's first: lest «два» be «двцать»."""
BETWEEN = 1
"""The state between words, which is also the last."""
_HALF = -math.log(0.5)
_NUMBERS = frozenset((*TEENS, *TENS, *HUNDREDS, *DAYS))


@dataclass(frozen=True, slots=True)
class Arc:
    origin: int
    destination: int
    label: int
    word: int
    cost: float


@dataclass
class Machine:
    """States from 0 and the arcs between them."""

    arcs: list[Arc] = field(default_factory=list)
    size: int = 0

    def state(self) -> int:
        self.size += 1
        return self.size - 1

    def arc(self, origin: int, destination: int, label: int, word: int, cost: float) -> None:
        self.arcs.append(Arc(origin, destination, label, word, cost))


def lexicon_arcs(lexicon: Lexicon, numbers: Mapping[str, int]) -> Machine:
    """Every word from the state between words back to it.

    A word's last phone leads straight to that state and to the silence before it: an empty arc
    would make determinisation copy the beginning of the lexicon at every word's end.
    """
    machine = Machine()
    start, between, silence, silent = (machine.state() for _ in range(4))
    machine.arc(start, between, 0, 0, _HALF)
    machine.arc(start, silence, 0, 0, _HALF)
    machine.arc(silence, silent, states.SILENCE_ID, 0, 0.0)
    machine.arc(silent, between, _mark(0), 0, 0.0)
    ends = (between, silence)
    for word, labels, cost in _labelled(lexicon):
        _add_word(machine, ends, labels, numbers[word], cost)
    for filler, phone in states.FILLERS.items():
        held = states.placed([phone] * FILLER_FRAMES)
        _add_word(machine, ends, held, numbers[filler], FILLER_COST)
    return machine


def _add_word(
    machine: Machine, ends: tuple[int, int], labels: Sequence[int], word: int, cost: float
) -> None:
    between, silence = ends
    state = between
    for place, label in enumerate(labels):
        said, costs = (word, cost) if place == 0 else (0, 0.0)
        if place == len(labels) - 1:
            machine.arc(state, between, label, said, costs + _HALF)
            machine.arc(state, silence, label, said, costs + _HALF)
        else:
            following = machine.state()
            machine.arc(state, following, label, said, costs)
            state = following


def _labelled(lexicon: Lexicon) -> Iterator[tuple[str, list[int], float]]:
    """Phones of each pronunciation, with a mark where another has or begins with them; cost."""
    said = [
        (word, states.placed(phones), _cost(word, phones, lexicon[word][0]))
        for word in sorted(lexicon)
        for phones in lexicon[word]
    ]
    shared = Counter(phones for _, phones, _ in said)
    beginnings = {phones[:size] for _, phones, _ in said for size in range(1, len(phones))}
    used: Counter[tuple[int, ...]] = Counter()
    for word, phones, cost in said:
        if shared[phones] > 1 or phones in beginnings:
            used[phones] += 1
            yield word, [*phones, _mark(used[phones])], cost
        else:
            yield word, list(phones), cost


def _cost(word: str, phones: Pronunciation, usual: Pronunciation) -> float:
    """Of a pronunciation beside the word's usual one."""
    swallowed = SWALLOWED_COST if len(phones) < len(usual) else 0.0
    return swallowed + (NUMBER_COST if word in _NUMBERS else 0.0)


def _mark(number: int) -> int:
    """A label above all phones, which keeps apart what sounds the same. 0 is the silence's."""
    return states.COUNT + 1 + number


def marks_of(arcs: Iterable[Arc]) -> Mapping[int, int]:
    """Input labels for the marks, above all transitions."""
    used = sorted({arc.label for arc in arcs if arc.label > states.COUNT})
    first = states.TRANSITIONS + 1
    return {label: number for number, label in enumerate(used, start=first)}


def with_loops(arcs: Sequence[Arc], marks: Mapping[int, int]) -> Iterator[Arc]:
    """Transitions instead of phones, and at the end of each phone the loop in it.

    A state that several phones lead to is entered through a state for each of them.
    """
    start = arcs[0].origin
    arriving = defaultdict(set, {start: {0}})
    for arc in arcs:
        arriving[arc.destination].add(arc.label if arc.label <= states.COUNT else 0)
    entries = _entries(arriving, 1 + max(max(arc.origin, arc.destination) for arc in arcs))
    yield from _ordered(arcs, entries, marks)
    for (state, phone), entry in entries.items():
        if entry != state:
            yield Arc(entry, state, 0, 0, 0.0)
        yield Arc(entry, entry, states.loop(phone), 0, 0.0)


def _entries(arriving: dict[int, set[int]], size: int) -> dict[tuple[int, int], int]:
    """For a state and the phone that leads to it, the state that has the phone's loop."""
    found: dict[tuple[int, int], int] = {}
    for state in sorted(arriving):
        for phone in sorted(arriving[state] - {0}):
            if len(arriving[state]) == 1:
                found[state, phone] = state
            else:
                found[state, phone] = size
                size += 1
    return found


def _ordered(
    arcs: Iterable[Arc], entries: dict[tuple[int, int], int], marks: Mapping[int, int]
) -> Iterator[Arc]:
    for arc in arcs:
        if 0 < arc.label <= states.COUNT:
            entry = entries[arc.destination, arc.label]
            yield Arc(arc.origin, entry, states.forward(arc.label), arc.word, arc.cost)
        else:
            label = marks[arc.label] if arc.label else 0
            yield Arc(arc.origin, arc.destination, label, arc.word, arc.cost)
