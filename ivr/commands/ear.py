"""`ivr ear`: what callers really say, for an ear of the clinic's own."""

from __future__ import annotations

import io
import json
import os
import wave
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import click
import msgspec
import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from ivr.commands.environment import Line, Stop, Tools, moment_of, open_line
from ivr.desk.dialogue import SECRET
from ivr.store import tables
from ivr.store.answer_marks import Answer, AnswerMarks, Marked
from ivr.store.recordings import Folder, Mark, Recorded, RecordingRows
from ivr.store.transcripts import SEAL
from ivr.store.vault import CannotOpen

LIST = "answers.jsonl"
BEFORE, AFTER = 300, 200
"""Milliseconds around an answer."""
LONGEST = 60_000
"""Milliseconds of an answer: what is longer is a caller who talks to somebody else."""
MILLISECOND = 8
"""Samples."""
LEFT_OUT = {
    "keys": "by keys",
    "no sound": "without a recording",
    "broken": "with a broken recording",
    "secret": "where a policy, a birth date or a code is said",
    "no words": "without words",
    "long": "longer than a minute",
}
Samples = npt.NDArray[np.int16]


@click.group()
def ear() -> None:
    """Training data for the recogniser, out of this clinic's own calls."""


@ear.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--since", "written", metavar="DATE", help="Only what was marked since then, ISO."
)
@click.pass_obj
def collect(tools: Tools, folder: Path, written: str | None) -> None:
    """Write the answers that registrars have marked into FOLDER, as 8 kHz WAV and a list.

    Nothing of what is masked at the desk goes out. FOLDER must be new or empty.
    """
    _must_be_empty(folder)
    with open_line(tools) as line:
        since = moment_of(written, line.config.timezone) if written else None
        with line.database.read() as session:
            found = list(_Answers(session, line).marked(since))
        written_down = [one for one in found if isinstance(one, Cut)]
        what = f"exported marked answers: {len(written_down)}"
        with line.database.begin() as session:
            session.add(tables.Audit(at=tools.clock(), who="console", what=what))
    if not found:
        raise Stop(
            "No answer is marked. Registrars mark them on a call's page of the desk:"
            " «Понято верно», «Неверно…»."
        )
    if written_down:
        _write(folder, written_down)
    _tell(len(written_down), Counter(one for one in found if isinstance(one, str)))


@dataclass(frozen=True, slots=True)
class Cut:
    """An answer out of a recording."""

    sound: Samples
    words: str
    right: bool


class _Answers:
    def __init__(self, session: Session, line: Line) -> None:
        self._session = session
        self._vault = line.vault
        self._folder = Folder(line.config.recordings, line.vault)
        self._caller = lru_cache(maxsize=4)(self._callers_side)

    def marked(self, since: datetime | None) -> Iterator[Cut | str]:
        """What can be learned from, or why not (of LEFT_OUT)."""
        for answer, mark in AnswerMarks(self._session, self._vault).since(since):
            row = self._session.get(tables.Line, (answer.call, answer.line))
            if row is not None:
                yield self._cut(answer, mark, row)

    def _cut(self, answer: Answer, mark: Marked, row: tables.Line) -> Cut | str:
        if row.name != "Utterance":
            return "keys"
        recordings = RecordingRows(self._session, self._vault).of_call(answer.call)
        place = _place(recordings, row)
        if place is None:
            return "no sound"
        recorded, where = place
        if _is_masked(where, recorded.marks):
            return "secret"
        if where.until_ms - where.at_ms > LONGEST:
            return "long"
        words = self._heard(row) if mark.right else mark.words
        try:
            sound = self._sound(recorded, where)
        except CannotOpen:
            return "broken"
        missing = "no sound" if words else "no words"
        return Cut(sound, words, mark.right) if sound.size and words else missing

    def _heard(self, row: tables.Line) -> str:
        payload: Mapping[str, Any] = msgspec.json.decode(self._vault.open(SEAL, row.payload))
        return " ".join(str(payload["heard"]["words"]).replace(",", " ").split())

    def _sound(self, recorded: Recorded, where: Mark) -> Samples:
        caller = self._caller(recorded)
        begin = max(0, where.at_ms - BEFORE) * MILLISECOND
        return caller[begin : (where.until_ms + AFTER) * MILLISECOND]

    def _callers_side(self, recorded: Recorded) -> Samples:
        """Silent where it is masked; without samples where the file is gone."""
        try:
            content = self._folder.wav(recorded)
        except FileNotFoundError:
            return np.zeros(0, np.int16)
        with wave.open(io.BytesIO(content)) as file:
            frames = file.readframes(file.getnframes())
        return np.frombuffer(frames, "<i2").reshape(-1, 2)[:, 0]


def _place(recordings: Sequence[Recorded], row: tables.Line) -> tuple[Recorded, Mark] | None:
    """In the newest recording that had begun by then: a call has one for each stream."""
    for recorded in reversed([one for one in recordings if one.started_at <= row.at]):
        marks = [one for one in recorded.marks if (one.turn, one.kind) == (row.turn, "heard")]
        if marks:
            return recorded, marks[-1]
    return None


def _is_masked(where: Mark, marks: Sequence[Mark]) -> bool:
    """In sound, or in words only: neither goes out."""
    secret = (mark for mark in marks if mark.secret)
    in_sound = any(where.at_ms < one.until_ms and one.at_ms < where.until_ms for one in secret)
    return in_sound or where.prompt.startswith(SECRET)


def _must_be_empty(folder: Path) -> None:
    if folder.is_dir() and any(folder.iterdir()):
        raise Stop(f"{folder} is not empty: name a new folder for each collection.")


def _write(folder: Path, answers: Sequence[Cut]) -> None:
    """For nobody else on this machine; the list comes last."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    lines = []
    for number, answer in enumerate(answers, start=1):
        name = f"{number:04}.wav"
        with _own_file(folder / name) as file, wave.open(file, "wb") as made:
            made.setnchannels(1)
            made.setsampwidth(2)
            made.setframerate(1000 * MILLISECOND)
            made.writeframes(answer.sound.astype("<i2").tobytes())
        told = {"file": name, "words": answer.words, "right": answer.right}
        lines.append(json.dumps(told, ensure_ascii=False) + "\n")
    with _own_file(folder / LIST) as file:
        file.write("".join(lines).encode())


def _own_file(path: Path) -> io.BufferedWriter:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(descriptor, "wb")


def _tell(written: int, left_out: Counter[str]) -> None:
    click.echo(f"Answers written: {written}.")
    for why, count in left_out.items():
        click.echo(f"Left out, {LEFT_OUT[why]}: {count}.")
    if not written:
        raise Stop("Nothing can be learned from.")
