"""Noises that are heard under speech, ten seconds of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from tools.ear.chance import one_of
from tools.ear.sound import Wave
from tools.ear.utterances import HERTZ, Samples

LENGTH = 10 * HERTZ
"""Samples."""
SHARES: Mapping[str, float] = {
    "white": 0.3,
    "coloured": 0.26,
    "babble": 0.2,
    "traffic": 0.09,
    "hum": 0.05,
    "clicks": 0.04,
    "tones": 0.06,
}
"""How often each is heard."""
BREATHY_SHARES: Mapping[str, float] = {
    "white": 0.26,
    "coloured": 0.22,
    "babble": 0.18,
    "traffic": 0.07,
    "hum": 0.04,
    "clicks": 0.04,
    "tones": 0.05,
    "breaths": 0.14,
}
"""With what comes from the mouth between words and is none."""
EACH = 6
"""Of each kind."""
TALKERS = (3, 9)
FROM_A_MOUTH = frozenset({"babble", "breaths"})
"""Like speech: must stay well below the speaker's."""
BREATH, BREATHS_APART = (0.05, 0.4), (0.1, 0.9)
"""Seconds."""
MOUTH = ((250, 900), (900, 2400), (2000, 3600)), (80, 300)
"""Hertz: where a breath has its resonances, and how wide they are."""
DTMF = ((697, 770, 852, 941), (1209, 1336, 1477))
"""Hertz."""


@dataclass(frozen=True, slots=True)
class Noises:
    waves: Tensor
    """Noises by samples, each of power 1."""
    shares: Wave
    """Of each, how often it is heard."""
    talking: Wave
    """1 where it is FROM_A_MOUTH."""


def noises(
    speech: Sequence[Samples],
    chance: np.random.Generator,
    shares_of: Mapping[str, float] = SHARES,
) -> Noises:
    """`speech` is what the babble is made of."""
    waves, shares, talking = [], [], []
    for kind, share in shares_of.items():
        for _ in range(EACH):
            wave = _noise(kind, speech, chance)
            waves.append(wave / (wave.std() + 1e-9))
            shares.append(share / EACH)
            talking.append(float(kind in FROM_A_MOUTH))
    stacked = torch.tensor(np.stack(waves), dtype=torch.float32)
    return Noises(stacked, np.array(shares), np.array(talking))


def coloured(exponent: float, chance: np.random.Generator) -> Wave:
    """Noise whose power falls with this exponent of the frequency: 0 white, 1 pink."""
    size = LENGTH // 2 + 1
    spectrum = chance.normal(size=size) + 1j * chance.normal(size=size)
    return np.fft.irfft(spectrum / (np.arange(size) + 5.0) ** (exponent / 2), LENGTH)


def _noise(kind: str, speech: Sequence[Samples], chance: np.random.Generator) -> Wave:
    if kind == "babble":
        return _babble(speech, chance)
    return _KINDS[kind](chance)


def _babble(speech: Sequence[Samples], chance: np.random.Generator) -> Wave:
    crowd = np.zeros(LENGTH)
    for _ in range(int(chance.integers(*TALKERS))):
        pieces = [one_of(speech, chance) for _ in range(12)]
        talk = np.concatenate(pieces).astype(np.float64)[:LENGTH]
        crowd[: len(talk)] += talk / (talk.std() + 1)
    return crowd


def _swelling(chance: np.random.Generator) -> Wave:
    corners = chance.uniform(0.1, 2, 21)
    return np.interp(np.arange(LENGTH), np.linspace(0, LENGTH, 21), corners)


def _hum(chance: np.random.Generator) -> Wave:
    times = np.arange(LENGTH) / HERTZ
    hum = np.zeros(LENGTH)
    for harmonic in (1, 2, 3, 5, 7):
        hum += np.sin(2 * np.pi * 50 * harmonic * times + chance.uniform(0, 6)) / harmonic
    hiss = coloured(1, chance)
    return np.asarray(hum + 0.3 * hiss / hiss.std())


def _clicks(chance: np.random.Generator) -> Wave:
    clicks = (chance.random(LENGTH) < 0.002) * chance.normal(size=LENGTH) * 30
    ringing = np.convolve(clicks, np.exp(-np.arange(60) / 12.0))[:LENGTH]
    return ringing + 0.05 * chance.normal(size=LENGTH)


def _tones(chance: np.random.Generator) -> Wave:
    """Keys and beeps, with pauses, over a little noise."""
    times = np.arange(LENGTH) / HERTZ
    sound = 0.02 * chance.normal(size=LENGTH)
    for begin in np.arange(0, 10, 0.5):
        low, high = (float(chance.choice(row)) for row in DTMF)
        pressed = (times > begin) & (times < begin + chance.uniform(0.08, 0.4))
        sound += pressed * (np.sin(2 * np.pi * low * times) + np.sin(2 * np.pi * high * times))
    return sound


def _breaths(chance: np.random.Generator) -> Wave:
    """Puffs and breaths with pauses, each with its own mouth, over a little noise."""
    sound = 0.01 * chance.normal(size=LENGTH)
    begin = int(HERTZ * chance.uniform(0, 0.5))
    length = int(HERTZ * chance.uniform(*BREATH))
    while begin + length < LENGTH:
        sound[begin : begin + length] += _breath(length, chance) * 10 ** chance.uniform(-0.7, 0)
        begin += length + int(HERTZ * chance.uniform(*BREATHS_APART))
        length = int(HERTZ * chance.uniform(*BREATH))
    return sound


def _breath(length: int, chance: np.random.Generator) -> Wave:
    """So many samples of noise of power 1 that swells and fades."""
    places, widths = MOUTH
    hertz = np.fft.rfftfreq(length, 1 / HERTZ)
    mouth = np.full(hertz.size, chance.uniform(0.02, 0.2))
    for low, high in places:
        away = (hertz - chance.uniform(low, high)) / chance.uniform(*widths)
        mouth += chance.uniform(0.1, 1) / (1 + away**2)
    noise = np.fft.irfft(np.fft.rfft(chance.normal(size=length)) * mouth, length)
    part, peak = np.arange(length) / length, chance.uniform(0.02, 0.6)
    swelling = np.minimum(part / peak, (1 - part) / (1 - peak)) ** chance.uniform(0.5, 2)
    return np.asarray(noise / noise.std() * swelling)


_KINDS: Mapping[str, Callable[[np.random.Generator], Wave]] = {
    "white": lambda chance: coloured(0, chance),
    "coloured": lambda chance: coloured(chance.uniform(0.5, 3), chance),
    "traffic": lambda chance: coloured(1.2, chance) * _swelling(chance),
    "hum": _hum,
    "clicks": _clicks,
    "tones": _tones,
    "breaths": _breaths,
}
