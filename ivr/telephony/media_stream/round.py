"""One turn while it is in force on a stream: what of it was heard, and how long it waits."""

from __future__ import annotations

from dataclasses import dataclass, field

from ivr.dialogue.turns import Hearing, Listen
from ivr.switchboard import Reply
from ivr.telephony.media_stream.frames import A_SECOND
from ivr.telephony.media_stream.key_collector import KeyCollector


@dataclass(slots=True)
class Round:
    reply: Reply
    hearing: Hearing | None = field(init=False)
    """How its question listens; None: by keys only, or it asks nothing."""
    sounds: int = 0
    """Sentences whose sound has come."""
    heard: set[int] = field(default_factory=set)
    """Places of the sentences whose marks came back."""
    forgiven: bool = False
    """Marks are overdue: it is over, but was not heard to its end."""
    pressed: bool = False
    """A key has stopped the prompt for good."""
    patience: int | None = None
    """Frames until silence is an answer; None while it does not count."""
    keys: KeyCollector | None = None
    frames: int = 0
    """That it has been in force."""
    doubled: str = ""
    """Keys of which one has answered the turn before, or a word in its stead: they are no
    answer to this one, as long as something must be heard first."""

    def __post_init__(self) -> None:
        self.hearing = self.listen.hearing if self.listen else None

    @property
    def listen(self) -> Listen | None:
        then = self.reply.turn.then
        return then if isinstance(then, Listen) else None

    @property
    def strict(self) -> bool:
        """Keys that come before what must be heard are dropped; before a mere notice kept.

        It is more than a notice where it holds values: a code is to be written down first.
        """
        told = any(not one.barge_in and one.personal for one in self.reply.sentences)
        return told or self.hearing is None or self.hearing.strict

    @property
    def must_be_heard(self) -> set[int]:
        """What nothing may interrupt, and all before it, as long as it was not heard."""
        held = [n for n, one in enumerate(self.reply.sentences) if not one.barge_in]
        return set(range(held[-1] + 1)) - self.heard if held else set()

    @property
    def by_one_key(self) -> bool:
        return self.listen is not None and not self.listen.finish_on_hash

    @property
    def said(self) -> bool:
        return self.forgiven or len(self.heard) == len(self.reply.sentences)

    def wait(self) -> None:
        if self.listen is not None:
            self.patience = self.listen.no_input_timeout * A_SECOND
