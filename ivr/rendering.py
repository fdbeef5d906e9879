"""Prompts and typed values into Russian sentences; the wordings stand in prompts/ru.toml."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ivr.dialogue.turns import Spoken
from ivr.speech.addresses import address_words, cabinet_words, clinic_words, floor_words
from ivr.speech.dates import (
    date_words,
    day_of,
    hour_genitive,
    hours_genitive,
    near_date,
    time_in,
    time_in_full,
    time_of,
    weekday_in,
)
from ivr.speech.names import full_name, surname
from ivr.speech.numbers import (
    NOUNS,
    by_fours,
    cardinal,
    counted,
    digits_one_by_one,
    ordinal,
    pairs,
)
from ivr.speech.phones import phone_words
from ivr.speech.pronunciation import sentences
from ivr.speech.specialties import spoken_specialty

LONGEST_SENTENCE = 12
"""Words, in a sentence that asks for a key."""

VOICE = "voice"
"""The wording for callers who are heard; `voice_noinput1` and so on beside it."""
BY_KEYS_AGAIN = "nomatch2"
_PRESS = re.compile(
    r"\b(нажм|нажать|набер|набрать)|– (один|два|три|четыре|пять|ноль)\b", re.IGNORECASE
)
_SAY = re.compile(r"\b(назовите|скажите)\b", re.IGNORECASE)

Format = Callable[[Any], str]


class UnknownPrompt(LookupError):
    """A flow says a prompt that prompts/ru.toml does not have."""


class WrongWording(ValueError):
    """A field of a wording has no format or one that does not fit its value."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Every kind of one prompt, unfilled."""

    kinds: Mapping[str, str]
    personal: bool = False


def _counter(noun: str) -> Format:
    return lambda n: counted(n, noun)


def _from_ordinal(n: int) -> str:
    """«с седьмой», «со второй»."""
    return f"{'со' if n == 2 else 'с'} {ordinal(n, 'f', 'g')}"


FORMATS: dict[str, Format] = {
    "weekday": lambda moment: weekday_in(day_of(moment)),
    "time": lambda moment: time_in(time_of(moment)),
    "from_hour": lambda moment: hour_genitive(time_of(moment)),
    "to_hour": lambda moment: hour_genitive(time_of(moment)),
    "until_hour": lambda moment: hours_genitive(time_of(moment)),
    "after_hour": lambda moment: hours_genitive(time_of(moment)),
    "surname": surname,
    "full_name": full_name,
    "specialty": spoken_specialty,
    "code_pairs": pairs,
    "code_digits": digits_one_by_one,
    "digits": digits_one_by_one,
    "digits_by_fours": by_fours,
    "year": lambda n: cardinal(n).removeprefix("одна "),
    "cardinal": cardinal,
    "cardinal_f": lambda n: cardinal(n, "f"),
    "ordinal": ordinal,
    "ordinal_f": lambda n: ordinal(n, "f"),
    "ordinal_from_gen_f": lambda n: ordinal(n, "f", "g"),
    "from_ordinal_f": _from_ordinal,
    "phone": phone_words,
    "address": address_words,
    "clinic": clinic_words,
    "cabinet": cabinet_words,
    "floor": floor_words,
    "text": str.strip,
    "cap": lambda text: text[:1].upper() + text[1:],
    **{f"counted {noun}": _counter(noun) for noun in NOUNS},
}
"""Formats of a value by itself; «с восьми до двадцати», «после шестнадцати часов»."""

DATE_FORMATS: Mapping[str, Callable[[date, date], str]] = {
    "date": date_words,
    "date_on": lambda day, today: date_words(day, today, "a"),
    "near_date": near_date,
}
"""Formats that depend on today; `date_on` stands after «на»."""


class Words(string.Formatter):
    """`{visit.specialty:specialty,cap}`: formats from left to right."""

    def __init__(self, today: date, *, full_times: bool = False) -> None:
        self._today = today
        self._full_times = full_times

    def format_field(self, value: Any, format_spec: str) -> str:
        for name in _pipeline(format_spec):
            value = self._apply(name, value)
        if not isinstance(value, str):
            raise WrongWording(f"{type(value).__name__} needs a format")
        return value

    def _apply(self, name: str, value: Any) -> str:
        try:
            if name in DATE_FORMATS:
                return DATE_FORMATS[name](day_of(value), self._today)
            if name == "time" and self._full_times:
                return time_in_full(time_of(value))
            return FORMATS[name](value)
        except KeyError:
            raise WrongWording(f"no format {name}") from None
        except (AttributeError, TypeError) as mismatch:
            raise WrongWording(f"{name} does not fit {type(value).__name__}") from mismatch


