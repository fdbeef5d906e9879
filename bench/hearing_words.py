"""What the callers of `bench.hearing` say, and what it should be taken for."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.sounds import SURE, Question, question
from bench.speakers import golden_answers
from ivr.dialogue.call import PATIENT, Ask
from ivr.dialogue.questions import Question as Asking
from ivr.dialogue.turns import Utterance
from ivr.speech import understanding
from ivr.speech.listening import is_likely
from ivr.speech.understanding import Kind
from ivr.speech.understanding.words import heard
from tests.speech.understanding import test_vectors as vectors
from tests.speech.understanding.spoken import spoken

ROOT = Path(__file__).parents[1]
DIGITS = ("ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять")
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
    "да где же эти очки",
    "ты куда пошла",
    "даша поставь чайник",
    "надо купить молока",
    "подай мне трубку",
    "вода кончилась",
    "у меня болит спина",
    "кто там пришёл",
    "собака лает на улице",
    "дай дай бабушке сюда",
)


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    wanted: Any
    asked: Question
    read: Callable[[str, float], Any]
    """Of words and their confidence."""


def value_of(kind: Kind) -> Callable[[str], Any]:
    """Of words, None where they are not understood or understood in several ways."""

    def read(words: str) -> Any:
        match kind:
            case "yes-no":
                return understanding.yes_no(words)
            case "command":
                return understanding.command(words)
            case "birth-date":
                born = understanding.birth_date(words, vectors.TODAY)
                return born[0] if len(born) == 1 else None
            case "visit":
                return understanding.visits(words, vectors.LISTED, vectors.TODAY) or None
            case "policy":
                return _first(understanding.policy(words, vectors.LINKED))
            case _:
                return _first(understanding.digits(words))

    return read


def understood(kind: Kind) -> Callable[[str, float], Any]:
    """As `value_of`, of words that were heard with so much confidence."""
    read = value_of(kind)

    def taken(words: str, confidence: float) -> Any:
        value = read(words)
        return value if is_likely(kind, value, confidence) else None

    return taken


def _first(readings: list[Any]) -> Any:
    return readings[0].value if readings else None


def confirmed(words: str, confidence: float, *, confirming: bool) -> bool | None:
    """What a yes-or-no question takes for a yes and a no, or a confirmation."""
    if not confirming:
        said: bool | None = understood("yes-no")(words, confidence)
        return said
    answer = answer_to_confirmation(words, confidence)
    return answer if isinstance(answer, bool) else None


def answer_to_confirmation(words: str, confidence: float) -> Any:
    """True, False, a command, or None, as in a call."""
    asking = Asking(Ask("cancel.sure", SURE, PATIENT))
    return asking.understand(Utterance(words, confidence=confidence))


def answers(chance: random.Random, *, quick: bool) -> dict[str, list[Answer]]:
    """By what is counted together. What the words themselves do not say is left out."""
    kinds: dict[str, tuple[Kind, list[str]]] = {
        "digits, single and six": ("digits", [*DIGITS, *_codes(chance)]),
        "policies digit by digit": ("policy", _one_by_one(chance)),
        "policies, domain's vectors": ("policy", _texts(vectors.POLICIES)),
        "fragments, domain's vectors": ("digits", _texts(vectors.FRAGMENTS)),
        "birth dates, domain's vectors": ("birth-date", _texts(vectors.BIRTH_DATES)),
        "yes/no, domain's vectors": ("yes-no", _texts(vectors.YES_NO)),
        "commands, domain's vectors": ("command", _texts(vectors.COMMANDS)),
        "visits, domain's vectors": ("visit", _texts(vectors.VISITS)),
    }
    tables = {name: list(_table(kind, texts)) for name, (kind, texts) in kinds.items()}
    tables["golden calls"] = list(_golden())
    return {name: table[:4] if quick else table for name, table in tables.items()}


def _table(kind: Kind, texts: Iterable[str]) -> Iterable[Answer]:
    asked = question(kind, vectors.LISTED if kind == "visit" else ())
    for text in texts:
        wanted = value_of(kind)(text)
        if not any(letter.isdigit() for letter in text):
            yield Answer(text, wanted, asked, understood(kind))


def _golden() -> Iterable[Answer]:
    kinds: tuple[Kind, ...] = ("command", "yes-no", "visit", "birth-date", "digits")
    for text in golden_answers(ROOT / "tests" / "calls"):
        fit = [kind for kind in kinds if value_of(kind)(text) not in (None, ())]
        yield from _table(fit[0], [text]) if fit else ()


def _texts(rows: Iterable[Any]) -> list[str]:
    return [str(row.values[0]) for row in rows]


def _codes(chance: random.Random) -> list[str]:
    numbers = [f"{chance.randrange(10**6):06}" for _ in range(6)]
    return [" ".join(DIGITS[int(digit)] for digit in number) for number in numbers]


def _one_by_one(chance: random.Random) -> list[str]:
    said = [spoken(policy, "digits", chance) for policy in vectors.LINKED]
    return [*said, *(spoken(policy, "pairs", chance) for policy in vectors.LINKED)]


def foreign() -> tuple[str, ...]:
    return FOREIGN


def yes_no_prompts() -> list[str]:
    """Every question that offers a «да» by voice, without the values in it."""
    return [text for text in _voice_prompts() if "скажите да" in text]


def menu_prompts() -> list[str]:
    return [text for text in _voice_prompts() if "– один" in text and "скажите да" not in text]


def menu_words() -> tuple[str, ...]:
    found = {word for text in menu_prompts() for word in heard(text).words}
    return (*sorted(found), "оператор")


def _voice_prompts() -> list[str]:
    prompts = tomllib.loads((ROOT / "prompts" / "ru.toml").read_text("utf-8"))
    texts = [
        text
        for state in prompts.values()
        for wordings in state.values()
        for kind, text in wordings.items()
        if kind == "voice" and "{" not in text
    ]
    return list(dict.fromkeys(texts))
