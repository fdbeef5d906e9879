"""Voices of other programs: asked as they want to be asked, and missed by name."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ivr.speech.audio import SPEECH_DBFS, active_dbfs
from ivr.speech.helper import SynthesisFailed
from ivr.speech.pronunciation import pronounced
from ivr.speech.synthesis import Synthesizer
from ivr.speech.voices import FESTIVAL_VOICE, open_voice, why_missing
from tests.speech.test_synthesis import samples, seconds

SENTENCE = "Запись отменена. Код придёт на телефон."
TONE = """
import math, struct, wave
def said(file, text, speed, hertz):
    size = round(len(text) * hertz * 0.06 / speed)
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, hertz, size, "NONE", ""))
        tone = (round(9000 * math.sin(at * 1500 / hertz)) for at in range(size))
        sound.writeframes(struct.pack(f"<{size}h", *tone))
"""
RHVOICE = """
import sys
assert sys.argv[1] == "-r" and sys.argv[3] == "-o"
said(sys.argv[4], sys.stdin.read(), int(sys.argv[2]) / 100, 24000)
"""
FESTIVAL = """
import re, sys
assert sys.argv[1:] == ["--pipe"]
for line in sys.stdin:
    found = re.fullmatch(r"\\(utt.save.wave .* Text \\"(.*)\\".* \\"(.*)\\" 'riff\\)\\n", line)
    if found:
        said(found[2], found[1], 1, 16000)
    elif "done" in line:
        print("done", flush=True)
"""
PIPER = """
from types import SimpleNamespace as Some
class SynthesisConfig:
    def __init__(self, length_scale):
        self.speed = 1 / length_scale
class PiperVoice:
    config = Some(sample_rate=22050, length_scale=1.0)
    @classmethod
    def load(cls, file):
        assert file.endswith("ru.onnx")
        return cls()
    def synthesize(self, text, config):
        said("piper.wav", text, config.speed, 22050)
        with wave.open("piper.wav") as sound:
            yield Some(audio_int16_bytes=sound.readframes(sound.getnframes()))
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs that speak in a tone, and nothing else on the path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def install(folder: Path, name: str, source: str) -> None:
    file = folder / name
    file.write_text(f"#!{sys.executable}\n{TONE}{source}", "utf-8")
    file.chmod(0o755)


def has_voice(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "russian" / FESTIVAL_VOICE).mkdir(parents=True)
    monkeypatch.setattr("ivr.speech.voices.FESTIVAL_FOLDERS", (str(folder),))


def has_piper(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    install(folder, "piper.py", PIPER)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    for name in ("ru.onnx", "ru.onnx.json"):
        (folder / name).write_text("")
    return str(folder / "ru.onnx")


@pytest.fixture(params=["rhvoice", "festival", "piper"])
def voice(
    request: pytest.FixtureRequest, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Synthesizer]:
    install(programs, "RHVoice-test", RHVOICE)
    install(programs, "festival", FESTIVAL)
    has_voice(programs, monkeypatch)
    other = open_voice(request.param, has_piper(programs, monkeypatch))
    assert other is not None
    with closing(Synthesizer(other=other)) as synthesizer:
        yield synthesizer


def test_it_is_telephone_sound_slower_and_louder(voice: Synthesizer) -> None:
    ordinary, slowest = voice.wav(SENTENCE), voice.wav(SENTENCE, -2)
    assert abs(active_dbfs(samples(ordinary)) - SPEECH_DBFS) < 2
    assert 1.2 < seconds(slowest) / seconds(ordinary) < 1.5
    louder = active_dbfs(samples(voice.wav(SENTENCE, 0, 1)))
    assert 4 < louder - active_dbfs(samples(ordinary)) < 7


def test_festival_itself(tmp_path: Path) -> None:
    """Where it is installed: the program's own prompt, quoting and end of line."""
    if why_missing("festival"):
        pytest.skip("festival with festvox-ru is not installed")
    with closing(Synthesizer(other=open_voice("festival"))) as synthesizer:
        ordinary = synthesizer.wav('Запись "отменена".')
        slowest = synthesizer.wav('Запись "отменена".', -2)
        for text in ("Заболели – один.", "Что-нибудь ещё?", "«Да» - нет…", "Приём, № 5: СМС!"):
            assert seconds(synthesizer.wav(text)) > 0.5
    assert 1 < seconds(ordinary) < 3
    assert seconds(slowest) > 1.2 * seconds(ordinary)


@pytest.mark.parametrize("name", ["", "carrier", "espeak"])
def test_no_other_voice(name: str) -> None:
    assert why_missing(name) == ""
    assert open_voice(name) is None


def test_what_is_missing_is_named(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.speech.voices.FESTIVAL_FOLDERS", (str(programs),))
    assert "RHVoice-test" in why_missing("rhvoice")
    assert "the program festival" in why_missing("festival")
    install(programs, "festival", FESTIVAL)
    assert "festvox-ru" in why_missing("festival")
    file = has_piper(programs, monkeypatch)
    assert why_missing("piper", file) == ""
    assert "IVR_PIPER_VOICE" in why_missing("piper", f"{file}x")
    Path(f"{file}.json").unlink()
    assert ".onnx.json" in why_missing("piper", file)
    assert open_voice("piper", file) is None


def test_a_program_that_fails(programs: Path) -> None:
    install(programs, "RHVoice-test", "raise SystemExit(1)")
    other = open_voice("rhvoice")
    assert other is not None
    with closing(other), pytest.raises(SynthesisFailed):
        other.say("Да.", 1.0)


def test_phonemes_are_for_espeak_only() -> None:
    assert pronounced("Андролог, СМС", phonemes=False) == "Андролог, эс-эм-эс"
    own = {"черных": "[[tSirn'yx]]", "спид": "эс-пид"}
    assert pronounced("Черных: СПИД", own, phonemes=False) == "Черных: эс-пид"
