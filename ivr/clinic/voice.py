"""The line's voice: people's recordings where there are some, the synthetic voice elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy.exc import SQLAlchemyError

from ivr.clinic import pronunciations, recordings
from ivr.faults import report
from ivr.speech.audio import Samples, at_level, joined
from ivr.speech.pronunciation import SENTENCE_PAUSE, sentences
from ivr.speech.stretching import slowed
from ivr.speech.synthesis import OtherVoice, Synthesizer, speed_of
from ivr.store.database import Database

REST = timedelta(seconds=30)
"""So long a database that failed is not asked again: callers would wait for it in silence."""
FRESH = timedelta(minutes=1)
"""So long nobody is asked again whether there are new recordings or words."""
HEADER = 44
"""Bytes of a WAV file before its samples."""


class ClinicVoice:
    """Says texts as the clinic wants it; without a database it is the synthetic voice."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        synthesizer: Synthesizer | None = None,
        other: OtherVoice | None = None,
    ) -> None:
        """`other` speaks instead of espeak."""
        self._database = database
        self._clock = clock
        self._own: Mapping[str, str] = {}
        self._rests_until: datetime | None = None
        self._edition: object = None
        self._edition_until: datetime | None = None
        self.synthetic = synthesizer or Synthesizer(own=lambda: self._own, other=other)

    def wav(self, text: str, pace: int = 0, loudness: int = 0) -> bytes:
        """8 kHz, 16 bit, one channel. Raises SynthesisFailed.

        Recordings are slowed down at their own pitch, as much as the synthetic voice.
        """
        parts = sentences(text)
        recorded = self._recorded(parts)
        if not recorded:
            return self.synthetic.wav(text, pace, loudness)
        said: list[tuple[Samples, float]] = []
        for part in parts:
            if part in recorded:
                speed = speed_of(pace)
                sound = slowed(_samples(recorded[part]), speed)
                said.append((sound, SENTENCE_PAUSE / speed))
            else:
                said += at_level(self.synthetic.phrases(part, pace))
        return joined(said, loudness)

    def edition(self) -> object:
        """Another value than before once a recording or a word has changed."""
        now = self._clock()
        if self._edition_until is None or now >= self._edition_until:
            self._edition_until = now + FRESH
            try:
                with self._database.read() as session:
                    words = tuple(sorted(pronunciations.spoken(session).items()))
                    self._edition = (recordings.newest(session), words)
            except SQLAlchemyError as broken:
                report(broken, "")
        return self._edition

    def sound(self, text: str) -> Samples:
        """The synthetic voice's reading of it, without the silence around phrases."""
        phrases = self.synthetic.phrases(text)
        return np.concatenate([np.zeros(0, np.float32), *(sound for sound, _ in phrases)])

    def close(self) -> None:
        self.synthetic.close()

    def _recorded(self, parts: list[str]) -> dict[str, bytes]:
        now = self._clock()
        if self._rests_until is not None and now < self._rests_until:
            return {}
        try:
            with self._database.read() as session:
                self._own = pronunciations.spoken(session)
                return recordings.sounds(session, parts)
        except SQLAlchemyError as broken:
            report(broken, "")
            self._rests_until = now + REST
            return {}


def _samples(wav: bytes) -> Samples:
    return np.asarray(np.frombuffer(wav[HEADER:], "<i2") / 32768, np.float32)
