"""What needs a look: ten kinds of facts, the most harmful first.

Each kind is one question to the tables. A row that a registrar has handled stays away until
something newer happens to the same subject.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, literal, or_, select, text
from sqlalchemy.orm import Session, aliased

from ivr.clinic.patients import PHONE
from ivr.clinic.values import FullName
from ivr.clinic.visits import ASKED, promised
from ivr.desk import persons
from ivr.desk.left_alone import WITH_A_PERSON, left_alone
from ivr.desk.moments import MANY, Moment, of_request
from ivr.desk.office import Desk
from ivr.dialogue.turns import Outcome
from ivr.messages.outbox import IDENTITY_CODE, State
from ivr.store.tables import (
    TO_TELL,
    WAITING,
    Attempts,
    Call,
    CallbackRequest,
    Cancellation,
    Handled,
    Outbox,
    Phone,
    Visit,
)

MOST = 50
"""Rows of one kind."""
WEEKS = timedelta(days=14)
DAYS = timedelta(days=3)
ARRIVED = (State.SENT, State.DELIVERED)
LOST_SMS = (State.UNDELIVERED, State.GIVEN_UP, State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Fact:
    kind: str
    """In words.toml [attention] and [attention_todo]."""
    subject: str
    at: datetime
    """When it happened or became due."""
    call: str | None = None
    patient: int | None = None
    cancellation: int | None = None
    sms: int | None = None
    visit_wall: str = ""
    look: str = ""
    """The moment of the call that matters, or its line's number."""


@dataclass(frozen=True, slots=True)
class Item:
    """A fact with the patient's name, or the number of a caller whom nobody knows."""

    fact: Fact
    name: FullName | None
    number: str | None = None
    """E.164."""


Ask = Callable[[Session, Desk], Iterator[Fact]]


def queue(session: Session, desk: Desk) -> list[Item]:
    """By harm, then by time."""
    facts = [fact for ask in KINDS for fact in sorted(ask(session, desk), key=lambda f: f.at)]
    waiting = _not_handled(session, facts)
    known = persons.names(session, desk.vault, [fact.patient for fact in waiting])
    numbers = _numbers(session, desk, [each.call for each in waiting if not each.patient])
    return [
        Item(each, known.get(each.patient or 0), numbers.get(each.call or ""))
        for each in waiting
    ]


def by_person(items: Sequence[Item]) -> list[list[Item]]:
    """What is about one patient or one number, where the most harmful of it stands."""
    found: dict[object, list[Item]] = {}
    for item in items:
        known = item.fact.patient or item.number
        found.setdefault(known or (item.fact.kind, item.fact.subject), []).append(item)
    return list(found.values())


def _numbers(session: Session, desk: Desk, calls: Sequence[str | None]) -> dict[str, str]:
    """By call; hidden ones are left out."""
    rows = session.execute(select(Call.id, Call.caller_sealed).where(Call.id.in_(calls)))
    return {call: desk.vault.open(PHONE, sealed) for call, sealed in rows if sealed}


def _not_handled(session: Session, facts: Sequence[Fact]) -> list[Fact]:
    subjects = {fact.subject for fact in facts}
    rows = session.scalars(select(Handled).where(Handled.subject.in_(subjects)))
    handled = {(row.kind, row.subject): row.at for row in rows}
    return [
        fact
        for fact in facts
        if (at := handled.get((fact.kind, fact.subject))) is None or at < fact.at
    ]


def not_told(session: Session, desk: Desk) -> Iterator[Fact]:
    """(1) A request past its promised time; a refusal that reached nobody."""
    now = desk.clock()
    timetable = desk.ledger(session).timetable
    undecided = [literal(status, literal_execute=True) for status in ASKED]
    asked = _cancellations(Cancellation.status.in_(undecided), Visit.start > now)
    oldest_first = asked.order_by(None).order_by(Cancellation.requested_at)
    for row, visit in session.execute(oldest_first):
        due = promised(timetable, row.requested_at)
        if due < now:
            yield _of(row, visit, "not_told", due)
    refused = _cancellations(
        Cancellation.status == "not_cancelled",
        Cancellation.requested_at > now - WEEKS,
        Visit.start > now,
        ~_sms(Cancellation.id, Outbox.kind == "not_cancelled", Outbox.state.in_(ARRIVED)),
    )
    for row, visit in session.execute(refused):
        yield _of(row, visit, "not_told", row.decided_at or row.requested_at)


