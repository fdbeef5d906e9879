"""Codes of cancellations: look one up, print its confirmation."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from ivr.desk import book_views, persons, searches, unconfirmed
from ivr.desk.book_views import CancellationView
from ivr.desk.office import desk
from ivr.desk.pages import Answer, audit, page, requires
from ivr.desk.persons import Person
from ivr.desk.rights import Right
from ivr.store.tables import Cancellation

Shown = tuple[CancellationView, Person | None, str | None]
"""With the call of an unknown caller to which it is closed."""
pages = Blueprint("codes", __name__, url_prefix="/codes")


@pages.get("/")
@requires(Right.PERSONAL)
def index() -> Answer:
    asked = searches.asked("code")
    code = "".join(each for each in asked if each.isdigit())
    if not asked:
        return page("codes/index.html", asked="", found=None)
    with desk().database.begin() as session:
        found = _with_persons(session, Cancellation.code == code)
        audit(session, f"looked a code up: {len(found)}")
        return page("codes/index.html", asked=asked, found=found)


@pages.post("/")
@requires(Right.PERSONAL)
def search() -> Answer:
    code = request.form.get("code", "").strip()[:20]
    kept = searches.keep({"code": code} if code else {})
    return redirect(url_for("desk.codes.index", **kept), 303)


@pages.get("/<int:cancellation>")
@requires(Right.PERSONAL)
def one(cancellation: int) -> Answer:
    with desk().database.begin() as session:
        found = _with_persons(session, Cancellation.id == cancellation) or abort(404)
        item, _, closed = found[0]
        what = (
            "looked at a closed patient" if closed else f"looked at cancellation {cancellation}"
        )
        audit(session, what, call=closed, patient=item.patient_id)
        return page("codes/index.html", asked=item.code, found=found)


@pages.get("/<int:cancellation>/confirmation")
@requires(Right.PERSONAL)
def confirmation(cancellation: int) -> Answer:
    """A sheet for the patient."""
    with desk().database.begin() as session:
        found = _with_persons(session, Cancellation.id == cancellation) or abort(404)
        item, person, closed = found[0]
        if closed:
            return redirect(url_for("desk.codes.one", cancellation=cancellation))
        audit(session, f"confirmation {cancellation}", patient=item.patient_id)
        line = desk().ledger(session).line_number
        return page("codes/confirmation.html", item=item, person=person, line=line)


def _with_persons(session: Session, which: ColumnElement[bool]) -> list[Shown]:
    found = book_views.cancellations(session, desk(), which)
    known = persons.persons(session, desk().vault, [one.patient_id for one in found])
    return [
        (one, known.get(one.patient_id), unconfirmed.held_from(session, one.patient_id))
        for one in found
    ]
