"""Answers spoken by espeak's voices, as they come out of a telephone."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ivr.speech.audio import HERTZ
from ivr.speech.mulaw import linear
from ivr.speech.synthesis import Synthesizer
from ivr.speech.wav_files import telephone_pcm

VOICES = ("ru", "ru+f2", "ru+f4", "ru+m1", "ru+m3", "ru+m7")

Say = Callable[..., bytes]
"""Text and voice into 8 kHz, 16-bit samples."""


def g711(pcm: bytes) -> bytes:
    """Mu-law: for every sample the code that is nearest to it."""
    codes = linear(bytes(range(256))).astype(np.int32)
    order = np.argsort(codes, kind="stable")
    levels = codes[order]
    samples = np.frombuffer(pcm, "<i2").astype(np.int32)
    at = np.clip(np.searchsorted(levels, samples), 1, 255)
    nearer = samples - levels[at - 1] < levels[at] - samples
    return order[np.where(nearer, at - 1, at)].astype(np.uint8).tobytes()


def noisy(pcm: bytes, decibels: float, seed: int = 1) -> bytes:
    """White noise so many dB below the speech."""
    samples: npt.NDArray[np.float64] = np.frombuffer(pcm, "<i2").astype(np.float64)
    speech = samples[np.abs(samples) > 100]
    level = np.sqrt(np.mean(speech**2)) * 10 ** (-decibels / 20)
    noise = np.random.default_rng(seed).normal(size=samples.size) * level
    return bytes(np.clip(samples + noise, -32768, 32767).astype("<i2").tobytes())


def wav(sound: bytes, hertz: int = HERTZ, *, mulaw: bool = False, channels: int = 1) -> bytes:
    width = 1 if mulaw else 2
    coding = 7 if mulaw else 1
    rate = hertz * channels * width
    head = struct.pack("<HHIIHH", coding, channels, hertz, rate, channels * width, 8 * width)
    body = b"WAVE" + b"fmt " + struct.pack("<I", len(head)) + head
    body += b"data" + struct.pack("<I", len(sound)) + sound
    return b"RIFF" + struct.pack("<I", len(body)) + body


class Speaker:
    """One synthesizer a voice; the phrases of a test are few."""

    def __init__(self) -> None:
        self._synthesizers: dict[str, Synthesizer] = {}

    def __call__(self, text: str, voice: str = "ru") -> bytes:
        synthesizer = self._synthesizers.setdefault(voice, Synthesizer(voice=voice))
        return telephone_pcm(synthesizer.wav(text))

    def close(self) -> None:
        for synthesizer in self._synthesizers.values():
            synthesizer.close()
