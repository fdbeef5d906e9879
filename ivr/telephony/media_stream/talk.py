"""The conversation of one socket: turns and sound in, sound and answers out."""

from __future__ import annotations

from ivr.dialogue.turns import Heard, NoInput, Utterance
from ivr.switchboard import Reply
from ivr.telephony.media_stream.ears import Ears
from ivr.telephony.media_stream.effects import (
    Answer,
    Clear,
    Effect,
    End,
    HearFrame,
    Played,
    PrepareEar,
)
from ivr.telephony.media_stream.frames import A_SECOND, SILENT
from ivr.telephony.media_stream.key_collector import KeyCollector
from ivr.telephony.media_stream.playout import Clip, Playout
from ivr.telephony.media_stream.pressed import Pressed
from ivr.telephony.media_stream.round import Round
from ivr.telephony.media_stream.timeline import Timeline

FIRST_SILENCE = 12
"""Frames before the first word: a line that was just opened swallows the beginning."""
KNOWN_AFTER_MS = 500
"""From the first sound of speech to the certainty that it is some, and to our knowing it."""
MOST_INTERRUPTIONS = 2
"""Without an answer: a radio is on in the room, and prompts are said over it."""
LONGEST_TURN = 180 * A_SECOND
"""Whatever a turn is waiting for: then it was silence, and the dialogue's guards decide."""


