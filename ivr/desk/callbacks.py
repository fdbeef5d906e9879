"""Whom to call back: take, done, not reached; the second registrar is told."""

from __future__ import annotations

from flask import Blueprint, abort, request
from sqlalchemy import Update, update

from ivr.desk import acting, book_views, persons
from ivr.desk.office import desk
from ivr.desk.pages import Answer, audit, me, page, requires, tell
from ivr.desk.rights import Right
from ivr.store.tables import CallbackRequest

pages = Blueprint("callbacks", __name__, url_prefix="/call-backs")
ACTS = {"take": "taken", "done": "done", "not_reached": "open"}
"""What each act makes of a request."""


@pages.get("/")
@requires(Right.CALLS)
def index() -> Answer:
    with desk().database.begin() as session:
        state = CallbackRequest.state
        waiting = book_views.callbacks(session, desk(), state.in_(("open", "taken")))
        people = {
            one.patient_id: persons.person(session, desk().vault, one.patient_id)
            for one in waiting
            if one.patient_id
        }
        audit(session, f"looked at call-backs: {len(waiting)}")
        return page("callbacks/index.html", waiting=waiting, people=people)


@pages.post("/<int:request_id>/<act>")
@requires(Right.ACT)
def change(request_id: int, act: str) -> Answer:
    if act not in ACTS:
        abort(404)
    seen = acting.number("version")
    note = request.form.get("reason", "").strip()
    with desk().database.begin() as session:
        row = session.get(CallbackRequest, request_id) or abort(404)
        mine = _conditional(request_id, seen, act)
        done = session.execute(mine.returning(CallbackRequest.id)).first() is not None
        if done and note:
            acting.note(session, note, call=row.call_id, patient=row.patient_id)
        what = f"call-back request {request_id} {act}: {'done' if done else 'changed'}"
        audit(session, what, call=row.call_id, patient=row.patient_id)
    tell(f"callback_{act}" if done else "callback_changed", "good" if done else "bad")
    return acting.back()


def _conditional(request_id: int, seen: int, act: str) -> Update:
    """Only as it was seen."""
    return (
        update(CallbackRequest)
        .where(CallbackRequest.id == request_id, CallbackRequest.version == seen)
        .where(CallbackRequest.state != "done")
        .values(
            state=ACTS[act],
            version=seen + 1,
            registrar=me().name,
            changed_at=desk().clock(),
            not_reached=CallbackRequest.not_reached + int(act == "not_reached"),
        )
        .execution_options(synchronize_session=False)
    )
