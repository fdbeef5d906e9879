"""Other speakers out of one: WORLD takes a voice apart and puts it together otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.signal import resample_poly

from tools.ear import world
from tools.ear.resampling import resampled
from tools.ear.sound import Wave
from tools.ear.utterances import Samples
from tools.ear.world import FRAME, WORLD_HERTZ, Apart, taken_apart, warped

HIGHEST = 480.0
"""Hertz, of a speaking child."""
USUAL = 120.0
"""Hertz, where nothing in the piece is voiced."""


@dataclass(frozen=True, slots=True)
class Change:
    pitch: float = 1.0
    tract: float = 1.0
    """Formants are so many times higher: above 1 the vocal tract is shorter."""
    tempo: float = 1.0
    liveliness: float = 1.0
    """Exponent of the intonation; 0 is a monotone."""
    tremor: float = 0.0
    """Of the pitch, as a share of it, at about 5 Hz; with it the loudness."""
    breath: float = 0.0
    """0..1: how much of the voice becomes noise."""


Range = tuple[float, float]
KINDS: Mapping[str, tuple[float, Range, Range]] = {
    "woman": (0.30, (1.5, 2.1), (1.08, 1.22)),
    "child": (0.16, (1.9, 2.6), (1.18, 1.32)),
    "man": (0.20, (0.7, 1.3), (0.9, 1.08)),
    "old man": (0.14, (0.75, 1.3), (0.92, 1.06)),
    "old woman": (0.20, (1.2, 1.9), (1.04, 1.2)),
}
"""Of a man's voice: how often, how much higher, how much shorter the tract."""


def taken_apart_at_8_khz(samples: Samples) -> Apart:
    return taken_apart(resample_poly(samples.astype(np.float64) / 32768, 2, 1))


def put_together(apart: Apart, change: Change, chance: np.random.Generator) -> Samples:
    """At 8 kHz, `change.tempo` times faster."""
    waver = _waver(len(apart.pitch), change, chance)
    pitch = np.clip(_sung(apart.pitch, change) * (1 + change.tremor * waver), 0, HIGHEST)
    louder = 10 ** (3 * change.tremor * waver)[:, None]
    noise = np.clip(apart.noise + change.breath * (1 - apart.noise), 0, 1)
    sung = Apart(pitch, warped(apart.envelope, change.tract) * louder, noise)
    return resampled(world.put_together(sung, change.tempo), WORLD_HERTZ)


def other_speaker(chance: np.random.Generator, *, of_a_woman: bool) -> tuple[str, Change]:
    """A kind of person and how to get to one of it."""
    shares = [share for share, _, _ in KINDS.values()]
    kind = str(chance.choice(list(KINDS), p=shares))
    _, pitches, tracts = KINDS[kind]
    if of_a_woman:
        pitches = (pitches[0] / 1.8, pitches[1] / 1.8)
        tracts = (tracts[0] / 1.12, tracts[1] / 1.12)
    old = kind.startswith("old")
    change = Change(
        pitch=chance.uniform(*pitches),
        tract=chance.uniform(*tracts),
        tempo=chance.uniform(0.58, 0.95) if old else chance.uniform(0.78, 1.3),
        liveliness=chance.uniform(0.5, 1.8),
        tremor=chance.uniform(0.02, 0.1) if old else chance.uniform(0, 0.02),
        breath=chance.uniform(0, 0.65) if old else max(0.0, chance.uniform(-0.4, 0.3)),
    )
    return kind, change


def _waver(count: int, change: Change, chance: np.random.Generator) -> Wave:
    """-1 to 1, for each frame."""
    times = np.arange(count) * FRAME / 1000 / change.tempo
    return np.asarray(np.sin(2 * np.pi * chance.uniform(4, 7) * times + chance.uniform(0, 6)))


def _sung(pitch: Wave, change: Change) -> Wave:
    voiced = pitch > 0
    usual = float(np.exp(np.log(pitch[voiced]).mean())) if voiced.any() else USUAL
    moved = np.zeros_like(pitch)
    moved[voiced] = usual * change.pitch * (pitch[voiced] / usual) ** change.liveliness
    return moved
