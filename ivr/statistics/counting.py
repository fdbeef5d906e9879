"""What one ended call adds to the figures of its day. No I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise

from ivr.dialogue.conversation import Line

LONG_CALL = 10
"""Minutes; all longer calls are counted together."""
MOST_TRIES = 3
ANSWERS_LATER_THAN = 300_000
"""Milliseconds: such a wait was no answer but a line that was left open."""


class Measure(StrEnum):
    HOUR = "hour"
    """By hour of the clinic's clock and outcome."""
    ENDING = "ending"
    """By `Ending`."""
    STAGE = "stage"
    """By `Stage`: how many calls came so far."""
    LEFT = "left"
    """By the open question of calls that were given up."""
    ANSWER = "answer"
    """By question and `Result`; the sum of the time from our sentence to the answer."""
    TRY = "try"
    """By question and `keys` or `words`."""
    MINUTES = "minutes"
    """By whole minutes that calls lasted."""
    PACE = "pace"
    """By the steps that the caller made the line slower (`0` to `2`)."""
    LOUDNESS = "loudness"
    DOOR = "door"
    SMS = "sms"
    """By state: of a settled month."""
    FREED = "freed"
    """By what became of cancelled visits' openings: of a settled month."""


class Ending(StrEnum):
    """Containment and abandonment: each call ended in one of these ways."""

    PERSON = "person"
    """Handed over to a person who answered."""
    CALLBACK = "callback"
    CONTAINED = "contained"
    """Brought to its end without a person."""
    ABANDONED = "abandoned"
    """The caller hung up before anything was told or done, or nothing came of it."""


class Stage(StrEnum):
    """The way to a cancellation, in order."""

    ANSWERED = "answered"
    HEARD = "heard"
    """The caller pressed or said something."""
    IDENTIFIED = "identified"
    VISITS = "visits"
    """Heard whether there are visits."""
    CANCELLING = "cancelling"
    """Was asked to confirm a cancellation."""
    CANCELLED = "cancelled"
    """Cancelled or taken as a request."""


class Result(StrEnum):
    """How a question ended; `1` to `3`: understood at this try."""

    FIRST = "1"
    SECOND = "2"
    THIRD = "3"
    PERSON = "person"
    LOST = "lost"
    """Not understood, or silence, to the last try."""
    LEFT = "left"
    """Hung up."""


@dataclass(frozen=True, slots=True)
class CallFacts:
    """A call's own columns."""

    day: date
    """Of the clinic's clock."""
    hour: int
    outcome: str
    step: str
    door: str
    level: int
    minutes: int
    pace: int
    loudness: int
    heard_anything: bool


@dataclass(frozen=True, slots=True)
class TimedLine:
    line: Line
    at: datetime


@dataclass(frozen=True, slots=True, order=True)
class Key:
    measure: str
    name: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """One question from its asking to its end."""

    question: str
    result: Result
    milliseconds: int
    """From our first sentence to the last thing heard; 0 where nothing was."""
    by: str
    """`keys`, `words` or empty."""


UNDONE = frozenset({"hung_up", "not_identified", "failed"})
"""Outcomes of calls that came to nothing."""
WITH_A_PERSON = {"operator": Result.PERSON, "emergency": Result.PERSON}
HOW_HEARD = {"Keys": "keys", "Utterance": "words"}


def figures(facts: CallFacts, lines: Sequence[TimedLine]) -> dict[Key, tuple[int, int]]:
    """How many and how many milliseconds the call adds under each key."""
    counted: Counter[Key] = Counter(_of_the_call(facts, lines))
    times: Counter[Key] = Counter()
    for answered in questions(lines):
        key = Key(Measure.ANSWER, answered.question, answered.result)
        counted[key] += 1
        times[key] += answered.milliseconds
        if answered.by:
            counted[Key(Measure.TRY, answered.question, answered.by)] += 1
    return {key: (number, times[key]) for key, number in counted.items()}


def _of_the_call(facts: CallFacts, lines: Sequence[TimedLine]) -> Iterator[Key]:
    ending = ending_of(facts, lines)
    yield Key(Measure.HOUR, f"{facts.hour:02}", facts.outcome)
    yield Key(Measure.ENDING, ending)
    yield from (Key(Measure.STAGE, stage) for stage in stages(facts, lines))
    if ending is Ending.ABANDONED and facts.step:
        yield Key(Measure.LEFT, facts.step)
    yield Key(Measure.MINUTES, f"{min(facts.minutes, LONG_CALL):02}")
    yield Key(Measure.PACE, str(-facts.pace))
    yield Key(Measure.LOUDNESS, str(facts.loudness))
    yield Key(Measure.DOOR, facts.door)


def ending_of(facts: CallFacts, lines: Sequence[TimedLine]) -> Ending:
    """What was done first does not hide that a person was needed after it."""
    if facts.outcome == "transferred" or any(_a_person_answered(timed) for timed in lines):
        return Ending.PERSON
    if facts.outcome == "callback" or any(_a_call_back(timed) for timed in lines):
        return Ending.CALLBACK
    return Ending.ABANDONED if facts.outcome in UNDONE else Ending.CONTAINED


def _a_person_answered(timed: TimedLine) -> bool:
    line = timed.line
    return (
        line.kind == "heard"
        and line.name == "DialEnded"
        and line.payload["heard"].get("answered") is True
    )


def _a_call_back(timed: TimedLine) -> bool:
    line = timed.line
    return line.kind == "did" and line.name == "RequestCallback" and line.payload is True


def stages(facts: CallFacts, lines: Sequence[TimedLine]) -> Iterator[Stage]:
    asked = {timed.line.name for timed in lines if timed.line.kind == "asked"}
    did = {timed.line.name for timed in lines if timed.line.kind == "did"}
    reached = {
        Stage.ANSWERED: True,
        Stage.HEARD: facts.heard_anything,
        Stage.IDENTIFIED: facts.level > 0,
        Stage.VISITS: "FindUpcoming" in did,
        Stage.CANCELLING: "cancel.sure" in asked,
        Stage.CANCELLED: any(_cancelled(timed) for timed in lines),
    }
    return (stage for stage in Stage if reached[stage])


def _cancelled(timed: TimedLine) -> bool:
    line = timed.line
    return line.kind == "did" and line.name == "CancelVisit" and bool(line.payload["receipt"])


def questions(lines: Sequence[TimedLine]) -> Iterator[Answered]:
    """Each question that was asked, with how it ended."""
    asked = [place for place, timed in enumerate(lines) if timed.line.kind == "asked"]
    for place, following in pairwise([*asked, len(lines)]):
        yield _answered(lines[place], lines[place + 1 : following])


def _answered(asked: TimedLine, after: Sequence[TimedLine]) -> Answered:
    heard = [timed for timed in after if timed.line.kind == "heard"]
    effects = [str(timed.line.payload["effect"]) for timed in heard]
    by = [HOW_HEARD[timed.line.name] for timed in heard if timed.line.name in HOW_HEARD]
    waited = (heard[-1].at - asked.at).total_seconds() if heard else 0.0
    milliseconds = max(0, min(round(1000 * waited), ANSWERS_LATER_THAN))
    result = _result(effects)
    return Answered(asked.line.name, result, milliseconds, by[-1] if by else "")


def _result(effects: Sequence[str]) -> Result:
    last = effects[-1] if effects else ""
    if last == "answered":
        misses = sum(effect in ("noinput", "nomatch") for effect in effects)
        return Result(str(min(1 + misses, MOST_TRIES)))
    if last in ("silent", "lost", "guard"):
        return Result.LOST
    return WITH_A_PERSON.get(last, Result.LEFT)
