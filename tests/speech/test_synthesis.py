import gc
import io
import os
import signal
import subprocess
import sys
import wave
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from ivr.speech.audio import HERTZ, SPEECH_DBFS, Samples, active_dbfs, audio_name
from ivr.speech.pronunciation import GROUP_PAUSE, SENTENCE_PAUSE, phrases, pronounced
from ivr.speech.synthesis import KEPT_FILES, Espeak, SynthesisFailed, Synthesizer

SENTENCE = "Терапевт Иванова, завтра, двадцать четвёртого ноября, в десять тридцать."


@pytest.fixture(scope="module")
def espeak() -> Iterator[Espeak]:
    espeak = Espeak()
    yield espeak
    espeak.close()


@pytest.fixture
def synthesizer(espeak: Espeak) -> Synthesizer:
    return Synthesizer(espeak)


def samples(wav: bytes) -> Samples:
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, HERTZ)
        pcm = file.readframes(file.getnframes())
    return (np.frombuffer(pcm, "<i2") / 32768).astype(np.float32)


def seconds(wav: bytes) -> float:
    return samples(wav).size / HERTZ


def test_a_sentence_is_telephone_sound_at_its_level(synthesizer: Synthesizer) -> None:
    sound = samples(synthesizer.wav(SENTENCE))
    assert 4 < sound.size / HERTZ < 9
    assert abs(active_dbfs(sound) - SPEECH_DBFS) < 2


@pytest.mark.parametrize("text", ["Да.", "Нет", "Ноль.", SENTENCE * 3])
def test_every_length_has_the_same_level(synthesizer: Synthesizer, text: str) -> None:
    assert abs(active_dbfs(samples(synthesizer.wav(text))) - SPEECH_DBFS) < 2


@pytest.mark.parametrize("text", ["", " ", "…"])
def test_nothing_to_say_is_an_empty_file(synthesizer: Synthesizer, text: str) -> None:
    assert samples(synthesizer.wav(text)).size == 0


def test_slower_lasts_longer(synthesizer: Synthesizer) -> None:
    ordinary, slower, slowest = (seconds(synthesizer.wav(SENTENCE, p)) for p in (0, -1, -2))
    assert 1.10 < slower / ordinary < 1.25
    assert 1.22 < slowest / ordinary < 1.45


def test_louder_is_louder_and_not_clipped(synthesizer: Synthesizer) -> None:
    sounds = [samples(synthesizer.wav(SENTENCE, 0, step)) for step in (0, 1, 2)]
    ordinary, louder, loudest = map(active_dbfs, sounds)
    assert 5 < louder - ordinary < 7
    assert 9 < loudest - ordinary < 13
    assert max(np.abs(loud).max() for loud in sounds) < 0.97


def test_words_a_minute(synthesizer: Synthesizer) -> None:
    words = 20 * "запись отменена и приём восстановлен "
    assert 100 < len(words.split()) / seconds(synthesizer.wav(words)) * 60 < 150


def test_groups_of_a_code_stand_apart(synthesizer: Synthesizer) -> None:
    sound = samples(synthesizer.wav("Код отмены: тридцать восемь, ноль четыре, семнадцать."))
    quiet = np.abs(sound) < 0.002
    edges = np.flatnonzero(np.diff(np.concatenate(([0], quiet, [0]))))
    silences = (edges[1::2] - edges[::2]) / HERTZ
    assert sum(silences > 0.9 * GROUP_PAUSE) == 3  # two between the groups, one at the end


def test_the_helper_is_restarted_after_it_was_killed(espeak: Espeak) -> None:
    synthesizer = Synthesizer(espeak)
    before = seconds(synthesizer.wav("Запись отменена."))
    pid = espeak.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert abs(seconds(Synthesizer(espeak).wav("Запись отменена.")) - before) < 0.2
    assert espeak.pid != pid


def test_eight_threads(synthesizer: Synthesizer) -> None:
    texts = [f"Запись {word} отменена." for word in ("первая", "вторая", "третья")] * 16
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(synthesizer.wav, texts))
    assert all(0.8 < seconds(wav) < 4 for wav in made)
    assert made[0] == synthesizer.wav(texts[0])


