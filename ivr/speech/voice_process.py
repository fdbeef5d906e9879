"""Voices of other programs behind the helper's protocol (`ivr.speech.espeak_process`).

`python -m ivr.speech.voice_process piper FILE.onnx`, `… rhvoice`, `… festival VOICE`. On stdin
one JSON line a phrase, `{"text", "speed"}`, speed 1 as the voice speaks by itself.
"""

from __future__ import annotations

import json
import re
import struct
import subprocess
import sys
import tempfile
import wave
from pathlib import Path
from typing import BinaryIO, Protocol

LENGTH = struct.Struct("<I")
TRIAL = "Проба."
"""Said at the start: it tells the sampling rate, and that the voice speaks."""
SECONDS = 8
"""More than any phrase takes."""


class Voice(Protocol):
    hertz: int

    def samples(self, text: str, speed: float) -> bytes: ...


class Piper:
    def __init__(self, file: str) -> None:
        from piper import PiperVoice  # noqa: PLC0415 - only where it is installed

        self._voice = PiperVoice.load(file)
        self.hertz = int(self._voice.config.sample_rate)

    def samples(self, text: str, speed: float) -> bytes:
        from piper import SynthesisConfig  # noqa: PLC0415 - see above

        longer = SynthesisConfig(length_scale=self._voice.config.length_scale / speed)
        chunks = self._voice.synthesize(text, longer)
        return b"".join(chunk.audio_int16_bytes for chunk in chunks)


class Rhvoice:
    """A program for every phrase: it takes some 0.1 s."""

    PROGRAM = "RHVoice-test"

    def __init__(self) -> None:
        self.hertz = 0
        self.samples(TRIAL, 1.0)

    def samples(self, text: str, speed: float) -> bytes:
        with tempfile.TemporaryDirectory(prefix="voice-") as folder:
            file = Path(folder) / "said.wav"
            subprocess.run(  # noqa: S603 - a program of the operator's
                [self.PROGRAM, "-r", str(round(100 * speed)), "-o", str(file)],
                input=text.encode(),
                stdout=subprocess.DEVNULL,
                check=True,
                timeout=SECONDS,
            )
            self.hertz, samples = read_wav(file)
            return samples


class Festival:
    """Reads Scheme; the sound comes as a file. It cannot speak slower with this voice."""

    def __init__(self, voice: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="voice-")
        self._file = Path(self._folder.name) / "said.wav"
        self._process = subprocess.Popen(
            ["festival", "--pipe"],  # noqa: S607 - wherever it is installed
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.hertz = 0
        self._do(f"(voice_{voice})")
        self.samples(TRIAL, 1.0)

    def samples(self, text: str, _speed: float) -> bytes:
        said = f'(utt.synth (Utterance Text "{plain(text)}"))'
        self._do(f'(utt.save.wave {said} "{self._file}" \'riff)')
        self.hertz, samples = read_wav(self._file)
        self._file.unlink()
        return samples

    def _do(self, scheme: str) -> None:
        requests, replies = self._process.stdin, self._process.stdout
        if requests is None or replies is None:
            raise BrokenPipeError("festival has no pipes")
        requests.write(f'{scheme}\n(format t "done\\n")(fflush nil)\n'.encode())
        requests.flush()
        if replies.readline() != b"done\n":
            raise BrokenPipeError("festival does not answer")


def plain(text: str) -> str:
    """Words and the marks right behind them: festival stumbles over a mark on its own."""
    kept = re.sub(r"[^\w\s.,!?:-]|(?<!\w)-|-(?!\w)", " ", text)
    return re.sub(r"\s+(?=[.,!?:])", "", " ".join(kept.split()))


def read_wav(file: Path) -> tuple[int, bytes]:
    """Sampling rate, and 16-bit mono samples."""
    with wave.open(str(file)) as sound:
        return sound.getframerate(), sound.readframes(sound.getnframes())


def serve(voice: Voice, requests: BinaryIO, replies: BinaryIO) -> None:
    replies.write(LENGTH.pack(voice.hertz))
    replies.flush()
    for line in requests:
        phrase = json.loads(line)
        sound = voice.samples(phrase["text"], phrase["speed"])
        replies.write(LENGTH.pack(len(sound)) + sound)
        replies.flush()


def voice_of(program: str, *more: str) -> Voice:
    match program:
        case "piper":
            return Piper(*more)
        case "rhvoice":
            return Rhvoice()
        case _:
            return Festival(*more)


if __name__ == "__main__":
    serve(voice_of(*sys.argv[1:]), sys.stdin.buffer, sys.stdout.buffer)
