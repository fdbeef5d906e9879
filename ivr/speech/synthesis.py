"""Russian text into the sound of the telephone, by espeak-ng or another voice."""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Protocol

from ivr.speech.audio import Samples, audio_name, joined, telephone
from ivr.speech.helper import HelperProcess, SynthesisFailed
from ivr.speech.pronunciation import phrases, pronounced

__all__ = ["Espeak", "SynthesisFailed", "Synthesizer", "audio_name"]

VOICE = "ru"
WORDS_A_MINUTE = 165
"""espeak's own count: about 110 Russian words a minute with our pauses."""
SLOWER = 0.85
SLOWEST = 0.75
KEPT_FILES = 64
COMMAND = (sys.executable, "-m", "ivr.speech.espeak_process")


class OtherVoice(Protocol):
    """One that knows no phonemes of espeak's."""

    def say(self, phrase: str, speed: float) -> Samples:
        """At 1 as it speaks by itself. Raises SynthesisFailed."""
        ...

    def close(self) -> None: ...


Own = Callable[[], Mapping[str, str]]
Key = tuple[str, str, int, int, str]
"""Text, its pronunciation, pace, loudness, voice."""


def speed_of(pace: int) -> float:
    return float(max(SLOWEST, SLOWER ** -min(pace, 0)))


def _nothing_own() -> Mapping[str, str]:
    return {}


class Espeak:
    """espeak-ng, which knows phonemes in [[ ]]."""

    def __init__(self, command: tuple[str, ...] = COMMAND) -> None:
        self._helper = HelperProcess(command)

    def say(self, phrase: str, rate: int, voice: str = VOICE) -> Samples:
        """Raises SynthesisFailed."""
        made, hertz = self._helper.ask({"text": phrase, "rate": rate, "voice": voice})
        return telephone(made, hertz)

    def phonemes(self, word: str, voice: str = VOICE) -> str:
        """As they may stand in [[ ]]. Raises SynthesisFailed."""
        made, _ = self._helper.ask({"text": word, "voice": voice})
        return made.decode("ascii", "replace").strip()

    def close(self) -> None:
        self._helper.close()

    @property
    def pid(self) -> int | None:
        return self._helper.pid


class Synthesizer:
    """Text into WAV files; the last ones are kept."""

    def __init__(
        self,
        espeak: Espeak | None = None,
        voice: str = VOICE,
        own: Own = _nothing_own,
        other: OtherVoice | None = None,
    ) -> None:
        """`own` gives the clinic's own words and their spellings, as they are now.

        `other` speaks instead of espeak, which is asked for phonemes only.
        """
        self._espeak = espeak or Espeak()
        self._voice = voice
        self._own = own
        self._other = other
        self._kept: OrderedDict[Key, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def wav(self, text: str, pace: int = 0, loudness: int = 0) -> bytes:
        """8 kHz, 16 bit, one channel. Raises SynthesisFailed.

        Pace 0, -1, -2 is ordinary and slower; loudness 0, 1, 2 is +6 dB a step.
        """
        own = self._own()
        key = (text, pronounced(text, own), pace, loudness, self._voice)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        return self._keep(key, joined(self._said(text, pace, own), loudness))

    def phrases(self, text: str, pace: int = 0) -> list[tuple[Samples, float]]:
        """The sound of each phrase and the seconds of silence after it."""
        return self._said(text, pace, self._own())

    def phonemes(self, word: str) -> str:
        return self._espeak.phonemes(word, self._voice)

    def close(self) -> None:
        self._espeak.close()
        if self._other is not None:
            self._other.close()

    def _said(
        self, text: str, pace: int, own: Mapping[str, str]
    ) -> list[tuple[Samples, float]]:
        speed = speed_of(pace)
        return [
            (self._sound(phrase.text, speed, own), phrase.pause / speed)
            for phrase in phrases(text)
        ]

    def _sound(self, phrase: str, speed: float, own: Mapping[str, str]) -> Samples:
        if self._other is not None:
            return self._other.say(pronounced(phrase, own, phonemes=False), speed)
        rate = round(WORDS_A_MINUTE * speed)
        return self._espeak.say(pronounced(phrase, own), rate, self._voice)

    def _keep(self, key: Key, made: bytes) -> bytes:
        """What is kept now: another thread may have been faster."""
        with self._lock:
            first = self._kept.setdefault(key, made)
            while len(self._kept) > KEPT_FILES:
                self._kept.popitem(last=False)
            return first
