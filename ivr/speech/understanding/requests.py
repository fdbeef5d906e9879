"""Requests among other words: the phrases that are meant, and how much else was said."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import TypeVar

from ivr.speech.understanding.words import Phrases, heard, table

V = TypeVar("V")

MOST_BESIDE = 3
"""Words that are neither a request nor fillers: beside more of them little is meant."""


def requested(
    words: tuple[str, ...], phrases: Phrases[V], opposites: Collection[V] = ()
) -> tuple[list[V], int]:
    """What is meant, each phrase once for every time it was said; and the words beside.

    With «не надо» between two `opposites` neither is: «отменить не надо перенести».
    """
    meant: list[V] = []
    beside = 0
    for word, found in _found(words, phrases, opposites):
        meant += found
        beside += not found and word not in request_fillers()
    return meant, beside


def option(words: str, phrases: Phrases[V]) -> V | None:
    """The one item of a menu that is meant; None also where several are."""
    meant, beside = requested(heard(words).words, phrases, set(phrases.meanings.values()))
    several = any(one != meant[0] for one in meant)
    return meant[0] if meant and not several and beside <= MOST_BESIDE else None


@cache
def request_fillers() -> frozenset[str]:
    return frozenset(table("requests")["fillers"])


@cache
def _negations(name: str) -> Phrases[bool]:
    return Phrases((phrase, True) for phrase in table("requests")[name])


def _found(
    words: tuple[str, ...], phrases: Phrases[V], opposites: Collection[V]
) -> list[tuple[str, list[V]]]:
    """Every phrase and every other word, with what it means; a phrase turned round: nothing."""
    read: list[tuple[str, list[V]]] = []
    place, negated, either_way = 0, False, False
    while place < len(words):
        found = phrases.at(words, place)
        if found is not None:
            end, meaning = found
            if either_way and meaning in opposites:
                _take_back_others(read, meaning, opposites)
            read.append(("", []) if negated else (" ".join(words[place:end]), [meaning]))
            place, negated, either_way = end, False, False
            continue
        turned = _negations("negations").at(words, place)
        negated = turned is not None
        either_way = _negations("behind").at(words, place) is not None
        if turned is None:
            read.append((words[place], []))
        elif _turns_back(words, place):
            _take_back(read)
        place = turned[0] if turned else place + 1
    return read


def _turns_back(words: tuple[str, ...], place: int) -> bool:
    found = _negations("behind").at(words, place)
    return found is not None and set(words[found[0] :]) <= request_fillers()


def _take_back(read: list[tuple[str, list[V]]]) -> None:
    """The last phrase that means something, unless it is a refusal itself."""
    meant = [at for at, (_said, meanings) in enumerate(read) if meanings]
    if meant and not set(read[meant[-1]][0].split()) & set(table("requests")["kept"]):
        read[meant[-1]] = ("", [])


def _take_back_others(
    read: list[tuple[str, list[V]]], meaning: V, opposites: Collection[V]
) -> None:
    for at, (_said, meanings) in enumerate(read):
        if meanings and meanings[0] != meaning and meanings[0] in opposites:
            read[at] = ("", [])
