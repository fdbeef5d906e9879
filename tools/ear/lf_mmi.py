"""Lattice-free MMI: what was said against everything that could have been, phone by phone."""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from tools.ear.phones import NUMBER, PAUSE, SILENCE, UNITS

SOURCE = Path(__file__).with_name("lf_mmi.c")
POSSIBLE = -1e20
"""A numerator below it: the utterance is too short for its phones."""
COMPILER = ("gcc", "-O3", "-march=native", "-ffast-math", "-fopenmp", "-shared", "-fPIC")

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Said:
    """The phones of an utterance as numbers."""

    units: npt.NDArray[np.int32]
    optional: npt.NDArray[np.uint8]
    """1 where the unit may be missing."""

    @classmethod
    def of(cls, phones: Sequence[str]) -> Said:
        units = [NUMBER[SILENCE if phone == PAUSE else phone] for phone in phones]
        optional = [phone == PAUSE for phone in phones]
        return cls(np.array(units, np.int32), np.array(optional, np.uint8))

    @property
    def shortest(self) -> int:
        """Outputs that it takes at least."""
        return int((self.optional == 0).sum())


@dataclass(frozen=True, slots=True)
class Bigram:
    follows: Floats
    """Probability of a unit (column) behind another (row)."""
    initial: Floats


@dataclass(frozen=True, slots=True)
class Sums:
    numerator: Tensor
    denominator: Tensor
    """Log probabilities, one for each utterance."""
    said: Tensor
    possible: Tensor
    """Occupations of the outputs: batch by outputs in time by outputs of the network."""
    fits: Tensor
    """False where the utterance is too short for its phones."""


def bigram(utterances: Sequence[Said]) -> Bigram:
    """Counted, with a little of everything."""
    size = len(UNITS)
    counts = np.full((size, size), 0.3)
    counts[NUMBER[SILENCE]] += 1
    for said in utterances:
        sure = said.units[said.optional == 0]
        np.add.at(counts, (sure[:-1], sure[1:]), 1)
        pauses = np.flatnonzero(said.optional)
        np.add.at(counts[:, 0], said.units[pauses - 1], 0.3)
        np.add.at(counts[0], said.units[pauses + 1], 0.3)
    np.fill_diagonal(counts, np.minimum(counts.diagonal(), 30))
    initial = 0.5 * counts.sum(0) / counts.sum()
    initial[NUMBER[SILENCE]] += 0.5
    follows = counts / counts.sum(1, keepdims=True)
    return Bigram(follows.astype(np.float32), initial.astype(np.float32))


def sums(scores: Tensor, lengths: Tensor, batch: Sequence[Said], model: Bigram) -> Sums:
    """`scores`: batch by outputs in time by outputs of the network; `lengths` in time."""
    values = np.ascontiguousarray(scores.detach().numpy(), np.float32)
    said, possible = np.zeros_like(values), np.zeros_like(values)
    totals = np.zeros((2, len(batch)), np.float32)
    units, optional, states = _padded(batch)
    arrays = [lengths.numpy().astype(np.int32), units, optional, states]
    sizes = [len(batch), values.shape[1], units.shape[1], values.shape[2]]
    results = [model.follows, model.initial, said, possible, totals[0], totals[1]]
    _library().lf_mmi(_pointer(values), *map(_pointer, arrays), *sizes, *map(_pointer, results))
    numerator = torch.from_numpy(totals[0])
    return Sums(
        numerator=numerator,
        denominator=torch.from_numpy(totals[1]),
        said=torch.from_numpy(said),
        possible=torch.from_numpy(possible),
        fits=numerator > POSSIBLE,
    )


def _padded(
    batch: Sequence[Said],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    states = np.array([len(said.units) for said in batch], np.int32)
    units = np.zeros((len(batch), states.max()), np.int32)
    optional = np.zeros((len(batch), states.max()), np.uint8)
    for row, said in enumerate(batch):
        units[row, : states[row]] = said.units
        optional[row, : states[row]] = said.optional
    return units, optional, states


def _pointer(array: npt.NDArray[np.generic]) -> ctypes.c_void_p:
    return array.ctypes.data_as(ctypes.c_void_p)


@cache
def _library() -> ctypes.CDLL:
    """Compiled beside its source, again whenever that is newer."""
    built = SOURCE.with_name("liblfmmi.so")
    if not built.is_file() or built.stat().st_mtime < SOURCE.stat().st_mtime:
        subprocess.run([*COMPILER, str(SOURCE), "-o", str(built), "-lm"], check=True)
    return ctypes.CDLL(str(built))
