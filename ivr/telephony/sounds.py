"""Sentences as the mu-law of a stream: made once, what is fixed kept."""

from __future__ import annotations

import io
import re
import wave
from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock

import numpy as np

from ivr.speech.mulaw import encoded
from ivr.switchboard import Sentence
from ivr.telephony.audio import Synthesis

SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
KEPT = 1000
"""Sentences; each of some 20 kB."""


class Sounds:
    """For all calls of a process, from any thread."""

    def __init__(self, synthesis: Synthesis) -> None:
        self._synthesis = synthesis
        self._kept: OrderedDict[tuple[str, int, int], bytes] = OrderedDict()
        self._lock = Lock()

    def of(self, sentence: Sentence, pace: int = 0, loudness: int = 0) -> bytes:
        """Mu-law. Raises what the synthesis raises."""
        parts = SENTENCE_END.split(sentence.text)
        return b"".join(self._part(part, pace, loudness) for part in parts)

    def _part(self, text: str, pace: int, loudness: int) -> bytes:
        """One sentence of a prompt: most of them need no values, whatever stands beside."""
        key = (text, pace, loudness)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = mulaw_of(self._synthesis.wav(*key))
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made

    def prepare(self, texts: Iterable[str]) -> None:
        """Have them ready before a call wants them."""
        for text in texts:
            self.of(Sentence("", text))


def mulaw_of(wav: bytes) -> bytes:
    """Of 8 kHz, 16 bit, one channel."""
    with wave.open(io.BytesIO(wav)) as file:
        return encoded(np.frombuffer(file.readframes(file.getnframes()), "<i2"))
