"""The model's graphs: the dictionary as one transducer, and its words with their likelihoods.

HCLr.fst is the lexicon, determinised, with the loop of every phone; Vosk joins it at run time
with the grammar of a question. Words have the numbers that the conversion to a look-ahead
transducer gives them. OpenFst's programs and kaldifst do what is hard.
"""

from __future__ import annotations

import math
import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

import kaldifst

from tools.ear.kaldi import states
from tools.ear.kaldi.arcs import BETWEEN, Arc, Machine, lexicon_arcs, marks_of, with_loops
from tools.ear.lexicon import Lexicon

LOOKAHEAD = "libfstlookahead.so.*[0-9]"
"""OpenFst's library that fstconvert finds only when it is loaded before it."""
LIBRARIES = (Path("/usr/lib/x86_64-linux-gnu"), Path("/usr/lib/aarch64-linux-gnu"))
UNIGRAM_FILLER_COST = 2.0
"""Beside any other word, where there is no grammar."""
END_COST = 0.7


def write(folder: Path, lexicon: Lexicon) -> None:
    """`graph` of a model, from nothing but the dictionary."""
    graph = folder / "graph"
    (graph / "phones").mkdir(parents=True, exist_ok=True)
    words = [*states.FILLERS, *sorted(lexicon)]
    numbers = {word: number for number, word in enumerate(words, start=1)}
    arcs, finals = _determinised(lexicon_arcs(lexicon, numbers))
    marks = marks_of(arcs)
    looped = list(with_loops(arcs, marks))
    relabelled = _write_lookahead(graph / "HCLr.fst", looped, finals)
    renumbered = {word: relabelled.get(number, number) for word, number in numbers.items()}
    _write_words(graph / "words.txt", renumbered)
    _write_unigram(graph / "Gr.fst", renumbered)
    (graph / "disambig_tid.int").write_text(_lines(marks.values()), "ascii")
    boundaries = graph / "phones" / "word_boundary.int"
    boundaries.write_text(_lines(states.word_boundaries()), "ascii")


def _determinised(machine: Machine) -> tuple[list[Arc], dict[int, float]]:
    """Arcs, beginning with those of the start, and the states that may be the last."""
    fst = kaldifst.StdVectorFst()
    for _ in range(machine.size):
        fst.add_state()
    fst.start = 0
    for arc in machine.arcs:
        found = kaldifst.StdArc(arc.label, arc.word, arc.cost, arc.destination)
        fst.add_arc(arc.origin, found)
    fst.set_final(BETWEEN, 0.0)
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
