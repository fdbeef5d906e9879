"""What is done to every synthesised piece of sound."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import soundfile

from tools.ear.utterances import HERTZ, Samples

Wave = npt.NDArray[np.float64]
PEAK = 20000
"""Of a finished piece; training makes it louder and quieter."""
QUIET = 60
"""Below this a synthesiser is silent."""
GSM_SHARE = 0.15
"""Of the pieces go through a mobile telephone's codec (GSM 06.10)."""


def levelled(wave: Wave) -> Samples:
    loudest = float(np.abs(wave).max()) + 1e-9
    return np.asarray(wave * PEAK / loudest, np.int16)


def trimmed(samples: Samples) -> Samples:
    """Without the silence around it, but for 25 ms before and 50 ms behind."""
    loud = np.flatnonzero(np.abs(samples) > QUIET)
    if not len(loud):
        return samples
    return samples[max(0, loud[0] - 200) : loud[-1] + 400]


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * HERTZ), np.int16)


def surrounded(samples: Samples, chance: np.random.Generator) -> Samples:
    """With 0.03 to 0.4 s of silence at both sides."""
    before, behind = chance.uniform(0.03, 0.4, 2)
    return np.concatenate([silence(before), samples, silence(behind)])


def perhaps_by_mobile(samples: Samples, chance: np.random.Generator) -> Samples:
    if chance.random() >= GSM_SHARE:
        return samples
    quieter = (samples * 10 ** chance.uniform(-1, 0.1)).clip(-32000, 32000)
    return through_gsm(quieter.astype(np.int16))


def through_gsm(samples: Samples) -> Samples:
    file = io.BytesIO()
    soundfile.write(file, samples, HERTZ, format="WAV", subtype="GSM610")
    file.seek(0)
    heard: Samples = soundfile.read(file, dtype="int16")[0]
    return np.pad(heard, (0, max(0, len(samples) - len(heard))))[: len(samples)]
