"""How a question may be answered: by keys and by words, in one object a kind of answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeVar, runtime_checkable

from ivr.dialogue import hearings
from ivr.dialogue.hearings import WORDS
from ivr.dialogue.turns import Hearing, Keys, Listen, Spoken
from ivr.speech import listening
from ivr.speech.understanding import Phrases, command, commands_said, option, yes_no
from ivr.speech.understanding.numerals import DATE_ORDINAL, FEMININE_ORDINAL, UNIT
from ivr.speech.understanding.words import heard
from ivr.speech.understanding.yes_no import NOTHING_OF_ITS_OWN, Own

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Unclear:
    """Understood, but as several answers, or as one that has to be read back."""

    readings: tuple[Any, ...]
    """Values of the answer's `result`, likeliest first."""


class Answer(Protocol[T_co]):
    """A kind of answer; `None` from either reader means "not understood"."""

    @property
    def result(self) -> Any:
        """The type of an accepted value, for reading a recorded one back."""
        ...

    def listen(self) -> Listen: ...

    def hearing(self) -> Hearing:
        """How it is heard, where there is sound."""
        ...

    def from_keys(self, keys: Keys) -> T_co | None: ...

    def from_words(self, words: str) -> T_co | Unclear | None: ...


@dataclass(frozen=True, slots=True)
class Between:
    """A question between the readings that remain of an answer."""

    speech: tuple[Spoken, ...]
    """The last is the question."""
    answer: Answer[Any]


@runtime_checkable
class MayBeUnclear(Protocol):
    """An answer whose words may mean several things."""

    def between(self, readings: Sequence[Any]) -> Between: ...


@runtime_checkable
class HeardOtherwise(Protocol):
    """An answer that is heard in an easier way once it was not understood."""

    def again(self) -> Answer[Any]: ...


class Command(StrEnum):
    """What a caller may want in every question; by words as in the library's tables."""

    REPEAT = "repeat"
    SLOWER = "slower"
    LOUDER = "louder"
    BACK = "back"
    MENU = "menu"
    OPERATOR = "operator"
    WAIT = "wait"
    EMERGENCY = "emergency"
    BYE = "bye"


COMMAND_KEYS: Mapping[str, Command] = {
    "0": Command.OPERATOR,
    "*": Command.REPEAT,
    "#": Command.BACK,
    "7": Command.SLOWER,
    "9": Command.LOUDER,
}
"""In menus only: while digits are entered they are digits."""
BY_WORDS = "by words"
"""Stands for the key of an option that has none."""
AT_ONCE = frozenset(map(Command, listening.AT_ONCE))
"""Before any answer that stands in the same words."""


def command_in(words: str) -> Command | None:
    """None also for a wish that means something in one question only."""
    wanted = command(words)
    return Command(wanted) if wanted in WORDS else None


@dataclass(frozen=True, slots=True)
class Option:
    """One item of a menu: what it means and the phrases that say it."""

    value: Any
    phrases: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    """Phrases that say it only where nothing else is said."""
    wish: str = ""
    """A command of the library whose phrases say it as well: cancel, status, bye."""


@dataclass(frozen=True, slots=True)
class Menu:
    """One key out of a few. A second key pressed with it is dropped."""

    options: Mapping[str, Option]
    """Key or `BY_WORDS` -> option. 0, 7, 9, * and # belong to the universal commands."""
    result: Any
    timeout: int = 7
    """Seconds."""

    def listen(self) -> Listen:
        return Listen(1, finish_on_hash=False, no_input_timeout=self.timeout)

    def hearing(self) -> Hearing:
        alone = [phrase for one in self.options.values() for phrase in one.alone]
        return hearings.menu((*self._phrases().spoken(), *alone), self._is_whole)

    def from_keys(self, keys: Keys) -> Any | None:
        found = self.options.get(keys.keys[:1])
        return found.value if found else None

    def from_words(self, words: str) -> Any | None:
        alone = {phrase: one.value for one in self.options.values() for phrase in one.alone}
        said = " ".join(heard(words).words)
        return alone[said] if said in alone else option(words, self._phrases())

    def _is_whole(self, words: str) -> bool:
        """Behind what counts alone more may come: «нет, верните запись»."""
        return option(words, self._phrases()) is not None

    def _phrases(self) -> Phrases[Any]:
        """What a phrase of two options would mean is the first one's."""
        said: dict[str, Any] = {}
        for key, one in self.options.items():
            wish = commands_said((one.wish,)) if one.wish else ()
            for phrase in (*one.phrases, *wish, *KEY_WORDS.get(key, ())):
                said.setdefault(phrase, one.value)
        return Phrases(said.items())


def _words_of(number: int) -> tuple[str, ...]:
    tables = (UNIT, FEMININE_ORDINAL, DATE_ORDINAL)
    return tuple(word for words in tables for word, value in words.items() if value == number)


KEY_WORDS: Mapping[str, tuple[str, ...]] = {
    str(number): _words_of(number) for number in range(1, 7)
}


@dataclass(frozen=True, slots=True)
class YesNo:
    """1 is yes, 2 is no; by words only what says nothing else."""

    cancelling: bool = False
    """It is asked whether to cancel: «не приду» is a yes."""
    confirming: bool = False
    """A false yes would cost: nothing is accepted early, and no yes with anything beside it."""
    own: Own = NOTHING_OF_ITS_OWN
    timeout: int = 10
    """Seconds."""
    result: Any = bool

    def listen(self) -> Listen:
        return Listen(1, finish_on_hash=False, no_input_timeout=self.timeout)

    def hearing(self) -> Hearing:
        if self.confirming:
            return hearings.confirmation(self.own, cancelling=self.cancelling)
        return hearings.yes_no(self.from_words, self.own, cancelling=self.cancelling)

    def from_keys(self, keys: Keys) -> bool | None:
        return {"1": True, "2": False}.get(keys.keys[:1])

    def from_words(self, words: str) -> bool | None:
        return yes_no(
            words,
            cancelling=self.cancelling,
            confirming=self.confirming,
            unmistakable=self.confirming,
            own=self.own,
        )
