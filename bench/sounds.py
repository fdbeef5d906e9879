"""What a telephone line does to speech (G.711, noise, lost frames), and the hearing of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ivr.dialogue.answers import YesNo
from ivr.speech.fillers import Filler
from ivr.speech.hearing import HeardWords, Hearer
from ivr.speech.listening import DICTATED, FILLERS, expected
from ivr.speech.mulaw import SILENCE, encoded
from ivr.speech.understanding import Kind, Listed

FRAME = 160
HERTZ = 8000
BEFORE = 0.6
"""Seconds of the line's silence before an answer."""
CONDITIONS: dict[str, tuple[str, float]] = {
    "clean": ("", 0.0),
    "pink noise 20 dB": ("pink", 20.0),
    "pink noise 10 dB": ("pink", 10.0),
    "white noise 10 dB": ("white", 10.0),
    "2 % lost": ("lost", 0.02),
}
PAUSES: dict[str, float] = {"yes-no": 0.7, "command": 0.7, "visit": 0.9, "birth-date": 1.2}
DICTATION, WHOLE = 2.0, 0.6
Wave = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Question:
    """As the dialogue describes one (`ivr.dialogue.turns.Hearing`)."""

    phrases: tuple[str, ...]
    filler: Filler
    pause: float
    whole: Callable[[str], bool] = field(default=lambda _words: False)
    pause_when_whole: float | None = None
    early: bool = False
    strict: bool = False
    alternatives: int = 0


def question(kind: Kind, listed: tuple[Listed, ...] = ()) -> Question:
    waits = WHOLE if kind in DICTATED and kind != "birth-date" else None
    return Question(
        expected(kind, listed),
        FILLERS[kind],
        PAUSES.get(kind, DICTATION),
        pause_when_whole=waits,
    )


SURE = YesNo(cancelling=True, confirming=True)
"""«Отменить этот приём?»"""
CONFIRMATION = Question(SURE.hearing().phrases, SURE.hearing().filler, 0.9, strict=True)


@dataclass(frozen=True, slots=True)
class Answered:
    words: str
    foreign: bool
    confidence: float
    delay: float
    """Seconds from the end of the speech to the utterance."""
    pieces: int
    """Utterances; a dictation may be heard in several."""


def noise(kind: str, size: int, chance: np.random.Generator) -> Wave:
    white = chance.normal(size=size)
    if kind == "white":
        return np.asarray(white, np.float64)
    spectrum = np.fft.rfft(white)
    hertz = np.maximum(np.fft.rfftfreq(size, 1 / HERTZ), 50.0)
    pink = np.fft.irfft(spectrum / np.sqrt(hertz), size)
    return np.asarray(pink / pink.std(), np.float64)


def level(pcm: Wave) -> float:
    """Of the samples in which somebody speaks."""
    loud = pcm[np.abs(pcm) > 100]
    return float(np.sqrt(np.mean(loud**2))) if loud.size else 0.0


def on_the_line(pcm: bytes, condition: str, seed: int, after: float) -> bytes:
    """Mu-law with the line's silence around it, `after` seconds of it behind."""
    speech: Wave = np.frombuffer(pcm, "<i2").astype(np.float64)
    around = (round(BEFORE * HERTZ), round(after * HERTZ))
    sound = np.pad(speech, around)
    what, amount = CONDITIONS[condition]
    chance = np.random.default_rng(seed)
    if what in {"pink", "white"}:
        loud = level(speech) * 10 ** (-amount / 20)
        sound = sound + noise(what, sound.size, chance) * loud
    coded = mulaw(sound)
    return lossy(coded, amount, chance) if what == "lost" else coded


def mulaw(sound: Wave) -> bytes:
    return encoded(np.clip(sound, -32768, 32767).astype(np.int16))


def lossy(coded: bytes, share: float, chance: np.random.Generator) -> bytes:
    frames = [coded[at : at + FRAME] for at in range(0, len(coded), FRAME)]
    return b"".join(SILENCE * FRAME if chance.random() < share else one for one in frames)


def end_of_speech(pcm: bytes) -> float:
    """Seconds on the line."""
    loud = np.flatnonzero(np.abs(np.frombuffer(pcm, "<i2")) > 300)
    return BEFORE + (float(loud[-1]) / HERTZ if loud.size else 0.0)


def listen(
    hearer: Hearer, asked: Question, sound: bytes, ended: float = 0.0, ours: bytes = b""
) -> Answered:
    """The question is asked again until the sound is over; what was heard is put together.

    `ours` is what we say meanwhile.
    """
    heard: list[HeardWords] = []
    hearer.open(asked)
    begun = hearer.seconds
    for at in range(0, len(sound), FRAME):
        for event in hearer.hear(sound[at : at + FRAME], ours[at : at + FRAME]):
            if isinstance(event, HeardWords):
                heard.append(event)
                hearer.open(asked)
    hearer.close()
    return Answered(
        words=", ".join(one.words for one in heard if one.words),
        foreign=any(one.foreign for one in heard),
        confidence=min((one.confidence for one in heard), default=0.0),
        delay=heard[-1].ended - begun - ended if heard else 0.0,
        pieces=len(heard),
    )
