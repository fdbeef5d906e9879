"""The audit log: who looked at or did what, when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import Blueprint, request
from sqlalchemy import ColumnElement, select

from ivr.desk.deeds import kinds
from ivr.desk.office import desk
from ivr.desk.pages import Answer, audit, page, requires
from ivr.desk.rights import Right
from ivr.desk.words import group
from ivr.store.tables import Audit, Registrar

pages = Blueprint("journal", __name__, url_prefix="/journal")
PAGE = 100
FIELDS = ("who", "what", "call", "patient", "since", "until")


@pages.get("/")
@requires(Right.AUDIT)
def index() -> Answer:
    asked = {name: request.args.get(name, "").strip()[:80] for name in FIELDS}
    after = request.args.get("after", "")
    with desk().database.begin() as session:
        query = select(Audit).where(*_conditions(asked)).order_by(Audit.id.desc())
        if after.isdecimal() and len(after) < 16:
            query = query.where(Audit.id < int(after))
        rows = session.scalars(query.limit(PAGE + 1)).all()
        people = session.scalars(select(Registrar.name).order_by(Registrar.name)).all()
        audit(session, "searched the audit log")
    shown = rows[:PAGE]
    more = str(shown[-1].id) if len(rows) > PAGE else ""
    kept = {name: value for name, value in asked.items() if value}
    return page(
        "journal/index.html",
        rows=shown,
        asked=asked,
        kept=kept,
        next=more,
        kinds=kinds(),
        known=[*people, *group("actor").values()],
    )


def _conditions(asked: dict[str, str]) -> Iterator[ColumnElement[bool]]:
    if asked["who"]:
        called = {name: key for key, name in group("actor").items()}
        yield Audit.who.in_({asked["who"], called.get(asked["who"], asked["who"])})
    if asked["what"]:
        yield Audit.what.startswith(asked["what"], autoescape=True)
    if asked["call"]:
        yield Audit.call_id == asked["call"]
    if asked["patient"].isdecimal():
        yield Audit.patient_id == int(asked["patient"][:15])
    if since := _day(asked["since"]):
        yield Audit.at >= since
    if until := _day(asked["until"]):
        yield Audit.at < until + timedelta(days=1)


def _day(written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written).replace(tzinfo=desk().zone)
    except ValueError:
        return None
