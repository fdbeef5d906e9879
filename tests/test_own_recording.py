"""`IVR_RECORDING=own`: both sides on our own disk, in step with the transcript."""

from __future__ import annotations

import io
import json
import wave
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from ivr import media
from ivr.__main__ import main
from ivr.config import Config
from ivr.dialogue.turns import HungUp, Keys, NoInput, Utterance
from ivr.speech.mulaw import encoded, linear
from ivr.store import tables
from ivr.store.answer_marks import Answer, AnswerMarks, Marked
from ivr.store.recordings import Folder, Recorded, RecordingRows
from ivr.store.tables import Recording
from ivr.telephony.media_server.recorder import Piece, Recorder
from ivr.telephony.media_stream.talk import Talk
from tests.line import DATA_KEY, Line, settings
from tests.streams import SILENT, FakeHearer, Host, StreamPhone, host, sound_of
from tests.telephony.lines import environment
from tests.telephony.media_stream.carrier import digits, turn

LOUD = encoded(np.full(160, 6000, np.int16))
"""A frame that is loud throughout."""


@pytest.fixture
def server() -> Iterator[Host]:
    with host() as one:
        yield one


@dataclass(slots=True)
class RecordedPhone(StreamPhone):
    def config(self) -> Config:
        return replace(StreamPhone.config(self), recording="own")


@pytest.fixture
def folder(line: Line, tmp_path: Path) -> Folder:
    line.config = settings(
        line.url,
        IVR_SPEECH="vosk",
        IVR_RECORDING="own",
        IVR_RECORDINGS=str(tmp_path / "recordings"),
    )
    return Folder(tmp_path / "recordings", line.vault)


def recordings(line: Line, phone: StreamPhone) -> list[Recorded]:
    assert phone.reply is not None
    with line.database.read() as session:
        return RecordingRows(session, line.vault).of_call(phone.reply.call)


def sides(wav: bytes) -> np.ndarray:
    with wave.open(io.BytesIO(wav)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)


def test_both_sides_are_recorded_and_the_policy_is_masked(
    line: Line, server: Host, folder: Folder
) -> None:
    phone = RecordedPhone(line, server=server)
    assert "Разговор записывается." in phone.dial("+79161234567").text
    phone.frame(LOUD * 50)
    phone.send(Keys("000017", "hash"))
    phone.frame(LOUD * 50)
    phone.send(Keys("1"))
    phone.send(NoInput())
    phone.send(HungUp())
    (made,) = recordings(line, phone)
    whole = sides(folder.wav(made, masked=False))
    masked = sides(folder.wav(made))
    assert len(whole) == 8 * made.milliseconds == 8 * folder.milliseconds(made.file)
    assert np.sum(abs(whole[:, 0]) > 5000) == 2 * 50 * 160
    assert np.sum(abs(masked[:, 0]) > 5000) == 50 * 160
    end_of_policy = 8 * next(mark.until_ms for mark in made.marks if mark.secret)
    assert np.array_equal(whole[end_of_policy:], masked[end_of_policy:])
    told = {(mark.turn, mark.kind, mark.prompt, mark.secret) for mark in made.marks}
    assert (1, "heard", "identify.last_six", True) in told
    assert (1, "said", "greeting.recorded", False) in told
    assert (3, "heard", phone.reply.turn.prompt if phone.reply else "", False) in told
    assert all(mark.at_ms <= mark.until_ms <= made.milliseconds for mark in made.marks)


def test_each_sentence_stands_where_it_sounds(line: Line, server: Host, folder: Folder) -> None:
    """The fake voice's sound is the sentence's own bytes."""
    phone = RecordedPhone(line, server=server)
    phone.dial("+79161234567")
    assert phone.reply is not None
    texts = {sentence.prompt: sentence.text for sentence in phone.reply.sentences}
    phone.frame(SILENT * 20)  # its marks come back before the sound can have been heard
    phone.send(HungUp())
    (made,) = recordings(line, phone)
    sealed = folder._sound(made.file)
    for mark in made.marks:
        if mark.kind == "said":
            line_side = sealed[16 * mark.at_ms : 16 * mark.until_ms][1::2]
            assert line_side.rstrip(b"\xff").decode() == texts[mark.prompt]