def test_eight_threads_while_the_helper_is_killed(espeak: Espeak) -> None:
    assert espeak.say("Алло", 150).size
    pid = espeak.pid
    assert pid is not None

    def say(n: int) -> int:
        if n == 20:
            os.kill(pid, signal.SIGKILL)
        return espeak.say(f"Номер {n}.", 150).size

    with ThreadPoolExecutor(8) as threads:
        assert all(size > HERTZ / 4 for size in threads.map(say, range(64)))
    assert espeak.pid != pid


def test_a_voice_that_does_not_start_is_an_error_of_its_own() -> None:
    for command in (("/nowhere/espeak",), (sys.executable, "-c", "")):
        with pytest.raises(SynthesisFailed):
            Synthesizer(Espeak(command)).wav("Алло")


def test_a_helper_that_dies_on_a_phrase_is_tried_twice() -> None:
    dying = "import sys; sys.stdout.buffer.write(bytes(4)); sys.stdout.flush(); input()"
    with pytest.raises(SynthesisFailed, match="twice"):
        Synthesizer(Espeak((sys.executable, "-c", dying))).wav("Алло")


def test_the_last_files_are_kept() -> None:
    espeak = Espeak()
    synthesizer = Synthesizer(espeak)
    first = synthesizer.wav("Да.")
    espeak.close()
    assert synthesizer.wav("Да.") is first
    assert espeak.pid is None
    for n in range(KEPT_FILES):
        synthesizer.wav("Да.", -1, n)
    assert synthesizer.wav("Да.") is not first
    synthesizer.close()


def test_pauses() -> None:
    said = phrases("Код: ноль четыре, семнадцать. Что-нибудь ещё, завтра? Заболели – один.")
    assert [phrase.text for phrase in said] == [
        "Код:", "ноль четыре,", "семнадцать.", "Что-нибудь ещё,", "завтра?", "Заболели –",
        "один.",
    ]  # fmt: skip
    pauses = [phrase.pause for phrase in said]
    assert (pauses[1], pauses[2]) == (GROUP_PAUSE, SENTENCE_PAUSE)
    assert 0.5 <= SENTENCE_PAUSE <= 0.75
    assert pauses[0] < GROUP_PAUSE > pauses[3]


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("Код придёт в СМС.", "Код придёт в эс-эм-эс."),
        ("ЛОР", "лор"),
        ("детский уролог-андролог", "детский уролог-[[andr'olVk]]"),
        ("Что-нибудь", "Что-нибудь"),
    ],
)
def test_pronunciation(text: str, spelt: str) -> None:
    assert pronounced(text) == spelt


def test_a_name_depends_on_all_of_its_parts() -> None:
    name = audio_name("key", "espeak", 0, 0, "Да.")
    others = [
        audio_name("other", "espeak", 0, 0, "Да."),
        audio_name("key", "ru", 0, 0, "Да."),
        audio_name("key", "espeak", -1, 0, "Да."),
        audio_name("key", "espeak", 0, 1, "Да."),
        audio_name("key", "espeak", 0, 0, "Нет."),
    ]
    assert len({name, *others}) == 6
    assert len(name) == 64
    assert name == audio_name("key", "espeak", 0, 0, "Да.")


def test_a_forgotten_voice_leaves_no_process() -> None:
    espeak = Espeak()
    espeak.say("Да.", 150)
    pid = espeak.pid
    assert pid is not None
    del espeak
    gc.collect()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_fork_gets_a_helper_of_its_own() -> None:
    script = (
        "import os\n"
        "from ivr.speech.synthesis import Espeak\n"
        "espeak = Espeak(); espeak.say('Да.', 150); first = espeak.pid\n"
        "child = os.fork()\n"
        "ok = espeak.say('Нет.', 150).size > 0 and (espeak.pid == first) == bool(child)\n"
        "if not child: os._exit(0 if ok else 1)\n"
        "assert ok and os.waitpid(child, 0)[1] == 0\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)  # noqa: S603
