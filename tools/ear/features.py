"""Kaldi's filter-bank energies in torch, and the way from them to its MFCC.

The network learns on logarithms of 40 mel bands, whose frequencies can be warped as another
length of the vocal tract would; the files that Vosk reads take MFCC, which say the same.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from tools.ear.utterances import HERTZ

WINDOW, HOP, FFT = 200, 80, 256
"""Samples: 25 ms every 10 ms."""
BANDS = 40
LOWEST, HIGHEST = 60.0, 3800.0
"""Hertz."""
DITHER = 2.0
"""Standard deviation of the noise that is added to samples, here and in Vosk."""
PREEMPHASIS = 0.97
LIFTER = 22.0
FLOOR = 1.1920929e-7
WARPS: npt.NDArray[np.float64] = np.linspace(0.84, 1.16, 17)
"""Of frequencies, to choose from."""
UNWARPED = len(WARPS) // 2
FIXED_ABOVE = 3000.0
"""Hertz: the warp goes back to none between here and the top."""


def frames(samples: int) -> int:
    return 1 + (samples - WINDOW) // HOP if samples >= WINDOW else 0


def log_mel(waves: Tensor, warps: Tensor | None = None) -> Tensor:
    """Of waves (batch by samples, 16-bit scale): batch by frames by BANDS.

    `warps` are places in WARPS, one for each wave.
    """
    power = _power(waves)
    energies = power @ _BANKS[UNWARPED] if warps is None else torch.bmm(power, _BANKS[warps])
    return torch.log(energies.clamp_min(FLOOR))


def mfcc_matrix() -> npt.NDArray[np.float64]:
    """Cepstra by bands: log-mel @ its transpose are Kaldi's 40 MFCC."""
    order = np.arange(BANDS)
    cosines = np.cos(np.pi / BANDS * (np.arange(BANDS) + 0.5) * order[:, None])
    matrix = math.sqrt(2.0 / BANDS) * cosines
    matrix[0] = math.sqrt(1.0 / BANDS)
    lifter = 1 + 0.5 * LIFTER * np.sin(np.pi * order / LIFTER)
    return np.asarray(matrix * lifter[:, None])


def _power(waves: Tensor) -> Tensor:
    framed = waves.unfold(1, WINDOW, HOP)
    framed = framed - framed.mean(2, keepdim=True)
    first = framed[..., :1] * (1 - PREEMPHASIS)
    rest = framed[..., 1:] - PREEMPHASIS * framed[..., :-1]
    spectrum = torch.fft.rfft(torch.cat([first, rest], 2) * _WINDOW, FFT)
    return (spectrum.real**2 + spectrum.imag**2)[..., : FFT // 2]


def _povey() -> Tensor:
    phase = 2 * np.pi * np.arange(WINDOW) / (WINDOW - 1)
    return torch.tensor((0.5 - 0.5 * np.cos(phase)) ** 0.85, dtype=torch.float32)


_WINDOW = _povey()


def _mel(hertz: npt.ArrayLike) -> npt.NDArray[np.float64]:
    return np.asarray(1127.0 * np.log(1.0 + np.asarray(hertz) / 700.0))


def _bank(warp: float) -> npt.NDArray[np.float32]:
    """FFT bins by bands: triangles over the mel scale."""
    lowest, highest = float(_mel(LOWEST)), float(_mel(HIGHEST))
    step = (highest - lowest) / (BANDS + 1)
    bins = _mel(_warped(np.arange(FFT // 2) * HERTZ / FFT, warp))[:, None]
    centre = lowest + step * np.arange(1, BANDS + 1)
    triangles = np.minimum(bins - centre + step, centre + step - bins) / step
    return np.asarray(triangles.clip(0), np.float32)


def _warped(hertz: npt.NDArray[np.float64], warp: float) -> npt.NDArray[np.float64]:
    corner = FIXED_ABOVE * min(1.0, 1.0 / warp)
    top = HERTZ / 2
    above = corner * warp + (top - corner * warp) / (top - corner) * (hertz - corner)
    return np.where(hertz <= corner, hertz * warp, above)


_BANKS = torch.tensor(np.stack([_bank(float(warp)) for warp in WARPS]))
