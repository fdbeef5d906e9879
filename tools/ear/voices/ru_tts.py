"""ru_tts: a man's and a woman's diphones.

Its C library is called: its Python side fails from Python 3.10 on.
"""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tools.ear.resampling import resampled
from tools.ear.sound import trimmed
from tools.ear.utterances import Samples

HERTZ = 10000
_BUFFER = 8192
_WOMAN, _PUNCTUATION = 4, 3


@dataclass(frozen=True, slots=True)
class Manner:
    """Per cent of the voice's own."""

    rate: int
    pitch: int
    intonation: int
    woman: bool


class RuTts:
    def __init__(self) -> None:
        self._library = ctypes.PyDLL(str(_library()))
        self._chunk = ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p
        )

    def say(self, text: str, manner: Manner) -> Samples:
        """At 8 kHz, without silence around it. A + stands behind the stressed vowel."""
        chunks: list[bytes] = []

        def heard(chunk: int, size: int, _data: object) -> int:
            chunks.append(ctypes.string_at(chunk, size))
            return 0

        callback, room = self._chunk(heard), ctypes.create_string_buffer(_BUFFER)
        self._library.ru_tts_transfer(
            ctypes.byref(self._settings(manner)),
            ctypes.c_char_p(text.encode("koi8-r", "ignore")),
            room,
            ctypes.c_size_t(_BUFFER),
            callback,
            None,
        )
        wave = np.frombuffer(b"".join(chunks), np.int8)
        return trimmed(resampled(wave, HERTZ)) if len(wave) else np.zeros(0, np.int16)

    def _settings(self, manner: Manner) -> ctypes.Array[ctypes.c_int]:
        settings = (ctypes.c_int * 12)()
        self._library.ru_tts_config_init(ctypes.byref(settings))
        settings[0:3] = [manner.rate, manner.pitch, manner.intonation]
        settings[11] = _PUNCTUATION + (_WOMAN if manner.woman else 0)
        return settings


def _library() -> Path:
    found = (file for folder in sys.path for file in Path(folder).glob("_ru_tts_native*.so"))
    return next(found)
