"""The engine: drives a flow by hand against the transcript. No I/O, no clock, no event loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from ivr.clinic.actions import Action
from ivr.dialogue.answers import Command, Unclear
from ivr.dialogue.call import (
    Ask,
    Call,
    Do,
    End,
    Given,
    Op,
    Reach,
    Ring,
    Script,
    TakeNote,
    Wanted,
)
from ivr.dialogue.questions import (
    READINGS,
    UNCLEAR,
    WIDER,
    Question,
    is_lone_hash,
    is_wordless,
)
from ivr.dialogue.turns import (
    Dial,
    DialEnded,
    HangUp,
    Heard,
    HungUp,
    Keys,
    NoInput,
    Outcome,
    Recorded,
    RecordNote,
    Spoken,
    Turn,
)

MOST_TURNS = 60
LONGEST = timedelta(minutes=10)
LAST_TURN = 120
"""Even a question that no guard may cut short ends here."""
WAIT_SECONDS = 60
CANCEL_RESULTS = {
    "done": (Outcome.CANCELLED, "failure.cancelled"),
    "processing": (Outcome.REQUESTED, "failure.requested"),
}
FARTHEST = "farthest"
DOOR = "door"
"""Key of what a door reported (a dialled person, a note): «back» never goes past it."""

MISUNDERSTOOD = ("noinput", "nomatch", Wanted.SILENT, Wanted.LOST)
"""Effects of an answer that was silent or not understood, one that was given up included."""


class FlowChanged(RuntimeError):
    """The transcript does not fit today's flow."""


@dataclass(frozen=True, slots=True)
class Line:
    """One event of a call."""

    number: int
    """From 1."""
    turn: int
    kind: str
    """asked, heard, answered, did, back, said, ended, failed."""
    name: str
    """Prompt id, action, or kind of what was heard."""
    payload: Any = None
    """JSON values."""


Perform = Callable[[Action[Any], int], Any]
"""Performs an action; the second argument is the line its result will stand in."""


