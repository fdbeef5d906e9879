"""Replies as a switchboard gives them, and a switchboard that gives what it was told to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ivr.dialogue.turns import HangUp, Heard, Listen, Outcome, Turn
from ivr.switchboard import Reply, Sentence, UnknownCall

CALL = "0123456789abcdef0123456789abcdef"
SID = "CA" + "0" * 32
MENU = Listen(count=1, finish_on_hash=False, no_input_timeout=7)
POLICY = Listen(count=16, finish_on_hash=True, no_input_timeout=6, secret=True)
BYE = HangUp(Outcome.KEPT)


def reply(
    then: Any,
    *sentences: Sentence,
    number: int = 3,
    whisper: tuple[Sentence, ...] = (),
    pace: int = 0,
    loudness: int = 0,
) -> Reply:
    turn = Turn(number, (), then, pace=pace, loudness=loudness, prompt="cancel.sure")
    return Reply(CALL, turn, sentences, whisper, "+74950000001")


def held(text: str) -> Sentence:
    """Nothing may interrupt it."""
    return Sentence("test.held", text, barge_in=False, personal=False)


def open_to_keys(text: str) -> Sentence:
    return Sentence("test.open", text, barge_in=True, personal=False)


@dataclass
class FakeSwitchboard:
    """Knows one call; an error it was given is raised instead of an answer."""

    answer: Reply
    fault: Exception | None = None
    after: Reply | None = None
    """What it answers once something was heard."""
    done: list[Any] = field(default_factory=list)
    by_voice: list[bool] = field(default_factory=list)

    def pick_up(
        self, *, carrier_id: str | None, caller: str | None, door: str, by_voice: bool = False
    ) -> Reply:
        self.by_voice.append(by_voice)
        return self._does(("pick_up", carrier_id, caller, door))

    def hear(
        self,
        call: str,
        turn: int,
        heard: Heard,
        *,
        carrier_id: str | None = None,
        by_voice: bool = False,
    ) -> Reply:
        self.by_voice.append(by_voice)
        self._known(call)
        answer = self._does(("hear", turn, heard, carrier_id))
        return self.after or answer

    def turn_in_force(self, call: str, *, carrier_id: str | None = None) -> Reply:
        self._known(call)
        return self._does(("turn_in_force", carrier_id))

    def hang_up(self, *, carrier_id: str) -> None:
        self._does(("hang_up", carrier_id))

    def heard(self) -> Sequence[Heard]:
        return [what[2] for what in self.done if what[0] == "hear"]

    def _known(self, call: str) -> None:
        if call != CALL:
            raise UnknownCall

    def _does(self, what: Any) -> Reply:
        if self.fault is not None:
            raise self.fault
        self.done.append(what)
        return self.answer
