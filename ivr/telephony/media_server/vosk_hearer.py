"""The speech library's ear as a stream hears with it."""

from __future__ import annotations

from collections.abc import Sequence

from ivr.dialogue.turns import Hearing, Utterance
from ivr.speech import hearing as speech
from ivr.speech.recogniser import Ear
from ivr.speech.voice_activity import Vad
from ivr.telephony.media_server.parts import EarEvent, Noise, SpeechBegan


class VoskHearer:
    def __init__(self, ear: Ear, vad: Vad) -> None:
        """Both are the process's."""
        self._hearer = speech.Hearer(ear, vad)

    def prepare(self, hearing: Hearing) -> None:
        self._hearer.prepare(hearing)

    def open(self, hearing: Hearing) -> None:
        self._hearer.open(hearing)

    def hear(self, frame: bytes, ours: bytes) -> Sequence[EarEvent]:
        return [_event(one) for one in self._hearer.hear(frame, ours)]

    def close(self) -> None:
        self._hearer.close()


def _event(event: speech.Event) -> EarEvent:
    match event:
        case speech.SpeechBegan():
            return SpeechBegan()
        case speech.Noise():
            return Noise()
        case speech.HeardWords():
            return Utterance(
                event.words, event.confidence, event.foreign, alternatives=event.alternatives
            )
