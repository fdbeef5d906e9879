"""The phone in the browser: a page that calls the line, and the little it asks of it.

Its sound and keys go through the media socket, as a carrier's do. Whoever can open the page can
call from any number: it is for the demo and for training, and off elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request, send_from_directory

from ivr.dialogue.conversation import Line
from ivr.dialogue.turns import Dial, DialEnded, HangUp, Heard, Listen, Recorded, RecordNote
from ivr.phone_numbers import e164
from ivr.store.database import Database
from ivr.store.tables import Call
from ivr.store.transcripts import Transcripts
from ivr.store.vault import Vault
from ivr.switchboard import Reply, Switchboard, UnknownCall
from ivr.telephony import carrier
from ivr.telephony.speech_path import DOOR, SpeechPath, open_call

FILES = frozenset({"phone.css", "phone.js", "mulaw.js", "sound.js"})
POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src data:",
        "connect-src 'self' ws: wss:",
        "frame-ancestors 'none'",
    )
)
NO_NUMBER, NO_STREAM = "no telephone number", "no stream"
"""What the page puts into words."""
NOTE = "phone-page-note"
"""What a spoken note is called here: nothing of it is recorded."""


@dataclass(frozen=True, slots=True)
class PhonePage:
    switchboard: Switchboard
    database: Database
    vault: Vault
    speech: SpeechPath

    def blueprint(self) -> Blueprint:
        phone = Blueprint("phone", __name__)
        call = "/phone/calls/<call>"
        phone.get("/phone")(self.page)
        phone.get("/phone/<file>")(self.file)
        phone.post("/phone/calls")(self.ring)
        phone.post(f"{call}/go-on")(self.go_on)
        phone.post(f"{call}/hang-up")(self.hang_up)
        phone.get(f"{call}/lines")(self.lines)
        phone.after_request(_protected)
        phone.register_error_handler(UnknownCall, _not_found)
        phone.register_error_handler(carrier.Hostile, _not_found)
        return phone

    def page(self) -> Response:
        return send_from_directory("telephony/phone", "index.html")

    def file(self, file: str) -> Response:
        if file not in FILES:
            abort(404)
        return send_from_directory("telephony/phone", file)

    def ring(self) -> Response:
        written = str(_body().get("from") or "")
        caller = e164(written) if written else None
        if written and caller is None:
            return _refused(NO_NUMBER)
        opened = open_call(self.switchboard, self.speech, caller)
        if opened is None:
            return _refused(NO_STREAM, 503)
        return jsonify(id=opened.call, sid=opened.carrier_id, stream=opened.url)

    def go_on(self, call: str) -> Response:
        """What follows a stream that is over: another, a telephone, a note, or nothing."""
        reply = self.switchboard.turn_in_force(call, carrier_id=self._carrier_id(call))
        heard = _reported(reply, _body())
        if heard is not None:
            reply = self.switchboard.hear(reply.call, reply.turn.number, heard, by_voice=True)
        match reply.turn.then:
            case Dial():
                return jsonify(dial=reply.transfer_to)
            case RecordNote():
                return jsonify(note=True)
            case HangUp() if heard is None or not reply.sentences:
                return jsonify()
            case HangUp() | Listen():
                url = self.speech.url(reply.call)
                return _refused(NO_STREAM, 503) if url is None else jsonify(stream=url)

    def hang_up(self, call: str) -> Response:
        self.switchboard.hang_up(carrier_id=self._carrier_id(call))
        return jsonify()

    def lines(self, call: str) -> Response:
        """What has been said and heard behind the line `after`, oldest first."""
        after = request.args.get("after", 0, int)
        self._carrier_id(call)
        with self.database.read() as session:
            row = session.get_one(Call, call)
            told = Transcripts(session, self.vault).lines(call)
            ended = {"number": len(told) + 1, "kind": "end", "text": row.outcome}
            over = row.ended_at is not None
        found = [each for line in told if line.number > after for each in _told(line)]
        return jsonify([*found, ended] if over and after <= len(told) else found)

    def _carrier_id(self, call: str) -> str:
        """Of a call of this page. Raises UnknownCall."""
        with self.database.read() as session:
            row = session.get(Call, carrier.call_id(call))
        if row is None or row.door != DOOR or row.carrier_id is None:
            raise UnknownCall
        return row.carrier_id


def _told(line: Line) -> Iterator[dict[str, Any]]:
    if line.kind == "said":
        text = " ".join(said["text"] for said in line.payload)
        yield {"number": line.number, "kind": "said", "text": text}
    elif line.kind == "heard":
        heard = line.payload["heard"]
        text = heard.get("words") or heard.get("keys") or ""
        effect = line.payload["effect"]
        yield {"number": line.number, "kind": line.name, "text": text, "effect": effect}


def _reported(reply: Reply, body: dict[str, Any]) -> Heard | None:
    """How the ringing or the note ended, where the page says so."""
    match reply.turn.then:
        case Dial() if isinstance(body.get("answered"), bool):
            return DialEnded(answered=body["answered"])
        case RecordNote() if isinstance(body.get("note"), int):
            seconds = min(max(body["note"], 0), 60)
            return Recorded(NOTE if seconds else "", seconds)
        case _:
            return None


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}


def _refused(why: str, status: int = 400) -> Response:
    reply = jsonify(error=why)
    reply.status_code = status
    return reply


def _not_found(_fault: Exception) -> Response:
    return Response(status=404)


def _protected(reply: Response) -> Response:
    reply.headers["Content-Security-Policy"] = POLICY
    reply.headers["Cache-Control"] = "no-store"
    reply.headers["X-Content-Type-Options"] = "nosniff"
    return reply
