"""Every question meets every kind of answer; the invariants hold after each."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from ivr.dialogue.turns import (
    Dial,
    DialEnded,
    HangUp,
    Heard,
    Keys,
    Listen,
    NoInput,
    Recorded,
    RecordNote,
    Utterance,
)
from ivr.flows.identify import FOURS
from ivr.store import tables
from ivr.switchboard import Reply
from tests.line import Line

MENU = [*"1234570*#"]
WORDS = [
    *("да", "нет", "да нет", "не знаю", "подождите", "оператор", "скорая", "назад"),
    *("отменить", "вторая", "в начало", "до свидания"),
]
FOREIGN = Utterance("да", foreign=True)
SIX = "ноль ноль ноль ноль семнадцать"
WHOLE = f"семь семь семь шесть пятнадцать ноль восемь девяносто четыре ноль ноль {SIX[10:]}"
NUMBERS = [
    *(SIX, WHOLE, "семь семь семь шесть", "сначала", "второе января двадцать первого"),
    *("не знаю", "помощь", "скорая", "до свидания"),
]
DIGITS = [
    ("000017", "hash"),
    ("000017", "pause"),
    ("7776150894000017", "count"),
    ("7776150844000018", "count"),
    ("7776150894000018", "count"),
    ("12345678901", "pause"),
    ("**", "pause"),
    ("*", "pause"),
    ("05031948", "count"),
    ("99999999", "count"),
    ("0", "hash"),
    ("", "hash"),
    ("111111", "count"),
    ("89161234567", "count"),
]
UNGUARDED = {"cancel.sure", "cancel.pass_on"}


@dataclass(frozen=True, slots=True)
class Place:
    """A point of a dialogue: the database as it stands there, and what was just said."""

    state: bytes
    reply: Reply
    path: tuple[str, ...]


@dataclass(slots=True)
class Explorer:
    line: Line

    def first(self, caller: str | None) -> Place:
        board = self.line.switchboard
        return self.place(board.pick_up(carrier_id="CA1", caller=caller, door="test"), ())

    def next(self, place: Place, heard: Heard) -> Place:
        turn = place.reply.turn
        self.restore(place.state)
        reply = self.line.switchboard.hear(place.reply.call, turn.number, heard)
        return self.place(reply, (*place.path, f"{turn.prompt}: {heard}"))

    def place(self, reply: Reply, path: tuple[str, ...]) -> Place:
        check_cancellations(self.line, path)
        return Place(self.state(), reply, path)

    def state(self) -> bytes:
        with closing(sqlite3.connect(self.file)) as now:
            state = bytearray(now.serialize())
        state[18:20] = b"\x01\x01"  # a database in memory knows no write-ahead log
        return bytes(state)

    def restore(self, state: bytes) -> None:
        with (
            closing(sqlite3.connect(":memory:")) as then,
            closing(sqlite3.connect(self.file)) as now,
        ):
            now.execute("PRAGMA synchronous = OFF")
            then.deserialize(state)
            then.backup(now)

    @property
    def file(self) -> str:
        return self.line.url.removeprefix("sqlite:///")


def check_cancellations(line: Line, path: tuple[str, ...]) -> None:
    """Each cancellation stands behind a yes, and its code is in the outbox."""
    with line.database.read() as session:
        cancellations = list(session.scalars(select(tables.Cancellation)))
    if not cancellations:
        return
    yeses = sum(step in YESES for step in path)
    assert len(cancellations) <= yeses, path
    texts = " ".join(text for _, text in line.outbox())
    for one in cancellations:
        spoken = f"{one.code[:2]}-{one.code[2:4]}-{one.code[4:]}"
        assert spoken in texts, path


YESES = {
    f"{prompt}: {heard}"
    for prompt in UNGUARDED
    for heard in (Keys("1"), Utterance("да"), Utterance("отменить"), Keys("1", "hash"))
}


def answers(reply: Reply, *, by_words: bool) -> Iterator[Heard]:
    match reply.turn.then:
        case Listen(finish_on_hash=in_digits):
            yield NoInput()
            if in_digits:
                yield from (Keys(keys, closed) for keys, closed in DIGITS)  # type: ignore[arg-type]
            else:
                yield from (Keys(key) for key in MENU)
            if by_words:
                yield from (Utterance(words) for words in (NUMBERS if in_digits else WORDS))
                yield FOREIGN
        case Dial():
            yield DialEnded(answered=True)
            yield DialEnded(answered=False)
            yield NoInput()
        case RecordNote():
            yield Recorded("RE1", 5)
            yield Recorded("", 0)
        case HangUp():
            return


@dataclass(frozen=True, slots=True)
class Sign:
    """Two places with the same sign are the same question."""

    prompt: str
    attempt: int
    acts: frozenset[str]


def sign(place: Place) -> Sign:
    turn = place.reply.turn
    acts = frozenset(step.split(":")[0] for step in place.path if step in YESES)
    return Sign(turn.prompt, turn.attempt, acts)


@dataclass(slots=True)
class Seen:
    signs: set[Sign] = field(default_factory=set)
    prompts: set[str] = field(default_factory=set)

    def is_new(self, place: Place) -> bool:
        """A question not met so, or a sentence not said before."""
        said = {sentence.prompt for sentence in place.reply.sentences}
        new = sign(place) not in self.signs or not said <= self.prompts
        self.signs.add(sign(place))
        self.prompts |= said
        return new


@pytest.mark.slow
@pytest.mark.parametrize(
    ("caller", "clock"),
    [
        ("+79161234567", "2026-11-23T12:00:00+03:00"),
        ("+79379876543", "2026-11-23T22:00:00+03:00"),
        ("+79990000000", "2026-11-23T12:00:00+03:00"),
        (None, "2026-11-23T22:00:00+03:00"),
    ],
)
def test_every_answer_to_every_question(caller: str | None, clock: str, line: Line) -> None:
    line.clock.set(clock)
    explorer = Explorer(line)
    first = explorer.first(caller)
    seen, waiting = Seen(), deque([first])
    seen.is_new(first)
    by_words: set[tuple[str, int]] = set()  # a question meets words once an attempt
    while waiting:
        place = waiting.popleft()
        asked = (place.reply.turn.prompt, place.reply.turn.attempt)
        once = asked not in by_words
        by_words.add(asked)
        for heard in answers(place.reply, by_words=once):
            following = explorer.next(place, heard)
            check(following)
            if seen.is_new(following):
                waiting.append(following)
    assert "goodbye.bye" in seen.prompts


def check(place: Place) -> None:
    reply = place.reply
    quiet = isinstance(reply.turn.then, HangUp) or reply.turn.prompt in LOOKED_FOR
    assert reply.sentences or quiet, place.path
    if not any(step.startswith(IDENTIFIED) for step in place.path):
        text = " ".join(sentence.text for sentence in reply.sentences)
        assert not any(word in text for word in PRIVATE), place.path


LOOKED_FOR = {
    *("identify.last_six", "identify.whole", "identify.search", "identify.go_on"),
    *("identify.code", "identify.mobile", *FOURS),
}
"""Questions at which the first silences are waited out without a word."""
PRIVATE = ("Иванова", "Петренко", "Черных", "Терапевт", "Кардиолог", "Код отмены")
BY_WORDS = [(question, words) for question in ("last_six", "whole") for words in (SIX, WHOLE)]
IDENTIFIED = (
    "identify.last_six: Keys(keys='000017'",
    "identify.last_six: Keys(keys='7776150894000017'",
    "identify.whole: Keys(keys='000017'",
    "identify.whole: Keys(keys='7776150894000017'",
    "identify.go_on",
    "identify.search",
    "identify.four4",
    *(f"identify.{question}: Utterance(words='{words}'" for question, words in BY_WORDS),
)
"""Steps that may have identified a caller of the demo clinic."""
