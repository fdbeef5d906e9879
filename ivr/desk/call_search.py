"""Finding calls: what is asked for, as conditions that an index answers; pages by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, select, tuple_, union_all
from sqlalchemy.orm import Session

from ivr.clinic import patients
from ivr.clinic.values import FullName
from ivr.desk import persons
from ivr.desk.left_alone import left_alone
from ivr.desk.moments import MANY, Moment
from ivr.desk.office import Desk
from ivr.desk.words import steps
from ivr.dialogue.turns import Outcome
from ivr.phone_numbers import e164
from ivr.store.tables import Call, Cancellation

T = TypeVar("T")
PAGE = 50
FIELDS = ("since", "until", "number", "name", "policy", "code", "outcome", "step", "only")
BY_PATIENT = frozenset({"name", "policy"})
ENDED: Mapping[str, tuple[Outcome, ...]] = {
    "cancelled": (Outcome.CANCELLED, Outcome.REQUESTED),
    "moved": (Outcome.MOVED,),
    "handed_over": (Outcome.TRANSFERRED, Outcome.CALLBACK),
    "given_up": (Outcome.HUNG_UP, Outcome.NOT_IDENTIFIED, Outcome.FAILED),
}
"""Calls that are over, as the numbers of the day count them."""


class Unreadable(ValueError):
    """A field of the search that cannot be read; its name is the text."""


@dataclass(frozen=True, slots=True)
class Found:
    """A call as a row of a list."""

    id: str
    started_at: datetime
    seconds: float
    number: str | None
    """E.164."""
    patient_id: int | None
    name: FullName | None
    outcome: str
    step: str
    wanted_person: bool
    left_alone: bool
    """Asked for a person and got none."""
    misunderstood: int
    handled: bool

    @property
    def stands_out(self) -> Moment | None:
        """What is heard first of a call that was not searched for."""
        if self.wanted_person:
            return Moment.PERSON
        return Moment.LOST if self.misunderstood >= MANY else None


@dataclass(frozen=True, slots=True)
class Listed:
    calls: Sequence[Found]
    next: str
    """Where the next page begins; empty on the last one."""


def wanted(asked: Mapping[str, str]) -> dict[str, str]:
    """The fields that were filled in."""
    return {name: asked[name].strip()[:120] for name in FIELDS if asked.get(name, "").strip()}


def find(
    session: Session, desk: Desk, fields: Mapping[str, str], after: str = "", limit: int = PAGE
) -> Listed:
    """Newest first. Raises Unreadable."""
    query = select(Call).where(*_conditions(session, desk, fields))
    prompts = _prompts(desk, fields["step"]) if "step" in fields else []
    if BY_PATIENT & fields.keys():
        query = query.where(Call.step.in_(prompts)) if prompts else query
        query = select(Call).where(Call.id.in_(_of_patients(query, after, limit)))
    elif prompts:
        query = query.where(Call.id.in_(_at_step(query, prompts, after, limit)))
    rows = list(session.scalars(_page(query, after).limit(limit + 1)))
    listed = as_rows(session, desk, rows[:limit])
    more = len(rows) > limit
    return Listed(listed, _key(rows[limit - 1]) if more else "")


def _prompts(desk: Desk, step: str) -> list[str]:
    known = {*desk.prompts.ids(), *steps(), step}
    return [one for one in sorted(known) if one == step or one.startswith(f"{step}.")]


def _at_step(
    query: Select[Call], prompts: Sequence[str], after: str, limit: int
) -> Select[str]:
    """The newest calls of each prompt of the step: an index gives them without sorting."""
    over = query.with_only_columns(Call.id).where(Call.ended_at.is_not(None))
    now = query.with_only_columns(Call.id).where(Call.ended_at.is_(None))
    newest = [
        _page(over.where(Call.step == prompt), after).limit(limit + 1).subquery()
        for prompt in prompts
    ]
    newest.append(_page(now.where(Call.step.in_(prompts)), after).subquery())
    return select(union_all(*(select(each.c.id) for each in newest)).subquery().c.id)


def _of_patients(query: Select[Call], after: str, limit: int) -> Select[str]:
    """The newest of all calls of the patients: few, as a rule none.

    Put together first: a planner that expects many walks through every call from the newest.
    """
    theirs = _page(query, after).order_by(None).with_only_columns(Call.id, Call.started_at)
    theirs_first = theirs.cte("theirs").prefix_with("MATERIALIZED")
    newest = theirs_first.c.started_at.desc(), theirs_first.c.id.desc()
    return select(theirs_first.c.id).order_by(*newest).limit(limit + 1)


def as_rows(session: Session, desk: Desk, rows: Sequence[Call]) -> list[Found]:
    known = persons.names(session, desk.vault, [row.patient_id for row in rows])
    alone = left_alone(session, desk, rows)
    return [_found(desk, row, known, alone=row.id in alone) for row in rows]


def _found(desk: Desk, row: Call, known: Mapping[int, FullName], *, alone: bool) -> Found:
    until = row.ended_at or row.last_seen_at
    return Found(
        id=row.id,
        started_at=row.started_at,
        seconds=(until - row.started_at).total_seconds(),
        number=desk.vault.open(patients.PHONE, row.caller_sealed)
        if row.caller_sealed
        else None,
        patient_id=row.patient_id,
        name=known.get(row.patient_id or 0),
        outcome=(row.outcome or "hung_up") if row.ended_at else "open",
        step=row.step,
        wanted_person=row.wanted_person,
        left_alone=alone,
        misunderstood=row.misunderstood,
        handled=row.handled_at is not None,
    )


def _page(query: Select[T], after: str) -> Select[T]:
    query = query.order_by(Call.started_at.desc(), Call.id.desc())
    if not after:
        return query
    started, _, call_id = after.partition("~")
    try:
        at = datetime.fromisoformat(started)
    except ValueError:
        raise Unreadable("after") from None
    if at.tzinfo is None:
        raise Unreadable("after")
    place = tuple_(Call.started_at, Call.id) < tuple_(at, call_id)
    return query.where(Call.started_at <= at, place)


def _key(row: Call) -> str:
    return f"{row.started_at.astimezone(UTC).isoformat()}~{row.id}"


def _conditions(
    session: Session, desk: Desk, fields: Mapping[str, str]
) -> list[ColumnElement[bool]]:
    return [
        condition
        for name, value in fields.items()
        for condition in _condition(session, desk, name, value)
    ]


def _condition(
    session: Session, desk: Desk, name: str, value: str
) -> tuple[ColumnElement[bool], ...]:
    match name:
        case "since":
            return (Call.started_at >= _moment(desk, name, value),)
        case "until":
            return (Call.started_at <= _moment(desk, name, value),)
        case "outcome":
            return (Call.outcome == value, Call.ended_at.is_not(None))
        case "step":
            return ()
        case "only":
            return _only(value)
        case _:
            return (_by_person(session, desk, name, value),)


def _moment(desk: Desk, name: str, value: str) -> datetime:
    """A day or a minute of the clinic's time; a day as an end is the whole day."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise Unreadable(name) from None
    if len(value) == len("2026-11-24") and name == "until":
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment.replace(tzinfo=desk.zone)