class Prompts:
    def __init__(self, wordings: Mapping[str, Wording]) -> None:
        self._wordings = wordings

    @classmethod
    def load(cls, path: Path | None = None) -> Prompts:
        text = (path or prompts_file()).read_text("utf-8")
        return cls(dict(_wordings(tomllib.loads(text))))

    def say(self, spoken: Spoken, today: date, *, by_voice: bool = False) -> str:
        """The sentences of a prompt; what an empty value leaves behind is tidied away.

        Raises UnknownPrompt and WrongWording.
        """
        kinds = self._wording(spoken.prompt).kinds
        wanted = _kinds_by_voice(spoken.kind) if by_voice else (spoken.kind, "text")
        wording = next((kinds[kind] for kind in wanted if kind in kinds), None)
        if wording is None:
            raise UnknownPrompt(f"{spoken.prompt} has no {spoken.kind}")
        try:
            words = Words(today, full_times=spoken.full_times)
            return _tidy(words.vformat(wording, (), spoken.values))
        except (AttributeError, KeyError) as missing:
            raise WrongWording(f"{spoken.prompt}: no value for {missing}") from missing

    def is_personal(self, spoken: Spoken) -> bool:
        return self._wording(spoken.prompt).personal

    def ids(self) -> tuple[str, ...]:
        return tuple(self._wordings)

    def kinds(self, prompt: str) -> Mapping[str, str]:
        """Unfilled wordings by kind."""
        return self._wording(prompt).kinds

    def fixed_texts(self) -> tuple[str, ...]:
        """What `say` gives for wordings without values or personal data, each once."""
        wordings = [each for each in self._wordings.values() if not each.personal]
        texts = [text for each in wordings for text in each.kinds.values()]
        return tuple(dict.fromkeys(_tidy(text) for text in texts if not fields(text)))

    def sentences(self) -> dict[str, list[tuple[str, str]]]:
        """Every sentence that is always said alike, with the prompts and kinds it stands in."""
        found: dict[str, list[tuple[str, str]]] = {}
        for prompt, wording in self._wordings.items():
            for kind, text in wording.kinds.items():
                for sentence in sentences(text):
                    if not fields(sentence):
                        found.setdefault(sentence, []).append((prompt, kind))
        return found

    def check(self) -> list[str]:
        """What is wrong, one line each; lines that begin with `warning:` may stay."""
        found = []
        for prompt, wording in self._wordings.items():
            if "text" not in wording.kinds:
                found.append(f"{prompt}: no text")
            found += _voice_problems(prompt, wording.kinds)
            for kind, text in wording.kinds.items():
                found += _problems(f"{prompt}.{kind}", text)
        return found

    def _wording(self, prompt: str) -> Wording:
        if prompt not in self._wordings:
            raise UnknownPrompt(prompt)
        return self._wordings[prompt]


def prompts_file() -> Path:
    """Inside an installed package, beside it in the source tree."""
    package = Path(__file__).parent
    inside = package / "prompts" / "ru.toml"
    return inside if inside.exists() else package.parent / "prompts" / "ru.toml"


def fields(wording: str) -> list[tuple[str, tuple[str, ...]]]:
    """Names and formats of a wording's fields: `("visit.start", ("date", "cap"))`."""
    parsed = string.Formatter().parse(wording)
    return [(name, _pipeline(spec or "")) for _, name, spec, _ in parsed if name is not None]


def _pipeline(format_spec: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in format_spec.split(",") if name.strip())


def _kinds_by_voice(kind: str) -> tuple[str, ...]:
    """The wordings to look for; whoever was not understood twice is asked for keys."""
    if kind == "text":
        return VOICE, "text"
    own = f"{VOICE}_{kind}"
    return (own, kind, "text") if kind == BY_KEYS_AGAIN else (own, VOICE, kind, "text")


def _wordings(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Wording]]:
    """Every table with sentences in it, under its dotted path."""
    kinds = {kind: text.strip() for kind, text in table.items() if isinstance(text, str)}
    if kinds:
        yield path, Wording(kinds, personal=table.get("personal", False) is True)
    for name, inner in table.items():
        if isinstance(inner, Mapping):
            yield from _wordings(inner, f"{path}.{name}" if path else name)


def _tidy(text: str) -> str:
    """Drop empty sentences, doubled and dangling commas and points."""
    single = " ".join(text.split())
    closed = re.sub(r" +([,.;:!?])", r"\1", single)
    once = re.sub(r",(?:\s*,)+", ",", closed)
    ended = re.sub(r"[,:;]+(?=[.!?])", "", once)
    points = re.sub(r"([.!?])(?:\s*[.,])+(?!\.)", r"\1", ended)
    return re.sub(r"^[\s,.:;]+", "", points)


def _voice_problems(prompt: str, kinds: Mapping[str, str]) -> list[str]:
    """What asks for keys has a wording by voice, and never asks for words itself."""
    by_keys = {kind: text for kind, text in kinds.items() if not kind.startswith(VOICE)}
    wrong = [f"{prompt}.{kind}: asks for words" for kind in by_keys if _SAY.search(kinds[kind])]
    if VOICE not in kinds and any(_PRESS.search(text) for text in by_keys.values()):
        wrong.append(f"{prompt}: no {VOICE}")
    return wrong


def _problems(place: str, wording: str) -> list[str]:
    try:
        found = fields(wording)
    except ValueError as broken:
        return [f"{place}: {broken}"]
    names = [name for _, pipeline in found for name in pipeline]
    unknown = [name for name in names if name not in {*FORMATS, *DATE_FORMATS}]
    long = _long_sentences(wording)
    return [f"{place}: no format {name}" for name in unknown] + [
        f"warning: {place}: more than {LONGEST_SENTENCE} words: {each}" for each in long
    ]


def _long_sentences(wording: str) -> Sequence[str]:
    sentences = re.split(r"(?<=[.!?])\s+", wording)
    asking = [each for each in sentences if "нажмите" in each.casefold()]
    return [each for each in asking if len(each.split()) > LONGEST_SENTENCE]
