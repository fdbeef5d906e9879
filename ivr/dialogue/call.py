"""What a flow may use: say, ask, choose, confirm, do, transfer, take_note, reached, end."""

from __future__ import annotations

import types
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar, cast

from ivr.clinic.actions import Action
from ivr.dialogue.answers import Answer, Menu, Option, YesNo
from ivr.dialogue.turns import Dial, Outcome, Spoken

T = TypeVar("T")


class Wanted(StrEnum):
    """A question left by another way than its answer."""

    OPERATOR = "operator"
    EMERGENCY = "emergency"
    BYE = "bye"
    SILENT = "silent"
    """Every attempt met silence."""
    LOST = "lost"
    """Every attempt was not understood."""
    GUARD = "guard"
    """Too many turns or minutes."""


WISHES = (Wanted.OPERATOR, Wanted.EMERGENCY, Wanted.BYE)


@dataclass(frozen=True, slots=True)
class Given:
    value: Any


@dataclass(frozen=True, slots=True)
class Manners:
    """How patient a question is."""

    noinput: int = 3
    """Silences until the question is left."""
    nomatch: int = 3
    """Misunderstandings until the question is left."""
    guarded: bool = True
    """False between a yes and the end of the code: no guard acts there."""
    alone: bool = False
    """True: also a wish for a person is the flow's own business."""


PATIENT = Manners()
SKIPPABLE = Manners(noinput=1, nomatch=2)
"""For questions that need no answer."""
CODE = Manners(noinput=1, nomatch=2, guarded=False)
"""The same, between a yes and the end of the code."""


@dataclass(frozen=True, slots=True)
class Ask:
    prompt: str
    answer: Answer[Any]
    manners: Manners
    values: Mapping[str, Any] = field(default_factory=dict)
    again: tuple[Spoken, ...] = ()
    """Said first where the question is repeated."""


@dataclass(frozen=True, slots=True)
class Do:
    action: Action[Any]


@dataclass(frozen=True, slots=True)
class Ring:
    dial: Dial


@dataclass(frozen=True, slots=True)
class TakeNote:
    prompt: str


@dataclass(frozen=True, slots=True)
class Reach:
    outcome: Outcome
    instead_of: Outcome | None = None


@dataclass(frozen=True, slots=True)
class End:
    outcome: Outcome | None


Op = Spoken | Ask | Do | Ring | TakeNote | Reach | End


@types.coroutine
def _request(op: Op) -> Generator[Op, Any, Any]:
    return (yield op)


class Call:
    """One call as its flow sees it."""

    def __init__(self, started_at: datetime, on_wanted: OnWanted) -> None:
        self.started_at = started_at
        """Aware, in the clinic's time zone."""
        self.patient: str | None = None
        """Set once the caller is identified."""
        self.outcomes: set[Outcome] = set()
        """What the call has come to so far."""
        self.cancelled = 0
        """Visits cancelled in this call that have not been brought back."""
        self.requested = 0
        """Requests made in this call that have not been withdrawn."""
        self.again: tuple[Spoken, ...] = ()
        """Said with every repeat until the flow forgets it: a code to write down."""
        self._on_wanted = on_wanted

    async def say(
        self, prompt: str, *, kind: str = "text", barge_in: bool = True, **values: Any
    ) -> None:
        await _request(Spoken(prompt, kind, values, barge_in))

    async def ask(self, prompt: str, answer: Answer[T], **values: Any) -> T:
        """Ask until answered. Whoever wants a person on the way comes back to the question."""
        while True:
            reply = await _request(Ask(prompt, answer, PATIENT, values, self.again))
            if isinstance(reply, Given):
                return cast("T", reply.value)
            await self._on_wanted(self, reply)

    async def ask_or_leave(
        self, prompt: str, answer: Answer[T], manners: Manners, **values: Any
    ) -> T | Wanted:
        """Ask; silence and misunderstanding are the flow's own business."""
        while True:
            reply = await _request(Ask(prompt, answer, manners, values, self.again))
            if isinstance(reply, Given):
                return cast("T", reply.value)
            if manners.alone or reply not in WISHES:
                return cast("Wanted", reply)
            await self._on_wanted(self, reply)

    async def choose(self, prompt: str, options: Mapping[str, Option], **values: Any) -> Any:
        kind = type(next(iter(options.values())).value)
        return await self.ask(prompt, Menu(options, result=kind), **values)

    async def confirm(self, prompt: str, **values: Any) -> bool:
        return bool(await self.ask(prompt, YesNo(), **values))

    async def do(self, action: Action[T]) -> T:
        return cast("T", await _request(Do(action)))

    async def transfer(self, whisper: Sequence[Spoken] = ()) -> bool:
        """Ring a person. False: nobody answered, the call goes on."""
        return bool(await _request(Ring(Dial(tuple(whisper)))))

    async def take_note(self, prompt: str) -> tuple[str, int]:
        """Record what the caller says; the carrier's recording id and its seconds."""
        recording, seconds = await _request(TakeNote(prompt))
        return recording, seconds

    async def reached(self, outcome: Outcome, *, instead_of: Outcome | None = None) -> None:
        """The call has come to this; the furthest act of the call is its outcome."""
        self.outcomes = self.outcomes - {instead_of} | {outcome}
        await _request(Reach(outcome, instead_of))

    async def end(self, outcome: Outcome | None = None) -> None:
        """Say what is left and hang up; does not return."""
        await _request(End(outcome))


OnWanted = Callable[[Call, Wanted], Awaitable[None]]
Flow = Callable[[Call], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Script:
    """A flow, and what happens where a question in it is left."""

    flow: Flow
    on_wanted: OnWanted
