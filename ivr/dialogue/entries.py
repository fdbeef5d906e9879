"""Answers of digits, by keys and by voice in one number: policies, codes, telephones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ivr.dialogue import hearings
from ivr.dialogue.answers import Between, Unclear, YesNo
from ivr.dialogue.turns import Hearing, Keys, Listen, Spoken
from ivr.speech import understanding
from ivr.speech.understanding import Kind, Phrases, option

Closed = Literal["hash", "pause", "count"]
POLICY, CERTIFICATE, LAST_SIX = 16, 9, 6
MOST_READ_BACK = 3
HELP = ("помощь", "помогите", "нет полиса", "полиса нет", "проверить код", "у меня код")
"""At the policy they lead to the help menu, as `#` alone does."""
_HELP = Phrases((phrase, True) for phrase in HELP)


@dataclass(frozen=True, slots=True)
class Entry:
    """Digits as entered so far, those kept from before included."""

    digits: str
    closed: Closed
    erased: bool = False
    """The caller took digits back with `*`."""
    denied: bool = False
    """Read back, they were not what the caller had said."""


def listen_for(count: int, timeout: int) -> Listen:
    return Listen(count, finish_on_hash=True, no_input_timeout=timeout, secret=True)


Reader = Callable[[str, str, int], "str | None"]
"""Words, the digits kept from before, the longest number -> the digits together."""


def any_digits(words: str, kept: str, longest: int) -> str | None:
    return understanding.of_length(understanding.digits(words, kept=kept), longest)


def code_digits(words: str, kept: str, longest: int) -> str | None:
    """Six that pass the check digit come first."""
    readings = understanding.code(words, kept=kept)
    if readings and len(readings[0].value) == longest:
        return readings[0].value
    return understanding.of_length(readings, longest)


@dataclass(frozen=True, slots=True)
class Digits:
    """Digits in several goes: `*` takes the last four back, `**` all of them.

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
    reader: Reader | None = any_digits
    """None: by keys only."""
    one_by_one: bool = False
    """By voice single digits only: it was misheard before."""
    short: int = 0
    """So many that are closed by `#` are an answer as well."""
    result: Any = Entry

    def listen(self) -> Listen:
        return listen_for(self.longest - len(self.kept), self.timeout)

    def hearing(self) -> Hearing:
        if self.reader is None:
            return hearings.commands_only()
        kind: Kind = "code" if self.reader is code_digits else "digits"
        return hearings.dictation(kind, self._is_whole, one_by_one=self.one_by_one)

    def again(self) -> Digits:
        return replace(self, one_by_one=True)

    def from_keys(self, keys: Keys) -> Entry | None:
        digits, erased = erased_by(self.kept, keys.keys)
        if not keys.keys and not self.may_be_empty:
            return None
        closed = "count" if len(digits) >= self.longest else keys.closed
        if closed == "count" and len(digits) < self.longest:
            closed = "pause"
        return Entry(digits[: self.longest], closed, erased)

    def from_words(self, words: str) -> Entry | None:
        if self.reader is None:
            return None
        if taken := taken_back(words, self.kept):
            return taken
        digits = self.reader(words, self.kept, self.longest)
        return Entry(digits, closed_by(digits, self.longest)) if digits else None

    def is_ended_by(self, entry: Entry) -> bool:
        is_short = entry.closed == "hash" and len(entry.digits) == self.short
        return len(entry.digits) == self.longest or is_short

    def _is_whole(self, words: str) -> bool:
        entry = self.from_words(words)
        return entry is not None and self.is_ended_by(entry)


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy's number or its end, as `Digits`; what the number itself tells decides."""

    kept: str = ""
    linked: tuple[str, ...] = ()
    """Policies of the calling number's patients."""
    whole: int = POLICY
    """What is asked for: so many digits that are said are no beginning."""
    patience: int = 1
    may_be_empty: bool = True
    one_by_one: bool = False
    """As with `Digits`."""
    result: Any = Entry

    def listen(self) -> Listen:
        return self._digits().listen()

    def hearing(self) -> Hearing:
        return hearings.dictation("policy", self._is_whole, HELP, one_by_one=self.one_by_one)

    def again(self) -> Policy:
        return replace(self, one_by_one=True)

    def from_keys(self, keys: Keys) -> Entry | None:
        return self._digits().from_keys(keys)

    def from_words(self, words: str) -> Entry | Unclear | None:
        """Never the number nearest to what was said."""
        if taken := taken_back(words, self.kept):
            return taken
        readings = understanding.policy(words, self.linked, kept=self.kept)
        if not readings:
            return Entry(self.kept, "hash") if option(words, _HELP) else None
        best = readings[0].value
        if len(best) == CERTIFICATE and best not in self.linked and self._may_be_whole():
            return Unclear((Entry(best, "hash"), Entry(best, "pause")))
        whole = understanding.whole_policies(readings)
        if best in self.linked or not whole:
            asked = self.whole if not self.kept else POLICY
            return Entry(best, "count" if len(best) in (asked, POLICY) else "pause")
        return Unclear(tuple(Entry(value, "count") for value in whole[:MOST_READ_BACK]))

    def between(self, readings: Sequence[Entry]) -> Between:
        if len(readings[0].digits) == CERTIFICATE:
            whole, begun = readings
            answer = ReadBack(whole, secret=True, otherwise=begun)
            return Between((Spoken("identify.nine"),), answer)
        return read_back("identify.is_it", readings[0].digits, readings, secret=True)

    def _may_be_whole(self) -> bool:
        """Behind kept digits, and where a known caller was asked for six, it is misheard."""
        return not self.kept and not (self.linked and self.whole == LAST_SIX)

    def _digits(self) -> Digits:
        return Digits(POLICY, self.kept, may_be_empty=True, patience=self.patience)

    def _is_whole(self, words: str) -> bool:
        match self.from_words(words):
            case Entry(digits=digits):
                return digits in self.linked or digits in {
                    one[-LAST_SIX:] for one in self.linked
                }
            case Unclear(readings=readings):
                return len(readings) == 1
            case _:
                return False


