"""A person's recording of a sentence: examined, and brought to the sound of the telephone."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import soxr

from ivr.speech.audio import FRAME, HERTZ, Samples, active_dbfs, levelled

LONGEST_FILE = 6_000_000
"""Bytes: half a minute of uncompressed stereo at 48 kHz."""
LONGEST_SECONDS = 30.0
FULL = 0.985
"""Amplitude, of full scale, of a sample that may be cut off."""
CLIPPED_SHARE = 2e-4
QUIETEST = -45.0
"""dBFS of speech; below it amplifying brings up the noise of the device."""
LEAST_SNR = 15.0
"""dB between speech and what is heard in its gaps."""
SHORTEST, LONGEST = 0.45, 2.2
"""Of the synthetic sentence's length."""
ALLOWANCE = 0.5
"""Seconds that a short word may differ by."""
RUMBLE = 120
"""Hz: what lies below is hum, and no telephone carries it."""
MARGIN = HERTZ // 25
"""Samples left around the speech."""
SPEECH_ABOVE_NOISE = 6.0
SPEECH_BELOW_PEAK = 30.0


class Fault(StrEnum):
    NO_SOUND_FILE = "no_sound_file"
    TOO_LONG = "too_long"
    """For any sentence."""
    SILENT = "silent"
    QUIET = "quiet"
    CLIPPED = "clipped"
    NOISY = "noisy"
    SHORTER = "shorter"
    """Than the sentence can be."""
    LONGER = "longer"


class Unusable(ValueError):
    """The file cannot be examined at all."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Take:
    """One recording, ready for the telephone, and what is wrong with it."""

    samples: Samples
    """8 kHz, at the line's level, without silence around it."""
    dbfs: float
    """Level of the speech as it was recorded."""
    snr: float
    """dB between speech and background."""
    faults: tuple[Fault, ...]

    @property
    def seconds(self) -> float:
        return self.samples.size / HERTZ


def examine(file: bytes, synthetic: Samples) -> Take:
    """`synthetic` is the same sentence, read by the voice. Raises Unusable."""
    raw, hertz = _decoded(file)
    if raw.size > LONGEST_SECONDS * hertz:
        raise Unusable(Fault.TOO_LONG)
    if not raw.size or np.abs(raw).max() < 1e-4:
        raise Unusable(Fault.SILENT)
    speech = _without_rumble(np.asarray(soxr.resample(raw, hertz, HERTZ), np.float32))
    noise, loud = _levels(speech)
    cut = _around_speech(speech, noise, loud)
    take = Take(levelled(cut, 0), active_dbfs(cut), loud - noise, ())
    faults = tuple(_faults(take, synthetic.size / HERTZ, clipped=_is_clipped(raw)))
    return Take(take.samples, take.dbfs, take.snr, faults)


def _decoded(file: bytes) -> tuple[Samples, int]:
    """One channel of any sound file that libsndfile reads."""
    import soundfile  # noqa: PLC0415 - its library is loaded only where somebody records

    if len(file) > LONGEST_FILE:
        raise Unusable(Fault.TOO_LONG)
    try:
        with soundfile.SoundFile(io.BytesIO(file)) as sound:
            most = int(LONGEST_SECONDS * sound.samplerate) + 1
            samples = sound.read(most, dtype="float32", always_2d=True)
            hertz = int(sound.samplerate)
    except (soundfile.SoundFileError, RuntimeError, TypeError, ValueError):
        raise Unusable(Fault.NO_SOUND_FILE) from None
    if not HERTZ <= hertz <= 192_000:
        raise Unusable(Fault.NO_SOUND_FILE)
    return np.asarray(np.nan_to_num(samples.mean(axis=1)), np.float32), hertz


def _without_rumble(samples: Samples) -> Samples:
    hertz = np.fft.rfftfreq(samples.size, 1 / HERTZ)
    spectrum = np.fft.rfft(samples) * np.clip(hertz / RUMBLE, 0, 1) ** 2
    return np.fft.irfft(spectrum, samples.size).astype(np.float32)


def _frame_dbfs(samples: Samples) -> Samples:
    padded = np.pad(samples, (0, -samples.size % FRAME))
    power = np.mean(padded.reshape(-1, FRAME).astype(np.float64) ** 2, axis=1)
    decibels: Samples = (10 * np.log10(np.maximum(power, 1e-10))).astype(np.float32)
    return decibels


def _levels(samples: Samples) -> tuple[float, float]:
    """DBFS of the quietest and of the loudest twentieth of all frames."""
    levels = _frame_dbfs(samples)
    return float(np.percentile(levels, 5)), float(np.percentile(levels, 95))


def _around_speech(samples: Samples, noise: float, loud: float) -> Samples:
    threshold = min(max(noise + SPEECH_ABOVE_NOISE, loud - SPEECH_BELOW_PEAK), loud - 3)
    speech = np.flatnonzero(_frame_dbfs(samples) > threshold)
    begin = max(0, int(speech[0]) * FRAME - MARGIN) if speech.size else 0
    end = (int(speech[-1]) + 1) * FRAME + MARGIN if speech.size else 0
    return samples[begin:end]


def _is_clipped(raw: Samples) -> bool:
    """Whether many samples stand at full scale, three side by side: fewer are only loud."""
    full = np.abs(raw) >= FULL
    in_a_row = full[:-2] & full[1:-1] & full[2:]
    return float(in_a_row.mean() if in_a_row.size else 0.0) > CLIPPED_SHARE


def _faults(take: Take, seconds: float, *, clipped: bool) -> Iterator[Fault]:
    if clipped:
        yield Fault.CLIPPED
    if take.dbfs < QUIETEST:
        yield Fault.QUIET
    if take.snr < LEAST_SNR:
        yield Fault.NOISY
    if take.seconds < SHORTEST * seconds - ALLOWANCE / 4:
        yield Fault.SHORTER
    if take.seconds > LONGEST * seconds + ALLOWANCE:
        yield Fault.LONGER
