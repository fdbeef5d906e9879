"""Both sides of one stream into a sealed file, in step with the transcript."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from sqlalchemy.exc import SQLAlchemyError

from ivr.faults import report
from ivr.store.recordings import Mark, RecordingRows, Tape
from ivr.telephony import metrics
from ivr.telephony.media_server.parts import Parts
from ivr.telephony.media_stream.frames import BYTES
from ivr.telephony.media_stream.timeline import Timeline

PIECE = 2 * 8000 * 4
"""Bytes: four seconds are the most that a crash can lose."""


class Recorder:
    """`add` in the event loop; the rest blocks."""

    def __init__(self, parts: Parts, call: str, timeline: Timeline) -> None:
        self._parts = parts
        self._call = call
        self._timeline = timeline
        self._sides = bytearray()
        self._tape: Tape | None = None

    def add(self, caller: bytes, line: bytes) -> bytes | None:
        """20 ms; a piece for `write` whenever one is full."""
        frame = bytearray(2 * BYTES)
        frame[0::2], frame[1::2] = caller, line
        self._sides += frame
        return self.rest() if len(self._sides) >= PIECE else None

    def rest(self) -> bytes:
        piece, self._sides = bytes(self._sides), bytearray()
        return piece

    def begin(self) -> None:
        parts = self._parts
        if parts.recordings is None:
            return
        with self._unharmed():
            self._tape = parts.recordings.new()
            with parts.database.begin() as session:
                rows = RecordingRows(session, parts.vault)
                rows.begin(self._call, self._tape.name, parts.clock())

    def write(self, piece: bytes) -> None:
        """The marks so far are kept with every piece."""
        with self._unharmed():
            if self._tape is not None:
                self._tape.add(piece)
                self._note(self._tape, 0)

    def end(self, rest: bytes, milliseconds: int) -> None:
        with self._unharmed():
            if self._tape is not None:
                self._tape.add(rest)
                self._tape.close()
                self._note(self._tape, milliseconds)
                self._tape = None

    def _note(self, tape: Tape, milliseconds: int) -> None:
        marks = [Mark(**asdict(place)) for place in self._timeline.places]
        with self._parts.database.begin() as session:
            RecordingRows(session, self._parts.vault).note(tape.name, marks, milliseconds)

    @contextmanager
    def _unharmed(self) -> Iterator[None]:
        """The call goes on where a disk is full; what is on it can be heard."""
        try:
            yield
        except (OSError, SQLAlchemyError) as broken:
            report(broken, self._call)
            metrics.FAULTS.inc()
            tape, self._tape = self._tape, None
            if tape is not None:
                tape.close()
