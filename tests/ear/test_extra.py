"""A clinic's own answers: which are trained on, and what is wrong with a folder."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tools.ear import lexicon, utterances
from tools.ear.extra import BadAnswers, answers
from tools.ear.lexicon import Lexicon


@pytest.fixture(scope="module")
def shipped() -> Lexicon:
    return lexicon.read()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tone = (3000 * np.sin(np.arange(8000) / 5)).astype(np.int16)
    soundfile.write(tmp_path / "0001.wav", tone, 8000, subtype="PCM_16")
    soundfile.write(tmp_path / "wide.wav", tone, 16000, subtype="PCM_16")
    return tmp_path


def listed(folder: Path, *lines: object) -> Path:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    (folder / "answers.jsonl").write_text("\n".join(texts), "utf-8")
    return folder


def test_words_become_phones(folder: Path, shipped: Lexicon) -> None:
    said = {"file": "0001.wav", "words": "пять еще", "right": True}
    (found,) = answers(listed(folder, said), shipped)
    assert found.words == ("пять", "еще")
    assert found.phones[:5] == ("SIL", "pp", "aa", "tt", "_")
    assert found.seconds == 1.0


def test_an_answer_without_words_is_left_out(folder: Path, shipped: Lexicon) -> None:
    lines = [{"file": "0001.wav", "right": False}, {"file": "0001.wav", "words": None}]
    assert answers(listed(folder, *lines), shipped) == []


def test_a_word_that_is_not_in_the_dictionary(
    folder: Path, shipped: Lexicon, caplog: pytest.LogCaptureFixture
) -> None:
    said = {"file": "0001.wav", "words": "да кракозябра", "right": True}
    assert answers(listed(folder, said), shipped) == []
    assert "кракозябра" in caplog.text


@pytest.mark.parametrize("line", ["{", '"0001.wav"', '{"words": "да"}'])
def test_a_line_that_is_none(folder: Path, shipped: Lexicon, line: str) -> None:
    with pytest.raises(BadAnswers, match="line 1"):
        answers(listed(folder, line), shipped)


def test_another_rate(folder: Path, shipped: Lexicon) -> None:
    with pytest.raises(BadAnswers, match="8 kHz"):
        answers(listed(folder, {"file": "wide.wav", "words": "да"}), shipped)


def test_no_list(folder: Path, shipped: Lexicon) -> None:
    with pytest.raises(BadAnswers, match="missing"):
        answers(folder, shipped)


def test_utterances_are_read_as_they_were_written(folder: Path, shipped: Lexicon) -> None:
    said = {"file": "0001.wav", "words": "да"}
    written = answers(listed(folder, said, said), shipped)
    utterances.write(folder / "answers.npz", written)
    read = utterances.read(folder / "answers.npz")
    assert [(one.phones, one.words, one.voice) for one in read] == [
        (one.phones, one.words, one.voice) for one in written
    ]
    assert all(
        np.array_equal(one.samples, other.samples)
        for one, other in zip(read, written, strict=True)
    )
