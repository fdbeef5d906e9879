"""The model's graphs: the dictionary as one transducer, and its words with their likelihoods.

HCLr.fst is the lexicon, determinised, with the loop of every phone; Vosk joins it at run time
with the grammar of a question. Words have the numbers that the conversion to a look-ahead
transducer gives them. OpenFst's programs and kaldifst do what is hard.
"""

from __future__ import annotations

import math
import os
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import kaldifst

from tools.ear.kaldi import states
from tools.ear.lexicon import Lexicon

LOOKAHEAD = "libfstlookahead.so.*[0-9]"
"""OpenFst's library that fstconvert finds only when it is loaded before it."""
LIBRARIES = (Path("/usr/lib/x86_64-linux-gnu"), Path("/usr/lib/aarch64-linux-gnu"))
FILLER_COST = 4.0
"""Of saying a filler, as a negative logarithm."""
FILLER_FRAMES = 4
"""At least, of 30 ms."""
UNIGRAM_FILLER_COST = 2.0
"""Beside any other word, where there is no grammar."""
END_COST = 0.7
_HALF = -math.log(0.5)


@dataclass(frozen=True, slots=True)
class Arc:
    origin: int
    destination: int
    label: int
    word: int
    cost: float


@dataclass
class _Machine:
    """States from 0 and the arcs between them."""

    arcs: list[Arc] = field(default_factory=list)
    size: int = 0

    def state(self) -> int:
        self.size += 1
        return self.size - 1

    def arc(self, origin: int, destination: int, label: int, word: int, cost: float) -> None:
        self.arcs.append(Arc(origin, destination, label, word, cost))


def write(folder: Path, lexicon: Lexicon) -> None:
    """`graph` of a model, from nothing but the dictionary."""
    graph = folder / "graph"
    (graph / "phones").mkdir(parents=True, exist_ok=True)
    words = [*states.FILLERS, *sorted(lexicon)]
    numbers = {word: number for number, word in enumerate(words, start=1)}
    arcs, finals = _determinised(_lexicon(lexicon, numbers))
    marks = _marks(arcs)
    looped = list(_with_loops(arcs, marks))
    relabelled = _write_lookahead(graph / "HCLr.fst", looped, finals)
    renumbered = {word: relabelled.get(number, number) for word, number in numbers.items()}
    _write_words(graph / "words.txt", renumbered)
    _write_unigram(graph / "Gr.fst", renumbered)
    (graph / "disambig_tid.int").write_text(_lines(marks.values()), "ascii")
    boundaries = graph / "phones" / "word_boundary.int"
    boundaries.write_text(_lines(states.word_boundaries()), "ascii")


def _lexicon(lexicon: Lexicon, numbers: dict[str, int]) -> _Machine:
    """Every word from the state between words back to it.

    A word's last phone leads straight to that state and to the silence before it: an empty arc
    would make determinisation copy the beginning of the lexicon at every word's end.
    """
    machine = _Machine()
    start, between, silence, silent = (machine.state() for _ in range(4))
    machine.arc(start, between, 0, 0, _HALF)
    machine.arc(start, silence, 0, 0, _HALF)
    machine.arc(silence, silent, states.SILENCE_ID, 0, 0.0)
    machine.arc(silent, between, _mark(0), 0, 0.0)
    ends = (between, silence)
    for word, labels in _labelled(lexicon):
        _add_word(machine, ends, labels, numbers[word], 0.0)
    for filler, phone in states.FILLERS.items():
        held = states.placed([phone] * FILLER_FRAMES)
        _add_word(machine, ends, held, numbers[filler], FILLER_COST)
    return machine