class Conversation:
    """One call's flow, replayed from its lines and carried on from there."""

    def __init__(
        self, script: Script, started_at: datetime, lines: Sequence[Line], perform: Perform
    ) -> None:
        self._script = script
        self._started_at = started_at
        self._perform = perform
        self.lines = list(lines)
        self._known = len(self.lines)
        self.was_secret: bool | None = None
        """Whether the answer that was heard is; None: none was heard."""
        self._restart()

    @property
    def new_lines(self) -> list[Line]:
        return self.lines[self._known :]

    @property
    def turn_number(self) -> int:
        return 1 + sum(line.kind == "heard" for line in self.lines)

    @property
    def furthest(self) -> Outcome | None:
        """The furthest act so far."""
        return min(self._reached, key=list(Outcome).index, default=None)

    @property
    def wishes(self) -> tuple[int, int]:
        """Steps of pace (negative: slower) and of loudness that the caller asked for."""
        return -self._wished(Command.SLOWER), self._wished(Command.LOUDER)

    def _wished(self, command: Command) -> int:
        return self._effects().count(command)

    @property
    def wanted_person(self) -> bool:
        return Wanted.OPERATOR in self._effects()

    @property
    def misunderstood(self) -> int:
        """Answers that were silent or not understood, those that were given up included."""
        return sum(effect in MISUNDERSTOOD for effect in self._effects())

    def _effects(self) -> list[str]:
        return [line.payload["effect"] for line in self.lines if line.kind == "heard"]

    def note(self, kind: str, name: str, payload: Any) -> None:
        """Add a line that a replay passes over."""
        self.lines.append(Line(len(self.lines) + 1, self.turn_number, kind, name, payload))

    def turn(self) -> Turn:
        """The turn in force: what is said now, and what is waited for."""
        self._run()
        return self._turn_of(self._op)

    def hear(self, heard: Heard, now: datetime) -> Turn:
        """Give the open question what was heard and run to the next one."""
        self._run()
        if self.ended:
            return self._turn_of(self._op)
        self.was_secret = self._listens_in_secret
        self._take(heard, now)
        return self.turn()

    @property
    def _listens_in_secret(self) -> bool:
        question = self._question
        if question is None or not isinstance(question.op, Ask):
            return False
        return question.answer.listen().secret

    @property
    def ended(self) -> bool:
        return isinstance(self._op, End)

    # --- a transcript that does not fit any more -------------------------------------------

    @property
    def over(self) -> bool:
        """The line itself has ended the call."""
        if self.failed:
            return any(line.name == "DialEnded" for line in self.lines[-2:])
        return any(line.kind == "ended" for line in self.lines)

    @property
    def failed(self) -> bool:
        return any(line.kind == "failed" for line in self.lines)

    def fail(self, heard: Heard | None) -> Turn:
        """Apologise and hand over; nothing that was done is lost or done again."""
        if heard is not None:
            self.note("heard", type(heard).__name__, _heard_payload(heard, "failed"))
        self.note("failed", "flow_changed", None)
        self._reached.add(Outcome.FAILED)
        return self._apology()

    def after_failure(self, heard: Heard | None) -> Turn:
        self._reached.add(Outcome.FAILED)
        apology = self._apology()
        if heard is None:
            return apology
        self.note("heard", type(heard).__name__, _heard_payload(heard, "failed"))
        answered = isinstance(heard, DialEnded) and heard.answered
        last = () if answered else (Spoken("failure.no_answer"), Spoken("goodbye.bye"))
        ending = HangUp(self.furthest or Outcome.FAILED)
        return Turn(self.turn_number, last, ending, prompt="failure.no_answer")

    def _apology(self) -> Turn:
        speech = (*self._what_was_done(), Spoken("failure.mistake"))
        whisper = Dial((Spoken("person.whisper_unknown"),))
        return Turn(self.turn_number, speech, whisper, prompt="failure.mistake")

    def _what_was_done(self) -> list[Spoken]:
        """The codes of cancellations that still stand, straight from the lines."""
        said: list[Spoken] = []
        for line in self.lines:
            if line.kind == "did" and line.name == "CancelVisit" and line.payload["receipt"]:
                outcome, prompt = CANCEL_RESULTS[line.payload["how"]]
                self._reached.add(outcome)
                said.append(Spoken(prompt, values={"code": line.payload["receipt"]["code"]}))
            elif line.name == "UndoCancellation" and line.payload == "restored" and said:
                said.pop()
        return said

    # --- replay ---------------------------------------------------------------------------

    def _restart(self) -> None:
        call = Call(self._started_at, self._script.on_wanted)
        self._flow = self._script.flow(call)
        counting = _without_taken_back(self.lines)
        self._fits = counting is not None
        self._script_lines = counting or []
        self._at = 0
        self._says: list[Spoken] = []
        self._reached: set[Outcome] = set()
        self._left: dict[str, list[Spoken]] = {}
        self._question: Question | None = None
        self._op: Op = self._flow.send(None)

    def _run(self) -> None:
        """Run to the open question, or to the end. Raises FlowChanged."""
        if not self._fits:
            raise FlowChanged
        while self._question is None and not self.ended:
            self._step(self._op)

    def _step(self, op: Op) -> None:
        match op:
            case Spoken():
                self._says.append(op)
                self._go_on(None)
            case Reach():
                self._reached.discard(op.instead_of)
                self._reached.add(op.outcome)
                self._go_on(None)
            case Do():
                self._go_on(self._result_of(op.action))
            case Ask() | Ring() | TakeNote():
                self._open(op)
            case End():
                pass

    def _go_on(self, value: Any) -> None:
        try:
            self._op = self._flow.send(value)
        except StopIteration:
            self._op = End(None)
        if self.ended and not any(line.kind == "ended" for line in self.lines):
            self._write("ended", self._ending().value)

    def _ending(self) -> Outcome:
        assert isinstance(self._op, End)  # noqa: S101
        if self._op.outcome is not None:
            self._reached.add(self._op.outcome)
        return self.furthest or Outcome.HUNG_UP

    def _result_of(self, action: Action[Any]) -> Any:
        name = type(action).__name__
        line = self._next(("did",), name)
        if line is None:
            number = len(self.lines) + 1
            result = self._perform(action, number)
            self._write("did", name, msgspec.to_builtins(result))
            return result
        try:
            return msgspec.convert(line.payload, action.result)
        except msgspec.ValidationError:
            raise FlowChanged from None

    def _open(self, op: Ask | Ring | TakeNote) -> None:
        name = _name(op)
        if self._next(("asked",), name) is None:
            self._write("asked", name)
        question = Question(op)
        while line := self._next(("heard",), None):
            _take(question, line.payload)
        answered = self._next(("answered",), name)
        if answered is None:
            self._question = question
        else:
            self._accept(_recorded_reply(op, answered.payload))

    def _accept(self, reply: Any) -> None:
        op = self._op
        if isinstance(op, Ask) and isinstance(reply, Wanted):
            self._left.setdefault(op.prompt, [*self._says])
        elif isinstance(op, Ask):
            self._left.pop(op.prompt, None)
        self._question = None
        self._says = []
        self._go_on(reply)

    def _next(self, kinds: tuple[str, ...], name: str | None) -> Line | None:
        """The next line if it is one of `kinds`; None past the end. Raises FlowChanged."""
        if self._at >= len(self._script_lines):
            return None
        line = self._script_lines[self._at]
        if line.kind not in kinds:
            if kinds[0] in ("heard", "answered") and line.kind in (
                "heard",
                "answered",
                "ended",
            ):
                return None
            raise FlowChanged
        if name is not None and line.name != name:
            raise FlowChanged
        self._at += 1
        return line

    def _write(self, kind: str, name: str, payload: Any = None) -> None:
        line = Line(len(self.lines) + 1, self.turn_number, kind, name, payload)
        self.lines.append(line)
        self._script_lines.append(line)
        self._at = len(self._script_lines)

    # --- hearing --------------------------------------------------------------------------

    def _take(self, heard: Heard, now: datetime) -> None:
        question = self._question
        assert question is not None  # noqa: S101
        match question.op:
            case Ring():
                self._take_dialled(question, heard)
            case TakeNote():
                self._take_note(question, heard)
            case Ask() as ask:
                self._take_answer(ask, question, heard, now)

    def _take_dialled(self, question: Question, heard: Heard) -> None:
        if isinstance(heard, DialEnded):
            self._answered(question, heard, heard.answered)
        else:
            self._heard(question, heard, "ignored")

    def _take_note(self, question: Question, heard: Heard) -> None:
        if isinstance(heard, Recorded):
            self._answered(question, heard, (heard.recording, heard.seconds))
        elif isinstance(heard, HungUp):
            self._heard(question, heard, "ignored")
        else:
            self._answered(question, heard, ("", 0))

    def _take_answer(self, ask: Ask, question: Question, heard: Heard, now: datetime) -> None:
        if isinstance(heard, HungUp | DialEnded | Recorded):
            self._heard(question, heard, "ignored")
        elif self._guard(ask, now):
            self._leave(question, heard, Wanted.GUARD)
        else:
            self._understand(ask, question, self._normal(question, heard))

    def _guard(self, ask: Ask, now: datetime) -> bool:
        if not ask.manners.guarded:
            return self.turn_number >= LAST_TURN
        return self.turn_number >= MOST_TURNS or now - self._started_at >= LONGEST

    def _normal(self, question: Question, heard: Heard) -> Heard:
        """The same keys, however the door came by them."""
        if not isinstance(heard, Keys):
            return heard
        keys, closed = heard.keys, heard.closed
        if not question.answer.listen().finish_on_hash:
            return Keys("#" if not keys and closed == "hash" else keys[:1], "count")
        if "#" in keys:
            keys, closed = keys.partition("#")[0], "hash"
        return Keys(keys, closed)

    def _understand(self, ask: Ask, question: Question, heard: Heard) -> None:
        if is_lone_hash(heard) and self._hash_left_over():
            self._heard(question, heard, "dropped")
            return
        if is_wordless(heard) and question.waits_on():
            self._heard(question, heard, "waiting")
            return
        match question.understand(heard):
            case Command() as command:
                self._command(question, heard, command)
            case Unclear(readings=readings):
                self._heard(question, heard, UNCLEAR, readings)
            case None:
                self._misunderstood(ask, question, heard)
            case value:
                self._answered(question, heard, value)

    def _hash_left_over(self) -> bool:
        """A `#` right behind digits that ended by count belongs to them."""
        earlier = [line for line in self.lines if line.kind == "heard"]
        if not earlier or self._question is None or self._question.effects:
            return False
        last = earlier[-1].payload.get("heard", {})
        return last.get("closed") == "count" and len(last.get("keys", "")) > 1

    def _command(self, question: Question, heard: Heard, command: Command) -> None:
        match command:
            case Command.OPERATOR | Command.EMERGENCY | Command.BYE:
                self._leave(question, heard, Wanted(command))
            case Command.BACK if question.is_narrowed:
                self._heard(question, heard, WIDER)
            case Command.BACK | Command.MENU if self._can_go_back():
                self._heard(question, heard, command)
                self._write("back", FARTHEST if command is Command.MENU else "")
                self._restart()
            case Command.BACK | Command.MENU:
                self._heard(question, heard, Command.REPEAT)
            case _:
                self._heard(question, heard, command)

    def _can_go_back(self) -> bool:
        return _taken_back(self._script_lines) is not None

    def _misunderstood(self, ask: Ask, question: Question, heard: Heard) -> None:
        silent = isinstance(heard, NoInput) or (isinstance(heard, Keys) and not heard.keys)
        effect = "noinput" if silent else "nomatch"
        most = ask.manners.noinput if silent else ask.manners.nomatch
        if question.count(effect) + 1 >= most:
            self._leave(question, heard, Wanted.SILENT if silent else Wanted.LOST)
        else:
            self._heard(question, heard, effect)

    def _heard(
        self, question: Question, heard: Heard, effect: str, readings: Sequence[Any] = ()
    ) -> None:
        payload = _heard_payload(heard, effect)
        if readings:
            payload[READINGS] = msgspec.to_builtins(readings)
        question.take(payload)
        self._write("heard", type(heard).__name__, payload)

    def _answered(self, question: Question, heard: Heard, value: Any) -> None:
        self._heard(question, heard, "answered")
        key = "value" if isinstance(question.op, Ask) else DOOR
        self._write("answered", _name(question.op), {key: msgspec.to_builtins(value)})
        self._accept(Given(value) if isinstance(question.op, Ask) else value)

    def _leave(self, question: Question, heard: Heard, wanted: Wanted) -> None:
        self._heard(question, heard, wanted)
        self._write("answered", _name(question.op), {"wanted": wanted.value})
        self._accept(wanted)

    # --- the turn -------------------------------------------------------------------------

    def _turn_of(self, op: Op) -> Turn:
        turn = Turn(self.turn_number, (), HangUp(self.furthest or Outcome.HUNG_UP))
        match op:
            case Ask():
                return self._asking(op, turn)
            case Ring():
                return replace(turn, speech=tuple(self._says), then=op.dial, prompt=_name(op))
            case TakeNote():
                speech = (*self._says, Spoken(op.prompt))
                return replace(turn, speech=speech, then=RecordNote(), prompt=op.prompt)
            case _:
                return replace(turn, speech=tuple(self._says))

    def _before(self, ask: Ask, effects: list[str]) -> list[Spoken]:
        """What stood before the question; repeated, also what it was first asked with."""
        left = self._left.get(ask.prompt, []) if effects[-1:] == [Command.REPEAT] else []
        return [*left, *self._says]

    def _asking(self, ask: Ask, turn: Turn) -> Turn:
        question = self._question or Question(ask)
        effects, answer = question.effects, question.answer
        listen = replace(answer.listen(), hear=answer.hearing)
        if effects[-1:] == [Command.WAIT]:
            listen = replace(listen, no_input_timeout=WAIT_SECONDS)
        return replace(
            turn,
            speech=tuple(question.speech(self._before(ask, effects))),
            then=listen,
            prompt=ask.prompt,
            attempt=1 + sum(effect in ("noinput", "nomatch") for effect in effects),
        )


