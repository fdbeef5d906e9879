"""A telephone in the terminal: the same calls, in-process, with lines of text for sound.

A line `[12#]` is keys, `<answer.wav>` a recording, other words are speech, a comma is a pause,
an empty line is silence, `(hangup)` hangs up.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ivr.dialogue.turns import (
    Dial,
    DialEnded,
    HangUp,
    Heard,
    Hearing,
    HungUp,
    Keys,
    Listen,
    NoInput,
    Outcome,
    Recorded,
    RecordNote,
    Utterance,
)
from ivr.switchboard import Reply, Switchboard

DOOR = "terminal"
RECORDING = re.compile(r"<([^<>]+\.wav)>")
PRESSED = re.compile(r"\[([0-9*#]+)\]")
NOTE = "terminal-note"
"""What a spoken note is called here: nothing is recorded."""


class Screen:
    """Where the call is written: for a person, or one JSON object an event."""

    def __init__(
        self, write: Callable[[str], None], *, as_json: bool, echo: bool = True
    ) -> None:
        """`echo`: the caller's lines are written too; a person who types sees them anyway."""
        self._write = write
        self._as_json = as_json
        self._echo = echo

    def bot(self, text: str, prompt: str) -> None:
        self._event(f"  {text}", {"bot": text, "prompt": prompt})

    def caller(self, line: str) -> None:
        self._event(f"> {line}" if self._echo else None, {"caller": line})

    def transfer(self, phone: str) -> None:
        self._event(f"  (-> {phone})", None)

    def end(self, outcome: Outcome, call: str) -> None:
        self._event(f"{outcome.value}  {call}", {"end": outcome.value, "call": call})

    def _event(self, text: str | None, event: dict[str, str] | None) -> None:
        if self._as_json and event is not None:
            self._write(json.dumps(event, ensure_ascii=False))
        elif not self._as_json and text is not None:
            self._write(text)


@dataclass(frozen=True, slots=True)
class Telephone:
    switchboard: Switchboard
    screen: Screen
    outcome: Callable[[str], Outcome]
    """How the call with this id ended."""
    recording: Callable[[str, Hearing | None], Heard] | None = None
    """What is heard of a recording where a question is open; None: there is no ear."""
    by_voice: bool = False
    """The sentences ask for words as well as for keys."""

    def ring(self, caller: str | None, lines: Iterator[str]) -> Outcome:
        """Call the line and answer it with `lines`; their end is a hang-up."""
        carrier_id = f"{DOOR}-{uuid.uuid4().hex}"
        reply = self.switchboard.pick_up(
            carrier_id=carrier_id, caller=caller, door=DOOR, by_voice=self.by_voice
        )
        self._say(reply)
        while not isinstance(reply.turn.then, HangUp):
            heard = self._answer(reply, lines)
            if isinstance(heard, HungUp):
                self.switchboard.hang_up(carrier_id=carrier_id)
                break
            turn = reply.turn.number
            reply = self.switchboard.hear(reply.call, turn, heard, by_voice=self.by_voice)
            self._say(reply)
        outcome = self.outcome(reply.call)
        self.screen.end(outcome, reply.call)
        return outcome

    def _say(self, reply: Reply) -> None:
        for sentence in reply.sentences:
            self.screen.bot(sentence.text, sentence.prompt)

    def _answer(self, reply: Reply, lines: Iterator[str]) -> Heard:
        if isinstance(reply.turn.then, Dial):
            self.screen.transfer(reply.transfer_to)
            return DialEnded(answered=True)
        line = next(lines, "(hangup)").strip()
        self.screen.caller(line)
        then, recording = reply.turn.then, RECORDING.fullmatch(line)
        if recording and self.recording and isinstance(then, Listen):
            return self.recording(recording[1], then.hearing)
        return heard(line, then)


def heard(line: str, then: Listen | Dial | RecordNote | HangUp) -> Heard:
    """What a line of a script is to the turn that it answers."""
    if line == "(hangup)":
        return HungUp()
    if isinstance(then, RecordNote):
        return Recorded(NOTE if line else "", seconds=len(line.split()))
    if not line:
        return NoInput()
    pressed = PRESSED.fullmatch(line)
    if pressed is None:
        return Utterance(" ".join(line.lower().replace("ё", "е").split()))
    return _keys(pressed[1], then)


def _keys(pressed: str, then: Listen | Dial | HangUp) -> Keys:
    if not isinstance(then, Listen) or not then.finish_on_hash:
        return Keys(pressed, "count")
    keys, closing, _ = pressed.partition("#")
    if closing and len(keys) < then.count:
        return Keys(keys, "hash")
    return Keys(keys, "count" if len(keys) >= then.count else "pause")
