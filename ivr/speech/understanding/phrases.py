"""What the recogniser listens for: every word and phrase that is understood."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Literal, get_args

from ivr.speech.specialties import specialties
from ivr.speech.understanding import numerals as n
from ivr.speech.understanding.dates import MONTHS
from ivr.speech.understanding.doctors import forms, names_of_specialty
from ivr.speech.understanding.visits import Listed
from ivr.speech.understanding.words import heard, table
from ivr.speech.understanding.yes_no import yes_no_said

Kind = Literal["digits", "policy", "code", "birth-date", "yes-no", "command", "visit"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_ENDINGS = frozenset({"endings", "forms", "consonants", "after_consonant"})
"""Of the visits' table: parts of words."""
_BETWEEN = ("не", "а", "раз")


def phrases(kind: Kind, listed: Sequence[Listed] = ()) -> tuple[str, ...]:
    """Lower case, ё as е, no punctuation, each once.

    Numbers are single words, to be said in any order. Of the visits only the specialties (all
    where none are `listed`) and the surnames of those listed.
    """
    if kind == "visit":
        return tuple(dict.fromkeys((*_fixed(kind), *_doctors(listed))))
    return _fixed(kind)


@cache
def _fixed(kind: Kind) -> tuple[str, ...]:
    match kind:
        case "birth-date":
            dates = table("birth_dates")["fillers"]
            return _distinct([*_dictation(), *n.DATE_ORDINAL, *MONTHS, *dates])
        case "yes-no":
            return _distinct(yes_no_said(cancelling=True))
        case "visit":
            return _distinct(_visit_words())
        case "command":
            return _distinct(_strings([table("commands"), table("requests")]))
        case _:
            return _distinct(_dictation())


def _dictation() -> Iterator[str]:
    yield from sorted(n.NUMBER_WORDS)
    yield from _BETWEEN
    yield from _strings(table("dictation"))


def _visit_words() -> Iterator[str]:
    yield from sorted(n.CARDINAL | n.ZERO)
    yield from (*n.DATE_ORDINAL, *n.FEMININE_ORDINAL, *MONTHS)
    yield from _strings(
        {name: said for name, said in table("visits").items() if name not in _ENDINGS}
    )


def _doctors(listed: Sequence[Listed]) -> Iterator[str]:
    names = [one.specialty for one in listed] or [each.spoken for each in specialties()]
    for name in names:
        yield from _of_specialty(name)
    for one in listed:
        yield from _forms(one.surname)


@lru_cache(256)
def _of_specialty(name: str) -> tuple[str, ...]:
    return tuple(form for said in names_of_specialty(name) for form in _forms(said))


@lru_cache(1024)
def _forms(name: str) -> tuple[str, ...]:
    return _distinct(forms(" ".join(heard(name).words)))


def _strings(data: Mapping[str, Any] | Sequence[Any] | str | int) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for each in data.values():
            yield from _strings(each)
    elif isinstance(data, Sequence):
        for each in data:
            yield from _strings(each)


def _distinct(said: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(heard(phrase).words) for phrase in said))
