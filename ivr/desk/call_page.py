"""One call: its dialogue, its sound, what it changed, what a registrar does about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from flask import Blueprint, abort, redirect, request, url_for
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr.clinic import patients
from ivr.desk import acting, book_views, moments, persons, searches, unconfirmed
from ivr.desk.book_views import VisitView
from ivr.desk.call_search import as_rows
from ivr.desk.dialogue import Said, dialogue
from ivr.desk.office import desk
from ivr.desk.pages import Answer, audit, me, page, requires, tell
from ivr.desk.rights import Right
from ivr.desk.showing import eyes
from ivr.store.answer_marks import AnswerMarks
from ivr.store.recordings import Recorded, RecordingRows, silences
from ivr.store.tables import (
    Attempts,
    Call,
    CallbackRequest,
    CallerCheck,
    Cancellation,
    Note,
    Visit,
)

pages = Blueprint("call_page", __name__, url_prefix="/calls/<call>")
FEW = 10
"""Patients among whom an unknown caller is looked for."""
Silent = Mapping[int, Sequence[tuple[float, float]]]
Candidate = tuple[persons.Person, list[VisitView] | None]


@pages.get("/")
@requires(Right.CALLS)
def index(call: str) -> Answer:
    with desk().database.begin() as session:
        row = session.get(Call, call) or abort(404)
        if row.level:
            unconfirmed.known_now(call)
        if unconfirmed.closes(session, call, row.patient_id):
            return _closed(session, row.patient_id)
        audit(session, "looked at a call", call=call, patient=row.patient_id)
        recorded = RecordingRows(session, desk().vault).of_call(call)
        (summary,) = as_rows(session, desk(), [row])
        unknown = row.level == 0 and me().may(Right.ACT)
        who = searches.asked("who") if unknown else ""
        sought = persons.by_anything(session, desk().vault, who) if who else persons.Matches()
        candidates = _candidates(session, row, sought.ids[:FEW]) if unknown else []
        if unknown:
            unconfirmed.hold(call, [one.id for one, _visits in candidates])
        silent = _silent(recorded)
        by_call = (Cancellation.call_id == call, Cancellation.channel == "phone")
        lines = dialogue(session, desk(), call, eyes(), recorded)
        return page(
            "calls/call.html",
            call=summary,
            row=row,
            dialogue=lines,
            sought=moments.sought(lines, request.args.get(moments.FIELD, "")),
            marks=AnswerMarks(session, desk().vault).of_call(call),
            recorded=recorded,
            silent=silent,
            muted=_muted(lines, silent),
            person=persons.person(session, desk().vault, row.patient_id),
            failures=_failures(session, call),
            cancellations=book_views.cancellations(session, desk(), *by_call),
            callbacks=book_views.callbacks(session, desk(), CallbackRequest.call_id == call),
            notes=book_views.notes(session, desk().vault, Note.call_id == call),
            unknown=unknown,
            candidates=candidates,
            more=sought.more or len(sought.ids) > FEW,
            who=who,
            back=url_for("desk.call_page.index", call=call),
        )


def _closed(session: Session, patient: int | None) -> Answer:
    """The call of somebody whom the unknown caller in hand may be."""
    person = persons.person(session, desk().vault, patient) or abort(404)
    call = unconfirmed.held_from(session, person.id)
    audit(session, "looked at a closed patient", call=call, patient=person.id)
    return page("patients/closed.html", person=person, call=call)


def _silent(recorded: Sequence[Recorded]) -> Silent:
    """By recording, the seconds in which who looks hears nothing; none for who hears all."""
    if me().may(Right.POLICY):
        return {}
    return {
        one.id: [(since / 1000, until / 1000) for since, until in silences(one.marks)]
        for one in recorded
    }


def _muted(lines: Sequence[Said], silent: Silent) -> set[int]:
    """Numbers of the lines whose sound begins in such a silence."""
    return {
        one.number
        for one in lines
        if one.sound
        for since, until in silent.get(one.sound.recording, ())
        if since <= one.sound.seconds < until
    }


def _failures(session: Session, call: str) -> int:
    """Comparisons with a file that failed in this call."""
    row = session.get(Attempts, ("call", call))
    return row.failures if row else 0


@pages.post("/who")
@requires(Right.ACT)
def look(call: str) -> Answer:
    """Look for the patient that an unknown caller may be."""
    who = request.form.get("who", "").strip()[:120]
    kept = searches.keep({"who": who} if who else {})
    page_of_call = url_for("desk.call_page.index", call=call, _anchor="unknown", **kept)
    return redirect(page_of_call, 303)


def _candidates(session: Session, row: Call, sought: Sequence[int]) -> list[Candidate]:
    """Who an unknown caller may be, with the visits once a registrar has compared the file.

    Those linked to the number, and whom the registrar looks for.
    """
    chosen = request.args.get("patient", "")
    ids = [int(chosen)] if chosen.isdecimal() and len(chosen) < 16 else []
    ids += sought
    number = desk().vault.open(patients.PHONE, row.caller_sealed) if row.caller_sealed else None
    ids += [one.id for one in patients.linked_to(session, desk().vault, number)]
    found = (persons.person(session, desk().vault, one) for one in dict.fromkeys(ids))
    return [(one, _checked_visits(session, row.id, one.id)) for one in found if one]


def _checked_visits(session: Session, call: str, patient: int) -> list[VisitView] | None:
    if session.get(CallerCheck, (call, patient)) is None:
        return None
    return book_views.visits(session, Visit.patient_id == patient, Visit.start > desk().clock())


@pages.post("/check")
@requires(Right.ACT)
def check(call: str) -> Answer:
    """Name, policy and birth date are ticked; the date of a visit is compared here, unseen."""
    patient, ticked = acting.number("patient"), ("name", "policy", "born")
    with desk().database.begin() as session:
        session.get(Call, call) or abort(404)
        whole = all(request.form.get(name) for name in ticked)
        fits = whole and _has_visit_on(session, patient, request.form.get("visit", ""))
        if fits:
            session.merge(
                CallerCheck(call_id=call, patient_id=patient, who=me().name, at=desk().clock())
            )
        what = "caller compared with the file: fits" if fits else "caller compared: no"
        audit(session, what, call=call, patient=patient)
    tell("check_fits" if fits else "check_fails", "good" if fits else "bad")
    return acting.back()


def _has_visit_on(session: Session, patient: int, written: str) -> bool:
    try:
        day = datetime.strptime(written, "%Y-%m-%d").date()  # noqa: DTZ007 - a day
    except ValueError:
        return False
    on = Visit.wall.startswith(day.isoformat())
    query = select(Visit.id).where(Visit.patient_id == patient, on)
    return session.scalars(query).first() is not None


@pages.post("/note")
@requires(Right.ACT)
def note(call: str) -> Answer:
    text = acting.reason()
    with desk().database.begin() as session:
        session.get(Call, call) or abort(404)
        acting.note(session, text, call=call)
        audit(session, "wrote a note", call=call)
    tell("noted")
    return acting.back()


@pages.post("/handled")
@requires(Right.ACT)
def handled(call: str) -> Answer:
    """Who is second is told that it was done already."""
    with desk().database.begin() as session:
        first = session.execute(
            update(Call)
            .where(Call.id == call, Call.handled_at.is_(None))
            .values(handled_at=desk().clock(), handled_by=me().name)
            .returning(Call.id)
        ).first()
        if first is None:
            session.get(Call, call) or abort(404)
        else:
            audit(session, "handled a call", call=call)
    tell("handled" if first else "handled_before", "good" if first else "bad")
    return acting.back()


@pages.post("/call-back")
@requires(Right.ACT)
def call_back(call: str) -> Answer:
    """Ask for a call back to the caller's number, because of a place in the dialogue."""
    line, why = acting.number("line"), acting.reason()
    with desk().database.begin() as session:
        row = session.get(Call, call) or abort(404)
        known = CallbackRequest.call_id == call, CallbackRequest.line_number == line
        if row.caller_sealed is None or session.scalar(
            select(CallbackRequest.id).where(*known)
        ):
            tell("callback_known", "bad")
            return acting.back()
        number = desk().vault.open(patients.PHONE, row.caller_sealed)
        linked = patients.linked_to(session, desk().vault, number)
        session.add(
            CallbackRequest(
                phone_sealed=row.caller_sealed,
                phone_index=patients.phone_index(desk().vault, number),
                on_file=any(row.patient_id in (None, one.id) for one in linked),
                patient_id=row.patient_id,
                reason="desk",
                level=row.level,
                call_id=call,
                line_number=line,
                agreed=False,
                created_at=desk().clock(),
                note_sealed=desk().vault.seal(book_views.NOTE, why),
            )
        )
        audit(session, "asked for a call back", call=call, patient=row.patient_id)
    tell("callback_made")
    return acting.back()
