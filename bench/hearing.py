"""What is heard of many voices, end to end through `Hearer`: `python -m bench.hearing`.

No telephone, no database. Minutes; `--quick` for a look. Who is not installed is left out:
PyPI's retro-ru-tts; Debian's festival, festvox-ru, asterisk-core-sounds-ru and -wav.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.hearing_words import Answer, answers, confirmed, echo_prompts, foreign, value_of
from bench.sounds import (
    CONDITIONS,
    CONFIRMATION,
    FRAME,
    Answered,
    Question,
    end_of_speech,
    listen,
    mulaw,
    on_the_line,
    question,
)
from bench.speakers import Say, human_digits, human_prompts, speakers, spliced
from ivr.speech.fillers import Filler
from ivr.speech.hearing import Hearer
from ivr.speech.listening import ONE_BY_ONE
from ivr.speech.recogniser import Ear
from ivr.speech.voice_activity import Vad

STRINGS, NOISY = 200, 40
"""Of 16 digits: heard clean, and of them with noise too."""
ECHOES = (-10, -20, -30)
"""dB below the prompt as it was sent."""
LATE, THINKS = 0.15, 0.6
"""Seconds after the prompt's end: until its echo is over, until the caller answers."""
Z = 1.96


class Tally:
    def __init__(self) -> None:
        self.right = self.asked_again = self.wrong = 0
        self.examples: list[str] = []
        self.delays: list[float] = []

    def add(self, wanted: Any, got: Any, heard: Answered, note: str) -> None:
        self.right += got == wanted
        self.asked_again += got is None and wanted is not None
        self.delays.append(heard.delay)
        if got != wanted and got is not None:
            self.wrong += 1
            self.examples.append(f"{note} -> {heard.words}")

    @property
    def count(self) -> int:
        return self.right + self.asked_again + self.wrong

    def row(self, name: str, condition: str) -> str:
        low, high = interval(self.right, self.count)
        share = f"{100 * self.right / max(1, self.count):.1f} % ({low:.1f}-{high:.1f})"
        late = f"{np.percentile(self.delays, 95):.2f}" if self.delays else ""
        cells = (name, condition, f"{self.right}/{self.count}", share)
        return "| " + " | ".join((*cells, f"{self.asked_again}", f"{self.wrong}", late)) + " |"


def interval(right: int, count: int) -> tuple[float, float]:
    """Per cent, 95 %, by Wilson."""
    if not count:
        return 0.0, 100.0
    share, square = right / count, Z * Z / count
    middle = share + square / 2
    half = Z * float(np.sqrt(share * (1 - share) / count + square / count / 4))
    scale = 100 / (1 + square)
    return scale * (middle - half), scale * (middle + half)


@dataclass(frozen=True, slots=True)
class Line:
    """What every measurement needs."""

    ear: Ear
    vad: Vad

    def hear(self, asked: Question, sound: bytes, ended: float = 0.0) -> Answered:
        return listen(Hearer(self.ear, self.vad), asked, sound, ended)


def measure(
    line: Line,
    said: Iterable[tuple[Answer, bytes]],
    conditions: Callable[[int], Iterable[str]],
) -> Mapping[str, Tally]:
    """`conditions`: of each answer's place."""
    found: dict[str, Tally] = {}
    for seed, (answer, pcm) in enumerate(said):
        end = end_of_speech(pcm)
        for condition in conditions(seed):
            sound = on_the_line(pcm, condition, seed, answer.asked.pause + 0.5)
            heard = line.hear(answer.asked, sound, end)
            got = None if heard.foreign else answer.read(heard.words)
            tally = found.setdefault(condition, Tally())
            tally.add(answer.wanted, got, heard, f"{answer.text}")
    return found


def clean_and_one(first: int) -> Callable[[int], Iterable[str]]:
    """Clean, and one of the others in turn: together the voices go through all of them."""
    clean, *others = CONDITIONS
    return lambda place: (clean, others[(place + first) % len(others)])


def fewer(count: int, more: int) -> Callable[[int], Iterable[str]]:
    """Everything of the first `count`, and `more` of them clean."""
    return lambda place: tuple(CONDITIONS)[: len(CONDITIONS) if place < count else place < more]


def show(name: str, found: Mapping[str, Tally]) -> None:
    for condition in (one for one in CONDITIONS if one in found):
        print(found[condition].row(name, condition), flush=True)
    wrong = [one for tally in found.values() for one in tally.examples]
    if wrong:
        print(f"  wrong, for example: {'; '.join(wrong[:4])}", flush=True)


