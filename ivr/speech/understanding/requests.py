"""Requests among other words: the phrases that are meant, and how much else was said."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TypeVar

from ivr.speech.understanding.words import Phrases, heard, table

V = TypeVar("V")

MOST_BESIDE = 3
"""Words that are neither a request nor fillers: beside more of them little is meant."""


def requested(words: tuple[str, ...], phrases: Phrases[V]) -> tuple[list[V], int]:
    """What is meant, each phrase once for every time it was said; and the words beside."""
    meant: list[V] = []
    beside = 0
    for word, found in _found(words, phrases):
        meant += found
        beside += not found and word not in request_fillers()
    return meant, beside


def option(words: str, phrases: Phrases[V]) -> V | None:
    """The one item of a menu that is meant; None also where several are."""
    meant, beside = requested(heard(words).words, phrases)
    several = any(one != meant[0] for one in meant)
    return meant[0] if meant and not several and beside <= MOST_BESIDE else None


@cache
def request_fillers() -> frozenset[str]:
    return frozenset(table("requests")["fillers"])


@cache
def _negations() -> Phrases[bool]:
    return Phrases((phrase, True) for phrase in table("requests")["negations"])


def _found(words: tuple[str, ...], phrases: Phrases[V]) -> Iterator[tuple[str, list[V]]]:
    """Every phrase and every other word, with what it means; a phrase turned round: nothing."""
    place, negated = 0, False
    while place < len(words):
        found = phrases.at(words, place)
        if found is not None:
            end, meaning = found
            yield ("" if negated else words[place]), ([] if negated else [meaning])
            place, negated = end, False
            continue
        turned = _negations().at(words, place)
        negated = turned is not None
        if turned is None:
            yield words[place], []
        place = turned[0] if turned else place + 1
