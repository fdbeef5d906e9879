from __future__ import annotations

import io
import wave
from dataclasses import dataclass, field

import numpy as np

from ivr.speech.mulaw import linear
from ivr.switchboard import Sentence
from ivr.telephony.sounds import Sounds, pieces


@dataclass
class Voice:
    """A tone as long as the text, in tenths of a second."""

    asked: list[tuple[str, int, int]] = field(default_factory=list)

    def wav(self, text: str, pace: int, loudness: int) -> bytes:
        self.asked.append((text, pace, loudness))
        file = io.BytesIO()
        with wave.open(file, "wb") as made:
            made.setparams((1, 2, 8000, 0, "NONE", ""))
            made.writeframes(np.full(800 * len(text), 5000, "<i2").tobytes())
        return file.getvalue()


def test_a_sentence_is_made_once_whatever_stands_beside_it() -> None:
    voice = Voice()
    sounds = Sounds(voice)
    sounds.prepare(["Нажмите один."])
    made = sounds.of(Sentence("x", "Иванова. Нажмите один."))
    again = sounds.of(Sentence("x", "Ким. Нажмите один."))
    assert [text for text, _, _ in voice.asked] == ["Нажмите один.", "Иванова.", "Ким."]
    assert (len(made), len(again)) == (800 * 21, 800 * 17)
    assert abs(linear(made).astype(int) - 5000).max() < 200


def test_pace_and_loudness_sound_otherwise() -> None:
    voice = Voice()
    sounds = Sounds(voice)
    for wishes in ((0, 0), (-1, 0), (0, 2), (0, 2)):
        sounds.of(Sentence("x", "Да."), *wishes)
    assert [wishes[1:] for wishes in voice.asked] == [(0, 0), (-1, 0), (0, 2)]


def test_a_prompt_in_its_sentences() -> None:
    prompt = Sentence("cancel.naming", "Вы отменяете приём. Терапевт Иванова.", barge_in=False)
    assert [one.text for one in pieces(prompt)] == ["Вы отменяете приём.", "Терапевт Иванова."]
    assert {(one.prompt, one.barge_in) for one in pieces(prompt)} == {("cancel.naming", False)}
    assert pieces(Sentence("x", "–")) == (Sentence("x", "–"),)
    sounds = Sounds(Voice())
    assert sounds.of(prompt) == b"".join(sounds.of(one) for one in pieces(prompt))
