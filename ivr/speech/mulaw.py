"""G.711 mu-law: one byte a sample, as telephones carry sound."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

SILENCE = b"\xff"
"""0x00 is a loud click."""

_BIAS, _MOST = 132, 32635


def linear(mulaw: bytes) -> npt.NDArray[np.int16]:
    """16-bit samples."""
    return _decoded()[np.frombuffer(mulaw, np.uint8)]


def encoded(samples: npt.NDArray[np.int16]) -> bytes:
    """Of 16-bit samples."""
    return bytes(_encoded()[samples.view(np.uint16)])


@cache
def _decoded() -> npt.NDArray[np.int16]:
    code = ~np.arange(256, dtype=np.uint8)
    exponent, mantissa = (code >> 4 & 7).astype(np.int32), (code & 15).astype(np.int32)
    magnitude = ((2 * mantissa + 33) << exponent + 2) - _BIAS
    return np.where(code & 128, -magnitude, magnitude).astype(np.int16)


@cache
def _encoded() -> npt.NDArray[np.uint8]:
    """A code for each of the 65,536 samples, in the order of their unsigned values."""
    samples = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    magnitude = np.minimum(np.abs(samples), _MOST) + _BIAS
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = magnitude >> exponent + 3 & 15
    sign = np.where(samples < 0, 128, 0)
    codes = ~(sign | exponent << 4 | mantissa) & 255
    return np.asarray(codes, np.uint8)
