"""A carrier for the pure protocol: plays what it is sent, 20 ms at a time, and echoes marks."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

import pytest

from ivr.dialogue.turns import Heard, Hearing, Listen, Utterance
from ivr.speech.fillers import Filler
from ivr.switchboard import Reply, Sentence
from ivr.telephony.media_stream import effects as t
from ivr.telephony.media_stream.frames import SILENT
from ivr.telephony.media_stream.playout import SendFrame, SendMark
from ivr.telephony.media_stream.talk import Talk
from tests.telephony.replies import held, reply

FRAME = b"\x80" * 160
NAMING, QUESTION = held("naming " * 10), "the question " * 4


def hearing(*, barge_in: bool = False, strict: bool = False) -> Hearing:
    return Hearing(("да", "нет"), Filler.STRICT, 0.7, barge_in=barge_in, strict=strict)


def menu(*, barge_in: bool = True, timeout: int = 7) -> Listen:
    return Listen(1, False, timeout, hear=partial(hearing, barge_in=barge_in))


def digits(count: int = 16, *, timeout: int = 6) -> Listen:
    return Listen(count, True, timeout, secret=True, hear=hearing)


SURE = Listen(1, False, 10, hear=partial(hearing, strict=True))


def turn(number: int, then: object, *sentences: Sentence | str) -> Reply:
    said = [Sentence("test.open", s) if isinstance(s, str) else s for s in sentences]
    return reply(then, *said, number=number)


@dataclass
class Carrier:
    """Sentences last as many frames as they have letters."""

    talk: Talk = field(default_factory=Talk)
    echoes: bool = True
    lost: set[str] = field(default_factory=set)
    """Marks that do not come back."""
    queue: deque[bytes | str] = field(default_factory=deque)
    """Frames and marks that wait to be played."""
    answers: list[tuple[int, Heard]] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    """That were reported as heard."""
    clears: int = 0
    ears: list[tuple[int, Hearing]] = field(default_factory=list)
    open_ear: int = 0
    ended: t.End | None = None
    heard_frames: int = 0
    """By the caller, silence left out."""
    known_frames: int = 0
    """Of them, those that the ear was told of, too."""
    playing: bytes = SILENT

    def say(self, answer: Reply) -> None:
        self.do(self.talk.turned(answer))
        for place, sentence in enumerate(answer.sentences):
            number = answer.turn.number
            self.do(self.talk.sound(number, place, FRAME * len(sentence.text)))

    def press(self, keys: str) -> None:
        for key in keys:
            self.do(self.talk.key(key))

    def frames(self, many: int) -> None:
        for _ in range(many):
            self.play()
            self.do(self.talk.frame(SILENT))

    def until_played(self) -> None:
        while self.queue:
            self.frames(1)

    def until_answer(self, most: int = 1000) -> int:
        """Frames of silence until the switchboard is asked."""
        before = len(self.answers)
        for n in range(most):
            if len(self.answers) > before:
                return n
            self.frames(1)
        raise AssertionError("no answer")

    def speak(self, words: str, *, foreign: bool = False) -> None:
        ear = self.open_ear
        self.do(self.talk.speech_began(ear))
        self.frames(10)
        self.do(self.talk.utterance(ear, Utterance(words, foreign=foreign)))

    def cough(self) -> None:
        self.do(self.talk.speech_began(self.open_ear))
        self.frames(10)
        self.do(self.talk.noise(self.open_ear))

    def play(self) -> None:
        """One frame, and every mark behind it."""
        self.playing = SILENT
        if self.queue and isinstance(frame := self.queue[0], bytes):
            self.playing = frame
            self.queue.popleft()
            self.heard_frames += self.playing != SILENT
        while self.queue and isinstance(self.queue[0], str):
            mark = str(self.queue.popleft())
            if self.echoes and mark not in self.lost:
                self.do(self.talk.mark(mark))

    def do(self, effects: Iterable[t.Effect]) -> None:
        for effect in effects:
            self.do_one(effect)

    def do_one(self, effect: t.Effect) -> None:
        match effect:
            case SendFrame(audio):
                assert len(audio) == 160
                self.queue.append(audio)
            case SendMark(name):
                self.queue.append(name)
            case t.Clear():
                self.clear()
            case _:
                self.note(effect)

    def note(self, effect: t.Effect) -> None:
        match effect:
            case t.Answer(number, heard):
                self.answers.append((number, heard))
            case t.Played(_, prompts):
                self.prompts += prompts
            case t.OpenEar(ear, asked):
                self.ears.append((ear, asked))
                self.open_ear = ear
            case t.CloseEar():
                self.open_ear = 0
            case t.PrepareEar():
                assert not self.open_ear
            case t.HearFrame(_, ours):
                assert ours in {self.playing, SILENT}
                self.known_frames += ours != SILENT
            case t.End():
                self.ended = effect
            case _:
                raise AssertionError(effect)

    def clear(self) -> None:
        """The marks of what is not played come back at once."""
        self.clears += 1
        marks = [one for one in self.queue if isinstance(one, str)]
        self.queue.clear()
        for mark in marks:
            self.do(self.talk.mark(mark))


def about(frames: int) -> object:
    return pytest.approx(frames, abs=2)


def heard(carrier: Carrier) -> list[object]:
    return [one for _, one in carrier.answers]
