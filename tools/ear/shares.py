"""How often each voice is heard while training, and in which batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

import numpy as np

SECONDS = 45.0
"""Of sound in a batch, with the silence that fills it."""
JITTER = (0.93, 1.07)
"""Of an utterance's length, so that it meets others each time."""
HIMSELF = "festvox:man himself"
"""The one human being."""
SHARES: Mapping[str, float] = {
    HIMSELF: 0.12,
    "festvox:": 0.42,
    "festival:": 0.14,
    "ru_tts:": 0.12,
    "espeak:": 0.2,
}
"""Of what is heard, by the beginning of the voice's name, however much there is of each: people
are heard worse the less of it is a human being's. The first three are he and what is made of
him. Other voices (a clinic's own answers) are heard once, beside these."""

LAST_SHARES: Mapping[str, float] = {
    HIMSELF: 0.16,
    "festvox:": 0.36,
    "festival:": 0.14,
    "ru_tts:": 0.22,
    "espeak:": 0.12,
}
"""In the last part of the training: more of sound that was once people's."""


class Heard(Protocol):
    @property
    def voice(self) -> str: ...

    @property
    def frames(self) -> int: ...


H = TypeVar("H", bound=Heard)


def epoch(
    pool: Sequence[H], chance: np.random.Generator, shares: Mapping[str, float] = SHARES
) -> list[list[H]]:
    """As much as there is in the pool, by shares; those of about the same length together."""
    times = _times(pool, chance, shares)
    everyone = [item for item, number in zip(pool, times, strict=True) for _ in range(number)]
    jittered = [item.frames * chance.uniform(*JITTER) for item in everyone]
    order = np.argsort(jittered, kind="stable")
    together = list(_together(everyone[place] for place in order))
    return [together[place] for place in chance.permutation(len(together))]


def _times(
    pool: Sequence[Heard], chance: np.random.Generator, shares: Mapping[str, float]
) -> list[int]:
    """How often each is heard; a part of a time is heard by chance."""
    sources = [_source(item.voice, shares) for item in pool]
    frames: Counter[str] = Counter()
    for item, source in zip(pool, sources, strict=True):
        frames[source] += item.frames
    known = [source for source in frames if source in shares]
    heard = sum(frames[source] for source in known) / sum(shares[source] for source in known)
    often = {source: shares[source] * heard / frames[source] for source in known}
    return [int(often.get(source, 1) + chance.random()) for source in sources]


def _source(voice: str, shares: Iterable[str]) -> str:
    return next((source for source in shares if voice.startswith(source)), voice)


def _together(ordered: Iterable[H]) -> Iterator[list[H]]:
    batch: list[H] = []
    longest = 0
    for item in ordered:
        longest = max(longest, item.frames)
        if batch and longest * (len(batch) + 1) > SECONDS * 100:
            yield batch
            batch, longest = [], item.frames
        batch.append(item)
    if batch:
        yield batch
