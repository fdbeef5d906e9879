"""What the ear makes of many voices: `python -m bench.hearing`. No telephone, no database.

Synthetic voices go through the telephone's band and G.711; the human digits are those of
Debian's asterisk-core-sounds-ru-wav where it is installed (`IVR_HUMAN_DIGITS`: elsewhere).
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from ivr.commands.hear import hear_out, listen
from ivr.speech import understanding
from ivr.speech.fillers import Filler
from ivr.speech.listening import ONE_BY_ONE
from ivr.speech.mulaw import linear
from ivr.speech.recogniser import Ear, Listener, Recognised
from ivr.speech.understanding import Kind
from ivr.speech.wav_files import NotSpeech, telephone_pcm
from tests.speech.voices import Speaker, g711, noisy

VOICES = ("ru", "ru+f2", "ru+f4", "ru+m1", "ru+m3", "ru+m7")
HUMAN = "/usr/share/asterisk/sounds/ru_RU_f_IvrvoiceRU/digits"
DIGITS = ("ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять")
YES_NO: dict[str, Any] = {
    "да": True,
    "да конечно": True,
    "отмените": True,
    "не приду": True,
    "подтверждаю": True,
    "нет": False,
    "не надо": False,
    "оставьте": False,
    "приду": False,
    "передумала": False,
}
COMMANDS: dict[str, Any] = {
    "повторите": "repeat",
    "ещё раз": "repeat",
    "помедленнее": "slower",
    "погромче": "louder",
    "оператор": "operator",
    "соедините с регистратурой": "operator",
    "назад": "back",
    "в начало": "menu",
    "подождите": "wait",
    "мне плохо с сердцем": "emergency",
    "до свидания": "bye",
}
FOREIGN = (
    "за окном растёт большая берёза",
    "сколько стоит килограмм картошки",
    "мама мыла раму",
    "давление сто сорок на девяносто",
    "внучка придёт из школы в три",
    "выключи телевизор пожалуйста",
    "где мои тапочки",
    "я сейчас на рынке",
    "дай пройти",
    "автобус уже ушёл",
)
DATES = {
    "пятое марта тысяча девятьсот сорок восьмого года": "1948-03-05",
    "двадцать первое мая восемьдесят пятого": "1985-05-21",
    "ноль пять ноль три тысяча девятьсот сорок восемь": "1948-03-05",
    "двенадцатое июля сорок шестого года": "1946-07-12",
    "тридцатое ноября шестьдесят первого": "1961-11-30",
}
TODAY = date(2026, 11, 23)
CONDITIONS: dict[str, float | None] = {"clean": None, "20 dB": 20.0, "10 dB": 10.0}
NOISY = 60
"""Samples of a row that are heard in noise too."""
Sound = bytes


def telephone(pcm: Sound, decibels: float | None) -> Sound:
    degraded = pcm if decibels is None else noisy(pcm, decibels)
    return linear(g711(degraded)).tobytes()


def value_of(kind: Kind, heard: Recognised) -> Any:
    if heard.foreign or not heard.words:
        return None
    said = heard.with_pauses
    if kind == "yes-no":
        return understanding.yes_no(said)
    if kind == "command":
        return understanding.command(said)
    if kind == "birth-date":
        born = understanding.birth_date(said, TODAY)
        return born[0].isoformat() if len(born) == 1 else None
    readings = understanding.digits(said)
    return readings[0].value if readings else None


class Tally:
    def __init__(self) -> None:
        self.right = self.asked_again = self.wrong = 0
        self.examples: list[str] = []

    def add(self, wanted: Any, got: Any, note: str) -> None:
        self.right += got == wanted
        self.asked_again += got is None and wanted is not None
        if got != wanted and got is not None:
            self.wrong += 1
            self.examples.append(note)

    def __str__(self) -> str:
        count = self.right + self.asked_again + self.wrong
        return (
            f"{self.right}/{count} right, {self.asked_again} not understood, {self.wrong} wrong"
        )


def row(
    name: str,
    kind: Kind,
    said: Sequence[tuple[str, Sound, Any]],
    ear: Ear,
    only: Sequence[str] = (),
) -> None:
    """`only`: these words instead of the kind's."""
    for condition, decibels in CONDITIONS.items():
        tally = Tally()
        some = said if decibels is None else said[:NOISY]
        for text, pcm, wanted in some:
            sound = telephone(pcm, decibels)
            heard = (
                hear_out(Listener(ear, only, Filler.SOFT), sound)
                if only
                else listen(ear, sound, kind)
            )
            tally.add(wanted, value_of(kind, heard), f"{text} -> {heard.text}")
        examples = f"  ({'; '.join(tally.examples[:3])})" if tally.examples else ""
        print(f"| {name} | {condition} | {tally} |{examples}", flush=True)


