"""What passes between a door and a call: what was heard, and the turn that answers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal


class Outcome(StrEnum):
    """How a call ended; the furthest act of the call wins."""

    MOVED = "moved"
    CANCELLED = "cancelled"
    REQUESTED = "requested"
    RESTORED = "restored"
    KEPT = "kept"
    TOLD = "told"
    TRANSFERRED = "transferred"
    CALLBACK = "callback"
    NOT_IDENTIFIED = "not_identified"
    HUNG_UP = "hung_up"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys that the caller pressed."""

    keys: str
    """0-9, `*`, `#` in the order pressed. A `#` that ended the input is not in it."""
    closed: Literal["hash", "pause", "count"] = "count"
    """What ended the input: the `#` key, a silence, or the last of the wanted keys."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """Recognised speech."""

    words: str
    """Lower case, single-spaced, ё written as е."""
    confidence: float = 1.0
    """0..1, of the best result."""


@dataclass(frozen=True, slots=True)
class NoInput:
    """Nothing came before the no-input time-out."""


@dataclass(frozen=True, slots=True)
class HungUp:
    """The caller's side ended the call."""


@dataclass(frozen=True, slots=True)
class DialEnded:
    """The attempt to reach a person is over."""

    answered: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    """The caller's spoken note is with the carrier."""

    recording: str
    """The carrier's recording id, never an address; empty where nothing was recorded."""
    seconds: int


Heard = Keys | Utterance | NoInput | HungUp | DialEnded | Recorded


@dataclass(frozen=True, slots=True)
class Spoken:
    """One prompt to say, not yet put into words: the rendering does that."""

    prompt: str
    """`state.prompt`, a table of prompts/ru.toml."""
    kind: str = "text"
    """The wording inside the table: text, noinput1, noinput2, nomatch1, nomatch2, help, …"""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Typed values (datetime, Visit, int, …) that fill the wording's `{name:format}` fields."""
    barge_in: bool = True
    """False: nothing may interrupt it, and keys pressed meanwhile are dropped."""


@dataclass(frozen=True, slots=True)
class ListenForKeys:
    """What the carrier waits for after the prompts. Speech doors add the grammar."""

    count: int
    """Input ends by itself after so many keys."""
    finish_on_hash: bool
    """`#` ends the input (digits); otherwise every key is input (menus)."""
    no_input_timeout: int
    """Seconds of silence, before the first key and between keys."""
    grammar: tuple[str, ...] = ()
    """Phrases the question understands, lower case."""
    secret: bool = False
    """The keys are personal (policy, code): a carrier's recording is paused meanwhile."""


@dataclass(frozen=True, slots=True)
class Dial:
    """Hand the caller over to a person; the door reports `DialEnded`."""

    whisper: tuple[Spoken, ...] = ()
    """Said to the person before the two are joined."""
    ring_timeout: int = 30
    """Seconds."""


@dataclass(frozen=True, slots=True)
class RecordNote:
    """Record a spoken note; the door reports `Recorded`."""

    max_seconds: int = 60


@dataclass(frozen=True, slots=True)
class HangUp:
    """Say the rest and end the call."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Turn:
    """What we say up to listening, and what happens then."""

    number: int
    """From 1; stands in the address of its answer."""
    speech: tuple[Spoken, ...]
    then: ListenForKeys | Dial | RecordNote | HangUp
    pace: int = 0
    """0 ordinary, -1 and -2 slower."""
    loudness: int = 0
    """0 ordinary, 1 and 2 louder by 6 dB each."""
    prompt: str = ""
    """Id of the open question, for logs and the desk."""
    attempt: int = 1
