"""What every act of a registrar has: a reason, a note, a line in the audit log, an answer."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from ivr.clinic.righting import Registrar, Righted
from ivr.desk import unconfirmed
from ivr.desk.book_views import NOTE
from ivr.desk.office import desk
from ivr.desk.pages import audit, me, tell
from ivr.desk.words import word
from ivr.store.tables import Note

LONGEST = 500
"""Characters of a reason or a note."""


def registrar() -> Registrar:
    return Registrar(me().name, desk().clock())


def reason() -> str:
    """Why; an act without a reason is none."""
    written = request.form.get("reason", "").strip()[:LONGEST]
    return written or abort(400)


def number(name: str) -> int:
    """A number of the form."""
    written = request.form.get(name, "")
    return int(written) if written.isdecimal() and len(written) < 16 else abort(400)


def note(
    session: Session, text: str, *, call: str | None = None, patient: int | None = None
) -> None:
    """Keep a registrar's words, sealed."""
    session.add(
        Note(
            call_id=call,
            patient_id=patient,
            who=me().name,
            at=desk().clock(),
            text_sealed=desk().vault.seal(NOTE, text[:LONGEST]),
        )
    )


def closed(session: Session, patient: int | None) -> Response | None:
    """To the check of the caller, where the visits are closed to the call in hand; noted."""
    call = unconfirmed.held_from(session, patient) if patient else None
    if call is None:
        return None
    audit(session, "stopped at a closed patient", call=call, patient=patient)
    tell("patient_closed", "bad")
    return redirect(url_for("desk.patients.one", patient=patient))


@dataclass(frozen=True, slots=True)
class Act:
    """What a registrar does to what."""

    name: str
    """In words.toml [act]."""
    subject: int
    call: str | None = None
    patient: int | None = None


def done(session: Session, act: Act, result: Righted) -> None:
    """Note an act that came to something; tell the registrar what it came to."""
    acted = result in (Righted.DONE, Righted.ASKED)
    if acted:
        text = f"{word(act.name, 'act')}: {reason()}"
        note(session, text, call=act.call, patient=act.patient)
    what = f"{act.name} {act.subject}: {result}"
    audit(session, what, call=act.call, patient=act.patient)
    tell(f"righted_{result}", "good" if acted else "bad")


def back() -> Response:
    """To the page of the desk that the form names."""
    wanted = request.form.get("back", "")
    inside = wanted.startswith("/desk/") and "\\" not in wanted
    return redirect(wanted if inside and not wanted.startswith("//") else "/desk/")