def late(session: Session, desk: Desk) -> Iterator[Fact]:
    """(2) Cancelled within 24 hours of a visit that is still ahead."""
    now = desk.clock()
    found = _cancellations(
        Cancellation.status == "cancelled",
        Cancellation.requested_at > now - DAYS,
        Cancellation.late.is_(True),
        Visit.start > now,
    )
    for row, visit in session.execute(found):
        yield _of(row, visit, "late", row.requested_at)


def code_unheard(session: Session, desk: Desk) -> Iterator[Fact]:
    """(3) Nobody heard the code, and no SMS went out."""
    now = desk.clock()
    found = _cancellations(
        Cancellation.status.in_((*ASKED, "cancelled")),
        Cancellation.requested_at > now - WEEKS,
        Cancellation.heard_at.is_(None),
        ~_sms(Cancellation.id),
        ~_on_the_line(Cancellation.call_id),
    )
    for row, visit in session.execute(found):
        yield _of(row, visit, "code_unheard", row.requested_at)


def suspicious(session: Session, desk: Desk) -> Iterator[Fact]:
    """(4) Cancelled after failed policies; failures in a row on a patient's number."""
    now = desk.clock()
    failed = exists().where(
        Attempts.scope == "call",
        Attempts.key == Cancellation.call_id,
        Attempts.failures > 0,
    )
    found = _cancellations(
        Cancellation.status.in_((*ASKED, "cancelled")),
        Cancellation.requested_at > now - DAYS,
        failed,
    )
    for row, visit in session.execute(found):
        fact = _of(row, visit, "after_failures", row.requested_at)
        yield replace(fact, look=Moment.NO_FIT)
    tried = (
        select(Attempts)
        .where(
            Attempts.scope == "caller",
            Attempts.failures >= MANY,
            Attempts.last_at > now - DAYS,
            exists().where(Phone.e164_index == Attempts.key),
        )
        .limit(MOST)
    )
    for caller in session.scalars(tried):
        last = _last_call(session, caller.key)
        yield Fact("failures", caller.key, caller.last_at, call=last, look=Moment.NO_FIT)


def sms_lost(session: Session, desk: Desk) -> Iterator[Fact]:
    """(5) An SMS that did not arrive."""
    found = (
        select(Outbox)
        .where(
            Outbox.state.in_(LOST_SMS),
            Outbox.created_at > desk.clock() - WEEKS,
            Outbox.kind != IDENTITY_CODE,
        )
        .limit(MOST)
    )
    for row in session.scalars(found):
        yield Fact(
            "sms_lost",
            f"sms {row.id}",
            row.updated_at,
            patient=row.patient_id,
            cancellation=row.cancellation_id,
            sms=row.id,
        )


def changed_by_clinic(session: Session, desk: Desk) -> Iterator[Fact]:
    """(6) Called off or moved by the clinic, and the patient has not heard."""
    since = Call.started_at > Visit.moved_at
    heard_since = exists().where(Call.patient_id == Visit.patient_id, Call.level > 0, since)
    called_off = and_(Visit.called_off, ~Visit.told_off)
    moved = and_(Visit.moved_at.is_not(None), Visit.status == "booked", ~heard_since)
    found = select(Visit).where(
        text(f"({TO_TELL})"),  # as the index has it
        Visit.start > desk.clock(),
        or_(called_off, moved),
    )
    for row in session.scalars(found.order_by(Visit.start).limit(MOST)):
        kind = "called_off" if row.called_off else "moved"
        at = row.moved_at or row.created_at
        yield Fact(kind, f"visit {row.id}", at, patient=row.patient_id, visit_wall=row.wall)


