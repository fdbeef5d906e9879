"""Invented speakers: a person's recordings said again with another throat, pace and age.

By WORLD's vocoder (pyworld). Changes are drawn from a seed, so every run has the same people.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import soxr

from bench.sounds import Wave
from tools.ear.evaluation.arithmetic import HERTZ, Samples

RATE = 16_000
PERIOD = 8.0
"""Milliseconds of a frame."""
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


Parts = tuple[Wave, Wave, Wave]
"""Pitch, spectrum, breath, frame by frame."""


def _apart(sound: Samples) -> Parts:
    import pyworld  # noqa: PLC0415 - only who evaluates has it

    pcm = soxr.resample(np.pad(sound, 800).astype(np.float64) / 32768, HERTZ, RATE)
    pitch, times = pyworld.dio(pcm, RATE, frame_period=PERIOD)
    pitch = pyworld.stonemask(pcm, pitch, times, RATE)
    spectrum = pyworld.cheaptrick(pcm, pitch, times, RATE)
    return pitch, spectrum, pyworld.d4c(pcm, pitch, times, RATE)


def _said(part: Parts, speaker: Speaker, chance: random.Random) -> Samples:
    import pyworld  # noqa: PLC0415 - see above

    pitch, spectrum, breath = part
    seconds = np.arange(pitch.size) * PERIOD / 1000 / speaker.tempo
    wave = np.sin(2 * np.pi * chance.uniform(5, 6) * seconds + chance.uniform(0, 6))
    shaken = pitch * speaker.pitch * (1 + speaker.tremor * wave)
    louder = 10 ** (6 * speaker.tremor * wave / 2)[:, None]
    throat = np.ascontiguousarray(_warped(spectrum, speaker.formants) * louder)
    breathy = np.ascontiguousarray(breath + (1 - breath) * speaker.breath)
    made = pyworld.synthesize(shaken, throat, breathy, RATE, PERIOD / speaker.tempo)
    pcm = soxr.resample(made, RATE, HERTZ)
    return trimmed((pcm / (np.abs(pcm).max() + 1e-9) * PEAK).astype(np.int16))


def _warped(spectrum: Wave, formants: float) -> Wave:
    """Along its frequencies, between neighbours."""
    size = spectrum.shape[1]
    place = np.arange(size) / formants
    low = np.clip(np.floor(place).astype(int), 0, size - 2)
    share = np.clip(place - low, 0, 1)
    loud = np.log(spectrum + 1e-16)
    warped = loud[:, low] * (1 - share) + loud[:, low + 1] * share
    return np.asarray(np.exp(warped), np.float64)


def trimmed(sound: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(sound) > QUIET)
    return sound[max(0, loud[0] - 400) : loud[-1] + 800] if loud.size else sound
