"""Pieces of speech with their phones, kept in files that are read back at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

HERTZ = 8000
Samples = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Utterance:
    samples: Samples
    """8 kHz."""
    phones: tuple[str, ...]
    """From silence to silence; PAUSE where there may be one."""
    voice: str
    """Of whom: «espeak:f3», «festvox:child»."""
    words: tuple[str, ...] = ()
    sentence: str = ""
    """The name of a corpus' sentence, in all voices the same."""
    ends: tuple[float, ...] = ()
    """Seconds at which each phone ends, where it is known."""

    @property
    def seconds(self) -> float:
        return len(self.samples) / HERTZ

    def with_samples(self, samples: Samples) -> Utterance:
        return replace(self, samples=samples)


def write(file: Path, utterances: Sequence[Utterance]) -> None:
    """Whole or not at all: a run that is stopped leaves no half of a file."""
    notes = [_note(one) for one in utterances]
    unfinished = file.with_suffix(".unfinished.npz")
    np.savez(
        unfinished,
        samples=np.concatenate([one.samples for one in utterances]),
        lengths=np.array([len(one.samples) for one in utterances]),
        notes=np.frombuffer(json.dumps(notes, ensure_ascii=False).encode(), np.uint8),
    )
    unfinished.replace(file)


def read(file: Path) -> list[Utterance]:
    with np.load(file) as kept:
        samples, lengths, text = kept["samples"], kept["lengths"], kept["notes"].tobytes()
    pieces = np.split(samples, np.cumsum(lengths)[:-1])
    return [_noted(piece, note) for piece, note in zip(pieces, json.loads(text), strict=True)]


def minutes(utterances: Iterable[Utterance]) -> float:
    return sum(one.seconds for one in utterances) / 60


def _note(one: Utterance) -> list[object]:
    ends = [round(end, 4) for end in one.ends]
    return [" ".join(one.phones), one.voice, " ".join(one.words), one.sentence, ends]


def _noted(samples: Samples, note: list[object]) -> Utterance:
    phones, voice, words, sentence, ends = note
    return Utterance(
        samples=samples,
        phones=tuple(str(phones).split()),
        voice=str(voice),
        words=tuple(str(words).split()),
        sentence=str(sentence),
        ends=tuple(ends) if isinstance(ends, list) else (),
    )