def not_reached(session: Session, desk: Desk) -> Iterator[Fact]:
    """(7) A call-back that is overdue; asked for a person, and nobody came."""
    now = desk.clock()
    timetable = desk.ledger(session).timetable
    waiting = select(CallbackRequest).where(text(WAITING))  # as the index has it
    for row in session.scalars(waiting.order_by(CallbackRequest.created_at).limit(MOST)):
        due = promised(timetable, row.created_at)
        if due < now:
            look = of_request(row.reason, row.line_number)
            subject = f"request {row.id}"
            yield Fact(
                "callback", subject, due, call=row.call_id, patient=row.patient_id, look=look
            )
    asked = select(Call).where(
        Call.started_at > now - DAYS,
        Call.wanted_person.is_(True),
        Call.ended_at.is_not(None),
        Call.outcome.not_in(WITH_A_PERSON),
        Call.handled_at.is_(None),
        ~exists().where(CallbackRequest.call_id == Call.id),
    )
    calls = session.scalars(asked.order_by(Call.started_at.desc()).limit(MOST)).all()
    alone = left_alone(session, desk, calls)
    for call in calls:
        if call.id in alone:
            yield _of_call(call, "no_person", Moment.PERSON)


def undone(session: Session, desk: Desk) -> Iterator[Fact]:
    """(8) Cancelled and taken back."""
    since = desk.clock() - DAYS
    found = _cancellations(
        Cancellation.status == "undone",
        Cancellation.requested_at > since - WEEKS,
        Cancellation.undone_at > since,
    )
    for row, visit in session.execute(found):
        fact = _of(row, visit, "undone", row.undone_at or row.requested_at)
        yield replace(fact, look=Moment.UNDONE)


def gave_up(session: Session, desk: Desk) -> Iterator[Fact]:
    """(9) Gave up while being identified; three misunderstandings in a call."""
    unknown = and_(
        Call.outcome.in_((Outcome.HUNG_UP, Outcome.NOT_IDENTIFIED)),
        Call.level == 0,
        Call.heard_anything.is_(True),
    )
    found = select(Call).where(
        Call.started_at > desk.clock() - DAYS,
        Call.ended_at.is_not(None),
        Call.handled_at.is_(None),
        or_(unknown, Call.misunderstood >= MANY, Call.outcome == Outcome.FAILED),
    )
    for call in session.scalars(found.order_by(Call.started_at.desc()).limit(MOST)):
        if call.outcome == Outcome.FAILED:
            yield _of_call(call, "failed", Moment.FAULT)
        else:
            many = call.misunderstood >= MANY
            yield _of_call(call, "gave_up", Moment.LOST if many else Moment.END)


def came_anyway(session: Session, desk: Desk) -> Iterator[Fact]:
    """(10) Cancelled, and the clinic says that the patient was there."""
    since = desk.clock() - 2 * WEEKS
    found = _cancellations(
        Cancellation.status == "cancelled",
        Cancellation.requested_at > since,
        Visit.status == "attended",
        Visit.start > since,  # as follows from the others: fewer visits are read
    )
    for row, visit in session.execute(found):
        yield _of(row, visit, "came_anyway", visit.start)


KINDS: Sequence[Ask] = (
    *(not_told, late, code_unheard, suspicious, sms_lost),
    *(changed_by_clinic, not_reached, undone, gave_up, came_anyway),
)


def _cancellations(*where: ColumnElement[bool]) -> Select[Cancellation, Visit]:
    return (
        select(Cancellation, Visit)
        .join(Visit, Visit.id == Cancellation.visit_id)
        .where(*where)
        .order_by(Cancellation.requested_at.desc())
        .limit(MOST)
    )


def _sms(cancellation: object, *where: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Outbox.cancellation_id == cancellation, *where)


def _on_the_line(call: object) -> ColumnElement[bool]:
    going_on = aliased(Call)
    return exists().where(going_on.id == call, going_on.ended_at.is_(None))


def _last_call(session: Session, caller_index: str) -> str | None:
    last = select(Call.id).where(Call.caller_index == caller_index)
    return session.scalars(last.order_by(Call.started_at.desc()).limit(1)).first()


def _of(row: Cancellation, visit: Visit, kind: str, at: datetime) -> Fact:
    return Fact(
        kind,
        f"cancellation {row.id}",
        at,
        call=row.call_id if row.channel == "phone" else None,
        patient=row.patient_id,
        cancellation=row.id,
        visit_wall=visit.wall,
        look=str(row.line_number or ""),
    )


def _of_call(call: Call, kind: str, look: Moment) -> Fact:
    at = call.ended_at or call.started_at
    return Fact(kind, call.id, at, call=call.id, patient=call.patient_id, look=look)
