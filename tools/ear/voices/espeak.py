"""espeak-ng's Russian, given phones or spelling: its guess at a word's stress is often wrong.

Besides the program's own voices there are invented ones, of random height, size, breath and
trembling. The library is called in this process: a program for each word would take longer
than the word.
"""

from __future__ import annotations

import ctypes
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from tools.ear.resampling import resampled
from tools.ear.sound import trimmed
from tools.ear.utterances import Samples

LIBRARY = "libespeak-ng.so.1"
DATA = (
    Path("/usr/lib/x86_64-linux-gnu/espeak-ng-data"),
    Path("/usr/lib/aarch64-linux-gnu/espeak-ng-data"),
    Path("/usr/share/espeak-ng-data"),
)
HELD_OUT = ("f2", "m4", "Annie", "Hugo", "Michel", "michel", "steph3", "")
"""Never trained on, for the evaluation; the last is the voice without a variant."""
TUNING = ("f4", "m7", "belinda", "max")
"""Never trained on; what is chosen by looking at results is chosen with these."""
ODD = (
    *("whisper", "whisperf", "fast", "UniRobot", "anikaRobot", "Demonic", "announcer"),
    *("Mr serious", "croak", "Tweaky", "Storm", "AnxiousAndy"),
)
"""No caller sounds so."""
INVENTED = 240
"""Voices: the program knows 349 at most, with its own."""
_SYNCHRONOUS = 2
_RATE, _PITCH = 1, 3
_UTF8, _UTF8_AND_PHONEMES = 1, 0x101


@dataclass(frozen=True, slots=True)
class Manner:
    voice: str
    pitch: int
    """0 to 99; the voice's own is 50."""
    speed: int
    """Words a minute."""


class Espeak:
    """One for a process: the library speaks with one voice at a time."""

    def __init__(self, folder: Path) -> None:
        """`folder` as `prepare` leaves it."""
        self._library = ctypes.CDLL(LIBRARY)
        self.hertz = self._library.espeak_Initialize(_SYNCHRONOUS, 0, str(folder).encode(), 0)
        if self.hertz <= 0:
            raise RuntimeError(f"espeak-ng cannot read its data in {folder}")
        self._library.espeak_SetVoiceByName(b"ru")
        self._library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self._pieces: list[Samples] = []
        kind = ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
        )
        self._callback = kind(self._heard)
        self._library.espeak_SetSynthCallback(self._callback)

    def say(self, text: str, manner: Manner) -> Samples:
        """At 8 kHz, without silence around it. Raises ValueError for an unknown voice."""
        voice = f"ru+{manner.voice}" if manner.voice else "ru"
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(voice)
        self._library.espeak_SetParameter(_RATE, manner.speed, 0)
        self._library.espeak_SetParameter(_PITCH, manner.pitch, 0)
        self._pieces = []
        said = text.encode()
        self._library.espeak_Synth(said, len(said) + 1, 0, 1, 0, _UTF8_AND_PHONEMES, None, None)
        self._library.espeak_Synchronize()
        if not self._pieces:
            return np.zeros(0, np.int16)
        return trimmed(resampled(np.concatenate(self._pieces), self.hertz))

    def phonemes(self, text: str) -> list[str]:
        """How it would say each word, in its own alphabet; unmarked text."""
        written = ctypes.create_string_buffer(text.encode())
        place = ctypes.c_void_p(ctypes.addressof(written))
        found: bytes = self._library.espeak_TextToPhonemes(ctypes.byref(place), _UTF8, 0)
        return found.decode().split()

    def _heard(self, samples: Any, count: int, _events: object) -> int:
        if count > 0 and samples:
            self._pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0


@cache
def training_voices() -> tuple[str, ...]:
    """The program's own."""
    left_out = {*HELD_OUT, *TUNING, *ODD}
    variants = sorted(file.name for file in (_data() / "voices" / "!v").iterdir())
    return tuple(name for name in variants if _is_human(name) and name not in left_out)


def prepare(folder: Path, chance: np.random.Generator) -> None:
    """A copy of the program's data in `folder`, with invented voices beside its own."""
    own = folder / "espeak-ng-data"
    shutil.copytree(_data(), own, dirs_exist_ok=True)
    for language in (own / "lang").glob("*/*"):
        if language.name != "ru":
            language.unlink()
    shutil.rmtree(own / "voices" / "mb", ignore_errors=True)
    for number in range(INVENTED):
        text = _invented(number, chance)
        (own / "voices" / "!v" / invented_name(number)).write_text(text, "ascii")


def invented_name(number: int) -> str:
    return f"ear{number}"


def _is_human(name: str) -> bool:
    return not name.startswith("robosoft")


def _data() -> Path:
    return next(folder for folder in DATA if folder.is_dir())


def _invented(number: int, chance: np.random.Generator) -> str:
    """A voice file: man, woman or child, its formants and pitch drawn around the usual."""
    kind = chance.choice(("man", "woman", "child"), p=(0.4, 0.45, 0.15))
    low, size = {
        "man": (chance.uniform(60, 130), chance.uniform(92, 106)),
        "woman": (chance.uniform(115, 215), chance.uniform(104, 119)),
        "child": (chance.uniform(180, 260), chance.uniform(115, 130)),
    }[str(kind)]
    lines = ["language variant", f"name {invented_name(number)}"]
    lines.append(f"pitch {low:.0f} {low * chance.uniform(1.2, 1.8):.0f}")
    for formant in range(9):
        frequency = size * chance.uniform(0.95, 1.05)
        height, width = chance.uniform(70, 130), chance.uniform(80, 170)
        lines.append(f"formant {formant} {frequency:.0f} {height:.0f} {width:.0f}")
    lines.append(f"roughness {chance.integers(0, 5)}")
    lines.append(f"flutter {chance.integers(0, 12)}")
    lines.append(f"voicing {chance.integers(50, 130)}")
    lines.append(f"consonants {chance.integers(60, 150)} {chance.integers(60, 150)}")
    lines.append(f"intonation {chance.integers(1, 5)}")
    if chance.random() < 0.4:
        breath = chance.integers(0, 10, 8)
        lines.append("breath " + " ".join(map(str, breath)))
    return "\n".join(lines) + "\n"
