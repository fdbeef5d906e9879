"""The page of phrases: hearing, recording and giving back every sentence."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator

import numpy as np
import pytest
from werkzeug.test import TestResponse

from ivr.clinic.recordings import name_of
from ivr.desk.phrasebook import in_context
from ivr.desk.words import group
from ivr.rendering import DATE_FORMATS, FORMATS, Prompts, fields
from ivr.speech.audio import Samples, levelled, pcm_wav
from ivr.speech.recorded import Fault
from ivr.store.tables import SentenceRecording
from tests.desk.conftest import TOKEN, Desk, Visitor

YES = "Если да, нажмите один."
PATH = f"/prompts/{name_of(YES)}"


@pytest.fixture
def desk(desk: Desk) -> Iterator[Desk]:
    yield desk
    desk.app.extensions["voice"].close()


def person(desk: Desk, speed: float = 1.0, gain: float = 1.0) -> bytes:
    """Somebody reads the sentence, in a quiet room."""
    spoken: Samples = desk.app.extensions["voice"].sound(YES)
    spoken = np.tile(spoken, int(speed)) if speed > 1 else spoken[: int(spoken.size * speed)]
    around = np.zeros(3000, np.float32)
    sound = np.concatenate([around, levelled(spoken, 0) * np.float32(gain), around])
    hiss = np.random.default_rng(1).normal(0, 0.0005, sound.size)
    return pcm_wav(np.clip(sound + hiss, -1, 1).astype(np.float32))


def send(visitor: Visitor, content: bytes, name: str = "я.wav") -> TestResponse:
    token = TOKEN.findall(visitor.text("/settings" if visitor.name == "senior" else PATH))[0]
    form = {"csrf_token": token, "sound": (io.BytesIO(content), name)}
    return visitor.client.post(f"/desk{PATH}", data=form, follow_redirects=True)


def seconds(reply: TestResponse) -> float:
    assert reply.content_type == "audio/wav"
    with wave.open(io.BytesIO(reply.data)) as file:
        return float(file.getnframes() / file.getframerate())


def test_every_sentence_is_found_with_its_sound(desk: Desk) -> None:
    visitor = desk.visitor("registrar")
    text = visitor.text("/prompts")
    assert "Голос человека: 0 из" in text
    assert "Поликлиника номер пять." in text
    found = visitor.text("/prompts?contains=если+да,&which=synthetic")
    assert YES in found
    assert "До свидания." not in found
    assert "Таких фраз нет" in visitor.text("/prompts?contains=йцукен")
    assert "Таких фраз нет" in visitor.text("/prompts?which=recorded")
    assert seconds(visitor.get(f"{PATH}.wav")) > 1


def test_a_recording_is_kept_heard_and_given_back(desk: Desk) -> None:
    visitor = desk.visitor("registrar", "Галина")
    synthetic = visitor.get(f"{PATH}.wav").data
    assert "Звонящие услышат" in send(visitor, person(desk)).text
    recorded = visitor.get(f"{PATH}.wav")
    assert recorded.data != synthetic
    assert visitor.get(f"{PATH}.wav?synthetic=1").data == synthetic
    slower = visitor.get(f"{PATH}.wav?pace=-1")
    assert 1.1 < seconds(slower) / seconds(recorded) < 1.3
    assert "Голос человека: 1 из" in visitor.text("/prompts")
    assert "голос человека" in visitor.text(PATH)
    (row,) = desk.rows(SentenceRecording)
    assert (row.text, row.made_by, row.made_at) == (YES, "Галина", desk.line.clock.now)
    assert "Снова говорит машина" in visitor.post(f"{PATH}/synthetic").text
    assert visitor.get(f"{PATH}.wav").data == synthetic
    assert [what for who, what in desk.audit() if who == "Галина"] == [
        f"recorded a sentence: {YES}",
        f"back to the synthetic voice: {YES}",
    ]


def test_it_is_heard_in_every_prompt_it_stands_in(desk: Desk) -> None:
    visitor = desk.visitor("registrar")
    alone = seconds(visitor.get(f"{PATH}.wav"))
    whole = visitor.get(f"{PATH}/cancel.sure/text.wav")
    assert seconds(whole) > alone + 1
    assert visitor.get(f"{PATH}/goodbye.bye/text.wav").status_code == 404


@pytest.mark.parametrize(
    ("speed", "gain", "fault"),
    [(0.2, 1, "намного короче"), (4, 1, "намного длиннее"), (1, 30, "Слишком громко")],
)
def test_what_is_wrong_is_told_and_not_kept(
    desk: Desk, speed: float, gain: float, fault: str
) -> None:
    refused = send(desk.visitor("registrar"), person(desk, speed, gain))
    assert (refused.status_code, fault in refused.text) == (422, True)
    assert "у машины" in refused.text
    assert desk.rows(SentenceRecording) == []


@pytest.mark.parametrize("content", [b"", b"MZ\x90", b"<svg onload=alert(1)>"])
def test_what_is_no_sound_is_told(desk: Desk, content: bytes) -> None:
    refused = send(desk.visitor("registrar"), content, '"><script>alert(1)</script>.wav')
    assert (refused.status_code, "Это не звук" in refused.text) == (422, True)
    assert "<script>alert" not in refused.text


def test_a_huge_file_is_refused_before_it_is_read(desk: Desk) -> None:
    assert desk.app.config["MAX_CONTENT_LENGTH"] < 8_000_000
    desk.app.config["MAX_CONTENT_LENGTH"] = 50_000
    assert send(desk.visitor("registrar"), b"\0" * 60_000).status_code == 413


def test_an_unknown_sentence_is_not_there(desk: Desk) -> None:
    visitor = desk.visitor("registrar")
    for path in ("", ".wav", "/cancel.sure/text.wav"):
        assert visitor.get(f"/prompts/{'0' * 64}{path}").status_code == 404


def test_others_may_not(desk: Desk) -> None:
    visitor = desk.visitor("auditor")
    assert visitor.get("/prompts").status_code == 403
    assert visitor.post(f"{PATH}/synthetic").status_code == 403


def test_every_fault_and_every_format_has_its_words() -> None:
    assert set(group("recording_fault")) == set(Fault)
    prompts = Prompts.load()
    used = {
        names[0]
        for prompt in prompts.ids()
        for text in prompts.kinds(prompt).values()
        for _, names in fields(text)
        if names and names[0] != "text"
    }
    assert used <= {*FORMATS, *DATE_FORMATS}
    assert sorted(used - set(group("example"))) == []
    kinds = {kind for prompt in prompts.ids() for kind in prompts.kinds(prompt)}
    assert sorted(kinds - set(group("prompt_kind"))) == []


def test_an_example_stands_for_every_value() -> None:
    prompts = Prompts.load()
    naming = in_context(prompts, "cancel.naming", "text")
    assert "Иванова Мария Петровна" in naming
    assert "{" not in naming
