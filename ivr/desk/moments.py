"""The moment of a call for which a list holds it: where its page opens, and its sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ivr.clinic.actions import Check, CheckBirthDate, CheckIdentityCode, CheckPolicy
from ivr.desk.dialogue import Said
from ivr.dialogue.call import Wanted
from ivr.dialogue.conversation import MISUNDERSTOOD
from ivr.dialogue.turns import Outcome

FIELD = "at"
"""Of the address of a call: a `Moment`, or a line's number."""
MANY = 3
"""Misunderstandings for which a call is listed."""
CHECKS = tuple(one.__name__ for one in (CheckPolicy, CheckBirthDate, CheckIdentityCode))
NO_FIT = (Check.NEED_WHOLE, Check.WRONG_CHECK_DIGIT, Check.MISSED, Check.REFUSED)


class Moment(StrEnum):
    """Named in words.toml [moment]."""

    PERSON = "person"
    """Asked for a person."""
    CANCELLED = "cancelled"
    UNDONE = "undone"
    NO_FIT = "no_fit"
    """The last policy, birth date or code that did not fit."""
    LOST = "lost"
    """The first of the last misunderstandings."""
    FAULT = "fault"
    END = "end"
    """The question that was left open."""


@dataclass(frozen=True, slots=True)
class Sought:
    line: int
    why: str
    """In words.toml [moment]."""


OF_OUTCOME: Mapping[str, Moment] = {
    Outcome.CANCELLED: Moment.CANCELLED,
    Outcome.REQUESTED: Moment.CANCELLED,
    Outcome.RESTORED: Moment.UNDONE,
    Outcome.TRANSFERRED: Moment.PERSON,
    Outcome.CALLBACK: Moment.PERSON,
    Outcome.NOT_IDENTIFIED: Moment.NO_FIT,
    Outcome.HUNG_UP: Moment.END,
    Outcome.FAILED: Moment.FAULT,
}
OF_CHOICE: Mapping[str, Moment] = {
    "person": Moment.PERSON,
    "lost": Moment.LOST,
    "cancelled": Moment.CANCELLED,
    "handed_over": Moment.PERSON,
    "given_up": Moment.END,
}
"""By what a search is narrowed to, the field `only`."""
OF_REASON: Mapping[str, Moment] = {
    Wanted.OPERATOR: Moment.PERSON,
    Wanted.SILENT: Moment.LOST,
    Wanted.LOST: Moment.LOST,
}
"""By why the line took a request for a call back."""


def of_search(fields: Mapping[str, str]) -> Moment | None:
    """What who searches so wants to hear of a call."""
    by_step = Moment.END if fields.get("step") else None
    by_outcome = OF_OUTCOME.get(fields.get("outcome", ""))
    return OF_CHOICE.get(fields.get("only", "")) or by_outcome or by_step


def of_request(reason: str, line: int) -> str:
    """Where a call back was asked for: why comes before the line that took it down."""
    return OF_REASON.get(reason, str(line))


def sought(lines: Sequence[Said], asked: str) -> Sought | None:
    """The line that is asked for by a moment or a number; None where the call has none."""
    if asked.isdecimal():
        return _by_number(lines, int(asked[:9]))
    find = _FINDERS.get(asked)
    line = find(lines) if find else None
    return Sought(line.number, asked) if line else None


def _by_number(lines: Sequence[Said], number: int) -> Sought | None:
    line = next((one for one in lines if one.number == number), None)
    if line is None:
        return None
    if line.who != "clinic":
        return Sought(number, "place")
    why = Moment.CANCELLED if line.text == "CancelVisit" else "place"
    return Sought(_answer_to(lines, line).number, why)


def _answer_to(lines: Sequence[Said], done: Said) -> Said:
    """What the caller answered before the clinic did something: that can be heard."""
    before = [one for one in lines if one.number < done.number and _by_the_caller(one)]
    return before[-1] if before else done


def _by_the_caller(said: Said) -> bool:
    return said.is_answer or said.who == "silence"


def _person(lines: Sequence[Said]) -> Said | None:
    asked = (one for one in lines if _by_the_caller(one) and one.effect == Wanted.OPERATOR)
    return next(asked, None)


def _misunderstood(lines: Sequence[Said]) -> Said | None:
    missed = [one for one in lines if _by_the_caller(one) and one.effect in MISUNDERSTOOD]
    return missed[-MANY:][0] if missed else None


def _fault(lines: Sequence[Said]) -> Said | None:
    broken = (one for one in lines if one.who == "event" and one.text == "failed")
    first = next(broken, None)
    return _answer_to(lines, first) if first else _end(lines)


def _end(lines: Sequence[Said]) -> Said | None:
    asked = [one for one in lines if one.who == "line" and one.first]
    return asked[-1] if asked else None


def _last_done(*actions: str) -> Callable[[Sequence[Said]], Said | None]:
    def find(lines: Sequence[Said]) -> Said | None:
        done = [one for one in _done(lines) if one.text in actions]
        return _answer_to(lines, done[-1]) if done else None

    return find


def _no_fit(lines: Sequence[Said]) -> Said | None:
    failed = [one for one in _done(lines) if one.text in CHECKS and one.effect in NO_FIT]
    return _answer_to(lines, failed[-1]) if failed else None


def _done(lines: Sequence[Said]) -> Iterator[Said]:
    return (one for one in lines if one.who == "clinic")


_FINDERS: Mapping[str, Callable[[Sequence[Said]], Said | None]] = {
    Moment.PERSON: _person,
    Moment.CANCELLED: _last_done("CancelVisit"),
    Moment.UNDONE: _last_done("UndoCancellation"),
    Moment.NO_FIT: _no_fit,
    Moment.LOST: _misunderstood,
    Moment.FAULT: _fault,
    Moment.END: _end,
}
