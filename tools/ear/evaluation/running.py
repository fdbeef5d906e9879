"""One model at all rows, in a process of its own: what it hears, what it costs."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from ivr.speech.recogniser import Ear, Listener
from tools.ear.evaluation.arithmetic import HERTZ, Share
from tools.ear.evaluation.judging import Case
from tools.ear.evaluation.rows import Asked, Row

FRAMES = 1600
"""Bytes that the recogniser is given at a time."""
MEBIBYTE = 1 << 20
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(slots=True)
class Result:
    """Of one model."""

    shares: dict[tuple[int, str], Share] = field(default_factory=dict)
    """By the row's place, and what is counted."""
    cost: dict[str, tuple[float, float]] = field(default_factory=dict)
    """By question: seconds of a core, seconds of sound."""
    size: int = 0
    """Bytes on disk."""
    load: float = 0.0
    """Seconds."""
    memory: int = 0
    """Bytes more, once it has been read and has heard something."""


def heard_by_all(models: Sequence[Path], rows: Sequence[Row]) -> list[Result]:
    """Side by side, as far as there are cores."""
    forked = multiprocessing.get_context("fork")
    workers = min(len(models), os.cpu_count() or 1)
    global _rows  # noqa: PLW0603 - what is forked need not be sent
    _rows = _for_all(models, rows)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forks beside threads
        with ProcessPoolExecutor(workers, mp_context=forked) as pool:
            return list(pool.map(heard_by, models))


_rows: Sequence[Row] = ()


def heard_by(model: Path) -> Result:
    before, begun = _resident(), time.process_time()
    ear = Ear(model)
    result = Result(load=time.process_time() - begun)
    for place, row in enumerate(_rows):
        _tell(f"{model}: {place + 1} of {len(_rows)}")
        with _measured(result, row):
            for what, share in _judged(ear, row):
                key = (place, what)
                result.shares[key] = result.shares.get(key, Share()) + share
        result.memory = result.memory or _resident() - before
    result.size = sum(file.stat().st_size for file in model.rglob("*") if file.is_file())
    return result


def _judged(ear: Ear, row: Row) -> Iterator[tuple[str, Share]]:
    listener = Listener(ear, row.asked.phrases, row.asked.filler)
    for case in row.cases:
        for at in range(0, len(case.sound), FRAMES):
            listener.hear_mulaw(case.sound[at : at + FRAMES])
        yield from row.judge(case, listener.result()).items()
        listener.forget()


@contextmanager
def _measured(result: Result, row: Row) -> Iterator[None]:
    begun = time.process_time()
    yield
    spent, sound = result.cost.get(row.asked.name, (0.0, 0.0))
    seconds = sum(len(case.sound) for case in row.cases) / HERTZ
    result.cost[row.asked.name] = (spent + time.process_time() - begun, sound + seconds)


def _for_all(models: Sequence[Path], rows: Sequence[Row]) -> list[Row]:
    """Of sentences only words that each model knows are asked for and counted."""
    ears = [Ear(model) for model in models]
    return [_known_to(ears, row) if row.asked.name == SENTENCES else row for row in rows]


SENTENCES = "words of the sentences"


def _known_to(ears: Sequence[Ear], row: Row) -> Row:
    unknown = {word for ear in ears for word in ear.missing(row.asked.phrases)}
    phrases = tuple(word for word in row.asked.phrases if word not in unknown)
    cases = [
        Case(case.sound, tuple(word for word in case.words if word not in unknown))
        for case in row.cases
    ]
    question = Asked(row.asked.name, phrases, row.asked.filler)
    return replace(row, asked=question, cases=cases)


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def _tell(what: str) -> None:
    print(f"\r{what}\033[K", end="", file=sys.stderr, flush=True)


def share_of_a_core(costs: Mapping[str, tuple[float, float]], question: str) -> float:
    spent, sound = costs[question]
    return spent / sound if sound else 0.0