def spoken(say: Speaker, texts: dict[str, Any]) -> list[tuple[str, Sound, Any]]:
    return [
        (text, say(text, voice), value) for voice in VOICES for text, value in texts.items()
    ]


def numbers(chance: random.Random, count: int, length: int) -> list[str]:
    return ["".join(chance.choice("0123456789") for _ in range(length)) for _ in range(count)]


def human_digits() -> dict[str, np.ndarray[Any, Any]]:
    folder = Path(os.environ.get("IVR_HUMAN_DIGITS", HUMAN))
    found = {}
    for digit in "0123456789":
        with suppress(OSError, NotSpeech):
            pcm = telephone_pcm((folder / f"{digit}.wav").read_bytes())
            found[digit] = np.frombuffer(pcm, "<i2")
    return found if len(found) == 10 else {}


def spliced(
    chance: random.Random, digits: dict[str, np.ndarray[Any, Any]], number: str
) -> Sound:
    parts = []
    for digit in number:
        parts += [digits[digit], np.zeros(8 * chance.randint(50, 300), np.int16)]
    hiss = np.random.default_rng(1).integers(-3, 4, sum(part.size for part in parts))
    return bytes((np.concatenate(parts) + hiss).astype("<i2").tobytes())


def main() -> None:
    ear, say, chance = Ear(), Speaker(), random.Random(7)
    print("| what | sound | result |\n|---|---|---|")
    row("yes/no, 6 voices", "yes-no", spoken(say, YES_NO), ear)
    row("commands, 6 voices", "command", spoken(say, COMMANDS), ear)
    row("foreign sentences at yes/no", "yes-no", spoken(say, dict.fromkeys(FOREIGN)), ear)
    row("foreign sentences at commands", "command", spoken(say, dict.fromkeys(FOREIGN)), ear)
    row("birth dates, 6 voices", "birth-date", spoken(say, dict(DATES)), ear)
    codes = {" ".join(DIGITS[int(d)] for d in one): one for one in numbers(chance, 5, 6)}
    row("6 digits one by one, 6 voices", "code", spoken(say, codes), ear)
    whole = {" ".join(DIGITS[int(d)] for d in one): one for one in numbers(chance, 3, 16)}
    row("16 digits one by one, 6 voices", "digits", spoken(say, whole), ear)
    human = human_digits()
    if human:
        policies = numbers(chance, 200, 16)
        said = [(one, spliced(chance, human, one), one) for one in policies]
        row("16 digits, a human woman", "digits", said, ear)
        row("the same, asked for one by one", "digits", said, ear, ONE_BY_ONE)
    cost(ear, say)
    say.close()


def cost(ear: Ear, say: Speaker) -> None:
    pcm = say(" ".join(DIGITS * 4))
    kinds: Iterator[Kind] = iter(("digits", "yes-no", "command"))
    for kind in kinds:
        begin = time.process_time()
        listen(ear, pcm, kind)
        share = (time.process_time() - begin) / (len(pcm) / 16000)
        print(f"one listener, {kind}: {share:.4f} of a core")


if __name__ == "__main__":
    main()