def voices(line: Line, wanted: argparse.Namespace) -> None:
    """Every kind of answer by every synthetic voice."""
    chance = random.Random(7)
    tables = answers(chance, quick=wanted.quick)
    totals: dict[str, dict[str, Tally]] = {}
    clean: dict[str, tuple[int, int]] = {}
    for number, (name, say) in enumerate(speakers()):
        right = count = 0
        for kind, table in tables.items():
            spoken = say([answer.text for answer in table])
            said = [(answer, spoken[answer.text]) for answer in table]
            found = measure(line, said, clean_and_one(number))
            right, count = right + found["clean"].right, count + found["clean"].count
            _merge(totals.setdefault(kind, {}), found)
        clean[name] = (right, count)
        print(f"... {name}", flush=True)
    head()
    for kind, found in totals.items():
        show(kind, found)
    print("\nClean, by voice:", end=" ")
    print(", ".join(f"{name} {right}/{count}" for name, (right, count) in clean.items()))


def _merge(total: dict[str, Tally], found: Mapping[str, Tally]) -> None:
    for condition, tally in found.items():
        one = total.setdefault(condition, Tally())
        one.right, one.wrong = one.right + tally.right, one.wrong + tally.wrong
        one.asked_again += tally.asked_again
        one.examples += tally.examples
        one.delays += tally.delays


def head() -> None:
    print(
        "\n| what | sound | right | % (95 %) | asked again | wrong | p95 s to the utterance |"
    )
    print("|---|---|---|---|---|---|---|")


def her_digits(line: Line, wanted: argparse.Namespace) -> None:
    """Strings of 16, made of a woman's ten recordings."""
    digits = human_digits()
    if not digits:
        print("(asterisk-core-sounds-ru-wav is not installed: no human digits)")
        return
    chance = random.Random(11)
    count = 10 if wanted.quick else STRINGS
    numbers = ["".join(chance.choice("0123456789") for _ in range(16)) for _ in range(count)]
    sounds = [spliced(chance, digits, number) for number in numbers]
    head()
    one_by_one = Question(ONE_BY_ONE, Filler.SOFT, 2.0, pause_when_whole=0.6)
    for name, asked, most in (
        ("policy's phrases", question("policy"), STRINGS),
        ("digits only", one_by_one, NOISY),
    ):
        table = [Answer("", number, asked, value_of("digits")) for number in numbers]
        said = list(zip(table, sounds, strict=True))[:most]
        show(f"her 16 digits, {name}", measure(line, said, fewer(NOISY, most)))
    alone = [
        (Answer(digit, digit, question("digits"), value_of("digits")), sound.tobytes())
        for digit, sound in digits.items()
    ]
    show("her digits alone", measure(line, alone, fewer(0, 10)))


def outside(line: Line) -> None:
    """Sentences outside the grammar: how many are taken for a yes."""
    spoken = {f"{name}: {text}": pcm for name, say in speakers() for text, pcm in _foreign(say)}
    spoken |= {f"she: {text}": pcm for text, pcm in human_prompts().items()}
    print("\n| outside the grammar | sound | tried | a yes | a no | not understood | nothing |")
    print("|---|---|---|---|---|---|---|")
    for name, asked in (("yes/no", question("yes-no")), ("confirmation", CONFIRMATION)):
        for condition in ("clean", "pink noise 10 dB"):
            _outside(line, name, asked, condition, spoken)


def _foreign(say: Say) -> Iterable[tuple[str, bytes]]:
    return say(foreign()).items()


def _outside(
    line: Line, name: str, asked: Question, condition: str, spoken: Mapping[str, bytes]
) -> None:
    yes: list[str] = []
    no = unclear = nothing = 0
    for seed, (text, pcm) in enumerate(spoken.items()):
        heard = line.hear(asked, on_the_line(pcm, condition, seed, 1.2))
        got = None if heard.foreign else confirmed(heard.words)
        if got:
            yes.append(f"{text} -> {heard.words} ({heard.confidence:.2f})")
        no += got is False
        nothing += not heard.pieces
        unclear += got is None and bool(heard.pieces)
    cells = f"{len(spoken)} | {len(yes)} | {no} | {unclear} | {nothing}"
    print(f"| {name} | {condition} | {cells} |", flush=True)
    if yes:
        print(f"  yes: {'; '.join(yes[:6])}", flush=True)


