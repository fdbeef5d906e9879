"""Recordings of speech as files, brought to the sound of the telephone."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np
import soxr

from ivr.speech.mulaw import linear
from ivr.speech.recogniser import HERTZ

PCM, MULAW, EXTENSIBLE = 1, 7, 0xFFFE
RATES = (8000, 16000)
_FORMAT = struct.Struct("<HHIIHH")
_SUBTYPE = 24
"""Where an extensible format names the real one."""


class NotSpeech(ValueError):
    """No WAV file of one channel, 8 or 16 kHz, 16-bit PCM or mu-law."""


def telephone_pcm(file: bytes) -> bytes:
    """8 kHz, 16 bit, one channel. Raises NotSpeech with the reason."""
    chunks = dict(_chunks(file))
    head, sound = chunks.get(b"fmt ", b""), chunks.get(b"data")
    if len(head) < _FORMAT.size or sound is None:
        raise NotSpeech("it is no WAV file")
    coding, channels, hertz, _, _, bits = _FORMAT.unpack_from(head)
    if coding == EXTENSIBLE and len(head) >= _SUBTYPE + 2:
        (coding,) = struct.unpack_from("<H", head, _SUBTYPE)
    if channels != 1:
        raise NotSpeech(f"it has {channels} channels instead of one")
    if hertz not in RATES:
        raise NotSpeech(f"it has {hertz} Hz instead of 8000 or 16000")
    if (coding, bits) not in ((PCM, 16), (MULAW, 8)):
        raise NotSpeech("it is neither 16-bit PCM nor mu-law")
    samples = linear(sound) if coding == MULAW else np.frombuffer(_whole(sound), "<i2")
    if hertz != HERTZ:
        samples = soxr.resample(samples, hertz, HERTZ)
    return samples.astype("<i2").tobytes()


def _chunks(file: bytes) -> Iterator[tuple[bytes, bytes]]:
    """A last chunk that is cut short is what there is of it."""
    if file[:4] != b"RIFF" or file[8:12] != b"WAVE":
        return
    at = 12
    while at + 8 <= len(file):
        name, size = struct.unpack_from("<4sI", file, at)
        yield name, file[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _whole(sound: bytes) -> bytes:
    return sound[: len(sound) // 2 * 2]
