"""Acts on visits, cancellations and SMS; the rules stand in the clinic's book."""

from __future__ import annotations

from flask import Blueprint, abort, request

from ivr.clinic import righting
from ivr.clinic.righting import Righted
from ivr.desk import acting, book_views
from ivr.desk.acting import Act
from ivr.desk.office import desk
from ivr.desk.pages import Answer, audit, page, requires
from ivr.desk.rights import Right
from ivr.messages import outbox
from ivr.store.tables import Cancellation, Outbox, Visit

pages = Blueprint("put_right", __name__)


@pages.post("/visits/<int:visit>/cancel")
@requires(Right.ACT)
def cancel(visit: int) -> Answer:
    version, _why = acting.number("version"), acting.reason()
    with desk().database.begin() as session:
        row = session.get(Visit, visit) or abort(404)
        if stopped := acting.closed(session, row.patient_id):
            return stopped
        result = righting.cancel(desk().ledger(session), visit, version, acting.registrar())
        acting.done(session, Act("cancel visit", visit, patient=row.patient_id), result)
    return acting.back()


@pages.post("/cancellations/<int:cancellation>/<act>")
@requires(Right.ACT)
def decide(cancellation: int, act: str) -> Answer:
    """Restore the visit, grant a request or refuse it, as it was seen."""
    seen, why, by = request.form.get("seen", ""), acting.reason(), acting.registrar()
    with desk().database.begin() as session:
        row = session.get(Cancellation, cancellation) or abort(404)
        if stopped := acting.closed(session, row.patient_id):
            return stopped
        ledger = desk().ledger(session)
        match act:
            case "restore":
                result = righting.restore(ledger, cancellation, seen, by)
            case "grant":
                result = righting.grant(ledger, cancellation, seen, by)
            case "refuse":
                result = righting.refuse(ledger, cancellation, seen, why, by)
            case _:
                abort(404)
        call = row.call_id if row.channel == "phone" else None
        what = Act(f"{act} cancellation", cancellation, call, row.patient_id)
        acting.done(session, what, result)
    return acting.back()


@pages.get("/sms/<int:sms>")
@requires(Right.ACT)
def read(sms: int) -> Answer:
    """The text, to be read out; looking at it is noted."""
    with desk().database.begin() as session:
        row = session.get(Outbox, sms) or abort(404)
        if stopped := acting.closed(session, row.patient_id):
            return stopped
        if row.kind == outbox.IDENTITY_CODE:
            abort(404)
        (shown,) = book_views.sms_list(session, desk().vault, Outbox.id == sms)
        text = outbox.text_of(desk().vault, row)
        audit(session, f"read SMS {sms}", patient=row.patient_id)
    return page("put_right/sms.html", sms=shown, text=text)


@pages.post("/sms/<int:sms>/again")
@requires(Right.ACT)
def again(sms: int) -> Answer:
    acting.reason()
    with desk().database.begin() as session:
        row = session.get(Outbox, sms) or abort(404)
        if stopped := acting.closed(session, row.patient_id):
            return stopped
        result = righting.send_again(desk().ledger(session), sms, acting.registrar())
        acting.done(session, Act("send SMS again", sms, patient=row.patient_id), result)
    return acting.back()


@pages.post("/sms/<int:sms>/told")
@requires(Right.ACT)
def told(sms: int) -> Answer:
    """The registrar has read it out to the patient."""
    acting.reason()
    with desk().database.begin() as session:
        row = session.get(Outbox, sms) or abort(404)
        if stopped := acting.closed(session, row.patient_id):
            return stopped
        if row.cancellation_id is not None:
            righting.told(desk().ledger(session), row.cancellation_id, acting.registrar())
        act = Act("read out SMS", sms, patient=row.patient_id)
        acting.done(session, act, Righted.DONE)
    return acting.back()
