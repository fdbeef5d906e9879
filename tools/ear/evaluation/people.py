"""Who speaks: recordings of people and synthetic voices that no model was trained on.

What is not installed is looked for in a folder of unpacked packages, else left out and named.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import soundfile
import soxr

from bench.speakers import FESTIVAL_VOICE, Say, human, human_prompts
from tests.speech.voices import Speaker
from tools.ear.evaluation.arithmetic import HERTZ, Samples

ESPEAK = ("ru", "ru+f2", "ru+m4", "ru+Annie", "ru+Hugo", "ru+steph3")
"""Kept out of the training."""
KEPT_ASIDE = "ru_0600"
"""Of festvox-ru's sentences: this one and those behind it."""
FESTVOX = f"usr/share/festival/voices/russian/{FESTIVAL_VOICE.removeprefix('voice_')}"
KTUBERLING, KLETTRES = "usr/share/ktuberling/sounds/ru", "usr/share/klettres/ru"
STAMPS, RUSSIAN = "usr/share/tuxpaint/stamps", "ru.utf8="
RHVOICE = "RHVoice-test"
RHVOICES, NEW_RHVOICES = ("Aleksandr", "Anna", "Elena", "Irina"), ("Arina", "Artemiy", "Pavel")
PEAK = 15_000
_LINE = re.compile(r'\(\s*(\S+)\s+"(.*)"\s*\)')
HUNDRED = {
    str(tens): number
    for tens, number in zip(
        range(10, 100, 10),
        (
            *("десять", "двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят"),
            *("семьдесят", "восемьдесят", "девяносто"),
        ),
        strict=True,
    )
}
DIGITS = ("ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять")
TEENS = (
    *("десять", "одиннадцать", "двенадцать", "тринадцать", "четырнадцать", "пятнадцать"),
    *("шестнадцать", "семнадцать", "восемнадцать", "девятнадцать"),
)
NUMBERS: Mapping[str, str] = {
    **{str(number): word for number, word in enumerate((*DIGITS, *TEENS))},
    **HUNDRED,
    "hundred": "сто",
}
"""What the woman says, by the name of her recording in `digits/`."""
ORDINALS: Mapping[str, str] = {
    f"h-{number}": word
    for number, word in zip(
        (*range(1, 21), 30),
        (
            *("первый", "второй", "третий", "четвертый", "пятый", "шестой", "седьмой"),
            *("восьмой", "девятый", "десятый", "одиннадцатый", "двенадцатый"),
            *("тринадцатый", "четырнадцатый", "пятнадцатый", "шестнадцатый"),
            *("семнадцатый", "восемнадцатый", "девятнадцатый", "двадцатый", "тридцатый"),
        ),
        strict=True,
    )
}
MONTHS: Mapping[str, str] = {
    f"mon-{number}": word
    for number, word in enumerate(
        (
            *("января", "февраля", "марта", "апреля", "мая", "июня", "июля"),
            *("августа", "сентября", "октября", "ноября", "декабря"),
        )
    )
}
DAYS: Mapping[str, str] = {
    **{
        f"day-{number}": word
        for number, word in enumerate(
            (
                *("воскресенье", "понедельник", "вторник", "среда"),
                *("четверг", "пятница", "суббота"),
            )
        )
    },
    "today": "сегодня",
    "tomorrow": "завтра",
}


