"""Recordings as answers in `ivr call`: heard as the open question is heard in a call."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ivr.commands.environment import Stop, Tools
from ivr.commands.hear import open_ear, sound_of
from ivr.dialogue.turns import Heard, Hearing, NoInput, Utterance
from ivr.speech.hearing import SILENT_FRAME, HeardWords, Hearer
from ivr.speech.mulaw import encoded
from ivr.speech.recogniser import Ear
from ivr.speech.voice_activity import Vad, VadMissing

FRAME = 160
"""Samples of 20 ms."""
SILENT_FRAMES = 150
"""Behind a recording: longer than any question waits."""


class Recordings:
    """Makes its ear with the first recording: a call by text needs none."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._ear: Ear | None = None

    def heard(self, file: str, hearing: Hearing | None) -> Heard:
        """What the line hears of it; nothing, where the question is answered by keys only."""
        path = Path(file)
        if not path.is_file():
            raise Stop(f"{file}: there is no such file.")
        frames = list(_frames(sound_of(path)))
        if hearing is None:
            return NoInput()
        hearer = self._hearer()
        hearer.open(hearing)
        for frame in frames:
            for event in hearer.hear(frame):
                if isinstance(event, HeardWords):
                    return Utterance(
                        event.words, event.confidence, event.foreign, event.alternatives
                    )
        return NoInput()

    def _hearer(self) -> Hearer:
        self._ear = self._ear or open_ear(self._tools)
        try:
            return Hearer(self._ear, Vad())
        except VadMissing as missing:
            raise Stop(f"Speech cannot be heard: {missing}.") from None


def _frames(pcm: bytes) -> Iterator[bytes]:
    yield from [SILENT_FRAME] * 10
    mulaw = encoded(np.frombuffer(pcm, "<i2"))
    for at in range(0, len(mulaw), FRAME):
        yield mulaw[at : at + FRAME].ljust(FRAME, SILENT_FRAME[:1])
    yield from [SILENT_FRAME] * SILENT_FRAMES