def _add_word(
    machine: _Machine, ends: tuple[int, int], labels: Sequence[int], word: int, cost: float
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


def _labelled(lexicon: Lexicon) -> Iterator[tuple[str, list[int]]]:
    """Phones of every pronunciation, and a mark where another word has or begins with them."""
    said = [
        (word, states.placed(phones)) for word in sorted(lexicon) for phones in lexicon[word]
    ]
    shared = Counter(phones for _, phones in said)
    beginnings = {phones[:size] for _, phones in said for size in range(1, len(phones))}
    used: Counter[tuple[int, ...]] = Counter()
    for word, phones in said:
        if shared[phones] > 1 or phones in beginnings:
            used[phones] += 1
            yield word, [*phones, _mark(used[phones])]
        else:
            yield word, list(phones)


def _mark(number: int) -> int:
    """A label above all phones, which keeps apart what sounds the same. 0 is the silence's."""
    return states.COUNT + 1 + number


def _determinised(machine: _Machine) -> tuple[list[Arc], dict[int, float]]:
    """Arcs, beginning with those of the start, and the states that may be the last."""
    fst = kaldifst.StdVectorFst()
    for _ in range(machine.size):
        fst.add_state()
    fst.start = 0
    for arc in machine.arcs:
        found = kaldifst.StdArc(arc.label, arc.word, arc.cost, arc.destination)
        fst.add_arc(arc.origin, found)
    fst.set_final(1, 0.0)
    found = kaldifst.determinize_star(fst)
    fst = fst if isinstance(found, bool | None) else found
    return _read(fst)


def _read(fst: kaldifst.StdVectorFst) -> tuple[list[Arc], dict[int, float]]:
    arcs, finals = [], {}
    for state in kaldifst.StateIterator(fst):
        for arc in kaldifst.ArcIterator(fst, state):
            cost = float(arc.weight.value)
            arcs.append(Arc(state, arc.nextstate, arc.ilabel, arc.olabel, cost))
        final = float(fst.final(state).value)
        if final != math.inf:
            finals[state] = final
    arcs.sort(key=lambda arc: arc.origin != fst.start)
    return arcs, finals


def _marks(arcs: Iterable[Arc]) -> dict[int, int]:
    """Input labels for the marks, above all transitions."""
    used = sorted({arc.label for arc in arcs if arc.label > states.COUNT})
    first = states.TRANSITIONS + 1
    return {label: number for number, label in enumerate(used, start=first)}


def _with_loops(arcs: Sequence[Arc], marks: dict[int, int]) -> Iterator[Arc]:
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
    arcs: Iterable[Arc], entries: dict[tuple[int, int], int], marks: dict[int, int]
) -> Iterator[Arc]:
    for arc in arcs:
        if 0 < arc.label <= states.COUNT:
            entry = entries[arc.destination, arc.label]
            yield Arc(arc.origin, entry, states.forward(arc.label), arc.word, arc.cost)
        else:
            label = marks[arc.label] if arc.label else 0
            yield Arc(arc.origin, arc.destination, label, arc.word, arc.cost)


def _write_lookahead(
    file: Path, arcs: Iterable[Arc], finals: dict[int, float]
) -> dict[int, int]:
    """New numbers of the words."""
    pairs = file.with_suffix(".pairs")
    _converted(
        [*map(_line, arcs), *(f"{state} {cost:.6g}" for state, cost in finals.items())],
        "olabel",
        ["--fst_type=olabel_lookahead", f"--save_relabel_opairs={pairs}"],
        file,
    )
    found = dict(_pair(line) for line in pairs.read_text("ascii").splitlines())
    pairs.unlink()
    return found


def _write_words(file: Path, numbers: dict[str, int]) -> None:
    ordered = sorted(numbers.items(), key=lambda item: item[1])
    lines = (f"{word} {number}" for word, number in [("<eps>", 0), *ordered])
    file.write_text(_lines(lines), "utf-8")


def _write_unigram(file: Path, numbers: dict[str, int]) -> None:
    """All words equally likely: only for what has no grammar."""
    cost = math.log(len(numbers))
    lines = []
    for word, number in sorted(numbers.items()):
        if word not in states.FILLERS or word == "[unk]":
            more = UNIGRAM_FILLER_COST if word in states.FILLERS else 0.0
            lines.append(f"0 0 {number} {number} {cost + more:.4f}")
    _converted([*lines, f"0 {END_COST}"], "ilabel", ["--fst_type=const"], file)


def _converted(
    lines: Iterable[str], sorting: str, conversion: Sequence[str], file: Path
) -> None:
    compiled = _run(["fstcompile"], _lines(lines).encode("ascii"))
    ordered = _run(["fstarcsort", f"--sort_type={sorting}"], compiled)
    file.write_bytes(_run(["fstconvert", *conversion], ordered))


def _run(command: Sequence[str], data: bytes) -> bytes:
    environment = {**os.environ, "LD_PRELOAD": str(_lookahead())}
    done = subprocess.run(command, input=data, capture_output=True, check=True, env=environment)
    return done.stdout


def _lookahead() -> Path:
    return next(file for folder in LIBRARIES for file in sorted(folder.glob(LOOKAHEAD)))


def _line(arc: Arc) -> str:
    return f"{arc.origin} {arc.destination} {arc.label} {arc.word} {arc.cost:.6g}"


def _pair(line: str) -> tuple[int, int]:
    old, new = line.split()
    return int(old), int(new)


def _lines(lines: Iterable[object]) -> str:
    return "".join(f"{line}\n" for line in lines)