class People:
    """`folder`: packages that are not installed, unpacked (`dpkg-deb -x`)."""

    def __init__(self, folder: Path | None = None) -> None:
        self._roots = [Path("/"), *([folder] if folder else [])]
        self._kept = folder / "said" if folder else None
        self.missing: list[str] = []
        self._espeak = Speaker()

    def woman(self, names: Sequence[str]) -> dict[str, Samples]:
        """Of asterisk-core-sounds-ru; nothing where she is not installed."""
        found = {name: human(f"digits/{name}") for name in names}
        if all(sound.size for sound in found.values()):
            return found
        self.miss("asterisk-core-sounds-ru-wav: the woman")
        return {}

    def womans_prompts(self) -> Mapping[str, bytes]:
        return human_prompts()

    def espeak(self) -> Iterator[tuple[str, Say]]:
        for voice in ESPEAK:
            yield f"espeak {voice}", _by(partial(self._espeak, voice=voice))

    def festvox(self, most: int) -> dict[str, Samples]:
        """Sentences of the man that were kept aside, as he reads them."""
        folder = self._folder(FESTVOX)
        if folder is None:
            self.miss("festvox-ru: the man's sentences")
            return {}
        lines = (folder / "etc" / "txt.done.data").read_text("utf-8").splitlines()
        found = (match.groups() for match in map(_LINE.match, lines) if match)
        aside = sorted((name, text) for name, text in found if name >= KEPT_ASIDE)
        step = max(1, len(aside) // most)
        return {
            text: _read(folder / "wav" / f"{name}.wav") for name, text in aside[::step][:most]
        }

    def ktuberling(self) -> dict[str, Samples]:
        """Single words by several people, by the file's name."""
        folder = self._folder(KTUBERLING)
        if folder is None:
            self.miss("ktuberling-data: other people's words")
            return {}
        return {file.stem: _read(file) for file in sorted(folder.glob("*.ogg"))}

    def klettres(self) -> dict[str, Samples]:
        """Letters and syllables by young people, by what they say."""
        folder = self._folder(KLETTRES)
        if folder is None:
            self.miss("klettres-data: letters and syllables")
            return {}
        listed = ET.parse(folder / "sounds.xml").iter("sound")  # noqa: S314 - of a package
        named = {str(one.get("name")).lower(): str(one.get("file")) for one in listed}
        return {name: _read(folder.parent / file) for name, file in named.items()}

    def stamps(self) -> dict[str, Samples]:
        """What Tux Paint says of its pictures, by the text; Edwin Veber and perhaps others."""
        folder = self._folder(STAMPS)
        if folder is None:
            self.miss("tuxpaint-stamps-default: a person's words and sentences")
            return {}
        files = sorted(folder.rglob("*_desc_ru.ogg"))
        described = {_described(file): file for file in files}
        return {text: _read(file) for text, file in described.items() if text}

    def rhvoice(self, voices: Sequence[str]) -> Iterator[tuple[str, Say]]:
        if not shutil.which(RHVOICE) or not self._are_all_there(voices):
            self.miss(f"RHVoice with {', '.join(voices)}")
            return
        for voice in voices:
            yield f"RHVoice {voice}", _by(partial(self._rhvoice, voice=voice))

    def _are_all_there(self, voices: Sequence[str]) -> bool:
        """For a voice that it lacks the program takes another without a word."""
        sounds = {self._rhvoice("голос", voice) for voice in voices}
        return len(sounds) == len(voices)

    def _rhvoice(self, text: str, voice: str) -> bytes:
        """Kept in the folder: a program is started for each text."""
        name = hashlib.sha256(f"{voice} {text}".encode()).hexdigest()
        file = self._kept / f"{name}.pcm" if self._kept else None
        if file and file.is_file():
            return file.read_bytes()
        sound = _rhvoice(text, voice)
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(sound)
        return sound

    def close(self) -> None:
        self._espeak.close()

    def _folder(self, path: str) -> Path | None:
        return next((root / path for root in self._roots if (root / path).is_dir()), None)

    def miss(self, what: str) -> None:
        if what not in self.missing:
            self.missing.append(what)


def _described(file: Path) -> str:
    """What is said in it, in lower case; nothing where that is not known."""
    text = file.with_name(file.name.replace("_desc_ru.ogg", ".txt"))
    lines = text.read_text("utf-8").splitlines() if text.is_file() else []
    said = (line.removeprefix(RUSSIAN) for line in lines if line.startswith(RUSSIAN))
    return " ".join(re.findall("[а-яё0-9a-z]+", next(said, "").lower()))


def _by(say: Callable[[str], bytes]) -> Say:
    def said(texts: Iterable[str]) -> Mapping[str, bytes]:
        return {text: say(text) for text in texts}

    return said


def _rhvoice(text: str, voice: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "said.wav"
        command = [RHVOICE, "-p", voice, "-o", str(file)]
        subprocess.run(command, input=text.encode(), check=True, capture_output=True)
        return bytes(_read(file).tobytes())


def _read(file: Path) -> Samples:
    """At one level, 8 kHz."""
    wave, rate = soundfile.read(file, always_2d=True)
    pcm = soxr.resample(wave[:, 0], rate, HERTZ)
    return np.asarray(pcm / (np.abs(pcm).max() + 1e-9) * PEAK, np.int16)
