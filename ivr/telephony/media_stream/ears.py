"""Which ear is open, what it was kept open for, and how long somebody has been speaking."""

from __future__ import annotations

from ivr.dialogue.turns import Hearing, Utterance
from ivr.telephony.media_stream.effects import CloseEar, Effect, OpenEar
from ivr.telephony.media_stream.frames import A_SECOND
from ivr.telephony.media_stream.round import Round

LONGEST_SPEECH = 32 * A_SECOND
"""An ear that has not closed an utterance by then has heard none: a dictation has 30 s."""


class Ears:
    def __init__(self) -> None:
        self.open = 0
        """The number of the open ear; 0: none is."""
        self._count = 0
        self._kept: Hearing | None = None
        """Between a silence and the next turn: whoever begins to speak now is heard."""
        self._early: Utterance | None = None
        """Said while the switchboard thinks."""
        self._speech_left = 0

    @property
    def hears_speech(self) -> bool:
        return self._speech_left > 0

    def hears(self, ear: int) -> bool:
        """It is the open ear, not one of an earlier question, and not none."""
        return ear > 0 and ear == self.open

    def speech_began(self) -> None:
        self._speech_left = LONGEST_SPEECH

    def speech_is_over(self) -> None:
        self._speech_left = 0

    def tick(self) -> bool:
        """True once: what has begun lasts too long to be speech."""
        self._speech_left -= 1
        return not self._speech_left

    def keep(self, hearing: Hearing | None) -> None:
        self._kept = hearing

    def heard_early(self, heard: Utterance) -> None:
        self._early = heard

    def take_early(self) -> Utterance | None:
        early, self._early = self._early, None
        return early

    def turned(self, current: Round) -> list[Effect]:
        """A turn that only waits on goes on hearing: a digit at its edge is not lost."""
        kept, self._kept = self._kept, None
        if kept is None or not (current.reply.sentences or current.hearing != kept):
            return []
        self._early = None
        return self.close()

    def open_for(self, hearing: Hearing | None) -> list[Effect]:
        if self.open or hearing is None:
            return []
        self._count += 1
        self.open = self._count
        return [OpenEar(self.open, hearing)]

    def close(self) -> list[Effect]:
        self._speech_left = 0
        if not self.open:
            return []
        self.open = 0
        return [CloseEar()]