def _only(value: str) -> tuple[ColumnElement[bool], ...]:
    match value:
        case "person":
            return (Call.wanted_person.is_(True),)
        case "lost":
            return (Call.misunderstood >= MANY,)
        case "open":
            return (Call.ended_at.is_(None),)
        case "unhandled":
            return (Call.handled_at.is_(None),)
        case "identified":
            return (Call.level > 0,)
        case _ if value in ENDED:
            return (Call.outcome.in_(ENDED[value]), Call.ended_at.is_not(None))
        case _:
            raise Unreadable("only")


def _named(session: Session, desk: Desk, value: str) -> Select[int] | Sequence[int]:
    """All of a surname, or whom a longer or shorter writing finds. Raises Unreadable."""
    if not value.replace(".", " ").split():
        raise Unreadable("name")
    if len(value.split()) == 1:
        everybody = persons.named(desk.vault, value)
        if session.scalars(everybody.limit(1)).first() is not None:
            return everybody
    found = persons.by_name(session, desk.vault, value)
    if found.more:
        raise Unreadable("name_short")
    return found.ids


def _by_person(session: Session, desk: Desk, name: str, value: str) -> ColumnElement[bool]:
    digits = "".join(each for each in value if each.isdigit())
    match name:
        case "number":
            number = e164(value)
            if number is None:
                raise Unreadable(name)
            return Call.caller_index == patients.phone_index(desk.vault, number)
        case "policy" if len(digits) in (4, 5, 6, 9, 16):
            return Call.patient_id.in_(persons.by_policy(session, desk.vault, digits))
        case "code" if len(digits) == 6:
            calls = select(Cancellation.call_id).where(Cancellation.code == digits)
            return Call.id.in_([one for one in session.scalars(calls) if one])
        case "name":
            return Call.patient_id.in_(_named(session, desk, value))
        case _:
            raise Unreadable(name)
