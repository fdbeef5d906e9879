"""`ivr ear collect`: which answers go out, how, and what is said of the others."""

from __future__ import annotations

import json
import stat
import wave
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from ivr.__main__ import main
from ivr.speech.mulaw import encoded
from ivr.store import tables
from ivr.store.answer_marks import Answer, AnswerMarks, Marked
from ivr.store.recordings import Folder, Mark, Recorded, RecordingRows
from tests.desk.conftest import Desk, desk  # noqa: F401 - the fixture
from tests.line import DATA_KEY
from tests.telephony.lines import environment

KEY = urlsafe_b64encode(DATA_KEY).decode()
CALL = ("«семь семь шесть»", "000017#", "«к терапевту»", "«отменить»")
ANSWERED = {"«к терапевту»": "к терапевту", "«отменить»": "отменить"}


class Clinic:
    """A call with sound: a second for each turn, louder from turn to turn."""

    def __init__(self, line_and_desk: Desk, folder: Path) -> None:
        self.desk = line_and_desk
        self.recordings = folder / "rec"
        self.env = environment(self.desk.line.url) | {
            "IVR_DATA_KEY": KEY,
            "IVR_RECORDINGS": str(self.recordings),
        }
        self.call = self.desk.call(*CALL)
        self.heard = [one for one in self.desk.rows(tables.Line) if one.kind == "heard"]

    def record(self, *secret: int, turns: tuple[int, ...] = (1, 2, 3, 4)) -> None:
        """`secret`: turns in which a policy is dictated."""
        vault = self.desk.line.vault
        tape = Folder(self.recordings, vault).new()
        loud = np.repeat(np.arange(8) * 1000, 8000).astype(np.int16)
        side = np.frombuffer(encoded(loud), np.uint8)
        tape.add(np.column_stack([side, np.full_like(side, 0x80)]).tobytes())
        tape.close()
        marks = [
            Mark(turn, "heard", "x", 1000 * turn, 1000 * turn + 400, secret=turn in secret)
            for turn in turns
        ]
        with self.desk.line.database.begin() as session:
            rows = RecordingRows(session, vault)
            rows.begin(self.call, tape.name, self.desk.line.clock.now)
            rows.note(tape.name, marks, 8000)

    def mark(self, turn: int, words: str = "") -> None:
        """Wrong with `words`, else right."""
        line = next(one.number for one in self.heard if one.turn == turn)
        marked = Marked(not words, words, "Ольга", self.desk.line.clock.now)
        with self.desk.line.database.begin() as session:
            marks = AnswerMarks(session, self.desk.line.vault)
            assert marks.put(Answer(self.call, line), marked)

    def collect(self, folder: Path, *more: str, **env: str) -> Result:
        return CliRunner().invoke(
            main, ["ear", "collect", str(folder), *more], env=self.env | env
        )


