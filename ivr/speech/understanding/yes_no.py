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
    YES = "yes"
    NO = "no"
    HEDGE = "hedges"
    FILLER = "fillers"
    NO_ANSWER = "no_answers"


@dataclass(frozen=True, slots=True)
class Own:
    """What is a yes or a no to one question only."""

    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()


NOTHING_OF_ITS_OWN = Own()


def yes_no(
    words: str,
    *,
    cancelling: bool = True,
    pauses: Collection[int] = (),
    own: Own = NOTHING_OF_ITS_OWN,
) -> bool | None:
    """None unless every word is known and all of them say the same.

    `cancelling`: the question is whether to cancel a visit, so that «не приду» is a yes.
    """
    spoken = heard(words, pauses)
    votes = list(_votes(spoken, _phrases(cancelling=cancelling, own=own)))
    if Vote.NO_ANSWER in votes:
        return None
    if Vote.YES in votes and Vote.NO not in votes and Vote.HEDGE not in votes:
        return True
    if Vote.NO in votes and Vote.YES not in votes:
        return False
    return None


def yes_no_said(*, cancelling: bool, own: Own = NOTHING_OF_ITS_OWN) -> tuple[str, ...]:
    """What the recogniser listens for where a yes or a no is asked for."""
    return _phrases(cancelling=cancelling, own=own).spoken()


@cache
def _phrases(*, cancelling: bool, own: Own) -> Phrases[Vote]:
    data = table("yes_no")
    meanings = [(phrase, vote) for vote in Vote for phrase in data[vote.value]]
    if cancelling:
        meanings += [(phrase, Vote.YES) for phrase in data["yes_cancel"]]
        meanings += [(phrase, Vote.NO) for phrase in data["no_cancel"]]
    meanings += [(phrase, Vote.YES) for phrase in own.yes]
    meanings += [(phrase, Vote.NO) for phrase in own.no]
    return Phrases(meanings)


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
