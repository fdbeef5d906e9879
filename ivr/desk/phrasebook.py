"""What a person can record: the sentences of the prompts, and those of the clinic's own."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from ivr.clinic import recordings
from ivr.clinic.recordings import Maker, name_of
from ivr.desk.words import group, step, word
from ivr.rendering import Prompts

OWN = "own"
"""Step of the sentences that come from the clinic's settings."""


@dataclass(frozen=True, slots=True)
class Phrase:
    name: str
    """Of its text, in addresses."""
    text: str
    places: tuple[tuple[str, str], ...]
    """Prompts and kinds that say it."""
    maker: Maker | None
    """Who recorded it."""

    @property
    def step(self) -> str:
        """Where in the dialogue it is said first: the name of the step."""
        return step(self.places[0][0]) if self.places else word(OWN, "phrase_step")


@dataclass(frozen=True, slots=True)
class Coverage:
    recorded: int
    sentences: int

    @property
    def percent(self) -> int:
        return round(100 * self.recorded / self.sentences) if self.sentences else 0


def phrases(session: Session, prompts: Prompts) -> list[Phrase]:
    made = recordings.makers(session)
    own = dict.fromkeys(recordings.own_sentences(session), ())
    texts: Mapping[str, Sequence[tuple[str, str]]] = {**own, **prompts.sentences()}
    return [
        Phrase(name_of(text), text, tuple(places), made.get(name_of(text)))
        for text, places in texts.items()
    ]


def coverage(found: Sequence[Phrase]) -> Coverage:
    return Coverage(sum(phrase.maker is not None for phrase in found), len(found))


def in_context(prompts: Prompts, prompt: str, kind: str) -> str:
    """The whole prompt, with an example in the place of every value."""
    wording = prompts.kinds(prompt).get(kind, "")
    return " ".join(_Example().vformat(wording, (), {}).split())


class _Example(string.Formatter):
    def get_field(
        self, field_name: str, _args: Sequence[Any], _kwargs: Mapping[str, Any]
    ) -> Any:
        return "", field_name

    def format_field(self, _value: Any, format_spec: str) -> str:
        first, *others = [name.strip() for name in format_spec.split(",")]
        example = group("example").get(first, "")
        return example[:1].upper() + example[1:] if "cap" in others else example
