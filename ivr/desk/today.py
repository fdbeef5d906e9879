"""The first page: who is on the line, the day's numbers, what needs a look."""

from __future__ import annotations

from flask import Blueprint, request
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from ivr.desk import acting, unconfirmed
from ivr.desk.attention import by_person, queue
from ivr.desk.call_search import ENDED, Found, as_rows
from ivr.desk.office import desk
from ivr.desk.pages import Answer, audit, me, page, requires, tell
from ivr.desk.rights import Right
from ivr.store.tables import Call, Handled

pages = Blueprint("today", __name__)


@pages.get("/")
@requires(Right.CALLS)
def index() -> Answer:
    with desk().database.begin() as session:
        audit(session, "looked at today")
        return page(
            "today/index.html",
            live=_live(session),
            numbers=_numbers(session),
            queue=by_person(queue(session, desk())),
            closed=unconfirmed.closed_calls_of(session),
            today=desk().today(),
        )


@pages.get("/live")
@requires(Right.CALLS)
def live() -> Answer:
    """Asked for again and again by the page."""
    with desk().database.read() as session:
        numbers = _numbers(session)
        return page(
            "today/live.html",
            live=_live(session),
            numbers=numbers,
            today=desk().today(),
            refreshed=True,
        )


def _live(session: Session) -> list[Found]:
    on_the_line = select(Call).where(Call.ended_at.is_(None)).order_by(Call.started_at)
    return as_rows(session, desk(), list(session.scalars(on_the_line.limit(50))))


def _numbers(session: Session) -> dict[str, int]:
    known = func.sum(case((Call.level > 0, 1), else_=0))
    over = func.count(Call.ended_at)
    rows = session.execute(
        select(Call.outcome, func.count(), known, over)
        .where(Call.started_at >= desk().today())
        .group_by(Call.outcome)
    ).all()
    ended = {outcome: count for outcome, _count, _known, count in rows}
    return {
        "answered": sum(count for _outcome, count, _known, _ended in rows),
        "identified": sum(identified or 0 for _outcome, _count, identified, _ended in rows),
        **{
            name: sum(ended.get(outcome, 0) for outcome in outcomes)
            for name, outcomes in ENDED.items()
        },
    }


@pages.post("/handled")
@requires(Right.ACT)
def handled() -> Answer:
    """A row of the queue is dealt with; who is second is told so."""
    kind, subject = request.form.get("kind", "")[:32], request.form.get("subject", "")[:64]
    with desk().database.begin() as session:
        waiting = [item.fact for item in queue(session, desk())]
        here = any((fact.kind, fact.subject) == (kind, subject) for fact in waiting)
        if here:
            mark = Handled(kind=kind, subject=subject, who=me().name, at=desk().clock())
            session.merge(mark)
            call = next(fact.call for fact in waiting if fact.subject == subject)
            audit(session, f"handled: {kind} {subject}", call=call)
    tell("handled" if here else "handled_before", "good" if here else "bad")
    return acting.back()
