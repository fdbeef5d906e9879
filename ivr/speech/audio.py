"""Sound of the telephone: 8 kHz, 16 bit, one channel; levels, pauses, names of files."""

from __future__ import annotations

import hashlib
import hmac
import io
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import soxr

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pydub looks for an ffmpeg that nothing here needs
    from pydub import AudioSegment

HERTZ = 8000
SPEECH_DBFS = -20.0
LOUDER_DB = 6.0
"""Of one step of loudness."""
CEILING = 0.95
"""Peak of what leaves the limiter, of full scale."""
LIMITER_ROUNDS = 8
CLOSE_DB = 0.3
PRESENCE_DB = 5.0
"""Lift of the consonants: a shelf that rises between PRESENCE_HERTZ."""
PRESENCE_HERTZ = (800.0, 1600.0)
FRAME = HERTZ // 50
LOOK_AHEAD = HERTZ // 200
QUIET = 0.02
"""Amplitude, of the peak, that counts as silence around a phrase."""

Samples = npt.NDArray[np.float32]
"""-1..1, one channel."""


def audio_name(secret_key: str, voice: str, pace: int, loudness: int, text: str) -> str:
    """64 hex digits that only the holder of the key can make from a text."""
    said = f"{voice}|{pace}|{loudness}|{text}".encode()
    return hmac.new(secret_key.encode(), said, hashlib.sha256).hexdigest()


def telephone(pcm: bytes, hertz: int) -> Samples:
    """16-bit samples of any rate as a phrase for the telephone, without silence around it."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float32) / 32768
    resampled = soxr.resample(samples, hertz, HERTZ) if samples.size else samples
    return trim(presence(np.asarray(resampled, np.float32)))


def presence(samples: Samples) -> Samples:
    if not samples.size:
        return samples
    low, high = PRESENCE_HERTZ
    hertz = np.fft.rfftfreq(samples.size, 1 / HERTZ)
    shelf = np.clip((hertz - low) / (high - low), 0, 1)
    spectrum = np.fft.rfft(samples) * 10 ** (PRESENCE_DB * shelf / 20)
    return np.fft.irfft(spectrum, samples.size).astype(np.float32)


def trim(samples: Samples) -> Samples:
    magnitude = np.abs(samples)
    loud = np.flatnonzero(magnitude > QUIET * magnitude.max(initial=0.0))
    return samples[loud[0] : loud[-1] + 1] if loud.size else samples[:0]


def active_dbfs(samples: Samples) -> float:
    """Level of the 20 ms frames in which somebody speaks; -inf of silence."""
    frames = samples[: samples.size // FRAME * FRAME].reshape(-1, FRAME)
    power = np.mean(frames.astype(np.float64) ** 2, axis=1)
    active = power[power > 1e-3 * power.max(initial=0.0)]
    return float(10 * np.log10(active.mean())) if active.size else float("-inf")


def levelled(samples: Samples, loudness: int) -> Samples:
    """Speech at its level, peaks limited; what the limiter takes is made up for."""
    wanted = SPEECH_DBFS + LOUDER_DB * loudness
    result = samples
    gain = 0.0
    for _ in range(LIMITER_ROUNDS):
        missing = wanted - active_dbfs(result)
        if not np.isfinite(missing) or abs(missing) < CLOSE_DB:
            break
        gain += missing
        result = limited(samples * np.float32(10 ** (gain / 20)))
    return result


def limited(samples: Samples) -> Samples:
    """Turn peaks down before they come: a gain that is smooth over 10 ms."""
    around = np.pad(np.abs(samples), LOOK_AHEAD, mode="edge")
    window = 2 * LOOK_AHEAD + 1
    peaks = np.lib.stride_tricks.sliding_window_view(around, window).max(axis=1)
    gain = np.minimum(1, CEILING / np.maximum(peaks, 1e-9))
    edges = np.pad(gain, LOOK_AHEAD, mode="edge")
    smooth = np.convolve(edges, np.hanning(window) / np.hanning(window).sum(), "valid")
    return np.clip(samples * smooth, -CEILING, CEILING).astype(np.float32)


def joined(phrases: Sequence[tuple[Samples, float]], loudness: int) -> bytes:
    """A WAV file of phrases and the seconds of silence after each, all at one level."""
    speech = np.concatenate([np.zeros(0, np.float32), *(sound for sound, _ in phrases)])
    level = levelled(speech, max(0, min(loudness, 2)))
    file = AudioSegment.silent(0, HERTZ)
    at = 0
    for sound, seconds in phrases:
        file += _segment(level[at : at + sound.size])
        file += AudioSegment.silent(round(1000 * seconds), HERTZ)
        at += sound.size
    exported = io.BytesIO()
    file.export(exported, format="wav")
    return exported.getvalue()


def at_level(phrases: Sequence[tuple[Samples, float]]) -> list[tuple[Samples, float]]:
    """The same phrases, together at the level of speech."""
    level = levelled(np.concatenate([np.zeros(0, np.float32), *(s for s, _ in phrases)]), 0)
    places = np.cumsum([sound.size for sound, _ in phrases])[:-1]
    parts = np.split(level, places) if phrases else []
    return [(part, pause) for part, (_, pause) in zip(parts, phrases, strict=True)]


def pcm_wav(samples: Samples) -> bytes:
    """16 bit, one channel, 8 kHz."""
    exported = io.BytesIO()
    _segment(samples).export(exported, format="wav")
    return exported.getvalue()


def _segment(samples: Samples) -> Any:
    pcm = (samples * 32767).astype("<i2").tobytes()
    return AudioSegment(data=pcm, sample_width=2, frame_rate=HERTZ, channels=1)
