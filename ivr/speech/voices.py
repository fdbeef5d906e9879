"""Voices other than espeak's: of programs that the operator installs."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

from ivr.speech.audio import Samples, telephone
from ivr.speech.helper import HelperProcess
from ivr.speech.stretching import slowed

ESPEAK, PIPER, RHVOICE, FESTIVAL = "espeak", "piper", "rhvoice", "festival"
VOICES = (ESPEAK, PIPER, RHVOICE, FESTIVAL)
FESTIVAL_VOICE = "msu_ru_nsh_clunits"
FESTIVAL_FOLDERS = ("/usr/share/festival/voices", "/usr/local/share/festival/voices")


class ProgramVoice:
    """Speaks through `ivr.speech.voice_process`."""

    def __init__(self, *program: str, slows: bool = True) -> None:
        """`slows`: the program itself can speak slower; its sound is stretched otherwise."""
        command = (sys.executable, "-m", "ivr.speech.voice_process", *program)
        self._helper = HelperProcess(command)
        self._slows = slows

    def say(self, phrase: str, speed: float) -> Samples:
        """At 1 as it speaks by itself. Raises SynthesisFailed."""
        made, hertz = self._helper.ask({"text": phrase, "speed": speed if self._slows else 1.0})
        sound = telephone(made, hertz)
        return sound if self._slows else slowed(sound, speed)

    def close(self) -> None:
        self._helper.close()


def why_missing(name: str, piper_voice: str = "") -> str:
    """What to install for this voice; empty where it can speak."""
    wanted: Mapping[str, tuple[tuple[bool, str], ...]] = {
        PIPER: (
            (find_spec("piper") is not None, "the package piper-tts"),
            (Path(piper_voice).is_file(), "the file of IVR_PIPER_VOICE"),
            (Path(f"{piper_voice}.json").is_file(), "that file's .onnx.json, beside it,"),
        ),
        RHVOICE: ((bool(shutil.which("RHVoice-test")), "the program RHVoice-test"),),
        FESTIVAL: (
            (bool(shutil.which("festival")), "the program festival"),
            (_has_russian(), f"its voice {FESTIVAL_VOICE} (festvox-ru)"),
        ),
    }
    absent = (what for there, what in wanted.get(name, ()) if not there)
    return "".join(f"IVR_VOICE={name}: {what} is not there" for what in islice(absent, 1))


def open_voice(name: str, piper_voice: str = "") -> ProgramVoice | None:
    """None where espeak speaks: as it should, or because the voice is missing."""
    if name not in VOICES or name == ESPEAK or why_missing(name, piper_voice):
        return None
    more = {PIPER: (piper_voice,), FESTIVAL: (FESTIVAL_VOICE,)}.get(name, ())
    return ProgramVoice(name, *more, slows=name != FESTIVAL)


def _has_russian() -> bool:
    places = (Path(folder).glob(f"*/{FESTIVAL_VOICE}") for folder in FESTIVAL_FOLDERS)
    return any(found for place in places for found in place)
