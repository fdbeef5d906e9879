"""Recordings and the clinic's own words in what callers hear."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
import pytest

from ivr.clinic import pronunciations, recordings
from ivr.clinic.pronunciations import WordFault, WrongWord
from ivr.clinic.voice import FRESH, REST, ClinicVoice
from ivr.speech.audio import HERTZ, SPEECH_DBFS, Samples, active_dbfs, levelled
from ivr.speech.pronunciation import sentences
from ivr.speech.recorded import Take
from ivr.speech.synthesis import Espeak
from ivr.store.database import Database
from ivr.switchboard import Sentence
from ivr.telephony.sounds import Sounds

FIXED, FILLED = "Запись отменена.", "Код отмены: тридцать восемь, ноль четыре, семнадцать."
BOTH = f"{FIXED} {FILLED}"


@pytest.fixture(scope="module")
def espeak() -> Iterator[Espeak]:
    espeak = Espeak()
    yield espeak
    espeak.close()


def tone(seconds: float = 1.5) -> Samples:
    """Stands for a person's voice: easy to find again."""
    at = np.arange(int(seconds * HERTZ)) / HERTZ
    return levelled(np.sin(2 * np.pi * 440 * at).astype(np.float32), 0)


def record(database: Database, sentence: str, now: datetime) -> None:
    with database.begin() as session:
        recordings.put(session, sentence, Take(tone(), -20, 40, ()), "Галина", now)


def samples(wav: bytes) -> Samples:
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, HERTZ)
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return np.asarray(pcm / 32768, np.float32)


def seconds_of_tone(wav: bytes) -> float:
    """Of 20 ms frames whose strongest sound is the tone."""
    sound = samples(wav)
    frames = sound[: sound.size // 160 * 160].reshape(-1, 160)
    spectrum = np.abs(np.fft.rfft(frames, axis=1))
    strong = (spectrum.argmax(axis=1) == 9) & (np.abs(frames).max(axis=1) > 0.05)
    return float(strong.sum() * 0.02)


def voice_of(database: Database, now: datetime) -> ClinicVoice:
    return ClinicVoice(database, lambda: now)


def test_a_sentence_that_is_recorded_is_heard(database: Database, now: datetime) -> None:
    voice = voice_of(database, now)
    synthetic = voice.wav(BOTH)
    assert seconds_of_tone(synthetic) < 0.4
    record(database, FIXED, now)
    mixed = voice.wav(BOTH)
    assert 1.3 < seconds_of_tone(mixed) < 1.9
    assert samples(mixed).size > samples(voice.wav(FILLED)).size + 1.5 * HERTZ
    assert abs(active_dbfs(samples(mixed)) - SPEECH_DBFS) < 1.5
    with database.begin() as session:
        assert recordings.drop(session, recordings.name_of(FIXED))
        assert not recordings.drop(session, recordings.name_of(FIXED))
    assert voice.wav(BOTH) == synthetic
    voice.close()


def test_slower_and_louder_work_on_recordings(database: Database, now: datetime) -> None:
    voice = voice_of(database, now)
    record(database, FIXED, now)
    ordinary, slower, louder = (voice.wav(FIXED, *how) for how in ((0, 0), (-2, 0), (0, 1)))
    assert 1.25 < seconds_of_tone(slower) / seconds_of_tone(ordinary) < 1.45
    assert 4 < active_dbfs(samples(louder)) - active_dbfs(samples(ordinary)) < 7
    voice.close()


def test_a_stream_makes_its_sounds_anew(database: Database, now: datetime) -> None:
    clock = [now]
    voice = ClinicVoice(database, lambda: clock[0])
    sounds = Sounds(voice, voice.edition)
    sentence = Sentence("goodbye.bye", FIXED)
    synthetic = sounds.of(sentence)
    record(database, FIXED, now)
    assert sounds.of(sentence) == synthetic
    clock[0] += FRESH
    recorded = sounds.of(sentence)
    assert recorded != synthetic
    assert sounds.of(sentence) is recorded
    with database.begin() as session:
        recordings.drop(session, recordings.name_of(FIXED))
    clock[0] += FRESH
    assert sounds.of(sentence) == synthetic
    voice.close()


def test_who_recorded_what(database: Database, now: datetime) -> None:
    record(database, FIXED, now)
    record(database, FIXED, now + timedelta(days=1))
    with database.read() as session:
        (maker,) = recordings.makers(session).values()
    assert (maker.who, maker.at, maker.milliseconds) == (
        "Галина",
        now + timedelta(days=1),
        1500,
    )


def test_without_a_database_the_synthetic_voice_speaks(empty_url: str, now: datetime) -> None:
    """It has no tables; once it has them, it is asked again after a rest."""
    clock = [now]
    database = Database(empty_url)
    voice = ClinicVoice(database, lambda: clock[0])
    assert samples(voice.wav(FIXED)).size
    database.upgrade()
    record(database, FIXED, now)
    assert seconds_of_tone(voice.wav(FIXED)) < 0.4
    clock[0] += REST
    assert seconds_of_tone(voice.wav(FIXED)) > 1.3
    voice.close()
    database.close()


@pytest.mark.parametrize(
    ("spelling", "given"),
    [
        ("черн+ых", "[[tS;ern'yx]]"),
        ("Черны́х", "[[tS;ern'yx]]"),
        ("эм эр тэ", "эм эр тэ"),
        ("[[n;ifr'olVk]]", "[[n;ifr'olVk]]"),
    ],
)
def test_an_own_word_is_kept_as_the_voice_wants_it(
    database: Database, espeak: Espeak, spelling: str, given: str
) -> None:
    with database.begin() as session:
        pronunciations.put(session, " Черных ", spelling, espeak.phonemes)
    with database.begin() as session:
        assert pronunciations.spoken(session) == {"черных": given}
        assert pronunciations.table(session) == {"черных": spelling}
        pronunciations.drop(session, "черных")
        pronunciations.drop(session, "черных")
        assert pronunciations.table(session) == {}


@pytest.mark.parametrize(
    ("word", "spelling", "fault"),
    [
        ("две собаки", "две", WordFault.WORD),
        ("", "да", WordFault.WORD),
        ("x" * 81, "да", WordFault.WORD),
        ("Ким", "", WordFault.SPELLING),
        ("Ким", "Kim", WordFault.SPELLING),
        ("Ким", "<b>ким</b>", WordFault.SPELLING),
        ("Ким", "[[k'im]] [[", WordFault.SPELLING),
        ("Ким", "к" * 121, WordFault.SPELLING),
        ("Черных", "ч+ерн+ых", WordFault.STRESS),
        ("Черных", "черны+х", WordFault.STRESS),
    ],
)
def test_a_wrong_word_is_refused(
    database: Database, espeak: Espeak, word: str, spelling: str, fault: WordFault
) -> None:
    with pytest.raises(WrongWord) as refused, database.begin() as session:
        pronunciations.put(session, word, spelling, espeak.phonemes)
    assert refused.value.fault is fault


def test_an_own_word_is_heard(database: Database, now: datetime) -> None:
    voice = voice_of(database, now)
    before = voice.wav("Доктор Черных.")
    with database.begin() as session:
        pronunciations.put(session, "черных", "черн+ых", voice.synthetic.phonemes)
    assert voice.wav("Доктор Черных.") != before
    voice.close()


def test_what_is_recorded_one_by_one() -> None:
    assert sentences(" Да?  Нет… Код: один, два. ") == ["Да?", "Нет…", "Код: один, два."]
