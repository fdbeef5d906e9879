"""What is trained on, read into memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tools.ear import utterances
from tools.ear.features import frames
from tools.ear.lf_mmi import Said
from tools.ear.network import outputs
from tools.ear.phones import SILENCE
from tools.ear.utterances import HERTZ, Samples, Utterance

SHORTEST, LONGEST = 12, 900
"""Frames of an utterance."""
FASTEST = 1.13
"""An utterance must still fit its phones when it is so much faster."""
NOISE_SHARE = 0.04
"""Utterances in which nobody speaks."""


@dataclass(frozen=True, slots=True)
class Item:
    samples: Samples
    said: Said
    voice: str
    ends: tuple[float, ...] = ()
    """Seconds, of phones; empty where unknown."""

    @property
    def frames(self) -> int:
        return frames(len(self.samples))


Batch = Sequence[Item]


def items(folder: Path) -> list[Item]:
    """Of all files in the folder, in the order of their names."""
    found = (one for file in sorted(folder.glob("*.npz")) for one in utterances.read(file))
    return [item for item in map(_item, found) if _is_trainable(item)]


def nobody_speaks(waves: npt.NDArray[np.float32], chance: np.random.Generator) -> Item:
    """A piece of noise (one of `waves`, of power 1) at any loudness."""
    length = int(chance.integers(HERTZ * 3 // 4, HERTZ * 5 // 2))
    wave = waves[int(chance.integers(len(waves)))]
    begin = int(chance.integers(0, len(wave) - length))
    loud = wave[begin : begin + length] * 10 ** chance.uniform(0, 3)
    samples = np.clip(loud, -32768, 32767).astype(np.int16)
    return Item(samples, Said.of([SILENCE]), "nobody")


def _item(one: Utterance) -> Item:
    return Item(one.samples, Said.of(one.phones), one.voice, one.ends)


def _is_trainable(item: Item) -> bool:
    room = outputs(int(item.frames / FASTEST)) - 2
    return SHORTEST <= item.frames <= LONGEST and item.said.shortest <= room
