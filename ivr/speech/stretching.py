"""Recorded speech made slower at the same pitch: waveform similarity overlap-add."""

from __future__ import annotations

import numpy as np

from ivr.speech.audio import HERTZ, Samples

WINDOW = HERTZ * 32 // 1000
"""Samples, some periods of a low voice; neighbours overlap by half."""
HOP = WINDOW // 2
SEARCH = HERTZ * 10 // 1000
"""How far from its place the best fitting piece may lie: a period of 100 Hz."""


def slowed(samples: Samples, speed: float) -> Samples:
    """`speed` 0.85 lasts 1/0.85 as long; 1 is the same sound."""
    if speed == 1 or samples.size < 2 * WINDOW:
        return samples
    pieces = round(samples.size / speed) // HOP - 1
    padded = np.pad(samples, (SEARCH, WINDOW + 2 * SEARCH + HOP))
    window = np.hanning(WINDOW + 1)[:WINDOW].astype(np.float32)
    out = np.zeros((pieces + 1) * HOP, np.float32)
    follow = padded[SEARCH : SEARCH + WINDOW]
    for piece in range(pieces):
        wanted = int(piece * HOP * speed)
        at = wanted + _best(padded[wanted : wanted + WINDOW + 2 * SEARCH], follow)
        sound = padded[at : at + WINDOW]
        out[piece * HOP : piece * HOP + WINDOW] += sound * window
        follow = padded[at + HOP : at + HOP + WINDOW]
    return out


def _best(around: Samples, follow: Samples) -> int:
    """Where in `around` the sound goes on most like `follow`."""
    likeness = np.correlate(around, follow, "valid")
    energy = np.convolve(around**2, np.ones(WINDOW, np.float32), "valid")
    return int(np.argmax(likeness / np.sqrt(np.maximum(energy, 1e-9))))
