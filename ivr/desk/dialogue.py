"""A call's lines as the dialogue that a registrar reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.desk.office import Desk
from ivr.desk.showing import HIDDEN, Eyes, masked_keys
from ivr.dialogue.answers import Command
from ivr.rendering import UnknownPrompt
from ivr.speech.pronunciation import sentences
from ivr.speech.understanding.masking import masked_words
from ivr.store import tables
from ivr.store.recordings import Recorded
from ivr.store.transcripts import SEAL

SECRET = ("identify.", "status.")
"""Questions whose answers are policies, birth dates, codes."""
MENUS = ("identify.help", "identify.is_it")
"""Of these, what is answered by one key that tells nothing."""
TELEPHONES = ("person.number", "person.wrong_number")
READ_BACK = ("identify.is_it",)
"""Sentences that repeat what is secret, also where their lines do not say so."""
_VALUE = re.compile(r"\{[^}]*\}")
LEAD = 4.0
"""Seconds before an answer is complete that its sound is looked for, where no mark tells."""
TOLD = {
    "CheckPolicy": "check",
    "CheckBirthDate": "check",
    "CheckIdentityCode": "check",
    "CancelVisit": "how",
    "UndoCancellation": "",
    "RequestCallback": "",
}
"""Actions that a registrar wants to see, and where their result stands."""


@dataclass(frozen=True, slots=True)
class Place:
    """A second of a recording."""

    recording: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Said:
    number: int
    """Of the line, from 1."""
    at: datetime
    sound: Place | None
    who: str
    """`line`, `keys`, `words`, `silence`, `clinic`, `event`."""
    text: str
    prompt: str = ""
    effect: str = ""
    """What the line made of an answer."""
    first: bool = True
    """Of the sentences of its line."""
    confidence: float | None = None
    secret: bool = False
    """An answer to a question for a policy, a birth date or a code."""

    @property
    def is_answer(self) -> bool:
        return self.who in ("keys", "words")


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    turn: int
    kind: str
    name: str
    payload: Any
    at: datetime


def dialogue(
    session: Session, desk: Desk, call: str, eyes: Eyes, recorded: Sequence[Recorded]
) -> list[Said]:
    return list(_said(desk, _lines(session, desk, call), eyes, _Sound(recorded)))


def _lines(session: Session, desk: Desk, call: str) -> list[_Line]:
    rows = session.scalars(
        select(tables.Line).where(tables.Line.call_id == call).order_by(tables.Line.number)
    )
    return [
        _Line(
            row.number,
            row.turn,
            row.kind,
            row.name,
            msgspec.json.decode(desk.vault.open(SEAL, row.payload)),
            row.at,
        )
        for row in rows
    ]


class _Sound:
    """Where in which recording a line stands: a call has one for each of its streams."""

    def __init__(self, recorded: Sequence[Recorded]) -> None:
        self._recorded = recorded
        self._marks: dict[tuple[int, str], Place] = {}
        for one in recorded:
            for mark in one.marks:
                place = Place(one.id, mark.at_ms / 1000)
                self._marks.setdefault((mark.turn, mark.kind), place)

    def place(self, line: _Line, kind: str, lead: float) -> Place | None:
        """By its mark; else by the clock, in the recording that was running then."""
        if marked := self._marks.get((line.turn, kind)):
            return marked
        begun = [one for one in self._recorded if one.started_at <= line.at]
        if not begun:
            return None
        seconds = (line.at - begun[-1].started_at).total_seconds() - lead
        return Place(begun[-1].id, max(0.0, seconds))


def _said(desk: Desk, lines: Sequence[_Line], eyes: Eyes, sound: _Sound) -> Iterator[Said]:
    asked = question = ""
    for line in lines:
        match line.kind:
            case "asked":
                asked = question = line.name
            case "said":
                question = _narrowed(line, asked)
                yield from _by_line(desk, line, eyes, sound)
            case "heard":
                yield _by_caller(line, question, eyes, sound)
            case "did" if line.name in TOLD:
                at = sound.place(line, "heard", LEAD)
                yield Said(line.number, line.at, at, "clinic", line.name, effect=_result(line))
            case "back" | "failed" | "ended":
                yield Said(line.number, line.at, None, "event", line.kind, effect=line.name)
            case _:
                pass


def _by_line(desk: Desk, line: _Line, eyes: Eyes, sound: _Sound) -> Iterator[Said]:
    at = sound.place(line, "said", 0.0)
    for place, sentence in enumerate(line.payload):
        text = _sentence(desk, sentence, eyes)
        said = Said(line.number, line.at, at, "line", text, prompt=sentence["prompt"])
        yield replace(said, first=place == 0)


def _narrowed(line: _Line, asked: str) -> str:
    """The question that is open after these sentences: they may ask in between."""
    last = line.payload[-1]["prompt"] if line.payload else ""
    return last if last in MENUS else asked


def _sentence(desk: Desk, sentence: Mapping[str, Any], eyes: Eyes) -> str:
    if not eyes.personal:
        return _unfilled(desk, sentence)
    secret = sentence.get("secret") or sentence["prompt"] in READ_BACK
    if not secret or eyes.policy:
        return str(sentence["text"])
    return " ".join(map(masked_words, sentences(sentence["text"])))


def _unfilled(desk: Desk, sentence: Mapping[str, Any]) -> str:
    """The wording without its values, unless there are none in it."""
    if sentence["text"] in desk.prompts.fixed_texts():
        return str(sentence["text"])
    try:
        wording = desk.prompts.kinds(sentence["prompt"]).get("text", "")
    except UnknownPrompt:
        return HIDDEN * 3
    return _VALUE.sub(HIDDEN * 3, wording)


def _by_caller(line: _Line, question: str, eyes: Eyes, sound: _Sound) -> Said:
    heard, effect = line.payload["heard"], str(line.payload["effect"])
    at = sound.place(line, "heard", LEAD)
    said = Said(line.number, line.at, at, "silence", "", prompt=question, effect=effect)
    said = replace(said, secret=question.startswith(SECRET))
    match line.name:
        case "Keys" if heard["keys"] or heard["closed"] == "hash":
            keys = _keys(heard["keys"], question, effect, eyes)
            return _with(said, "keys", keys + ("#" if heard["closed"] == "hash" else ""))
        case "Utterance":
            words = _words(heard["words"], question, effect, eyes)
            return _with(said, "words", words, heard.get("confidence"))
        case "Keys" | "NoInput":
            return said
        case _:
            return _with(said, "event", line.name)


def _with(said: Said, who: str, text: str, confidence: float | None = None) -> Said:
    return replace(said, who=who, text=text, confidence=confidence)


def _keys(keys: str, question: str, effect: str, eyes: Eyes) -> str:
    """Keyed digits as bullets, in how many goes they ever came; a menu's key stays."""
    if question in MENUS and len(keys) == 1 and effect != "nomatch":
        return keys
    if question.startswith(SECRET):
        return keys if eyes.policy else HIDDEN * len(keys)
    if question in TELEPHONES and not eyes.personal:
        return HIDDEN * len(keys)
    return masked_keys(keys)


def _words(words: str, question: str, effect: str, eyes: Eyes) -> str:
    """Dictated digits as bullets; wishes («оператор», «повторите») stay."""
    dictated = question.startswith(SECRET) and effect not in set(Command)
    if not eyes.personal or (dictated and not eyes.policy):
        return " ".join(HIDDEN * 3 for _ in words.split()) if words else ""
    return words if eyes.policy or not question.startswith(SECRET) else masked_words(words)


def _result(line: _Line) -> str:
    place = TOLD[line.name]
    return str(line.payload[place] if place else line.payload).lower()
