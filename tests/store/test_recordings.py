from __future__ import annotations

import io
import wave
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from ivr.speech.mulaw import encoded
from ivr.store.database import Database
from ivr.store.recordings import Folder, Mark, Recorded, RecordingRows, silences
from ivr.store.vault import CannotOpen, Vault

CALL = "0" * 32
LOUD = encoded(np.full(8000, 8000, np.int16))
SECOND = bytes(np.column_stack([np.frombuffer(LOUD, np.uint8)] * 2).tobytes())
"""Both sides loud."""
SECRET = Mark(3, "heard", "identify.last_six", 250, 500, secret=True)
MARKS = (Mark(2, "said", "greeting.hello", 0, 250), SECRET)


@pytest.fixture
def folder(tmp_path: Path, vault: Vault) -> Folder:
    return Folder(tmp_path / "recordings", vault)


def recorded(file: str, *marks: Mark) -> Recorded:
    return Recorded(1, CALL, file, datetime.fromisoformat("2026-11-23T12:00+03:00"), 0, marks)


def sides(wav: bytes) -> np.ndarray:
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8000)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)


def test_what_was_recorded_is_heard_and_secrets_are_masked(folder: Folder) -> None:
    tape = folder.new()
    tape.add(SECOND)
    tape.close()
    whole = sides(folder.wav(recorded(tape.name, SECRET), masked=False))
    masked = sides(folder.wav(recorded(tape.name, SECRET)))
    assert len(whole) == 8000
    assert abs(whole).min() > 7000
    assert abs(masked[2000:4000]).max() == 0
    assert abs(np.delete(masked, np.s_[2000:4000], axis=0)).min() > 7000


def test_what_a_killed_process_has_written_can_be_heard(folder: Folder) -> None:
    tape = folder.new()
    tape.add(SECOND)
    tape.add(SECOND)
    file = folder.path / tape.name
    file.write_bytes(file.read_bytes()[:-100])
    assert folder.milliseconds(tape.name) == 1000
    assert len(sides(folder.wav(recorded(tape.name)))) == 8000
    tape.close()


def test_the_file_is_sealed_for_its_name(folder: Folder) -> None:
    tape = folder.new()
    tape.add(SECOND)
    tape.close()
    file = folder.path / tape.name
    assert SECOND[:100] not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    other = file.rename(folder.path / ("1" * 32 + ".rec"))
    with pytest.raises(CannotOpen):
        folder.milliseconds(other.name)


@pytest.mark.parametrize(
    "name", ["../line.db", "/etc/passwd", "x.rec/../../line.db", "line.db"]
)
def test_no_name_leads_out_of_the_folder(folder: Folder, name: str) -> None:
    with pytest.raises(FileNotFoundError):
        folder.milliseconds(name)
    with pytest.raises(FileNotFoundError):
        folder.delete(name)


def test_rows_come_back_with_their_marks(
    database: Database, vault: Vault, now: datetime
) -> None:
    with database.begin() as session:
        rows = RecordingRows(session, vault)
        rows.begin(CALL, "a.rec", now)
        rows.begin(CALL, "b.rec", now)
        rows.note("b.rec", MARKS, 1000)
    with database.begin() as session:
        rows = RecordingRows(session, vault)
        first, second = rows.of_call(CALL)
        assert (first.file, first.milliseconds, first.marks) == ("a.rec", 0, ())
        assert (second.file, second.milliseconds, second.marks) == ("b.rec", 1000, MARKS)
        assert rows.get(second.id) == second
        rows.forget("a.rec")
        assert rows.of_call(CALL) == [second]


def test_silences_that_meet_are_one() -> None:
    def secret(since: int, until: int, *, hidden: bool = True) -> Mark:
        return Mark(1, "heard", "x", since, until, secret=hidden)

    marks = (secret(30, 40), secret(10, 20), secret(15, 25), secret(25, 26), secret(60, 60))
    assert silences((*marks, secret(70, 80, hidden=False))) == [(10, 26), (30, 40)]
