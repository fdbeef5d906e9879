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

from bench.hearing_words import (
    Answer,
    answers,
    confirmed,
    foreign,
    menu_prompts,
    menu_words,
    understood,
    yes_no_prompts,
)
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
from ivr.speech.listening import ONE_BY_ONE, SINGLE_DIGITS
from ivr.speech.recogniser import Ear
from ivr.speech.voice_activity import Vad

STRINGS, NOISY = 200, 15
"""Of 16 digits: heard clean, and of them with noise too."""
ECHOES = (-10, -20, -30)
"""dB below the prompt as it was sent."""
LATE, THINKS = 0.15, 0.6
"""Seconds after the prompt's end: until its echo is over, until the caller answers."""
INSIDE = 0.5
"""Of the prompt, where the caller answers inside it."""
GREETING = "Здравствуйте. Поликлиника номер пять. Отмена и перенос приёма."
MENU = Question(menu_words(), Filler.ORDINARY, 0.7, whole=bool, early=True)
"""Listens for every word of every menu, and takes any of them: worse than a real one."""
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
    return max(0.0, scale * (middle - half)), min(100.0, scale * (middle + half))


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
            sound = on_the_line(pcm, condition, seed, answer.asked.pause + 1.0)
            heard = line.hear(answer.asked, sound, end)
            got = None if heard.foreign else answer.read(heard.words, heard.confidence)
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
        table = [Answer("", number, asked, understood("digits")) for number in numbers]
        said = list(zip(table, sounds, strict=True))[:most]
        show(f"her 16 digits, {name}", measure(line, said, fewer(NOISY, most)))
    alone = [
        (Answer(digit, digit, question("digits"), understood("digits")), sound.tobytes())
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
        sure = asked is CONFIRMATION
        got = confirmed(heard.words, heard.confidence, confirming=sure)
        got = None if heard.foreign else got
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
    spoken, callers = dict(speakers())["espeak ru"], dict(speakers())["espeak ru+f2"]
    yes_no, menus = (
        list(spoken(texts).values()) for texts in (yes_no_prompts(), menu_prompts())
    )
    greeting = spoken([GREETING])[GREETING]
    said = callers(["да", "нет", "оператор"])
    print("\n| echo of our prompt | level | prompts | taken for an answer | answers | missed |")
    print("|---|---|---|---|---|---|")
    for decibels in ECHOES:
        for name, asked, early, known, texts, prompts in (
            ("confirmation, from its end", CONFIRMATION, False, False, ("да", "нет"), yes_no),
            ("yes/no, from its end", question("yes-no"), False, False, ("да", "нет"), yes_no),
            (
                "yes/no, from its beginning",
                question("yes-no"),
                True,
                True,
                ("да", "нет"),
                yes_no,
            ),
            ("menu, from its beginning", MENU, True, True, ("оператор",), menus),
            ("the same, our sound unknown", MENU, True, False, ("оператор",), menus),
        ):
            echo = Echo(line, asked, early, known, decibels, greeting)
            print(echo.row(name, prompts, [(one, said[one]) for one in texts]), flush=True)


@dataclass(frozen=True, slots=True)
class Echo:
    line: Line
    asked: Question
    early: bool
    """The question is heard from the beginning of its prompt, and answered inside it."""
    known: bool
    """What we say is given to the hearer, too."""
    decibels: int
    greeting: bytes
    """Said before, without a question."""

    def row(
        self, name: str, prompts: Sequence[bytes], said: Sequence[tuple[str, bytes]]
    ) -> str:
        taken = missed = 0
        for number, prompt in enumerate(prompts):
            text, answer = said[number % len(said)]
            alone, answered = self._heard(prompt, b""), self._heard(prompt, answer)
            taken += bool(alone.words) and not alone.foreign
            missed += answered.foreign or answered.words.split(", ")[0] != text
        count = len(prompts)
        cells = f"{self.decibels} dB | {count} | {taken} | {count} | {missed}"
        return f"| {name} | {cells} |"

    def _heard(self, prompt: bytes, answer: bytes) -> Answered:
        """The mark comes back with the prompt's end; the echo is late, the caller quick."""
        greeting = len(self.greeting) // 2 // FRAME * FRAME
        own = np.frombuffer(self.greeting[: 2 * greeting] + prompt, "<i2").astype(np.float64)
        mark = own.size // FRAME * FRAME
        begins = greeting + round(INSIDE * (mark - greeting)) if self.early else mark
        said = np.frombuffer(answer, "<i2").astype(np.float64)
        sound = np.pad(said, (begins + round(THINKS * 8000), own.size - begins + 2 * 8000))
        late = np.pad(own * 10 ** (self.decibels / 20), (round(LATE * 8000), 0))
        sound[: late.size] += late[: sound.size]
        coded, hearer = mulaw(sound), Hearer(self.line.ear, self.line.vad)
        ours = mulaw(np.pad(own, (0, sound.size - own.size))) if self.known else b""
        opened = greeting if self.early else mark
        for at in range(0, opened, FRAME):
            hearer.hear(coded[at : at + FRAME], ours[at : at + FRAME])
        return listen(hearer, self.asked, coded[opened:], 0.0, ours[opened:])


def cost(line: Line) -> None:
    """Share of a core, beside what the same core does meanwhile."""
    say = dict(speakers())["espeak ru"]
    (pcm,) = say([" ".join(SINGLE_DIGITS * 3)]).values()
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
