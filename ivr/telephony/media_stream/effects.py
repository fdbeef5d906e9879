"""What a stream's conversation wants done: by the carrier, the switchboard, the recogniser."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.dialogue.turns import Heard, Hearing
from ivr.telephony.media_stream.playout import SendFrame, SendMark


@dataclass(frozen=True, slots=True)
class Clear:
    """What the carrier has not played is not wanted any more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """For the switchboard: it gives the next turn."""

    turn: int
    heard: Heard


@dataclass(frozen=True, slots=True)
class Played:
    """For the switchboard: the caller has heard these prompts."""

    turn: int
    prompts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenEar:
    """Hear the next frames with a new recogniser."""

    ear: int
    hearing: Hearing


@dataclass(frozen=True, slots=True)
class PrepareEar:
    """The question will be heard soon."""

    hearing: Hearing


@dataclass(frozen=True, slots=True)
class HearFrame:
    """Every frame, also where no ear is open: echoes and voices are followed throughout."""

    audio: bytes
    ours: bytes
    """What the caller heard of us meanwhile."""


@dataclass(frozen=True, slots=True)
class CloseEar:
    pass


@dataclass(frozen=True, slots=True)
class End:
    """Close the socket; the carrier goes on with what the call's turn wants by TwiML."""

    heard_turn: int
    """0: the turn in force has to be said again."""


Effect = (
    SendFrame
    | SendMark
    | Clear
    | Answer
    | Played
    | PrepareEar
    | OpenEar
    | HearFrame
    | CloseEar
    | End
)
