"""The sound of a call: to who may listen, in ranges, with a line in the audit log."""

from __future__ import annotations

import io
import wave

import numpy as np
from flask import Blueprint, abort, jsonify, request, send_file

from ivr.desk.office import desk
from ivr.desk.pages import Answer, audit, me, requires
from ivr.desk.rights import Right
from ivr.store.recordings import Recorded, RecordingRows
from ivr.store.vault import CannotOpen

pages = Blueprint("recordings", __name__, url_prefix="/calls/<call>/recordings")
PEAKS = 600
"""Columns of the drawn wave."""


@pages.get("/<int:recording>.wav")
@requires(Right.LISTEN)
def sound(call: str, recording: int) -> Answer:
    """Stereo; for most listeners the caller is silent where a policy or a code is said."""
    content = _wav(call, recording)
    if request.headers.get("Range", "bytes=0-").startswith("bytes=0-"):
        with desk().database.begin() as session:
            audit(session, f"listened to recording {recording}", call=call)
    answer = send_file(io.BytesIO(content), mimetype="audio/wav", conditional=True)
    answer.headers["Content-Disposition"] = "inline"
    return answer


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
    return _read(row)


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
