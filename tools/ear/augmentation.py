"""Speech as a telephone might bring it: another throat, pace, room, noise, line and loss.

All of it is drawn anew each time that an utterance is heard, from the batch's own seed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from tools.ear.batches import Batch
from tools.ear.features import BANDS, DITHER, UNWARPED, WARPS, frames, log_mel
from tools.ear.network import CONTEXT, STRIDE, outputs
from tools.ear.noise import LENGTH, Noises
from tools.ear.utterances import Samples

PACES, PACED_SHARE = (0.85, 1.18), 0.35
"""Of time alone, in frames."""
SPEEDS, SPED_SHARE = (0.88, 1.13), 0.6
"""Of time and pitch, in samples."""
ROOM_SHARE, ROOM = 0.45, 1600
"""How often, and samples of echo."""
LOUD_SHARE, LOUD, QUIET = 0.5, (1, 20), (18, 50)
"""How often noise is loud; decibels by which the speaker is louder, then and otherwise."""
CODED_SHARE = 0.6
"""Through G.711."""
CLIPPED_SHARE = 0.06
LOSSY_SHARE, LOST, PACKET = 0.25, (0.005, 0.04), 160
"""How often, which part of the packets, and samples of one (20 ms)."""
LOUDNESS = (1.7, 3.7)
"""Logarithms of the root mean square."""
STARTED_SHARE, STARTED = 0.6, 100
"""How often the line has been open before the first frame, and for how many outputs at most."""
TALKING_AT_LEAST = 8.0
"""Decibels by which the speaker is louder than other people."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What the network is given."""

    frames: Tensor
    """Batch by frames by BANDS, with CONTEXT repeated frames at both ends."""
    lengths: Tensor
    """Outputs of each utterance."""
    before: Tensor
    """Outputs for which each has already sounded as its first frame does."""


@dataclass(frozen=True, slots=True)
class Strength:
    """How far speakers are altered; little while frames have fixed labels."""

    warps: int = len(WARPS) // 2
    """Steps to either side."""
    in_time: bool = True


def plain(batch: Sequence[Samples]) -> Sound:
    waves, lengths = _together([samples.astype(np.float32) for samples in batch])
    counts = [frames(length) for length in lengths]
    return _padded(log_mel(waves), counts, torch.zeros(len(counts)))


def altered(
    batch: Batch, noises: Noises, chance: np.random.Generator, strength: Strength
) -> Sound:
    """Each utterance keeps the outputs that its phones need, however fast it becomes."""
    said = [item.samples for item in batch]
    sped = [_sped(one, chance) if strength.in_time else one for one in said]
    waves, lengths = _together([one.astype(np.float32) for one in sped])
    waves = _on_the_line(waves, lengths, noises, chance)
    steps = chance.integers(-strength.warps, strength.warps + 1, len(batch))
    mel = log_mel(waves, torch.from_numpy(UNWARPED + steps))
    counts = [frames(length) for length in lengths]
    mel = mel + _channel(len(batch), chance)[:, None]
    if strength.in_time:
        shortest = [item.said.shortest for item in batch]
        mel, counts = _paced(mel, counts, shortest, chance)
    _mask(mel, counts, chance)
    return _padded(mel, counts, _started(len(batch), chance))


def _started(batch: int, chance: np.random.Generator) -> Tensor:
    has = chance.random(batch) < STARTED_SHARE
    return torch.from_numpy(has * chance.uniform(0, STARTED, batch)).float()


def _sped(samples: Samples, chance: np.random.Generator) -> Samples:
    if chance.random() >= SPED_SHARE:
        return samples
    length = round(len(samples) / chance.uniform(*SPEEDS))
    at = np.linspace(0, len(samples) - 1, length)
    return np.interp(at, np.arange(len(samples)), samples).astype(np.int16)


def _together(waves: Sequence[Samples]) -> tuple[Tensor, list[int]]:
    lengths = [len(wave) for wave in waves]
    together = torch.zeros(len(waves), max(lengths))
    for row, wave in enumerate(waves):
        together[row, : len(wave)] = torch.from_numpy(wave)
    return together, lengths


def _on_the_line(
    waves: Tensor, lengths: Sequence[int], noises: Noises, chance: np.random.Generator
) -> Tensor:
    """From the speaker's mouth to what the telephone exchange hands over."""
    count = torch.tensor(lengths)[:, None]
    loudness = 10 ** _drawn(chance, LOUDNESS, len(waves))
    waves = waves / (_power(waves, count) + 1) * loudness
    if chance.random() < ROOM_SHARE:
        waves = _in_a_room(waves, chance)
    waves = waves + _noise(len(waves), waves.shape[1], noises, chance) * _power(waves, count)
    clipped = _drawn(chance, (0, 1), len(waves)) < CLIPPED_SHARE
    limit = torch.where(clipped, 2 * _power(waves, count), 32767.0)
    waves = waves.clamp(-limit, limit)
    coded = _drawn(chance, (0, 1), len(waves)) < CODED_SHARE
    waves = torch.where(coded, _g711(waves), waves)
    _lose(waves, lengths, chance)
    return waves.clamp(-32768, 32767) + DITHER * _normal(chance, *waves.shape)


def _drawn(chance: np.random.Generator, limits: tuple[float, float], count: int) -> Tensor:
    """A column."""
    return torch.from_numpy(chance.uniform(*limits, (count, 1))).float()


def _normal(chance: np.random.Generator, rows: int, columns: int) -> Tensor:
    return torch.from_numpy(chance.standard_normal((rows, columns), np.float32))