@pytest.fixture
def clinic(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clinic:  # noqa: F811
    monkeypatch.chdir(tmp_path)
    return Clinic(desk, tmp_path)


def told(folder: Path) -> list[dict[str, object]]:
    listed = (folder / "answers.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in listed]


def test_marked_answers_are_cut_out_of_the_recording(clinic: Clinic, tmp_path: Path) -> None:
    clinic.record(1, 2)
    clinic.mark(3)
    clinic.mark(4, "восстановить")
    result = clinic.collect(tmp_path / "out")
    assert (result.exit_code, result.output) == (0, "Answers written: 2.\n")
    assert told(tmp_path / "out") == [
        {"file": "0001.wav", "words": "к терапевту", "right": True},
        {"file": "0002.wav", "words": "восстановить", "right": False},
    ]
    with wave.open(str(tmp_path / "out" / "0001.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    assert samples.size == 8 * (300 + 400 + 200)
    assert abs(np.median(samples[8 * 300 :]) - 3000) < 100, "the caller's, at the third turn"


def test_nobody_else_may_read_what_is_written(clinic: Clinic, tmp_path: Path) -> None:
    clinic.record(1, 2)
    clinic.mark(3)
    clinic.collect(tmp_path / "out")
    modes = {stat.S_IMODE(one.stat().st_mode) for one in (tmp_path / "out").iterdir()}
    assert (modes, stat.S_IMODE((tmp_path / "out").stat().st_mode)) == ({0o600}, 0o700)


def test_what_is_masked_stays_where_it_is(clinic: Clinic, tmp_path: Path) -> None:
    clinic.record(1, 2)
    clinic.mark(1, "семь семь пять")
    clinic.mark(2)
    clinic.mark(3)
    result = clinic.collect(tmp_path / "out")
    assert result.output.splitlines() == [
        "Answers written: 1.",
        "Left out, where a policy, a birth date or a code is said: 1.",
        "Left out, by keys: 1.",
    ]
    assert "семь" not in (tmp_path / "out" / "answers.jsonl").read_text("utf-8")


def test_what_is_masked_in_words_only_stays_too(clinic: Clinic, tmp_path: Path) -> None:
    clinic.record(1, 2)
    with clinic.desk.line.database.begin() as session:
        rows = RecordingRows(session, clinic.desk.line.vault)
        (made,) = rows.of_call(clinic.call)
        rows.note(made.file, [replace(one, prompt="identify.is_it") for one in made.marks])
    clinic.mark(3)
    result = clinic.collect(tmp_path / "out")
    assert "a birth date or a code is said: 1." in result.output
    assert not (tmp_path / "out").exists()


def test_the_edge_of_a_masked_place_is_silent(clinic: Clinic, tmp_path: Path) -> None:
    clinic.record(1, 2)
    with clinic.desk.line.database.begin() as session:
        rows = RecordingRows(session, clinic.desk.line.vault)
        (made,) = rows.of_call(clinic.call)
        rows.note(made.file, (*made.marks, Mark(2, "heard", "x", 2000, 2950, secret=True)))
    clinic.mark(3)
    clinic.collect(tmp_path / "out")
    with wave.open(str(tmp_path / "out" / "0001.wav")) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    assert abs(samples[: 8 * 250]).max() < 10
    assert abs(samples[8 * 300 :]).min() > 1000


def test_a_call_without_its_sound_gives_nothing(clinic: Clinic, tmp_path: Path) -> None:
    clinic.mark(3)
    result = clinic.collect(tmp_path / "out")
    assert result.exit_code == 2
    assert "Left out, without a recording: 1." in result.output
    clinic.record(turns=(4,))
    assert "without a recording" in clinic.collect(tmp_path / "out").output
    clinic.record()
    for file in clinic.recordings.iterdir():
        file.unlink()
    assert "without a recording" in clinic.collect(tmp_path / "out").output
    assert not (tmp_path / "out").exists()


def test_a_broken_recording_does_not_stop_the_others(clinic: Clinic, tmp_path: Path) -> None:
    clinic.record(turns=(4,))
    clinic.mark(4, "восстановить")
    for file in clinic.recordings.iterdir():
        file.write_bytes(file.read_bytes()[:-1] + b"?")
    clinic.record(turns=(3,))
    clinic.mark(3)
    result = clinic.collect(tmp_path / "out")
    assert result.exit_code == 0
    assert "Answers written: 1." in result.output
    assert "Left out, with a broken recording: 1." in result.output


def test_calls_go_on_while_recordings_are_read(
    clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.record(1, 2)
    clinic.mark(3)
    read = Folder.wav

    def read_beside_a_turn(folder: Folder, recorded: Recorded) -> bytes:
        with clinic.desk.line.database.begin() as session:
            session.add(tables.Audit(at=clinic.desk.line.clock.now, who="line", what="turn"))
        return read(folder, recorded)

    monkeypatch.setattr(Folder, "wav", read_beside_a_turn)
    assert clinic.collect(tmp_path / "out").output == "Answers written: 1.\n"
    assert ("line", "turn") in clinic.desk.audit()


def test_only_what_was_marked_since(clinic: Clinic, tmp_path: Path) -> None:
    clinic.record(1, 2)
    clinic.mark(3)
    assert clinic.collect(tmp_path / "a", "--since", "2026-11-23").exit_code == 0
    result = clinic.collect(tmp_path / "b", "--since", "2026-11-24")
    assert (result.exit_code, "No answer is marked." in result.output) == (2, True)
    assert "is no ISO date" in clinic.collect(tmp_path / "b", "--since", "вчера").output


def test_what_is_in_the_way_is_said_in_one_sentence(clinic: Clinic, tmp_path: Path) -> None:
    assert "No answer is marked. Registrars mark them" in clinic.collect(tmp_path / "a").output
    clinic.record(1, 2)
    clinic.mark(3)
    faults: dict[str, Callable[[], Result]] = {
        "IVR_DATA_KEY must be": lambda: clinic.collect(tmp_path / "a", IVR_DATA_KEY=""),
        "IVR_DATA_KEY is not the key": lambda: clinic.collect(
            tmp_path / "a", IVR_DATA_KEY=urlsafe_b64encode(b"x" * 32).decode()
        ),
        "is not empty": lambda: clinic.collect(tmp_path),
    }
    for sentence, collected in faults.items():
        result = collected()
        assert (result.exit_code, sentence in result.output) == (2, True), result.output
        assert len(result.output.splitlines()) == 1
    assert not (tmp_path / "a").exists()


def test_the_export_is_in_the_audit_log(clinic: Clinic, tmp_path: Path) -> None:
    clinic.record(1, 2)
    clinic.mark(3)
    clinic.collect(tmp_path / "out")
    assert ("console", "exported marked answers: 1") in clinic.desk.audit()
