"""Who speaks in `bench.hearing`: synthetic voices, and a woman's recordings in pieces.

A speaker turns texts into 8 kHz, 16-bit sound. Those that are not installed are left out.
"""

from __future__ import annotations

import ctypes
import gzip
import os
import random
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from ivr.speech.wav_files import NotSpeech, telephone_pcm
from tests.speech.voices import Speaker

Say = Callable[[Iterable[str]], Mapping[str, bytes]]
ESPEAK = ("ru", "ru+f2", "ru+m4", "ru+Annie", "ru+steph3")
"""All but the first were kept out of the model's training."""
FESTIVAL_VOICE = "voice_msu_ru_nsh_clunits"
HUMAN = "/usr/share/asterisk/sounds/ru_RU_f_IvrvoiceRU"
TEXTS = "/usr/share/doc/asterisk-core-sounds-ru/core-sounds-ru.txt.gz"
RETRO_HERTZ = 10_000
PEAK = 16_000


def speakers() -> Iterator[tuple[str, Say]]:
    espeak = Speaker()
    for voice in ESPEAK:
        yield f"espeak {voice}", _espeak(espeak, voice)
    if shutil.which("festival"):
        yield "festival", festival
    else:
        print("(festival with festvox-ru is not installed)")
    library = find_spec("_ru_tts_native")
    if library and library.origin:
        yield "ru_tts man", Retro(library.origin, female=False)
        yield "ru_tts woman", Retro(library.origin, female=True)
    else:
        print("(retro-ru-tts is not installed)")
    espeak.close()


def _espeak(speaker: Speaker, voice: str) -> Say:
    return lambda texts: {text: speaker(text, voice) for text in texts}


def festival(texts: Iterable[str]) -> Mapping[str, bytes]:
    """All in one go: it takes a while to start."""
    listed = list(texts)
    with tempfile.TemporaryDirectory() as folder:
        lines = [f"({FESTIVAL_VOICE})"]
        for number, text in enumerate(listed):
            said = f'(utt.synth (Utterance Text "{text}"))'
            lines.append(f'(utt.save.wave {said} "{folder}/{number}.wav" \'riff)')
        script = Path(folder) / "say.scm"
        script.write_text("\n".join(lines), "utf-8")
        subprocess.run(["festival", "-b", str(script)], check=True, capture_output=True)
        return {
            text: telephone_pcm((Path(folder) / f"{number}.wav").read_bytes())
            for number, text in enumerate(listed)
        }


class Retro:
    """ru_tts by its C library: the wheel's own entry does not work from Python 3.10 on."""

    RATE, PITCH, FLAGS, FIELDS = 0, 1, 11, 12
    FEMALE, DOTS_AND_COMMAS = 4, 3

    def __init__(self, library: str, *, female: bool) -> None:
        self._library = ctypes.PyDLL(library)
        self._flags = self.DOTS_AND_COMMAS + self.FEMALE * female
        self._consumer = ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p
        )

    def __call__(self, texts: Iterable[str]) -> Mapping[str, bytes]:
        return {text: self._say(text) for text in texts}

    def _say(self, text: str) -> bytes:
        settings = (ctypes.c_int * self.FIELDS)()
        self._library.ru_tts_config_init(ctypes.byref(settings))
        settings[self.RATE], settings[self.FLAGS] = 90, self._flags
        chunks: list[bytes] = []

        def consume(buffer: int, size: int, _: Any) -> int:
            chunks.append(ctypes.string_at(buffer, size))
            return 0

        work = ctypes.create_string_buffer(8192)
        self._library.ru_tts_transfer(
            ctypes.byref(settings),
            ctypes.c_char_p(text.encode("koi8-r", "ignore")),
            work,
            ctypes.c_size_t(len(work)),
            self._consumer(consume),
            None,
        )
        samples = np.frombuffer(b"".join(chunks), np.int8).astype(np.float32)
        if not samples.size:
            return b""
        resampled = soxr.resample(samples / max(1, np.abs(samples).max()), RETRO_HERTZ, 8000)
        return bytes((resampled * PEAK).astype("<i2").tobytes())


def human(name: str) -> np.ndarray[Any, Any]:
    """A recording of the woman; without samples where it is not installed."""
    folder = Path(os.environ.get("IVR_HUMAN_SOUNDS", HUMAN))
    with suppress(OSError, NotSpeech):
        return np.frombuffer(telephone_pcm((folder / f"{name}.wav").read_bytes()), "<i2")
    return np.zeros(0, np.int16)


def human_digits() -> dict[str, np.ndarray[Any, Any]]:
    found = {digit: human(f"digits/{digit}") for digit in "0123456789"}
    return found if all(sound.size for sound in found.values()) else {}


def human_prompts() -> dict[str, bytes]:
    """What she says in them -> its sound: sentences of a telephone exchange."""
    said = {}
    for line in _lines():
        name, _, text = line.partition(":")
        sound = human(name.strip())
        if re.search("[а-яё]", text) and 4000 < sound.size < 8000 * 15:
            said[text.strip()] = sound.astype("<i2").tobytes()
    return said


def _lines() -> list[str]:
    try:
        return gzip.open(TEXTS, "rt", encoding="utf-8").read().splitlines()
    except OSError:
        return []


def spliced(
    chance: random.Random, digits: dict[str, np.ndarray[Any, Any]], number: str
) -> bytes:
    """Her digits in a row, 50 to 300 ms apart."""
    parts = []
    for digit in number:
        parts += [digits[digit], np.zeros(8 * chance.randint(50, 300), np.int16)]
    hiss = np.random.default_rng(1).integers(-3, 4, sum(part.size for part in parts))
    return bytes((np.concatenate(parts) + hiss).astype("<i2").tobytes())


def golden_answers(folder: Path) -> list[str]:
    """What callers say in the golden calls, each once."""
    said = [
        found
        for file in sorted(folder.glob("*.txt"))
        for found in re.findall(r"^ +caller +«(.+)»$", file.read_text("utf-8"), re.MULTILINE)
    ]
    return list(dict.fromkeys(said))
