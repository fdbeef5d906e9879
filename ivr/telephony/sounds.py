"""Sentences as the mu-law of a stream: made once, what is fixed kept."""

from __future__ import annotations

import io
import wave
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import replace
from threading import Lock

import numpy as np

from ivr.speech.mulaw import encoded
from ivr.speech.pronunciation import sentences
from ivr.switchboard import Sentence
from ivr.telephony.audio import Synthesis

KEPT = 1000
"""Sentences; each of some 20 kB."""


class Sounds:
    """For all calls of a process, from any thread."""

    def __init__(
        self, synthesis: Synthesis, edition: Callable[[], object] = lambda: None
    ) -> None:
        """`edition` gives another value once what was made is to be made anew."""
        self._synthesis = synthesis
        self._edition = edition
        self._of_edition: object = None
        self._kept: OrderedDict[tuple[str, int, int], bytes] = OrderedDict()
        self._lock = Lock()

    def of(self, sentence: Sentence, pace: int = 0, loudness: int = 0) -> bytes:
        """Mu-law. Raises what the synthesis raises."""
        parts = (piece.text for piece in pieces(sentence))
        return b"".join(self._part(part, pace, loudness) for part in parts)

    def _part(self, text: str, pace: int, loudness: int) -> bytes:
        """One sentence of a prompt: most of them need no values, whatever stands beside."""
        key, edition = (text, pace, loudness), self._edition()
        with self._lock:
            if edition != self._of_edition:
                self._kept.clear()
                self._of_edition = edition
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


def pieces(sentence: Sentence) -> tuple[Sentence, ...]:
    """A prompt as its sentences; at least one."""
    parts = sentences(sentence.text) or [sentence.text]
    return tuple(replace(sentence, text=part) for part in parts)


def mulaw_of(wav: bytes) -> bytes:
    """Of 8 kHz, 16 bit, one channel."""
    with wave.open(io.BytesIO(wav)) as file:
        return encoded(np.frombuffer(file.readframes(file.getnframes()), "<i2"))
