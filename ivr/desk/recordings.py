"""The sound of a call: to who may listen, in ranges, with a line in the audit log."""

from __future__ import annotations

import io
import wave
from datetime import timedelta
from typing import NoReturn

import numpy as np
from flask import Blueprint, abort, jsonify, send_file
from sqlalchemy import exists, select

from ivr.desk import unconfirmed
from ivr.desk.office import desk
from ivr.desk.pages import Answer, audit, me, requires
from ivr.desk.rights import Right
from ivr.store.recordings import Recorded, RecordingRows
from ivr.store.tables import Audit, Call
from ivr.store.vault import CannotOpen

pages = Blueprint("recordings", __name__, url_prefix="/calls/<call>/recordings")
PEAKS = 600
"""Columns of the drawn wave."""
AGAIN = timedelta(minutes=5)
"""A player asks for piece after piece: so long they are one listening."""


@pages.get("/<int:recording>.wav")
@requires(Right.LISTEN)
def sound(call: str, recording: int) -> Answer:
    """Stereo; for most listeners the caller is silent where a policy or a code is said."""
    content = _wav(call, recording)
    _note_listening(call, recording)
    answer = send_file(io.BytesIO(content), mimetype="audio/wav", conditional=True)
    answer.headers["Content-Disposition"] = "inline"
    return answer


def _note_listening(call: str, recording: int) -> None:
    """Whatever part of it is asked for."""
    what = f"listened to recording {recording}"
    since = desk().clock() - AGAIN
    lately = exists().where(
        Audit.who == me().name, Audit.at > since, Audit.call_id == call, Audit.what == what
    )
    with desk().database.begin() as session:
        if not session.scalar(select(lately)):
            audit(session, what, call=call)


@pages.get("/<int:recording>/peaks")
@requires(Right.LISTEN)
def peaks(call: str, recording: int) -> Answer:
    """How loud either side is, 0..100, for drawing: caller, line."""
    sides = _samples(_wav(call, recording))
    return jsonify(caller=_peaks(sides[:, 0]), line=_peaks(sides[:, 1]))


def _wav(call: str, recording: int) -> bytes:
    """Only together with its call's id, which nobody can guess."""
    with desk().database.read() as session:
        row = RecordingRows(session, desk().vault).get(recording)
        if row is None or row.call != call:
            abort(404)
        patient = session.scalar(select(Call.patient_id).where(Call.id == call))
        closed = unconfirmed.closes(session, call, patient)
    if closed:
        _refuse(call, patient)
    return _read(row)


def _refuse(call: str, patient: int | None) -> NoReturn:
    """The caller may be somebody whom the unknown one in hand may be as well."""
    with desk().database.begin() as session:
        audit(session, "stopped at a closed patient", call=call, patient=patient)
    abort(403)


def _read(row: Recorded) -> bytes:
    try:
        return desk().recordings.wav(row, masked=not me().may(Right.POLICY))
    except (FileNotFoundError, CannotOpen):
        abort(404)


def _samples(content: bytes) -> np.ndarray:
    with wave.open(io.BytesIO(content)) as file:
        frames = file.readframes(file.getnframes())
    return np.frombuffer(frames, "<i2").reshape(-1, 2)


def _peaks(side: np.ndarray) -> list[int]:
    if not len(side):
        return []
    loud = np.abs(side.astype(np.int32))
    edges = np.linspace(0, len(side), min(PEAKS, len(side)), endpoint=False, dtype=int)
    return [int(one) * 100 // 32768 for one in np.maximum.reduceat(loud, edges)]
