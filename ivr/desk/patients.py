"""Patients: found by name, telephone or policy; visits, requests, calls of one; telephones."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.clinic import patients as files
from ivr.clinic.patients import PhoneLink
from ivr.clinic.righting import Righted
from ivr.desk import acting, book_views, persons, searches, unconfirmed
from ivr.desk.acting import Act
from ivr.desk.call_search import as_rows
from ivr.desk.office import desk
from ivr.desk.pages import Answer, audit, page, requires, tell
from ivr.desk.rights import Right
from ivr.desk.words import word
from ivr.phone_numbers import e164
from ivr.store.tables import Call, CallbackRequest, Cancellation, Note, Outbox, Visit

pages = Blueprint("patients", __name__, url_prefix="/patients")
LINKS = (files.OWN, files.RELATIVE, files.HOUSEHOLD)
RECENT = 50


@pages.get("/")
@requires(Right.PERSONAL)
def index() -> Answer:
    """One field for all: a surname, a telephone, the end of a policy."""
    asked = searches.asked("who")
    if not asked:
        return page("patients/index.html", asked="", found=None)
    with desk().database.begin() as session:
        matches = persons.by_anything(session, desk().vault, asked)
        found = sorted(
            persons.persons(session, desk().vault, matches.ids).values(),
            key=lambda one: (one.name.last, one.name.first, one.born),
        )
        audit(session, f"searched patients: {len(found)}")
    return page("patients/index.html", asked=asked, found=found, more=matches.more)


@pages.post("/")
@requires(Right.PERSONAL)
def search() -> Answer:
    who = request.form.get("who", "").strip()[:120]
    kept = searches.keep({"who": who} if who else {})
    return redirect(url_for("desk.patients.index", **kept), 303)


@pages.get("/<int:patient>")
@requires(Right.PERSONAL)
def one(patient: int) -> Answer:
    with desk().database.begin() as session:
        person = persons.person(session, desk().vault, patient) or abort(404)
        if call := unconfirmed.held_from(session, patient):
            audit(session, "looked at a closed patient", call=call, patient=patient)
            return page("patients/closed.html", person=person, call=call)
        audit(session, "looked at a patient", patient=patient)
        mine = Visit.patient_id == patient, Visit.start > desk().clock()
        past = Visit.patient_id == patient, Visit.start <= desk().clock()
        return page(
            "patients/one.html",
            person=person,
            links=LINKS,
            ahead=book_views.visits(session, *mine),
            past=book_views.visits(session, *past)[-RECENT:],
            cancellations=book_views.cancellations(
                session, desk(), Cancellation.patient_id == patient
            ),
            callbacks=book_views.callbacks(
                session, desk(), CallbackRequest.patient_id == patient
            ),
            other_sms=book_views.sms_list(
                session,
                desk().vault,
                Outbox.patient_id == patient,
                Outbox.cancellation_id.is_(None),
            ),
            calls=_calls(session, patient),
            notes=book_views.notes(session, desk().vault, Note.patient_id == patient),
        )


@pages.post("/<int:patient>/open")
@requires(Right.ACT)
def open_otherwise(patient: int) -> Answer:
    """The patient is looked at for another reason than the call that is open."""
    why = acting.reason()
    with desk().database.begin() as session:
        persons.person(session, desk().vault, patient) or abort(404)
        call = unconfirmed.held_from(session, patient)
        if call:
            audit(session, "opened a patient past the check", call=call, patient=patient)
            acting.note(session, f"{word('past_check', 'act')}: {why}", patient=patient)
    unconfirmed.let_go()
    return redirect(url_for("desk.patients.one", patient=patient), 303)


def _calls(session: Session, patient: int) -> object:
    newest = select(Call).where(Call.patient_id == patient).order_by(Call.started_at.desc())
    return as_rows(session, desk(), list(session.scalars(newest.limit(RECENT))))


@pages.post("/<int:patient>/phones/<int:phone>")
@requires(Right.ACT)
def relink(patient: int, phone: int) -> Answer:
    """Correct what a telephone is to a patient, or unlink it."""
    before, after = request.form.get("before", ""), request.form.get("after", "")
    if after not in (*LINKS, ""):
        abort(400)
    acting.reason()
    with desk().database.begin() as session:
        if stopped := acting.closed(session, patient):
            return stopped
        done = files.relink(session, patient, phone, before=before, after=after)
        _tell_phone(session, Act("change phone", phone, patient=patient), done=done)
    return acting.back()


@pages.post("/<int:patient>/phones")
@requires(Right.ACT)
def link(patient: int) -> Answer:
    number, kind = e164(request.form.get("phone", "")), request.form.get("after", "")
    acting.reason()
    if number is None or kind not in LINKS:
        tell("phone_wrong", "bad")
        return acting.back()
    with desk().database.begin() as session:
        persons.person(session, desk().vault, patient) or abort(404)
        if stopped := acting.closed(session, patient):
            return stopped
        done = files.link_phone(session, desk().vault, patient, PhoneLink(number, kind))
        _tell_phone(session, Act("add phone", patient, patient=patient), done=done)
    return acting.back()


def _tell_phone(session: Session, act: Act, *, done: bool) -> None:
    acting.done(session, act, Righted.DONE if done else Righted.CHANGED)