def _heard_payload(heard: Heard, effect: str) -> dict[str, Any]:
    return {"heard": msgspec.to_builtins(heard), "effect": str(effect)}


def _take(question: Question, payload: dict[str, Any]) -> None:
    try:
        question.take(payload)
    except (KeyError, TypeError, ValueError):
        raise FlowChanged from None


def _name(op: Ask | Ring | TakeNote) -> str:
    return "person.ring" if isinstance(op, Ring) else op.prompt


def _recorded_reply(op: Ask | Ring | TakeNote, payload: dict[str, Any]) -> Any:
    try:
        if not isinstance(op, Ask):
            return payload[DOOR]
        if "wanted" in payload:
            return Wanted(payload["wanted"])
        return Given(msgspec.convert(payload["value"], op.answer.result))
    except (KeyError, ValueError):
        raise FlowChanged from None


def _without_taken_back(lines: Sequence[Line]) -> list[Line] | None:
    """The lines that count: «back» takes the last answer and all that followed it away.

    To the farthest it takes every answer away behind which nothing was done. None: what was
    taken back cannot be any more.
    """
    counting: list[Line] = []
    for line in lines:
        if line.kind == "back":
            start = _taken_back(counting)
            if start is None:
                return None
            del counting[start:]
            while line.name == FARTHEST and (start := _taken_back(counting)) is not None:
                del counting[start:]
        elif line.kind not in ("said", "failed"):
            counting.append(line)
    return counting


def _taken_back(lines: Sequence[Line]) -> int | None:
    """Where the last answer of the caller begins; None if something was done since."""
    for place in range(len(lines) - 1, -1, -1):
        line = lines[place]
        if line.kind == "did" and line.name in EFFECTS:
            return None
        if line.kind == "answered":
            if "value" not in (line.payload or {}):
                return None
            start = place
            while lines[start].kind != "asked":
                start -= 1
            return start + 1
    return None


EFFECTS = frozenset(action.__name__ for action in Action.__subclasses__() if action.effect)
"""Names of the actions that change something."""
