"""Invented speakers: a person's recordings said again with another throat, pace and age.

By WORLD's vocoder (pyworld). Changes are drawn from a seed, so every run has the same people.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import soxr

from tools.ear.evaluation.arithmetic import HERTZ, Samples
from tools.ear.world import FRAME, WORLD_HERTZ, Apart, put_together, taken_apart, warped

PEAK = 12_000
QUIET = 150
"""Amplitude below which a recording has not begun, or is over."""


@dataclass(frozen=True, slots=True)
class Speaker:
    pitch: float
    """Times the person's own; so the next two."""
    formants: float
    """Below 1: a longer throat."""
    tempo: float
    tremor: float = 0.0
    """Share of the pitch and of the loudness, five or six times a second."""
    breath: float = 0.0
    """0..1: how much of the voice is breath."""


def anybody(chance: random.Random) -> Speaker:
    draw = chance.uniform
    return Speaker(draw(0.5, 1.3), draw(0.84, 1.12), draw(0.75, 1.35))


def old(chance: random.Random) -> Speaker:
    """Slow, low, trembling, breathy."""
    draw = chance.uniform
    return Speaker(
        pitch=draw(0.55, 0.9),
        formants=draw(0.86, 1.02),
        tempo=draw(0.55, 0.8),
        tremor=draw(0.04, 0.1),
        breath=draw(0.3, 0.7),
    )


def child(chance: random.Random) -> Speaker:
    draw = chance.uniform
    return Speaker(draw(1.25, 1.6), draw(1.14, 1.3), draw(0.85, 1.2), breath=draw(0, 0.2))


KINDS: Mapping[str, Callable[[random.Random], Speaker]] = {
    "altered": anybody,
    "elderly-like": old,
    "child-like": child,
}


class Voice:
    """Recordings taken apart once, to be put together by many speakers."""

    def __init__(self, recordings: Mapping[str, Samples]) -> None:
        self._parts = {name: _apart(sound) for name, sound in recordings.items()}

    def by(self, speaker: Speaker, chance: random.Random) -> dict[str, Samples]:
        return {name: _said(part, speaker, chance) for name, part in self._parts.items()}


def _apart(sound: Samples) -> Apart:
    pcm = np.pad(sound, 800).astype(np.float64) / 32768
    return taken_apart(soxr.resample(pcm, HERTZ, WORLD_HERTZ))


def _said(apart: Apart, speaker: Speaker, chance: random.Random) -> Samples:
    seconds = np.arange(apart.pitch.size) * FRAME / 1000 / speaker.tempo
    wave = np.sin(2 * np.pi * chance.uniform(5, 6) * seconds + chance.uniform(0, 6))
    shaken = apart.pitch * speaker.pitch * (1 + speaker.tremor * wave)
    louder = 10 ** (6 * speaker.tremor * wave / 2)[:, None]
    throat = warped(apart.envelope, speaker.formants) * louder
    breathy = apart.noise + (1 - apart.noise) * speaker.breath
    made = put_together(Apart(shaken, throat, breathy), speaker.tempo)
    pcm = soxr.resample(made, WORLD_HERTZ, HERTZ)
    return trimmed((pcm / (np.abs(pcm).max() + 1e-9) * PEAK).astype(np.int16))


def trimmed(sound: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(sound) > QUIET)
    return sound[max(0, loud[0] - 400) : loud[-1] + 800] if loud.size else sound
