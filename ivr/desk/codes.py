"""Codes of cancellations: look one up, print its confirmation."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from ivr.desk import book_views, persons, searches
from ivr.desk.book_views import CancellationView
from ivr.desk.office import desk
from ivr.desk.pages import Answer, audit, page, requires
from ivr.desk.persons import Person
from ivr.desk.rights import Right
from ivr.store.tables import Cancellation

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
        what = f"looked at cancellation {cancellation}"
        audit(session, what, patient=found[0][0].patient_id)
        return page("codes/index.html", asked=found[0][0].code, found=found)


@pages.get("/<int:cancellation>/confirmation")
@requires(Right.PERSONAL)
def confirmation(cancellation: int) -> Answer:
    """A sheet for the patient."""
    with desk().database.begin() as session:
        found = _with_persons(session, Cancellation.id == cancellation) or abort(404)
        audit(session, f"confirmation {cancellation}", patient=found[0][0].patient_id)
        line = desk().ledger(session).line_number
        return page("codes/confirmation.html", item=found[0][0], person=found[0][1], line=line)


def _with_persons(
    session: Session, which: ColumnElement[bool]
) -> list[tuple[CancellationView, Person | None]]:
    found = book_views.cancellations(session, desk(), which)
    known = persons.persons(session, desk().vault, [one.patient_id for one in found])
    return [(one, known.get(one.patient_id)) for one in found]
