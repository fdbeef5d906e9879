"""Any rate to the telephone's."""

from __future__ import annotations

from math import gcd

import numpy as np
import numpy.typing as npt
from scipy.signal import resample_poly

from tools.ear.sound import levelled
from tools.ear.utterances import HERTZ, Samples


def resampled(samples: npt.ArrayLike, rate: int) -> Samples:
    """At 8 kHz, as loud as every other piece."""
    common = gcd(rate, HERTZ)
    wave = np.asarray(samples, np.float64)
    return levelled(resample_poly(wave, HERTZ // common, rate // common))
