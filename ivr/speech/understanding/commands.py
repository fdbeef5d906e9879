"""What a caller wants at any question: the names are those of the command's tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

from ivr.speech.understanding.requests import MOST_BESIDE, requested
from ivr.speech.understanding.words import Phrases, heard, table

ANYWHERE = frozenset({"emergency", "operator", "cancel", "reschedule", "status"})
"""Understood among any other words; the rest only where little else is said."""
_NEVER = ""
_UNHEARD = frozenset({"без", "в", "до", "к", "на", "по", "с"})
"""Often not heard: a phrase means the same without one at its beginning."""
_OPPOSITES = frozenset({"cancel", "reschedule"})


@dataclass(frozen=True, slots=True)
class _Tables:
    phrases: Phrases[str]
    alone: Mapping[tuple[str, ...], str]
    order: tuple[str, ...]


def command(words: str) -> str | None:
    """A key of commands.toml; an emergency before all others, a person before the rest."""
    tables = _tables()
    spoken = heard(words).words
    if spoken in tables.alone:
        return tables.alone[spoken]
    meant, beside = requested(spoken, tables.phrases, _OPPOSITES)
    wanted = set(meant)
    if wanted >= _OPPOSITES:
        wanted -= _OPPOSITES
    if beside > MOST_BESIDE:
        wanted &= ANYWHERE
    return next((name for name in tables.order if name in wanted), None)


@cache
def commands_said(names: Collection[str]) -> tuple[str, ...]:
    """Every phrase of these commands, those that mean one only alone included."""
    rows = [table("commands")[name] for name in names]
    said = (phrase for row in rows for phrase in (*row["phrases"], *row.get("alone", ())))
    return tuple(dict.fromkeys(" ".join(heard(phrase).words) for phrase in said))


def _shorter(phrase: str) -> str:
    """Without a short word at the beginning; empty where there is none."""
    first, _, rest = phrase.partition(" ")
    return rest if first in _UNHEARD else ""


@cache
def _tables() -> _Tables:
    data = table("commands")
    meanings = [(phrase, _NEVER) for rows in data.values() for phrase in rows.get("never", ())]
    # A phrase of two commands is that of the first.
    for name in reversed(tuple(data)):
        whole = data[name]["phrases"]
        meanings += [(phrase, name) for phrase in (*filter(None, map(_shorter, whole)), *whole)]
    alone = [(phrase, name) for name, rows in data.items() for phrase in rows.get("alone", ())]
    return _Tables(Phrases(meanings), Phrases(alone).meanings, tuple(data))