def test_a_marked_answer_is_cut_out_of_what_was_recorded(
    line: Line, server: Host, folder: Folder, tmp_path: Path
) -> None:
    """The fake recogniser's words are the bytes of their sound."""
    phone = RecordedPhone(line, server=server)
    phone.dial("+79161234567")
    phone.send(Keys("000017", "hash"))
    phone.send(Utterance("к терапевту"))
    phone.send(HungUp())
    (made,) = recordings(line, phone)
    query = select(tables.Line).where(tables.Line.name == "Utterance")
    with line.database.begin() as session:
        row = session.scalars(query).one()
        marked = Marked(True, "", "Ольга", line.clock.now)
        AnswerMarks(session, line.vault).put(Answer(made.call, row.number), marked)
    env = environment(line.url) | {
        "IVR_DATA_KEY": urlsafe_b64encode(DATA_KEY).decode(),
        "IVR_RECORDINGS": str(folder.path),
    }
    result = CliRunner().invoke(main, ["ear", "collect", str(tmp_path / "out")], env=env)
    assert (result.exit_code, result.output) == (0, "Answers written: 1.\n")
    told = json.loads((tmp_path / "out" / "answers.jsonl").read_text("utf-8"))
    assert told == {"file": "0001.wav", "words": "к терапевту", "right": True}
    with wave.open(str(tmp_path / "out" / "0001.wav")) as file:
        sound = file.readframes(file.getnframes())
    said = linear("WORDS:к терапевту".encode()).astype("<i2").tobytes()
    assert said in sound


def test_by_keys_nobody_is_told_of_a_recording(
    line: Line, server: Host, folder: Folder
) -> None:
    phone = RecordedPhone(line, server=server)
    phone.dial("+79161234567")
    phone.cut()
    assert phone.reply is not None
    said = phone.read(phone.body(f"/voice/calls/{phone.reply.call}/resume")).text
    assert "Здравствуйте" in said
    assert "записывается" not in said


def test_a_disk_that_fails_does_not_end_the_call(
    line: Line, server: Host, folder: Folder
) -> None:
    folder.path.parent.mkdir(exist_ok=True)
    folder.path.write_text("a file where the folder should be")
    phone = RecordedPhone(line, server=server)
    phone.dial("+79161234567")
    assert "Какую запись" in phone.send(Keys("000017", "hash")).text
    phone.send(HungUp())
    assert recordings(line, phone) == []


@dataclass(slots=True)
class Dictation:
    """A call at its policy question whose answer is not complete."""

    line: Line
    folder: Folder
    call: str
    talk: Talk
    recorder: Recorder

    def piece(self) -> Piece:
        while True:
            self.talk.frame(LOUD)
            if piece := self.recorder.add(LOUD, LOUD):
                return piece

    def recorded(self) -> Recorded:
        with self.line.database.read() as session:
            (made,) = RecordingRows(session, self.line.vault).of_call(self.call)
        return made


@pytest.fixture
def dictation(line: Line, folder: Folder) -> Iterator[Dictation]:
    call = line.switchboard.pick_up(carrier_id="CA1", caller=None, door="test").call
    assert line._process is not None
    parts = replace(media.parts(line._process, sound_of, FakeHearer), recordings=folder)
    talk = Talk()
    talk.turned(turn(1, digits(timeout=60)))
    recorder = Recorder(parts, call, talk.timeline)
    recorder.begin()
    yield Dictation(line, folder, call, talk, recorder)
    recorder.end(recorder.rest(), 0)


def test_what_is_being_dictated_is_masked_before_it_is_complete(dictation: Dictation) -> None:
    for _ in range(3):
        dictation.recorder.write(dictation.piece())
    made = dictation.recorded()
    assert np.abs(sides(dictation.folder.wav(made, masked=False))).min() > 5000
    assert np.abs(sides(dictation.folder.wav(made))).max() == 0


def test_no_sound_is_kept_without_what_masks_it(dictation: Dictation) -> None:
    piece = dictation.piece()
    with dictation.line.database.begin() as session:
        Recording.__table__.drop(session.connection())  # type: ignore[attr-defined]
    (file,) = [one.name for one in dictation.folder.path.iterdir()]
    dictation.recorder.write(piece)
    assert dictation.folder._sound(file) == b""