class Talk:
    """Every method gives what is to be done now, in this order."""

    def __init__(self) -> None:
        self.timeline = Timeline()
        self.playing: bytes = SILENT
        """What the caller has heard in the last 20 ms, by our count."""
        self._playout = Playout()
        self._round: Round | None = None
        """None while the switchboard thinks."""
        self._pressed = Pressed()
        self._ears = Ears()
        self._rest: list[Clip] | None = None
        """What speech has interrupted."""
        self._interruptions = 0
        """Since something was answered."""
        self._unreported: list[str] = []
        self._begun = False
        self._ended = False
        self._out: list[Effect] = []

    @property
    def awaits_mark(self) -> bool:
        """All is played by our count, and a mark is missing."""
        current = self._round
        complete = current is None or current.sounds >= len(current.reply.sentences)
        return complete and self._playout.only_owed

    # --- from the switchboard ----------------------------------------------------------------

    def turned(self, reply: Reply) -> list[Effect]:
        """A turn is in force; its sound follows, sentence by sentence."""
        self._round = current = Round(reply)
        self.timeline.turned(reply)
        self._out += self._ears.turned(current)
        if self._ears.hears_speech:
            self.timeline.answering()
        if not self._begun:
            self._begun = True
            self._playout.add_silence(FIRST_SILENCE, SILENT)
        if current.listen is not None:
            current.keys = KeyCollector(current.listen)
        self._pressed.turned(current)
        self._look()
        early = self._ears.take_early()
        if early is not None and self._round is current and not current.pressed:
            self._answer(early)
        if self._round is current and current.hearing is not None and not self._ears.open:
            self._out.append(PrepareEar(current.hearing))
        return self._taken()

    def sound(self, turn: int, place: int, audio: bytes, *, more: bool = False) -> list[Effect]:
        """Mu-law of one sentence of the turn, or of a piece of it where `more` is to come."""
        current = self._round
        if current is None or current.reply.turn.number != turn or current.pressed:
            return []
        current.sounds += not more
        of = len(current.reply.sentences)
        clip = self._playout.clip(turn, place, of, audio, more=more)
        if self._rest is None:
            self._playout.add(clip)
        else:
            self._rest.append(clip)
        self._out += self._playout.pump()
        return self._taken()

    # --- from the carrier --------------------------------------------------------------------

    def frame(self, audio: bytes) -> list[Effect]:
        """20 ms of the caller."""
        self._count(audio)
        return self._taken()

    def stalled(self, frames: int) -> list[Effect]:
        """Nothing came for so long: the wall clock counts."""
        for _ in range(frames):
            self._count(SILENT)
        return self._taken()

    def key(self, key: str) -> list[Effect]:
        current = self._round
        if not self._pressed.counts(key, current):
            return []
        if current is None:
            self._pressed.wait(key)
        elif current.listen is not None and not (current.strict and current.must_be_heard):
            self.timeline.answering()
            self._pressed.wait(key)
            self._press()
        return self._taken()

    def mark(self, name: str) -> list[Effect]:
        for clip in self._playout.echoed(name):
            current = self._round
            self._pressed.heard_on()
            of_this = current is not None and clip.turn == current.reply.turn.number
            if current is not None and of_this and not clip.more:
                current.heard.add(clip.place)
                self._unreported.append(current.reply.sentences[clip.place].prompt)
        self._look()
        return self._taken()

    def overdue(self) -> list[Effect]:
        """A mark has not come back in time: what it stands for was not heard."""
        current = self._round
        self._playout.forgive()
        if current is None:
            return []
        if current.strict and current.must_be_heard:
            self._end(0)
        else:
            current.forgiven = True
            self._look()
        return self._taken()

    def over(self) -> list[Effect]:
        """The socket is closed or the caller has hung up: what is left to report."""
        self._report()
        self.timeline.left()
        return self._taken()

    # --- from the ear ------------------------------------------------------------------------

    def speech_began(self, ear: int) -> list[Effect]:
        if not self._ears.hears(ear):
            return []
        self._ears.speech_began()
        self.timeline.answering(KNOWN_AFTER_MS)
        current = self._round
        if current is not None and current.hearing is not None and current.hearing.barge_in:
            self._interrupt()
        return self._taken()

    def utterance(self, ear: int, heard: Utterance) -> list[Effect]:
        current = self._round
        if not self._ears.hears(ear):
            return []
        if current is None:
            self._ears.heard_early(heard)
            return []
        interrupted = self._rest is not None or self._playout.busy
        if interrupted and (heard.foreign or _is_particle(heard.words)):
            self._go_on()
            self._out += self._ears.close()
            self._out += self._ears.open_for(current.hearing)
        else:
            self._answer(heard)
        return self._taken()

    def noise(self, ear: int) -> list[Effect]:
        """What had begun was no speech; the ear hears on."""
        if self._ears.hears(ear):
            self._go_on()
        return self._taken()

    # --- inside ------------------------------------------------------------------------------

    def _count(self, audio: bytes) -> None:
        self._pressed.tick()
        played = self._playout.tick()
        self.playing = played[0] if played else SILENT
        self._out.append(HearFrame(audio, self.playing))
        self.timeline.tick(played[1] if played else None)
        self._out += self._playout.pump()
        current = self._round
        if self._ears.hears_speech:
            if self._ears.tick():
                self._go_on()
        elif current is not None and current.patience is not None:
            current.patience -= 1
            if current.patience <= 0 and current.keys is not None:
                self._answer(current.keys.out_of_patience())
        if current is not None and current is self._round:
            self._age(current)

    def _age(self, current: Round) -> None:
        current.frames += 1
        if current.frames < LONGEST_TURN:
            return
        if current.keys is not None:
            self._answer(current.keys.out_of_patience())
        else:
            self._end(0)

    def _look(self) -> None:
        """What the turn waits for may have come."""
        current = self._round
        if current is None:
            return
        free = current.forgiven or not current.must_be_heard
        if free:
            self._press()
        if self._round is not current:
            return
        if current.said and not current.pressed:
            self._all_said(current)
        elif free and current.hearing is not None and current.hearing.barge_in:
            self._out += self._ears.open_for(current.hearing)

    def _all_said(self, current: Round) -> None:
        self._report()
        if current.listen is None:
            self._end(0 if current.forgiven else current.reply.turn.number)
            return
        if current.patience is None:
            current.wait()
        # What was not heard opens no confirmation.
        if not (current.strict and current.forgiven):
            self._out += self._ears.open_for(current.hearing)

    def _press(self) -> None:
        """Give the open question the keys it may have."""
        current = self._round
        if current is None or current.keys is None:
            return
        if current.must_be_heard and not current.forgiven:
            return
        while self._round is current and (key := self._pressed.take()) is not None:
            self._hush()
            self._out += self._ears.close()
            current.pressed = True
            current.wait()
            heard = current.keys.press(key)
            if heard is not None:
                self._answer(heard)
                self._pressed.answered_by(key, current)

    def _answer(self, heard: Heard) -> None:
        current, self._round = self._round, None
        if current is None:
            return
        self._hush()
        if isinstance(heard, NoInput) and self._ears.open:
            self._ears.keep(current.hearing)
        else:
            self._out += self._ears.close()
        if not isinstance(heard, NoInput) and not getattr(heard, "foreign", False):
            self._interruptions = 0
        self._report(current)
        self.timeline.answered()
        self._pressed.answered(current, heard)
        self._out.append(Answer(current.reply.turn.number, heard))

    def _go_on(self) -> None:
        """It was noise: the prompt goes on where it stopped."""
        self._ears.speech_is_over()
        self.timeline.not_answering()
        rest, self._rest = self._rest, None
        for clip in rest or ():
            self._playout.again(clip)
        self._out += self._playout.pump()

    def _interrupt(self) -> None:
        """Unless that led to nothing before: then what is said is said over it."""
        if self._interruptions >= MOST_INTERRUPTIONS:
            return
        current = self._round
        to_come = current is not None and current.sounds < len(current.reply.sentences)
        if self._rest is not None or not (self._playout.busy or to_come):
            return
        self._interruptions += 1
        self._rest = []
        if self._playout.busy:
            self._rest = self._playout.stop()
            self._out.append(Clear())

    def _hush(self) -> None:
        self._rest = None
        if self._playout.busy:
            self._playout.stop()
            self._out.append(Clear())

    def _report(self, current: Round | None = None) -> None:
        current = current or self._round
        prompts, self._unreported = tuple(self._unreported), []
        if current is not None and prompts:
            self._out.append(Played(current.reply.turn.number, prompts))

    def _end(self, heard_turn: int) -> None:
        if not self._ended:
            self._ended = True
            self._report()
            self._out += self._ears.close()
            self._out.append(End(heard_turn))

    def _taken(self) -> list[Effect]:
        out, self._out = self._out, []
        return out


def _is_particle(words: str) -> bool:
    """A lone letter: as which the rest of our own voice's echo is recognised."""
    return len(words) == 1
