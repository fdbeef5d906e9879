"""What is heard in an epoch: each voice's share of it, whatever there is of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pytest

from tools.ear.shares import HIMSELF, LAST_SHARES, SECONDS, SHARES, epoch

VOICES = {HIMSELF: 40, "festvox:woman": 200, "festival:man": 60, "ru_tts:man": 80}


class Item(NamedTuple):
    voice: str
    frames: int


def item(voice: str, seconds: float) -> Item:
    return Item(voice, int(100 * seconds))


def pool(**more: int) -> list[Item]:
    many = {**VOICES, "espeak:f3": 600, **more}
    chance = np.random.default_rng(1)
    return [
        item(name, chance.uniform(1, 4)) for name, count in many.items() for _ in range(count)
    ]


def shares(heard: list[Item]) -> dict[str, float]:
    whole = sum(one.frames for one in heard)
    return {
        source: sum(one.frames for one in heard if is_of(source, one.voice)) / whole
        for source in SHARES
    }


def is_of(source: str, voice: str) -> bool:
    return voice.startswith(source) and (source == HIMSELF or voice != HIMSELF)


@pytest.mark.parametrize("wanted", [SHARES, LAST_SHARES])
def test_voices_are_heard_by_their_shares(wanted: Mapping[str, float]) -> None:
    batches = epoch(pool(), np.random.default_rng(2), wanted)
    found = shares([one for batch in batches for one in batch])
    assert found == pytest.approx(dict(wanted), abs=0.02)
    assert sum(wanted.values()) == pytest.approx(1)


def test_one_voice_alone_is_heard_once() -> None:
    alone = [item(HIMSELF, 2.0)] * 50
    assert sum(map(len, epoch(alone, np.random.default_rng(2)))) == 50


def test_own_answers_are_heard_beside_them() -> None:
    heard = [
        one for batch in epoch(pool(answers=30), np.random.default_rng(2)) for one in batch
    ]
    assert sum(one.voice == "answers" for one in heard) == 30


def test_the_same_seed_the_same_batches() -> None:
    first, again = (epoch(pool(), np.random.default_rng(3)) for _ in range(2))
    assert [[one.frames for one in batch] for batch in first] == [
        [one.frames for one in batch] for batch in again
    ]


def test_no_batch_is_longer_than_it_may_be() -> None:
    for batch in epoch(pool(), np.random.default_rng(2)):
        assert max(one.frames for one in batch) * len(batch) <= 100 * SECONDS
