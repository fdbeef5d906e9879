"""What passes between a door and a call: what was heard, and the turn that answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from ivr.speech.fillers import Filler


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
    """Lower case, single-spaced; a comma behind a word stands for a pause of 0.4 s or more."""
    confidence: float = 1.0
    """0..1, of the weakest word of the best result."""
    foreign: bool = False
    """Words outside the question's grammar were heard as well: it is not understood."""
    alternatives: tuple[str, ...] = ()
    """Other results, likeliest first; only where `Hearing.alternatives` asks for them."""


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
    full_times: bool = False
    """True: times of day in their long form, for who asks a second time."""
    secret: bool = False
    """It reads a policy out: to be masked for who may not know it."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """How the open question is heard, for the doors that have sound."""

    phrases: tuple[str, ...]
    """The recogniser's grammar: lower case, universal commands included. What stands there
    twice is twice as likely."""
    filler: Filler
    pause: float
    """Seconds of silence that close an utterance."""
    whole: Callable[[str], bool] = field(default=lambda _words: False, compare=False)
    """Whether the words so far are a complete answer that no further word can change."""
    pause_when_whole: float | None = None
    """Seconds that close it once `whole`; None: `pause`."""
    early: bool = False
    """A `whole` answer is taken from a partial result, before any silence."""
    barge_in: bool = False
    """Speech stops the prompt."""
    strict: bool = False
    """A confirmation: only speech that begins behind the end of the question counts, heard by a
    recogniser that begins there too."""
    alternatives: int = 0
    """Results beside the best; words then have no confidence."""
    least_confidence: float = 0.0
    """What is heard with less is not understood, unless it calls for help."""
    least_without_yes: float = 0.0
    """Of a yes without a «да», or with a word that noise is taken for, at a confirmation: heard
    with less it is not understood."""


@dataclass(frozen=True, slots=True)
class Listen:
    """What is waited for after the prompts: keys, and words where there is sound."""

    count: int
    """Input by keys ends by itself after so many."""
    finish_on_hash: bool
    """`#` ends the input (digits); otherwise every key is input (menus)."""
    no_input_timeout: int
    """Seconds of silence, before the first key and between keys."""
    secret: bool = False
    """The answer or what is said is personal (policy, code): a carrier's recording is paused
    meanwhile, our own is marked."""
    hear: Callable[[], Hearing] | None = field(default=None, compare=False, repr=False)
    """None: the question is answered by keys only."""

    @property
    def hearing(self) -> Hearing | None:
        """How to listen, made when it is asked for: keys need none of it."""
        return self.hear() if self.hear else None


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
    then: Listen | Dial | RecordNote | HangUp
    pace: int = 0
    """0 ordinary, -1 and -2 slower."""
    loudness: int = 0
    """0 ordinary, 1 and 2 louder by 6 dB each."""
    prompt: str = ""
    """Id of the open question, for logs and the desk."""
    attempt: int = 1
