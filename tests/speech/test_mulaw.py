from __future__ import annotations

import numpy as np

from ivr.speech.mulaw import SILENCE, encoded, linear

EVERY_CODE = bytes(range(256))


def test_every_code_comes_back() -> None:
    """Two codes are zero: 0x7F is written as 0xFF."""
    assert encoded(linear(EVERY_CODE)) == EVERY_CODE.replace(b"\x7f", SILENCE)


def test_no_sample_is_off_by_more_than_a_part_in_16() -> None:
    samples = np.arange(-32768, 32768).astype(np.int32)
    said = linear(encoded(samples.astype(np.int16)))
    assert np.all(np.abs(said - samples) <= np.abs(samples) / 16 + 4)


def test_silence_is_silent() -> None:
    assert linear(SILENCE * 3).tolist() == [0, 0, 0]
