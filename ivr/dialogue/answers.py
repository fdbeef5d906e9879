"""How a question may be answered: by keys and by words, in one object a kind of answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Literal, Protocol, TypeVar

from ivr.dialogue.turns import Keys, Listen

T_co = TypeVar("T_co", covariant=True)


class Answer(Protocol[T_co]):
    """A kind of answer; `None` from either reader means "not understood"."""

    @property
    def result(self) -> Any:
        """The type of an accepted value, for reading a recorded one back."""
        ...

    def listen(self) -> Listen: ...

    def from_keys(self, keys: Keys) -> T_co | None: ...

    def from_words(self, words: str) -> T_co | None: ...


class Command(StrEnum):
    """What a caller may want in every question."""

    REPEAT = "repeat"
    SLOWER = "slower"
    LOUDER = "louder"
    BACK = "back"
    OPERATOR = "operator"
    WAIT = "wait"
    EMERGENCY = "emergency"
    HELP = "help"


COMMAND_KEYS: Mapping[str, Command] = {
    "0": Command.OPERATOR,
    "*": Command.REPEAT,
    "#": Command.BACK,
    "7": Command.SLOWER,
    "9": Command.LOUDER,
}
"""In menus only: while digits are entered they are digits."""

_COMMAND_PHRASES: Mapping[Command, tuple[str, ...]] = {
    Command.REPEAT: ("повтори", "повторите", "еще раз", "не расслышала", "не расслышал"),
    Command.SLOWER: ("медленнее", "помедленнее", "не так быстро"),
    Command.LOUDER: ("громче", "погромче", "погромче можно"),
    Command.BACK: ("назад", "вернуться"),
    Command.OPERATOR: (
        "оператор",
        "оператора",
        "соедините с человеком",
        "соедините с живым человеком",
        "дайте регистратуру",
        "регистратура",
        "позовите человека",
        "я не буду с роботом разговаривать",
    ),
    Command.WAIT: ("подождите", "подождите минуту", "секундочку", "подождите очки найду"),
    Command.EMERGENCY: (
        "скорая",
        "скорую",
        "плохо с сердцем",
        "мне плохо с сердцем",
        "мне плохо",
        "задыхаюсь",
    ),
    Command.HELP: ("помощь", "помогите", "что делать"),
}

COMMAND_WORDS: Mapping[str, Command] = {
    phrase: command for command, phrases in _COMMAND_PHRASES.items() for phrase in phrases
}


def plain(words: str) -> str:
    """Lower case, ё as е, no punctuation, single-spaced."""
    kept = (c if c.isalnum() else " " for c in words.lower().replace("ё", "е"))
    return " ".join("".join(kept).split())


@dataclass(frozen=True, slots=True)
class Option:
    """One item of a menu: what it means and the phrases that say it."""

    value: Any
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Menu:
    """One key out of a few. A second key pressed with it is dropped."""

    options: Mapping[str, Option]
    """Key -> option. 0, 7, 9, * and # belong to the universal commands."""
    result: Any
    timeout: int = 7
    """Seconds."""

    def listen(self) -> Listen:
        return Listen(1, finish_on_hash=False, no_input_timeout=self.timeout)

    def from_keys(self, keys: Keys) -> Any | None:
        option = self.options.get(keys.keys[:1])
        return option.value if option else None

    def from_words(self, words: str) -> Any | None:
        return self._by_phrase().get(plain(words))

    def _by_phrase(self) -> dict[str, Any]:
        phrases = {
            phrase: option.value
            for option in self.options.values()
            for phrase in option.phrases
        }
        keys = {KEY_NAMES[key]: option.value for key, option in self.options.items()}
        return keys | phrases


KEY_NAMES: Mapping[str, str] = dict(
    zip(
        "12345678",
        ["один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь"],
        strict=True,
    )
)

YES = ("да", "да да", "ага", "угу", "да конечно", "конечно", "ну да", "так точно", "верно")
NO = ("нет", "нет нет", "да нет", "не надо", "да нет не надо", "конечно нет", "не нужно")


def yes_no(yes: tuple[str, ...] = (), no: tuple[str, ...] = (), timeout: int = 10) -> Menu:
    """1 is yes, 2 is no; `yes` and `no` are the question's own words beside the common ones."""
    return Menu(
        {"1": Option(value=True, phrases=YES + yes), "2": Option(value=False, phrases=NO + no)},
        result=bool,
        timeout=timeout,
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """Digits as entered so far, those kept from before included."""

    digits: str
    closed: Literal["hash", "pause", "count"]
    erased: bool = False
    """The caller took digits back with `*`."""


_DIGIT_WORDS: Mapping[str, str] = {
    "ноль": "0",
    "нуль": "0",
    "один": "1",
    "единица": "1",
    "два": "2",
    "двойка": "2",
    "три": "3",
    "тройка": "3",
    "четыре": "4",
    "пять": "5",
    "шесть": "6",
    "семь": "7",
    "восемь": "8",
    "девять": "9",
}


def _digits(count: int, timeout: int) -> Listen:
    return Listen(count, finish_on_hash=True, no_input_timeout=timeout, secret=True)


@dataclass(frozen=True, slots=True)
class Digits:
    """Digits by keys in several goes: `*` takes the last four back, `**` all of them.

    Empty input closed by `#` or by silence is accepted as an entry without new digits where
    `may_be_empty`.
    """

    longest: int
    kept: str = ""
    may_be_empty: bool = False
    patience: int = 1
    """So many silences in a row count as one; nothing is said between them."""
    timeout: int = 6
    """Seconds, also between keys."""
    result: Any = Entry

    def listen(self) -> Listen:
        wanted = self.longest - len(self.kept)
        return _digits(wanted, self.timeout)

    def from_keys(self, keys: Keys) -> Entry | None:
        digits, erased = _erase(self.kept, keys.keys)
        if not keys.keys and not self.may_be_empty:
            return None
        closed = "count" if len(digits) >= self.longest else keys.closed
        if closed == "count" and len(digits) < self.longest:
            closed = "pause"
        return Entry(digits[: self.longest], closed, erased)

    def from_words(self, words: str) -> Entry | None:
        spoken = [_DIGIT_WORDS.get(word) for word in plain(words).split()]
        if not spoken or None in spoken:
            return None
        digits = "".join(digit for digit in spoken if digit)
        return self.from_keys(Keys(digits, "pause"))


def _erase(kept: str, keys: str) -> tuple[str, bool]:
    digits, erased = kept, "*" in keys
    while keys:
        if keys.startswith("**"):
            digits, keys = "", keys[2:]
        elif keys[0] == "*":
            digits, keys = digits[:-4], keys[1:]
        else:
            digits, keys = digits + keys[0], keys[1:]
    return digits, erased


@dataclass(frozen=True, slots=True)
class BirthDate:
    """Eight digits, ДДММГГГГ; an impossible date is not understood."""

    result: Any = date

    def listen(self) -> Listen:
        return _digits(8, timeout=8)

    def from_keys(self, keys: Keys) -> date | None:
        digits, _ = _erase("", keys.keys)
        if len(digits) != 8 or not digits.isdigit():
            return None
        try:
            born = date(int(digits[4:]), int(digits[2:4]), int(digits[:2]))
        except ValueError:
            return None
        return born if born.year >= 1900 else None

    def from_words(self, words: str) -> date | None:
        entry = Digits(8).from_words(words)
        return self.from_keys(Keys(entry.digits)) if entry else None