def _power(waves: Tensor, count: Tensor) -> Tensor:
    return (waves.pow(2).sum(1, keepdim=True) / count).sqrt()


def _in_a_room(waves: Tensor, chance: np.random.Generator) -> Tensor:
    batch, length = waves.shape
    decay = torch.exp(-torch.arange(ROOM) / _drawn(chance, (60, 600), batch))
    echo = _normal(chance, batch, ROOM) * decay * _drawn(chance, (0, 0.12), batch)
    echo[:, 0] = 1
    size = 1 << (length + ROOM).bit_length()
    product = torch.fft.rfft(waves, size) * torch.fft.rfft(echo, size)
    return torch.fft.irfft(product, size)[:, :length]


def _noise(batch: int, length: int, noises: Noises, chance: np.random.Generator) -> Tensor:
    """As loud as it is to be under speech of power 1."""
    kinds = chance.choice(len(noises.shares), batch, p=noises.shares)
    begins = torch.from_numpy(chance.integers(0, LENGTH, batch))
    at = (torch.arange(length)[None] + begins[:, None]) % LENGTH
    loud = chance.random(batch) < LOUD_SHARE
    decibels = np.where(loud, chance.uniform(*LOUD, batch), chance.uniform(*QUIET, batch))
    decibels = np.maximum(decibels, noises.talking[kinds] * TALKING_AT_LEAST)
    loudness = torch.from_numpy(10 ** (-decibels / 20)).float()[:, None]
    return noises.waves[torch.from_numpy(kinds)[:, None], at] * loudness


def _g711(waves: Tensor) -> Tensor:
    scale = math.log(256.0)
    inside = (waves / 32768).clamp(-1, 1)
    pressed = torch.sign(inside) * torch.log1p(255 * inside.abs()) / scale
    stepped = (torch.round(pressed * 127.5 + 0.5) - 0.5) / 127.5
    return torch.sign(stepped) * torch.expm1(stepped.abs() * scale) / 255 * 32768


def _lose(waves: Tensor, lengths: Sequence[int], chance: np.random.Generator) -> None:
    for row, length in enumerate(lengths):
        if chance.random() < LOSSY_SHARE:
            packets = max(1, int(length / PACKET * chance.uniform(*LOST)))
            for begin in chance.integers(0, max(1, length - PACKET), packets):
                waves[row, begin : begin + PACKET] = 0


def _channel(batch: int, chance: np.random.Generator) -> Tensor:
    """What a microphone and a line do to the bands: a smooth curve, cut at either end."""
    place = np.arange(BANDS) / BANDS
    curve = 0.8 * chance.normal(size=(batch, 1)) * (place - 0.5)
    for wave in range(1, 7):
        height = 0.9 / wave**0.7 * chance.normal(size=(batch, 1))
        curve += height * np.cos(np.pi * wave * place + chance.uniform(0, 6.28, (batch, 1)))
    low, high = (chance.random((batch, 1)) < 0.4 for _ in range(2))
    cut = chance.integers(2, 7, (batch, 1))
    below = (1 - np.arange(BANDS) / cut).clip(0, 1) * chance.uniform(0.5, 3.5, (batch, 1))
    above = ((np.arange(BANDS) - 35) / 5).clip(0, 1) * chance.uniform(0.5, 4, (batch, 1))
    return torch.from_numpy(curve - low * below - high * above).float()


def _paced(
    mel: Tensor, counts: Sequence[int], shortest: Sequence[int], chance: np.random.Generator
) -> tuple[Tensor, list[int]]:
    """Faster or slower by frames that lie between frames."""
    wanted = np.where(
        chance.random(len(counts)) < PACED_SHARE, chance.uniform(*PACES, len(counts)), 1.0
    )
    fastest = np.array(counts) / (STRIDE * (np.array(shortest) + 3.0))
    paces = np.minimum(wanted, np.maximum(fastest, 1.0))
    paced = [max(1, int(count / pace)) for count, pace in zip(counts, paces, strict=True)]
    at = torch.arange(max(paced))[None] * torch.from_numpy(paces).float()[:, None]
    at = at.minimum(torch.tensor(counts)[:, None] - 1.001).clamp_min(0)
    below = at.long()
    share = (at - below)[..., None]
    rows = torch.arange(len(counts))[:, None]
    above = (below + 1).clamp_max(mel.shape[1] - 1)
    return mel[rows, below] * (1 - share) + mel[rows, above] * share, paced


def _mask(mel: Tensor, counts: Sequence[int], chance: np.random.Generator) -> None:
    """Some bands and some moments say nothing."""
    for row, count in enumerate(counts):
        if chance.random() < 0.35:
            width = int(chance.integers(1, 6))
            first = int(chance.integers(0, BANDS - width))
            mel[row, :, first : first + width] = mel[row, :, first : first + width].mean()
        if chance.random() < 0.25:
            width = int(chance.integers(1, 6))
            first = int(chance.integers(0, max(1, count - width)))
            mel[row, first : first + width] = mel[row].mean(0)


def _padded(mel: Tensor, counts: Sequence[int], before: Tensor) -> Sound:
    """The first and the last frame of each utterance again and again, as Kaldi has it."""
    lengths = [outputs(count) for count in counts]
    size = STRIDE * (max(lengths) - 1) + 1 + 2 * CONTEXT
    last = torch.tensor(counts)[:, None] - 1
    at = (torch.arange(size) - CONTEXT)[None].clamp_min(0).minimum(last)
    rows = torch.arange(len(counts))[:, None]
    return Sound(mel[rows, at], torch.tensor(lengths), before)
