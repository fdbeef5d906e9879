"""Golden calls: readable dialogues that are played to the line and compared as whole text.

A file begins with a sentence on what it shows; then, indented by four spaces:

    clock   2026-11-23T12:00:00+03:00   sets the clock, or moves it on: +11m
    clinic  hours_monday closed         sets one of the clinic's settings
    line    recording carrier           sets one of the line's own (before its first call)
    book    moves the first visit of 1  something happens in the clinic (book_events.py)
    call    +79161234567                the telephone rings; `hidden` for no number;
                                        `+79161234567 by voice`: the line has sound
    bot     what the line says in one turn
    caller  [000017#]                   keys; «да» words; ... silence; (hangup);
                                        [11]: a trembling key, in a question of one,
                                        where the line has sound
                                        foreign «да»: with words outside the grammar
    person  answers                     or: is silent
    note    12                          seconds of a spoken note after the beep
    end     cancelled                   the outcome

`КОД` stands for the newest cancellation code where the line speaks it, `[{code}#]` keys it in,
«{code in words}» says it;
`{sms}` is the newest one-time code that was sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from ivr.dialogue.turns import DialEnded, Heard, HungUp, Keys, NoInput, Recorded, Utterance
from ivr.speech.numbers import digits_one_by_one, pairs

BY_VOICE = " by voice"
CALLS = Path(__file__).parent / "calls"


@dataclass(slots=True)
class Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def set(self, text: str) -> None:
        if text.startswith("+"):
            unit = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}[text[-1]]
            self.now += timedelta(**{unit: int(text[1:-1])})
        else:
            self.now = datetime.fromisoformat(text)


@dataclass(frozen=True, slots=True)
class Said:
    text: str
    outcome: str | None = None
    """Set when the line has hung up."""


class Telephone(Protocol):
    """A caller's end of the line, over any door."""

    def dial(self, caller: str | None, *, by_voice: bool = False) -> Said: ...

    def send(self, heard: Heard) -> Said: ...

    def outcome(self) -> str: ...


@dataclass(frozen=True, slots=True)
class World:
    """What stands around a golden call."""

    clock: Clock
    telephone: Callable[[], Telephone]
    set_clinic: Callable[[str, str], None]
    set_line: Callable[[str, str], None]
    happen: Callable[[str], None]
    codes: Callable[[], list[str]]
    """Cancellation codes, newest first."""
    sms_code: Callable[[], str]


@dataclass(slots=True)
class Player:
    world: World
    played: list[str] = field(default_factory=list)
    phone: Telephone | None = None

    def play(self, text: str) -> str:
        """The file as it comes out: caller's lines kept, the line's own replaced."""
        for line in text.splitlines():
            if line.startswith("    "):
                verb, _, rest = line.strip().partition(" ")
                self._play_line(verb, rest.strip(), line)
            elif line.strip() or not self.phone:
                self.played.append(line)
        return "\n".join(self.played).rstrip() + "\n"

    def _play_line(self, verb: str, rest: str, line: str) -> None:
        if verb in ("bot", "end"):
            return
        if verb == "call":
            self.played += [""] if self.played[-1:] != [""] else []
        self.played.append(line)
        match verb:
            case "clock":
                self.world.clock.set(rest)
            case "clinic":
                self.world.set_clinic(*rest.split(maxsplit=1))
            case "line":
                self.world.set_line(*rest.split(maxsplit=1))
            case "book":
                self.world.happen(rest)
            case "call":
                self.phone = self.world.telephone()
                number = rest.removesuffix(BY_VOICE)
                caller = None if number == "hidden" else number
                self._said(self.phone.dial(caller, by_voice=number != rest))
            case _:
                self._send(heard_in(verb, self._filled(rest)))

    def _send(self, heard: Heard) -> None:
        assert self.phone is not None
        said = self.phone.send(heard)
        if isinstance(heard, HungUp):
            self.played.append(f"    end     {self.phone.outcome()}")
        else:
            self._said(said)

    def _said(self, said: Said) -> None:
        text = said.text
        for code in self.world.codes():
            text = text.replace(pairs(code), "КОД").replace(digits_one_by_one(code), "К, О, Д")
        if text:
            self.played.append(f"    bot     {text}")
        if said.outcome:
            self.played.append(f"    end     {said.outcome}")

    def _filled(self, text: str) -> str:
        if "{code" in text:
            code = self.world.codes()[0]
            text = text.replace("{code}", code).replace("{code in words}", pairs(code))
        return text.replace("{sms}", self.world.sms_code()) if "{sms}" in text else text


def heard_in(verb: str, text: str) -> Heard:
    match verb:
        case "person":
            return DialEnded(answered=text == "answers")
        case "note":
            return Recorded("RE" + "0" * 32 if int(text) else "", int(text))
        case "caller":
            return _heard_of(text)
        case _:
            raise ValueError(f"no such line in a golden call: {verb}")


def _heard_of(text: str) -> Heard:
    if text == "...":
        return NoInput()
    if text == "(hangup)":
        return HungUp()
    if keys := re.fullmatch(r"\[([0-9*#]+)\]", text):
        return keys_of(keys[1])
    words = text.removeprefix("foreign ")
    return Utterance(words.strip("«»"), foreign=words != text)


def keys_of(text: str) -> Keys:
    if text.endswith("#"):
        return Keys(text[:-1], "hash")
    return Keys(text, "count" if len(text) in (1, 16) else "pause")


def golden_files() -> Iterator[Path]:
    return iter(sorted(CALLS.glob("*.txt")))
