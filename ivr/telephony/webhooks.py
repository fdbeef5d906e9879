"""The carrier's door: a request in, a TwiML document out, whatever is broken behind it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from time import perf_counter

from flask import Blueprint, Response, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from ivr.dialogue.turns import Dial, DialEnded, Heard, Listen, Recorded
from ivr.faults import report
from ivr.switchboard import Reply, Switchboard, UnknownCall
from ivr.telephony import carrier, metrics
from ivr.telephony.call_recording import CallRecording, follow
from ivr.telephony.carrier import Hostile
from ivr.telephony.signature import Signature
from ivr.telephony.speech_path import KeysOnly, SpeechPath
from ivr.telephony.twiml import Documents

log = logging.getLogger(__name__)

RECORDED = "greeting.recorded"
DOOR, STREAM_DOOR = "keypad", "stream"
MOST_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Apologies:
    """Documents made at the start: they need nothing that can break."""

    broken: str
    """The database is down, or a fault of ours."""
    lost: str
    """A request for a call that is not ours, or not this caller's."""
    empty: str


@dataclass(frozen=True, slots=True)
class Webhooks:
    switchboard: Switchboard
    documents: Documents
    apologies: Apologies
    recording: CallRecording
    signature: Signature | None
    """None where signatures are not asked for."""
    speech: SpeechPath = field(default_factory=KeysOnly)

    def blueprint(self) -> Blueprint:
        voice = Blueprint("voice", __name__)
        voice.before_request(self.admit)
        call = "/voice/calls/<call>"
        voice.post("/voice")(self.pick_up)
        voice.post(f"{call}/turns/<int:turn>")(self.turn)
        voice.post(f"{call}/resume")(self.resume)
        voice.post(f"{call}/whisper")(self.whisper)
        voice.post("/voice/status")(self.status)
        voice.post("/voice/fallback")(self.fallback)
        voice.register_error_handler(Hostile, refuse)
        voice.register_error_handler(HTTPException, refuse_http)
        voice.register_error_handler(UnknownCall, self.lost)
        voice.register_error_handler(Exception, self.broken)
        return voice

    def admit(self) -> Response | None:
        return admit(self.signature)

    def pick_up(self) -> Response:
        began = perf_counter()
        carrier_id = carrier.carrier_id(request.form)
        caller = carrier.caller(request.form)
        by_voice = self.speech.has_room()
        reply = self.switchboard.pick_up(
            carrier_id=carrier_id,
            caller=caller,
            door=STREAM_DOOR if by_voice else DOOR,
            by_voice=by_voice,
        )
        self._note(reply, carrier_id, None, began)
        url = self.speech.url(reply.call) if by_voice else None
        if url is not None:
            return xml(self.documents.stream(reply, url, opening=True))
        if by_voice:
            reply = self.switchboard.turn_in_force(reply.call, carrier_id=carrier_id)
        first = self.speech.keys_only
        return xml(self.documents.opening(self._by_keys(reply), first=first))

    def turn(self, call: str, turn: int) -> Response:
        began = perf_counter()
        call, number = carrier.call_id(call), carrier.turn_number(turn)
        carrier_id = carrier.carrier_id(request.form)
        heard = carrier.heard(request.form, request.args)
        reply = self.switchboard.hear(call, number, heard, carrier_id=carrier_id)
        self._note(reply, carrier_id, heard, began)
        if isinstance(heard, DialEnded | Recorded):
            return self._after_the_carrier(reply)
        return xml(self.documents.turn(self._by_keys(reply)))

    def resume(self, call: str) -> Response:
        """Also where a stream has ended: on purpose, or because it or its process died."""
        carrier_id = carrier.carrier_id(request.form)
        reply = self.switchboard.turn_in_force(carrier.call_id(call), carrier_id=carrier_id)
        heard_turn = self.speech.heard_turn(reply.call)
        if heard_turn is None:
            return xml(self.documents.turn(self._by_keys(reply)))
        if isinstance(reply.turn.then, Listen):
            return xml(self.documents.turn(self._by_keys(reply), first=self.speech.keys_only))
        said = replace(reply, sentences=()) if heard_turn == reply.turn.number else reply
        return xml(self.documents.turn(said))

    def _after_the_carrier(self, reply: Reply) -> Response:
        """It has rung a person or taken a note: a call that was a stream is one again."""
        listens = isinstance(reply.turn.then, Listen)
        if (
            listens
            and self.speech.heard_turn(reply.call) is not None
            and self.speech.has_room()
        ):
            url = self.speech.url(reply.call)
            if url is not None:
                return xml(self.documents.stream(reply, url, opening=False))
        return xml(self.documents.turn(self._by_keys(reply)))

    def _by_keys(self, reply: Reply) -> Reply:
        """Our own recording is made on the stream: by keys nobody is told of one."""
        if self.documents.recorded:
            return reply
        said = tuple(one for one in reply.sentences if one.prompt != RECORDED)
        return replace(reply, sentences=said)

    def whisper(self, call: str) -> Response:
        """The dialled leg has an id of its own; what is whispered names nobody."""
        call, parent = carrier.call_id(call), carrier.parent_id(request.form)
        reply = self.switchboard.turn_in_force(call, carrier_id=parent)
        ringing = isinstance(reply.turn.then, Dial)
        return xml(self.documents.whisper(reply) if ringing else self.apologies.empty)

    def status(self) -> Response:
        carrier_id = carrier.carrier_id(request.form)
        if carrier.is_over(request.form):
            self.switchboard.hang_up(carrier_id=carrier_id)
        return xml(self.apologies.empty)

    def fallback(self) -> Response:
        return xml(self.apologies.broken)

    def lost(self, _fault: Exception) -> Response:
        return xml(self.apologies.lost if _speaks() else self.apologies.empty)

    def broken(self, fault: Exception) -> Response:
        metrics.FAULTS.inc()
        report(fault, _call())
        self._mark_failed(fault)
        return xml(self.apologies.broken if _speaks() else self.apologies.empty)

    def _mark_failed(self, fault: Exception) -> None:
        """Where it is the database that is broken there is nothing to write to."""
        if isinstance(fault, SQLAlchemyError) or not _call():
            return
        try:
            self.switchboard.fail(_call())
        except Exception as another:  # noqa: BLE001 - the apology is said whatever happens
            report(another, _call())

    def _note(self, reply: Reply, carrier_id: str, heard: Heard | None, began: float) -> None:
        seconds = perf_counter() - began
        metrics.TURN_SECONDS.observe(seconds)
        follow(self.recording, carrier_id, reply)
        turn, kind = reply.turn, type(heard).__name__ if heard else "-"
        log.info(
            "call %s turn %d %s attempt %d heard %s %.0f ms",
            *(reply.call, turn.number, turn.prompt or "-", turn.attempt, kind, seconds * 1000),
        )


def admit(signature: Signature | None) -> Response | None:
    """403 for what the carrier has not signed."""
    request.max_content_length = MOST_BYTES
    if signature is None or signature.fits(request):
        return None
    metrics.SIGNATURE_FAILURES.inc()
    return Response(status=403)


def refuse(_fault: Exception) -> Response:
    metrics.REFUSED.inc()
    return Response(status=400)


def refuse_http(fault: HTTPException) -> HTTPException | Response:
    return refuse(fault) if isinstance(fault, RequestEntityTooLarge) else fault


def xml(document: str) -> Response:
    return Response(document, content_type="text/xml; charset=utf-8")


def _speaks() -> bool:
    """The caller hears the answer: neither a report nor a whisper to the other side."""
    return request.endpoint not in {"voice.status", "voice.whisper"}


def _call() -> str:
    """The call's id where the address holds a clean one."""
    call = str((request.view_args or {}).get("call", ""))
    return call if carrier.CALL_ID.fullmatch(call) else ""
