"""A voice taken apart by WORLD: pitch, envelope and noise, to be put together otherwise.

M. Morise, F. Yokomori, K. Ozawa: WORLD, IEICE Transactions 2016, in the package pyworld.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.ear.sound import Wave

WORLD_HERTZ = 16000
FRAME = 8.0
"""Milliseconds."""


@dataclass(frozen=True, slots=True)
class Apart:
    """A piece of speech, a row for each 8 ms."""

    pitch: Wave
    """Hertz; 0 where it is not voiced."""
    envelope: Wave
    """Power over frequency: frames by bins."""
    noise: Wave
    """Share of noise, 0..1: frames by bins."""


def taken_apart(wave: Wave) -> Apart:
    """Of 16 kHz."""
    import pyworld  # noqa: PLC0415 - only who trains or evaluates has it

    rough, times = pyworld.dio(wave, WORLD_HERTZ, frame_period=FRAME)
    pitch = pyworld.stonemask(wave, rough, times, WORLD_HERTZ)
    envelope = pyworld.cheaptrick(wave, pitch, times, WORLD_HERTZ)
    return Apart(pitch, envelope, pyworld.d4c(wave, pitch, times, WORLD_HERTZ))


def put_together(apart: Apart, tempo: float) -> Wave:
    """At 16 kHz, `tempo` times faster."""
    import pyworld  # noqa: PLC0415 - see above

    wave: Wave = pyworld.synthesize(
        *(apart.pitch, np.ascontiguousarray(apart.envelope), np.ascontiguousarray(apart.noise)),
        *(WORLD_HERTZ, FRAME / tempo),
    )
    return wave


def warped(envelope: Wave, formants: float) -> Wave:
    """Bins moved up by `formants`: above 1 the throat is shorter. Between two in decibels."""
    bins = envelope.shape[1]
    wanted = np.arange(bins) / formants
    below = np.clip(np.floor(wanted).astype(int), 0, bins - 2)
    share = np.clip(wanted - below, 0, 1)
    loud = np.log(envelope + 1e-16)
    mixed = loud[:, below] * (1 - share) + loud[:, below + 1] * share
    return np.asarray(np.exp(mixed), np.float64)