def echoes(line: Line) -> None:
    """Our own prompt comes back, alone and under the caller's answer."""
    say = dict(speakers())["espeak ru"]
    caller = dict(speakers())["espeak ru+f2"](["да", "нет"])
    prompts = list(say(echo_prompts()).values())
    print("\n| echo of our prompt | level | tried | a yes | answers | of them missed | wrong |")
    print("|---|---|---|---|---|---|---|")
    for decibels in ECHOES:
        for name, asked, opened_early in (
            ("heard from its end, confirmation", CONFIRMATION, False),
            ("heard from its end, yes/no", question("yes-no"), False),
            ("heard from its beginning, yes/no", question("yes-no"), True),
        ):
            echo = Echo(line, asked, opened_early, decibels)
            print(echo.row(name, prompts, caller), flush=True)


@dataclass(frozen=True, slots=True)
class Echo:
    line: Line
    asked: Question
    early: bool
    """The question is heard from the beginning of its prompt."""
    decibels: int

    def row(self, name: str, prompts: Sequence[bytes], caller: Mapping[str, bytes]) -> str:
        yes = missed = wrong = 0
        for number, prompt in enumerate(prompts):
            yes += self._answer(prompt, b"") is True
            text = ("да", "нет")[number % 2]
            got = self._answer(prompt, caller[text])
            missed += got is None
            wrong += got not in (None, text == "да")
        count = len(prompts)
        cells = f"{self.decibels} dB | {count} | {yes} | {count} | {missed} | {wrong}"
        return f"| {name} | {cells} |"

    def _answer(self, prompt: bytes, answer: bytes) -> bool | None:
        """The mark comes back with the prompt's end; the echo is late, the caller quick."""
        own = np.frombuffer(prompt, "<i2") * 10 ** (self.decibels / 20)
        late = np.pad(own, (round(LATE * 8000), 0))
        said = np.frombuffer(answer, "<i2").astype(np.float64)
        sound = np.pad(said, (own.size + round(THINKS * 8000), 2 * 8000))
        sound[: late.size] += late
        coded, hearer = mulaw(sound), Hearer(self.line.ear, self.line.vad)
        mark = 0 if self.early else own.size // FRAME * FRAME
        for at in range(0, mark, FRAME):
            hearer.hear(coded[at : at + FRAME])
        heard = listen(hearer, self.asked, coded[mark:])
        return None if heard.foreign else confirmed(heard.words)


def cost(line: Line) -> None:
    """Share of a core, beside what the same core does meanwhile."""
    say = dict(speakers())["espeak ru"]
    pcm = say([" ".join(ONE_BY_ONE * 3)]).popitem()[1]
    seconds = len(pcm) / 16000
    print("\n| one call's hearing | share of a core |\n|---|---|")
    for name, asked in (
        ("no question open (voice activity only)", None),
        ("policy", question("policy")),
        ("yes/no", question("yes-no")),
        ("commands", question("command")),
        ("visits", question("visit")),
    ):
        share = min(_spent(line, asked, mulaw(np.frombuffer(pcm, "<i2"))) for _ in range(5))
        print(f"| {name} | {share / seconds:.4f} |", flush=True)
    print(f"\nLoad average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.")


def _spent(line: Line, asked: Question | None, coded: bytes) -> float:
    hearer = Hearer(line.ear, line.vad)
    begin = time.process_time()
    if asked is not None:
        hearer.open(asked)
    for at in range(0, len(coded), FRAME):
        hearer.hear(coded[at : at + FRAME])
    return time.process_time() - begin


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.hearing", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few answers of each kind")
    parser.add_argument("--model", type=Path, help="another Vosk model than the one that ships")
    parts: Sequence[str] = ("voices", "digits", "outside", "echoes", "cost")
    parser.add_argument("--only", choices=parts, help="one part")
    wanted = parser.parse_args()
    line, begun = Line(Ear(wanted.model), Vad()), time.monotonic()
    work: Mapping[str, Callable[[], None]] = {
        "voices": lambda: voices(line, wanted),
        "digits": lambda: her_digits(line, wanted),
        "outside": lambda: outside(line),
        "echoes": lambda: echoes(line),
        "cost": lambda: cost(line),
    }
    for part, run in work.items():
        if wanted.only in (None, part):
            run()
    print(f"\n{time.monotonic() - begun:.0f} s in all.")


if __name__ == "__main__":
    main()
