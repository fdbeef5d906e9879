"""espeak-ng in a process of its own: it crashes when two threads use it, and may crash anyway.

`python -m ivr.speech.espeak_process`. On stdin one JSON line a phrase, `{"text", "voice",
"rate"}`, rate in words a minute; without `rate` its phonemes are wanted. On stdout a
little-endian uint32 with the sampling rate in Hz, then for each phrase a uint32 with the number
of bytes and the 16-bit mono samples, or the phonemes in ASCII. It ends with its stdin.
"""

from __future__ import annotations

import ctypes
import json
import struct
import sys
from typing import Any, BinaryIO, Protocol

import espeakng_loader

LENGTH = struct.Struct("<I")
RETRIEVAL = 1
"""The sound comes to the callback, nothing is played."""
DONT_EXIT = 0x8000
RATE = 1
UTF8_AND_PHONEMES = 0x101
"""Words in [[ ]] are phonemes."""
BY_CHARACTER = 1
ASCII_PHONEMES = 0

Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class Espeak:
    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self.hertz = int(self._library.espeak_Initialize(RETRIEVAL, 0, data, DONT_EXIT))
        if self.hertz <= 0:
            raise RuntimeError("espeak-ng does not initialise")
        self._samples = bytearray()
        self._library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self._voice = ""
        self._callback = Callback(self._collect)
        self._library.espeak_SetSynthCallback(self._callback)

    def samples(self, text: str, voice: str, rate: int) -> bytes:
        self._choose(voice)
        self._check(self._library.espeak_SetParameter(RATE, rate, 0))
        self._samples.clear()
        encoded = text.encode() + b"\0"
        self._check(
            self._library.espeak_Synth(
                encoded,
                ctypes.c_size_t(len(encoded)),
                0,
                BY_CHARACTER,
                0,
                UTF8_AND_PHONEMES,
                None,
                None,
            )
        )
        self._check(self._library.espeak_Synchronize())
        return bytes(self._samples)

    def phonemes(self, text: str, voice: str) -> bytes:
        """Of one clause, in espeak's own ASCII, as they stand in [[ ]]."""
        self._choose(voice)
        rest = ctypes.c_char_p(text.encode())
        at = ctypes.pointer(ctypes.cast(rest, ctypes.c_void_p))
        found = self._library.espeak_TextToPhonemes(at, BY_CHARACTER, ASCII_PHONEMES)
        return bytes(found or b"")

    def _choose(self, voice: str) -> None:
        """Loading a voice takes longer than saying a phrase."""
        if voice != self._voice:
            self._check(self._library.espeak_SetVoiceByName(voice.encode()))
            self._voice = voice

    def _collect(self, wave: Any, count: int, _events: Any) -> int:
        if wave and count > 0:
            self._samples += ctypes.string_at(wave, 2 * count)
        return 0

    @staticmethod
    def _check(error: int) -> None:
        if error:
            raise RuntimeError(f"espeak-ng error {error}")


class Voice(Protocol):
    def samples(self, text: str, voice: str, rate: int) -> bytes: ...

    def phonemes(self, text: str, voice: str) -> bytes: ...


def serve(espeak: Voice, requests: BinaryIO, replies: BinaryIO) -> None:
    for line in requests:
        phrase = json.loads(line)
        made = (
            espeak.samples(phrase["text"], phrase["voice"], phrase["rate"])
            if "rate" in phrase
            else espeak.phonemes(phrase["text"], phrase["voice"])
        )
        replies.write(LENGTH.pack(len(made)) + made)
        replies.flush()


def main() -> None:
    espeak = Espeak()
    sys.stdout.buffer.write(LENGTH.pack(espeak.hertz))
    sys.stdout.buffer.flush()
    serve(espeak, sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
