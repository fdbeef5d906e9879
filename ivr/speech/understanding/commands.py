"""What a caller wants at any question: the names are those of the command's tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from ivr.speech.understanding.words import Phrases, heard, table

ANYWHERE = frozenset({"emergency", "operator", "cancel", "reschedule", "status"})
"""Understood among any other words; the rest only where little else is said."""
_MOST_BESIDE = 3
"""Words that are neither a command nor fillers."""
_NEVER = ""
_OPPOSITES = frozenset({"cancel", "reschedule"})


@dataclass(frozen=True, slots=True)
class _Tables:
    phrases: Phrases[str]
    alone: Mapping[tuple[str, ...], str]
    negations: Phrases[bool]
    fillers: frozenset[str]
    order: tuple[str, ...]


def command(words: str) -> str | None:
    """A key of commands.toml; an emergency before all others, a person before the rest."""
    tables = _tables()
    spoken = heard(words).words
    if spoken in tables.alone:
        return tables.alone[spoken]
    found, beside = [], 0
    for word, name in _found(spoken, tables):
        found.append(name)
        beside += name is None and word not in tables.fillers
    wanted = {name for name in found if name}
    if wanted >= _OPPOSITES:
        wanted -= _OPPOSITES
    if beside > _MOST_BESIDE:
        wanted &= ANYWHERE
    return next((name for name in tables.order if name in wanted), None)


@cache
def _tables() -> _Tables:
    data, around = table("commands"), table("requests")
    meanings = [(phrase, _NEVER) for rows in data.values() for phrase in rows.get("never", ())]
    # A phrase of two commands is that of the first.
    for name in reversed(tuple(data)):
        meanings += [(phrase, name) for phrase in data[name]["phrases"]]
    alone = [(phrase, name) for name, rows in data.items() for phrase in rows.get("alone", ())]
    return _Tables(
        phrases=Phrases(meanings),
        alone=Phrases(alone).meanings,
        negations=Phrases((phrase, True) for phrase in around["negations"]),
        fillers=frozenset(around["fillers"]),
        order=tuple(data),
    )


def _found(words: tuple[str, ...], tables: _Tables) -> Iterator[tuple[str, str | None]]:
    """Every phrase and every other word, with the command that it is."""
    place, negated = 0, False
    while place < len(words):
        found = tables.phrases.at(words, place)
        if found is not None:
            end, name = found
            yield words[place], _NEVER if negated else name
            place, negated = end, False
            continue
        turned = tables.negations.at(words, place)
        negated = turned is not None
        if turned:
            yield words[place], _NEVER
            place = turned[0]
        else:
            yield words[place], None
            place += 1
