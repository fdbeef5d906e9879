"""A yes or a no, and the many answers that are neither."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache

from ivr.speech.understanding.words import Heard, Phrases, heard, table

_PARTICLE = ("да",)
"""Before a no of more words it is no yes: «да не надо», «да нет»."""
_NEGATIONS = frozenset({"не", "нет", "ни"})


class Vote(Enum):
    """Names of the tables in yes_no.toml."""

    YES = "yes"
    MURMUR = "murmurs"
    DEED = "yes_cancel"
    CANCELLING = "cancelling"
    ABSENT = "absent"
    NO = "no"
    HEDGE = "hedges"
    FILLER = "fillers"
    BESIDE_DEEDS = "beside_deeds"
    ASIDE = "asides"
    NO_ANSWER = "no_answers"
    MISHEARD = "misheard"
    """Where a yes must be unmistakable: none alone, it may be noise."""


_EVERYWHERE = (
    *(Vote.YES, Vote.MURMUR, Vote.NO, Vote.HEDGE, Vote.FILLER, Vote.BESIDE_DEEDS),
    *(Vote.ASIDE, Vote.NO_ANSWER),
)
_OF_CANCELLING = {
    "yes_cancel": Vote.DEED,
    "cancelling": Vote.CANCELLING,
    "absent": Vote.ABSENT,
    "no_cancel": Vote.NO,
    "neither_cancel": Vote.NO_ANSWER,
}
_DEEDS = frozenset({Vote.DEED, Vote.CANCELLING, Vote.ABSENT})
_YESES = _DEEDS | {Vote.YES}


@dataclass(frozen=True, slots=True)
class Own:
    """What is a yes or a no to one question only."""

    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()


NOTHING_OF_ITS_OWN = Own()


def yes_no(  # noqa: PLR0913 - options, each by its name
    words: str,
    *,
    cancelling: bool = True,
    confirming: bool = True,
    unmistakable: bool = False,
    pauses: Collection[int] = (),
    own: Own = NOTHING_OF_ITS_OWN,
) -> bool | None:
    """None unless every word is known and all of them say the same.

    `cancelling`: the question is whether to cancel a visit, so that «не приду» is a yes.
    `confirming`: a false yes would cost, so that only an unmixed one is one.
    `unmistakable`: what noise is taken for is no yes alone.
    """
    spoken = heard(words, pauses)
    phrases = _phrases(cancelling=cancelling, own=own, unmistakable=unmistakable)
    votes = set(_votes(spoken, phrases))
    if Vote.NO_ANSWER in votes:
        return None
    is_yes = _is_clear(votes) if confirming else bool(votes & (_YESES | {Vote.MURMUR}))
    is_no = Vote.NO in votes
    if is_yes and not is_no and Vote.HEDGE not in votes:
        return True
    if is_no and not votes & (_YESES | {Vote.MURMUR}):
        return False
    return None


def _is_clear(votes: set[Vote]) -> bool:
    """A yes that costs: nothing beside it that might be the rest of something else."""
    if votes == {Vote.MURMUR}:
        return True
    if Vote.ASIDE in votes or (Vote.BESIDE_DEEDS in votes and not votes & _DEEDS):
        return False
    return bool(votes & _YESES) and not votes >= {Vote.ABSENT, Vote.CANCELLING}


def yes_no_said(*, cancelling: bool, own: Own = NOTHING_OF_ITS_OWN) -> tuple[str, ...]:
    """What the recogniser listens for where a yes or a no is asked for."""
    return _phrases(cancelling=cancelling, own=own).spoken()


def misheard() -> frozenset[str]:
    """Phrases of a yes that noise and other words are taken for."""
    return frozenset(table("yes_no")["misheard"])


@cache
def _phrases(*, cancelling: bool, own: Own, unmistakable: bool = False) -> Phrases[Vote]:
    data = table("yes_no")
    meanings = {phrase: vote for vote in _EVERYWHERE for phrase in data[vote.value]}
    if cancelling:
        for name, vote in _OF_CANCELLING.items():
            meanings |= dict.fromkeys(data[name], vote)
    if unmistakable:
        known = [
            phrase for phrase in misheard() if meanings.get(phrase) in (Vote.YES, Vote.DEED)
        ]
        meanings |= dict.fromkeys(known, Vote.MISHEARD)
    for pronoun, phrases in data["with_pronoun"].items():
        known = [phrase for phrase in phrases if phrase in meanings]
        meanings |= {f"{pronoun} {phrase}": meanings[phrase] for phrase in known}
    meanings |= dict.fromkeys(own.yes, Vote.DEED) | dict.fromkeys(own.no, Vote.NO)
    return Phrases(meanings.items())


def _votes(spoken: Heard, phrases: Phrases[Vote]) -> Iterator[Vote]:
    place = 0
    while place < len(spoken.words):
        found = phrases.at(spoken.words, place)
        if found is None:
            yield Vote.NO_ANSWER
            return
        end, vote = found
        if _across_a_pause(spoken, place, end):
            yield Vote.YES
            end = place + 1
        elif not _is_particle(spoken, place, end, phrases):
            yield vote
        place = end


def _across_a_pause(spoken: Heard, place: int, end: int) -> bool:
    """«да, нет»: two answers, not one phrase."""
    return spoken.words[place:end] == ("да", "нет") and place + 1 in spoken.paused


def _is_particle(spoken: Heard, place: int, end: int, phrases: Phrases[Vote]) -> bool:
    if spoken.words[place:end] != _PARTICLE or end in spoken.paused:
        return False
    if end == len(spoken.words) or spoken.words[end] not in _NEGATIONS:
        return False
    after = phrases.at(spoken.words, end)
    return after is not None and after[1] is Vote.NO
