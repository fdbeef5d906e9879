"""What lies between a caller and the line: noises, rooms, codecs, losses, our own echo."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from bench.sounds import HERTZ, Wave, level, lossy, mulaw, noise
from ivr.speech.echo import BLOCK, EchoCanceller
from ivr.speech.mulaw import linear

Change = Callable[[Wave, np.random.Generator], Wave]
TALKERS = 7
AROUND = (0.4, 0.6)
"""Seconds of the line's silence before and behind an answer."""
REVERBERATION = 0.5
"""Seconds until a room's echo is 60 dB weaker."""
FAR = 0.25
"""Of the sound, what comes straight: the telephone lies on a table, or is on loudspeaker."""
OVERLAP = 2.0
"""Seconds of our prompt that are left when the caller begins to answer."""
LATE = 0.15
"""Seconds until our own voice comes back."""
_RAW = ("-t", "raw", "-r", "8000", "-e", "signed", "-b", "16", "-c", "1", "-")


def on_the_line(pcm: Wave, change: Change, chance: np.random.Generator) -> bytes:
    """Mu-law with silence around it."""
    before, behind = (round(HERTZ * seconds) for seconds in AROUND)
    hiss = chance.normal(size=before + pcm.size + behind) * 3
    return mulaw(change(np.pad(pcm, (before, behind)) + hiss, chance))


def clean(pcm: Wave, _chance: np.random.Generator) -> Wave:
    return pcm


def quiet(decibels: float) -> Change:
    return lambda pcm, _chance: pcm * 10 ** (decibels / 20)


def noisy(kind: str, decibels: float) -> Change:
    """So many dB below the speech; `kind`: white or pink."""
    return lambda pcm, chance: pcm + noise(kind, pcm.size, chance) * _below(pcm, decibels)


def babble(talk: Sequence[Wave], decibels: float) -> Change:
    """Others who speak at the same time, several of `talk` in a crowd."""

    def change(pcm: Wave, chance: np.random.Generator) -> Wave:
        crowd = np.zeros(pcm.size)
        for _ in range(TALKERS):
            one = np.resize(talk[int(chance.integers(len(talk)))], pcm.size)
            crowd += np.roll(one, int(chance.integers(pcm.size))) / (one.std() + 1)
        return np.asarray(pcm + crowd / crowd.std() * _below(pcm, decibels), np.float64)

    return change


def lost(share: float) -> Change:
    """Packets of 20 ms that do not arrive."""
    return lambda pcm, chance: linear(lossy(mulaw(pcm), share, chance)).astype(np.float64)


def gsm(pcm: Wave, _chance: np.random.Generator) -> Wave:
    """GSM full rate, there and back. Needs sox."""
    written = np.clip(pcm, -32768, 32767).astype("<i2").tobytes()
    sent = _sox([*_RAW, "-t", "gsm", "-"], written)
    back = _sox(["-t", "gsm", "-r", "8000", "-c", "1", "-", *_RAW], sent)
    return np.frombuffer(back, "<i2").astype(np.float64)


def room(pcm: Wave, chance: np.random.Generator) -> Wave:
    size = round(HERTZ * REVERBERATION)
    tail = chance.normal(size=size) * 10 ** (-3 * np.arange(size) / size)
    tail[: HERTZ // 500] = 0
    tail *= np.sqrt((1 - FAR) / FAR) / np.sqrt(np.sum(tail**2))
    tail[0] = 1
    heard = np.convolve(pcm, tail)[: pcm.size]
    return heard * (level(pcm) / (level(heard) + 1e-9))


def after_one_another(*changes: Change) -> Change:
    def change(pcm: Wave, chance: np.random.Generator) -> Wave:
        for one in changes:
            pcm = one(pcm, chance)
        return pcm

    return change


def echo(prompt: Wave, decibels: float, *, cancelled: bool) -> Change:
    """The caller answers before our prompt is over, which comes back so many dB weaker.

    `cancelled`: it is taken out as in a call, by the line's canceller. What is given to the
    recogniser begins with the answer.
    """
    alone = prompt.size - round(HERTZ * (OVERLAP + AROUND[0]))

    def change(pcm: Wave, _chance: np.random.Generator) -> Wave:
        heard = np.pad(pcm, (alone, 0))
        sent = np.pad(prompt, (0, heard.size - prompt.size))
        late = np.pad(sent, (round(HERTZ * LATE), 0))[: heard.size]
        heard = heard + late * 10 ** (decibels / 20)
        return (_without_echo(heard, sent) if cancelled else heard)[alone:]

    return change


def _without_echo(heard: Wave, sent: Wave) -> Wave:
    canceller = EchoCanceller()
    both = (linear(mulaw(side)) for side in (heard, sent))
    ours, theirs = (side[: side.size // BLOCK * BLOCK].reshape(-1, BLOCK) for side in both)
    blocks = [canceller.cleaned(one, other) for one, other in zip(ours, theirs, strict=True)]
    return np.concatenate(blocks).astype(np.float64)


def _below(pcm: Wave, decibels: float) -> float:
    return level(pcm) * 10 ** (-decibels / 20)


def _sox(arguments: Sequence[str], sound: bytes) -> bytes:
    done = subprocess.run(["sox", *arguments], input=sound, capture_output=True, check=True)
    return done.stdout


def conditions(talk: Sequence[Wave], prompt: Wave) -> Mapping[str, Change]:
    """By what the table calls them."""
    return {
        "quiet room": clean,
        "18 dB quieter": quiet(-18),
        **{
            f"{kind} noise, {decibels} dB": noisy(kind, decibels)
            for kind in ("white", "pink")
            for decibels in (20, 10, 5)
        },
        **{f"babble, {decibels} dB": babble(talk, decibels) for decibels in (20, 10, 5)},
        **{f"{share} % of packets lost": lost(share / 100) for share in (1, 2, 3)},
        "GSM full rate": gsm,
        "pink 20 dB, GSM, 1 % lost": after_one_another(noisy("pink", 20), gsm, lost(0.01)),
        "far from the telephone": room,
        "far, pink 20 dB": after_one_another(room, noisy("pink", 20)),
        **{
            f"our prompt's echo at {decibels} dB, taken out": echo(
                prompt, decibels, cancelled=True
            )
            for decibels in (-10, -20, -30)
        },
        "our prompt's echo at -20 dB, left in": echo(prompt, -20, cancelled=False),
    }
