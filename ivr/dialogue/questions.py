"""An open question: what was heard since it was asked, what it says, what it understands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from ivr.dialogue.answers import (
    AT_ONCE,
    COMMAND_KEYS,
    Answer,
    Between,
    Command,
    HeardOtherwise,
    MayBeUnclear,
    Unclear,
    command_in,
)
from ivr.dialogue.call import Ask, Ring, TakeNote
from ivr.dialogue.turns import Heard, Hearing, Keys, NoInput, Spoken, Utterance
from ivr.speech.understanding import misheard
from ivr.speech.understanding.words import heard as spoken

UNCLEAR, WIDER = "unclear", "wider"
"""Effects: asked between the readings of an answer; asked openly again."""
READINGS = "readings"
WAITING = Spoken("universal.waiting")


@dataclass(slots=True)
class Question:
    """What was heard is folded into it; a replay folds the same lines."""

    op: Ask | Ring | TakeNote
    effects: list[str] = field(default_factory=list)
    _between: Between | None = None

    def take(self, payload: Mapping[str, Any]) -> None:
        """Raises TypeError or ValueError where the readings are none of this question."""
        effect = str(payload["effect"])
        self.effects.append(effect)
        if effect == UNCLEAR:
            self._between = self._narrowed(payload[READINGS])
        elif effect == WIDER:
            self._between = None

    def _narrowed(self, readings: Any) -> Between:
        assert isinstance(self.op, Ask)  # noqa: S101
        asked = self.op.answer
        if not isinstance(asked, MayBeUnclear):
            raise TypeError("an answer without readings")
        kind = tuple[asked.result, ...]  # type: ignore[name-defined]
        return asked.between(msgspec.convert(readings, kind))

    def count(self, effect: str) -> int:
        return self.effects.count(effect)

    @property
    def is_narrowed(self) -> bool:
        return self._between is not None

    @property
    def answer(self) -> Answer[Any]:
        """Of the question as it stands: between readings, or open."""
        assert isinstance(self.op, Ask)  # noqa: S101
        answer = self._between.answer if self._between else self.op.answer
        if self.count("nomatch") and isinstance(answer, HeardOtherwise):
            return answer.again()
        return answer

    def understand(self, heard: Heard) -> Any | Unclear | Command | None:
        """A value of the answer, what may be one, a command, or None."""
        match heard:
            case Keys():
                return _key_command(self.answer, heard) or self._by_keys(heard)
            case Utterance(foreign=False):
                return self._by_words(heard)
            case NoInput() if getattr(self.answer, "may_be_empty", False):
                return self._by_keys(Keys("", "pause"))
            case _:
                return None

    def _by_words(self, heard: Utterance) -> Any | Unclear | Command | None:
        said = _in_words(self.answer, heard.words)
        others = (self.answer.from_words(words) for words in heard.alternatives)
        value = next((one for one in (said, *others) if one is not None), None)
        if isinstance(value, Command) and value in AT_ONCE:
            return value
        hearing = self.answer.hearing()
        if heard.confidence < hearing.least_confidence:
            return None
        if hearing.strict and value is True:
            is_sure = said is True and _is_unmistakable(heard, hearing)
            return command_in(heard.words) or is_sure or None
        return value

    def _by_keys(self, keys: Keys) -> Any | None:
        return self.answer.from_keys(keys)

    def waits_on(self) -> bool:
        """Silences in a row that count as one, where digits have to be looked for."""
        patience = getattr(self.answer, "patience", 1)
        last = self.effects[-(patience - 1) :] if patience > 1 else []
        return patience > 1 and last.count("waiting") < patience - 1

    def speech(self, before: list[Spoken]) -> list[Spoken]:
        """What it says after all that was heard since it was asked."""
        assert isinstance(self.op, Ask)  # noqa: S101
        if self._between:
            *before, question = self._between.speech
        else:
            question = Spoken(self.op.prompt, "text", self.op.values)
        last = self.effects[-1] if self.effects else ""
        match last:
            case "waiting":
                return []
            case Command.WAIT:
                return [WAITING]
            case "noinput":
                no_tones = [Spoken("universal.no_tones")] if self.count(last) > 1 else []
                return [*no_tones, replace(question, kind="noinput1")]
            case "nomatch":
                return self._once_more(question, self.count(last))
            case Command.REPEAT:
                again = (spoken for spoken in self.op.again if spoken not in before)
                full_times = self.count(last) > 1
                return [
                    replace(spoken, full_times=full_times)
                    for spoken in (*again, *before, question)
                ]
            case _:
                return [*before, question]

    def _once_more(self, question: Spoken, attempt: int) -> list[Spoken]:
        """The keys of the universal commands are told once, and where they work."""
        in_menu = not self.answer.listen().finish_on_hash
        help_too = [Spoken("universal.help")] if attempt == 1 and in_menu else []
        nomatch = replace(question, kind=f"nomatch{attempt}")
        return [Spoken("universal.nomatch"), *help_too, nomatch]


def _is_unmistakable(yes: Utterance, hearing: Hearing) -> bool:
    words = set(spoken(yes.words).words)
    is_plain = "да" in words and not words & misheard()
    return is_plain or yes.confidence >= hearing.least_without_yes


def _in_words(answer: Answer[Any], words: str) -> Any | Unclear | Command | None:
    """A person or an emergency comes before any answer, an answer before other commands."""
    command = command_in(words)
    if command in AT_ONCE:
        return command
    value = answer.from_words(words)
    return command if value is None else value


def _key_command(answer: Answer[Any], heard: Keys) -> Command | None:
    listen = answer.listen()
    match heard.keys:
        case "0" if listen.count > 1:
            return Command.OPERATOR
        case "*" if listen.count > 1 and not getattr(answer, "kept", ""):
            return Command.REPEAT
        case keys if not listen.finish_on_hash:
            return COMMAND_KEYS.get(keys)
        case _:
            return None


def is_lone_hash(heard: Heard) -> bool:
    return isinstance(heard, Keys) and (
        heard.keys == "#" or (not heard.keys and heard.closed == "hash")
    )


def is_wordless(heard: Heard) -> bool:
    return isinstance(heard, NoInput) or (
        isinstance(heard, Keys) and not heard.keys and heard.closed != "hash"
    )
