"""`python -m bench.understand`: milliseconds that understanding one answer takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import date, datetime
from random import Random
from statistics import mean
from zoneinfo import ZoneInfo

from ivr.speech.understanding import (
    Listed,
    birth_date,
    code,
    command,
    digits,
    policy,
    visits,
    yes_no,
)
from tests.speech.understanding import test_birth_dates, test_commands, test_visits, test_yes_no
from tests.speech.understanding.spoken import STYLES, random_policy, spoken

ROUNDS = 5
TODAY = date(2026, 11, 23)
AIM = 5.0
"""Milliseconds."""


def main() -> None:
    chance = Random(1)
    print(f"{'answers':<24}{'count':>7}{'mean ms':>10}{'p95 ms':>10}{'worst ms':>10}")
    for style in STYLES:
        words = [spoken(random_policy(chance), style, chance) for _ in range(250)]
        show(f"policy, {style}", policy, words)
    corrected = [_corrected(random_policy(chance), chance) for _ in range(250)]
    show("policy, corrected", policy, corrected)
    codes = [spoken(f"{chance.randrange(10**6):06}", "mixed", chance) for _ in range(250)]
    show("code", code, codes)
    show("digits, 32 in pairs", digits, [_pairs(chance) for _ in range(50)])
    dates = _first(test_birth_dates.test_a_date)
    show("birth date", lambda words: birth_date(words, TODAY), dates)
    answers = (test_yes_no.YES + test_yes_no.NO + test_yes_no.NEITHER).replace("\n", "|")
    show("yes or no", yes_no, answers.split("|"))
    wishes = [row for rows in test_commands.SAID.values() for row in rows.split("|")]
    show("command", command, wishes)
    listed = _listed()
    choices = _first(test_visits.test_a_choice)
    show("visit, ten listed", lambda words: visits(words, listed, TODAY), choices)


def show(name: str, understand: Callable[[str], object], answers: Iterable[str]) -> None:
    """Of every answer the best of a few rounds: what another process takes is not ours."""
    taken = sorted(min(_taken(understand, words) for _ in range(ROUNDS)) for words in answers)
    p95 = taken[int(len(taken) * 0.95)]
    late = "" if taken[-1] < AIM else f"  over {AIM:g} ms"
    print(f"{name:<24}{len(taken):>7}{mean(taken):>10.2f}{p95:>10.2f}{taken[-1]:>10.2f}{late}")


def _taken(understand: Callable[[str], object], words: str) -> float:
    begun = time.process_time()
    understand(words)
    return (time.process_time() - begun) * 1000


def _corrected(number: str, chance: Random) -> str:
    """Every fourth group is said wrongly first."""
    groups = [number[at : at + 2] for at in range(0, len(number), 2)]
    said = []
    for place, group in enumerate(groups):
        if place % 4 == 3:
            said.append(f"{spoken(f'{chance.randrange(100):02}', 'pairs', chance)}, ой, нет")
        said.append(spoken(group, "pairs", chance))
    return ", ".join(said)


def _pairs(chance: Random) -> str:
    return spoken("".join(str(chance.randrange(21, 99)) for _ in range(16)), "pairs", chance)


def _first(test: object) -> list[str]:
    """The answers of a parametrised table."""
    (mark,) = test.pytestmark  # type: ignore[attr-defined]
    return [row[0] for row in mark.args[1]]


def _listed() -> tuple[Listed, ...]:
    start = datetime(2026, 11, 24, 10, 30, tzinfo=ZoneInfo("Europe/Moscow"))
    names = ("терапевт", "офтальмолог", "ЛОР", "хирург", "кардиолог")
    return tuple(
        Listed(name, surname, start.replace(day=24 + at))
        for at, name in enumerate(names)
        for surname in ("Иванова", "Петренко")
    )


if __name__ == "__main__":
    main()
