"""How each kind of question is heard: its phrases, its filler, its pauses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial

from ivr.dialogue.turns import Hearing
from ivr.speech import listening
from ivr.speech.fillers import Filler
from ivr.speech.understanding import (
    Kind,
    Listed,
    commands_said,
    misheard,
    request_fillers,
    yes_no_said,
)
from ivr.speech.understanding.yes_no import Own

WORDS = (
    *("emergency", "operator", "bye", "wait", "slower", "louder", "repeat", "menu", "back"),
)
"""The commands that are understood at every question."""
URGENT = ("emergency", "operator", "louder")
"""Of these every phrase is heard at every question, whatever it sounds like."""
MENU_PAUSE, YES_NO_PAUSE, CONFIRMATION_PAUSE, DATE_PAUSE = 0.7, 0.7, 0.9, 1.2
DIGITS_PAUSE, WHOLE_PAUSE = 2.0, 0.6
SURE_ENOUGH = 0.6
"""Of the weakest word where a yes costs."""
SURE_WITHOUT_YES = 0.9
"""The same of a yes without a «да», or with a word that noise is taken for beside it: it made
«отмените» of other words, with 0.84, and «да, правильно», with 0.70."""
VISIT_WISHES = ("cancel", "reschedule")
"""What may be wanted of a visit while it is chosen."""
Whole = Callable[[str], bool]


def menu(phrases: Sequence[str], whole: Whole) -> Hearing:
    return Hearing(
        phrases=_distinct(*listening.as_heard((*phrases, *_around()))),
        filler=Filler.ORDINARY,
        pause=MENU_PAUSE,
        whole=whole,
        early=True,
        barge_in=True,
        least_confidence=listening.LEAST_CONFIDENCE["command"],
    )


def visit_list(listed: Sequence[Listed], more: Sequence[str], whole: Whole) -> Hearing:
    said = listening.expected("visit", listed)
    wishes = commands_said(VISIT_WISHES)
    return Hearing(
        phrases=_distinct(*said, *more, *wishes, *_around()),
        filler=listening.FILLERS["visit"],
        pause=DATE_PAUSE,
        whole=whole,
        pause_when_whole=MENU_PAUSE,
        barge_in=True,
        alternatives=3,
    )


def yes_no(understood: Callable[[str], bool | None], own: Own, *, cancelling: bool) -> Hearing:
    def whole(words: str) -> bool:
        """A lone «да» may become «да нет»."""
        answer = understood(words)
        return answer is False or (answer is True and not set(words.split()) <= {"да"})

    return Hearing(
        phrases=_yes_no(own, cancelling=cancelling),
        filler=Filler.STRICT,
        pause=YES_NO_PAUSE,
        whole=whole,
        early=True,
        least_confidence=listening.LEAST_CONFIDENCE["yes-no"],
    )


def confirmation(own: Own, *, cancelling: bool) -> Hearing:
    """Nothing is accepted before its pause, nothing that began too soon, no yes half heard."""
    said = _yes_no(own, cancelling=cancelling)
    return Hearing(
        phrases=tuple(phrase for phrase in said if phrase not in misheard()),
        filler=Filler.STRICT,
        pause=CONFIRMATION_PAUSE,
        strict=True,
        least_confidence=SURE_ENOUGH,
        least_without_yes=SURE_WITHOUT_YES,
    )


def dictation(
    kind: Kind, whole: Whole, more: Sequence[str] = (), *, one_by_one: bool = False
) -> Hearing:
    """Digits; the pause within a number is long, behind a whole one short."""
    said = _one_by_one if one_by_one else partial(_dictation, kind)
    return Hearing(
        phrases=said(tuple(more)),
        filler=listening.FILLERS[kind],
        pause=DIGITS_PAUSE,
        whole=whole,
        pause_when_whole=WHOLE_PAUSE,
    )


def birth_date() -> Hearing:
    return Hearing(
        phrases=_dictation("birth-date", ()),
        filler=listening.FILLERS["birth-date"],
        pause=DATE_PAUSE,
    )


def commands_only() -> Hearing:
    """For what is answered by keys: a person can still be called."""
    return Hearing(
        phrases=_universal(),
        filler=Filler.ORDINARY,
        pause=MENU_PAUSE,
        least_confidence=listening.LEAST_CONFIDENCE["command"],
    )


@cache
def _universal() -> tuple[str, ...]:
    return commands_said(WORDS)


@cache
def _around() -> tuple[str, ...]:
    return (*sorted(request_fillers()), *_universal())


@cache
def _yes_no(own: Own, *, cancelling: bool) -> tuple[str, ...]:
    return _distinct(*yes_no_said(cancelling=cancelling, own=own), *_universal())


@cache
def _dictation(kind: Kind, more: tuple[str, ...]) -> tuple[str, ...]:
    """Numbers stand there as often as they are likely."""
    said = listening.expected(kind)
    others = listening.beside(_distinct(*more, *_universal()))
    return (*said, *(phrase for phrase in others if phrase not in said))


@cache
def _one_by_one(more: tuple[str, ...]) -> tuple[str, ...]:
    return listening.one_by_one(commands_said(URGENT), (*more, *_universal()))


def _distinct(*phrases: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(phrases))
