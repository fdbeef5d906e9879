"""Festival's unit selection: the festvox man's own sounds, in any order."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile

from tools.ear import festival
from tools.ear.resampling import resampled
from tools.ear.sound import trimmed
from tools.ear.utterances import Samples

SHORTEST = 1000
"""Samples; less is a failure."""


def said(texts: Sequence[str]) -> list[Samples]:
    """At 8 kHz, without silence around it; empty where the voice failed."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.wav" for number in range(len(texts))]
        festival.run(
            [
                f'(say "{file}" "{festival.quoted(text)}")'
                for file, text in zip(files, texts, strict=True)
            ]
        )
        return [_read(file) for file in files]


def _read(file: Path) -> Samples:
    if not file.is_file():
        return np.zeros(0, np.int16)
    wave, rate = soundfile.read(file)
    samples = trimmed(resampled(wave, rate)) if len(wave) else np.zeros(0, np.int16)
    return samples if len(samples) >= SHORTEST else np.zeros(0, np.int16)
