"""Both sides of one stream into a sealed file, in step with the transcript."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from sqlalchemy.exc import SQLAlchemyError

from ivr.faults import report
from ivr.store.recordings import Mark, RecordingRows, Tape
from ivr.telephony import metrics
from ivr.telephony.media_server.parts import Parts
from ivr.telephony.media_stream.frames import BYTES
from ivr.telephony.media_stream.timeline import Timeline

PIECE = 2 * 8000 * 4
"""Bytes: four seconds are the most that a crash can lose."""


@dataclass(frozen=True, slots=True)
class Piece:
    sound: bytes
    marks: tuple[Mark, ...]
    """Of all that was recorded up to its end."""


class Recorder:
    """`add` and `rest` in the event loop; what else blocks."""

    def __init__(self, parts: Parts, call: str, timeline: Timeline) -> None:
        self._parts = parts
        self._call = call
        self._timeline = timeline
        self._sides = bytearray()
        self._tape: Tape | None = None

    def add(self, caller: bytes, line: bytes) -> Piece | None:
        """20 ms; a piece for `write` whenever one is full."""
        frame = bytearray(2 * BYTES)
        frame[0::2], frame[1::2] = caller, line
        self._sides += frame
        return self.rest() if len(self._sides) >= PIECE else None

    def rest(self) -> Piece:
        sound, self._sides = bytes(self._sides), bytearray()
        return Piece(sound, tuple(Mark(**asdict(place)) for place in self._timeline.so_far()))

    def begin(self) -> None:
        parts = self._parts
        if parts.recordings is None:
            return
        with self._unharmed():
            self._tape = parts.recordings.new()
            with parts.database.begin() as session:
                rows = RecordingRows(session, parts.vault)
                rows.begin(self._call, self._tape.name, parts.clock())

    def write(self, piece: Piece) -> None:
        with self._unharmed():
            if self._tape is not None:
                self._keep(self._tape, piece)

    def end(self, rest: Piece, milliseconds: int) -> None:
        with self._unharmed():
            if self._tape is not None:
                self._keep(self._tape, rest, milliseconds)
                self._tape.close()
                self._tape = None

    def _keep(self, tape: Tape, piece: Piece, milliseconds: int = 0) -> None:
        """No sound without its marks: they are what masks it."""
        with self._parts.database.begin() as session:
            rows = RecordingRows(session, self._parts.vault)
            rows.note(tape.name, piece.marks, milliseconds)
        tape.add(piece.sound)

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
