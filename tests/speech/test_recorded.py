"""A registrar's recordings: what is taken, what is refused and why."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pytest
import soundfile
import soxr

from ivr.speech.audio import HERTZ, SPEECH_DBFS, Samples, active_dbfs
from ivr.speech.recorded import Fault, Take, Unusable, examine
from ivr.speech.stretching import slowed
from ivr.speech.synthesis import Espeak

SENTENCE = "Наберите последние шесть цифр."


@pytest.fixture(scope="module")
def voice() -> Iterator[Samples]:
    """Stands for a person: another rate of speaking than the line's."""
    espeak = Espeak()
    yield espeak.say(SENTENCE, 150) * np.float32(0.5)
    espeak.close()


def noise(size: int, dbfs: float) -> Samples:
    made = np.random.default_rng(1).normal(0, 10 ** (dbfs / 20), size)
    return made.astype(np.float32)


def in_a_room(voice: Samples, gain: float = 1.0, background: float = -65.0) -> Samples:
    """With half a second before and behind, at a microphone's rate."""
    silence = np.zeros(HERTZ // 2, np.float32)
    sound = np.concatenate([silence, voice * np.float32(gain), silence])
    sound = sound + noise(sound.size, background)
    return np.asarray(soxr.resample(np.clip(sound, -1, 1), HERTZ, 48_000), np.float32)


def file(samples: Samples, hertz: int = 48_000, kind: str = "WAV") -> bytes:
    written = io.BytesIO()
    soundfile.write(written, np.clip(samples, -1, 1), hertz, format=kind)
    return written.getvalue()


def test_a_good_recording_is_levelled_and_cut(voice: Samples) -> None:
    take = examine(file(in_a_room(voice, 0.3)), voice)
    assert take.faults == ()
    assert abs(active_dbfs(take.samples) - SPEECH_DBFS) < 1
    assert abs(take.seconds - voice.size / HERTZ) < 0.2
    assert take.snr > 25


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG", "MP3"])
def test_usual_files_are_read(voice: Samples, kind: str) -> None:
    assert examine(file(in_a_room(voice), kind=kind), voice).faults == ()


def test_two_channels_are_one_voice(voice: Samples) -> None:
    room = in_a_room(voice)
    assert examine(file(np.stack([room, room], axis=1)), voice).faults == ()


def faults(take: Take) -> set[Fault]:
    return set(take.faults)


def test_shouting_into_the_microphone(voice: Samples) -> None:
    assert faults(examine(file(in_a_room(voice, 12.0)), voice)) == {Fault.CLIPPED}


def test_whispering_far_away(voice: Samples) -> None:
    take = examine(file(in_a_room(voice, 0.012, -95)), voice)
    assert faults(take) == {Fault.QUIET}


def test_a_noisy_room(voice: Samples) -> None:
    assert faults(examine(file(in_a_room(voice, 0.5, -32)), voice)) == {Fault.NOISY}


def test_half_a_sentence(voice: Samples) -> None:
    take = examine(file(in_a_room(voice[: voice.size // 5])), voice)
    assert faults(take) == {Fault.SHORTER}


def test_another_text_altogether(voice: Samples) -> None:
    take = examine(file(in_a_room(np.tile(voice, 4))), voice)
    assert faults(take) == {Fault.LONGER}


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", Fault.NO_SOUND_FILE),
        (b"RIFF0000WAVE<script>alert(1)</script>", Fault.NO_SOUND_FILE),
        (b"\x00" * 6_100_000, Fault.TOO_LONG),
        (file(np.zeros(48_000, np.float32)), Fault.SILENT),
        (file(np.zeros(0, np.float32)), Fault.SILENT),
        (file(noise(HERTZ * 31, -30), HERTZ), Fault.TOO_LONG),
        (file(noise(4_000, -30), 4_000), Fault.NO_SOUND_FILE),
    ],
    ids=["nothing", "no sound", "huge", "silence", "no samples", "long", "too few hertz"],
)
def test_what_cannot_be_examined(voice: Samples, content: bytes, fault: Fault) -> None:
    with pytest.raises(Unusable) as refused:
        examine(content, voice)
    assert refused.value.fault is fault


def pitch(samples: Samples) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    return float(np.argmax(spectrum) * HERTZ / samples.size)


@pytest.mark.parametrize("speed", [0.85, 0.75])
def test_slower_is_longer_at_the_same_pitch(speed: float) -> None:
    tone = np.sin(2 * np.pi * 200 * np.arange(HERTZ) / HERTZ).astype(np.float32)
    slow = slowed(tone, speed)
    assert abs(slow.size / tone.size - 1 / speed) < 0.02
    assert abs(pitch(slow) - 200) < 3
    middle = np.abs(slow[1000:-1000])
    assert middle.max() < 1.05 * np.abs(tone).max()
    assert abs(active_dbfs(slow) - active_dbfs(tone)) < 0.5


def test_a_word_too_short_to_stretch_is_left(voice: Samples) -> None:
    assert slowed(voice[:300], 0.85).size == 300
    assert slowed(voice, 1.0) is voice