@dataclass(frozen=True, slots=True)
class Phone:
    """A Russian telephone number; said by voice it is read back."""

    kept: str = ""
    longest: int = 11
    may_be_empty: bool = False
    patience: int = 1
    timeout: int = 8
    result: Any = Entry

    def listen(self) -> Listen:
        return self._digits().listen()

    def hearing(self) -> Hearing:
        return hearings.dictation(
            "digits", lambda words: isinstance(self._read(words), Unclear)
        )

    def from_keys(self, keys: Keys) -> Entry | None:
        entry = self._digits().from_keys(keys)
        return self._with_the_eight(entry) if entry else None

    def from_words(self, words: str) -> Entry | Unclear | None:
        return taken_back(words, self.kept) or self._read(words)

    def is_ended_by(self, entry: Entry) -> bool:
        """`#` ends it also where it is too short: it is no number then."""
        return len(entry.digits) == self.longest or entry.closed == "hash"

    def between(self, readings: Sequence[Entry]) -> Between:
        return read_back("person.is_it", f"+7{readings[0].digits[1:]}", readings)

    def _read(self, words: str) -> Entry | Unclear | None:
        digits = understanding.phone(words, self.kept)
        if digits is None:
            return None
        entry = self._with_the_eight(Entry(digits, closed_by(digits, self.longest)))
        return Unclear((entry,)) if entry.closed == "count" else entry

    def _with_the_eight(self, entry: Entry) -> Entry:
        """Ten digits that begin with a nine are a number without its first."""
        if len(entry.digits) != self.longest - 1 or entry.digits[0] != "9":
            return entry
        return Entry(f"8{entry.digits}", "count")

    def _digits(self) -> Digits:
        return Digits(self.longest, self.kept, self.may_be_empty, self.patience, self.timeout)


def closed_by(digits: str, longest: int) -> Closed:
    return "count" if len(digits) == longest else "pause"


def taken_back(words: str, kept: str) -> Entry | None:
    """«сначала» is `**`, «ой, нет» is `*`, where digits are kept."""
    if kept and understanding.restarts(words):
        return Entry("", "pause", erased=True)
    if kept and understanding.is_taken_back(words):
        return Entry(kept[:-4], "pause", erased=True)
    return None


def erased_by(kept: str, keys: str) -> tuple[str, bool]:
    digits, erased = kept, "*" in keys
    while keys:
        if keys.startswith("**"):
            digits, keys = "", keys[2:]
        elif keys[0] == "*":
            digits, keys = digits[:-4], keys[1:]
        else:
            digits, keys = digits + keys[0], keys[1:]
    return digits, erased


def read_back(
    prompt: str, digits: str, readings: Sequence[Entry], *, secret: bool = False
) -> Between:
    first, *others = readings
    question = Spoken(prompt, values={"digits": digits}, secret=secret)
    return Between((question,), ReadBack(first, tuple(others), secret))


@dataclass(frozen=True, slots=True)
class ReadBack:
    """Yes or no to a number that was read back; a no leads to the next reading."""

    entry: Entry
    others: tuple[Entry, ...] = ()
    secret: bool = False
    """The number is not to be heard in a recording."""
    otherwise: Entry = field(default_factory=lambda: Entry("", "pause", denied=True))
    """What a no to the last reading means."""
    result: Any = Entry

    def listen(self) -> Listen:
        return replace(YesNo().listen(), secret=self.secret)

    def hearing(self) -> Hearing:
        return YesNo().hearing()

    def from_keys(self, keys: Keys) -> Entry | Unclear | None:
        return self._taken(YesNo().from_keys(keys))

    def from_words(self, words: str) -> Entry | Unclear | None:
        return self._taken(YesNo().from_words(words))

    def _taken(self, agreed: bool | None) -> Entry | Unclear | None:  # noqa: FBT001
        if agreed:
            return self.entry
        if agreed is None:
            return None
        return Unclear(self.others) if self.others else self.otherwise
