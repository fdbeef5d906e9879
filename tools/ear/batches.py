"""What is trained on, read into memory, and the batches it is heard in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
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

SECONDS = 45.0
"""Of sound in a batch, with the silence that fills it."""
SHORTEST, LONGEST = 12, 900
"""Frames of an utterance."""
FASTEST = 1.13
"""An utterance must still fit its phones when it is so much faster."""
JITTER = (0.93, 1.07)
"""Of an utterance's length, so that it meets others each time."""
HIMSELF = "festvox:man himself"
"""The one human being."""
SHARES: Mapping[str, float] = {
    HIMSELF: 0.14,
    "festvox:": 0.48,
    "festival:": 0.16,
    "ru_tts:": 0.08,
    "espeak:": 0.14,
}
"""Of what is heard, by the beginning of the voice's name, however much there is of each: people
are heard worse the less of it is a human being's. The first three are he and what is made of
him. Other voices (a clinic's own answers) are heard once, beside these."""
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


def epoch(pool: Sequence[Item], chance: np.random.Generator) -> list[list[Item]]:
    """As much as there is in the pool, in SHARES; those of about the same length together."""
    times = _times(pool, chance)
    everyone = [item for item, number in zip(pool, times, strict=True) for _ in range(number)]
    jittered = [item.frames * chance.uniform(*JITTER) for item in everyone]
    order = np.argsort(jittered, kind="stable")
    together = list(_together(everyone[place] for place in order))
    return [together[place] for place in chance.permutation(len(together))]


def nobody_speaks(waves: npt.NDArray[np.float32], chance: np.random.Generator) -> Item:
    """A piece of noise (one of `waves`, of power 1) at any loudness."""
    length = int(chance.integers(HERTZ * 3 // 4, HERTZ * 5 // 2))
    wave = waves[int(chance.integers(len(waves)))]
    begin = int(chance.integers(0, len(wave) - length))
    loud = wave[begin : begin + length] * 10 ** chance.uniform(0, 3)
    samples = np.clip(loud, -32768, 32767).astype(np.int16)
    return Item(samples, Said.of([SILENCE]), "nobody")


def _times(pool: Sequence[Item], chance: np.random.Generator) -> list[int]:
    """How often each is heard; a part of a time is heard by chance."""
    sources = [_source(item.voice) for item in pool]
    frames: Counter[str] = Counter()
    for item, source in zip(pool, sources, strict=True):
        frames[source] += item.frames
    known = [source for source in frames if source in SHARES]
    heard = sum(frames[source] for source in known) / sum(SHARES[source] for source in known)
    often = {source: SHARES[source] * heard / frames[source] for source in known}
    return [int(often.get(source, 1) + chance.random()) for source in sources]


def _source(voice: str) -> str:
    return next((source for source in SHARES if voice.startswith(source)), voice)


def _item(one: Utterance) -> Item:
    return Item(one.samples, Said.of(one.phones), one.voice, one.ends)


def _is_trainable(item: Item) -> bool:
    room = outputs(int(item.frames / FASTEST)) - 2
    return SHORTEST <= item.frames <= LONGEST and item.said.shortest <= room


def _together(ordered: Iterable[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    longest = 0
    for item in ordered:
        longest = max(longest, item.frames)
        if batch and longest * (len(batch) + 1) > SECONDS * 100:
            yield batch
            batch, longest = [], item.frames
        batch.append(item)
    if batch:
        yield batch
