"""What registrars say of callers' answers: understood right, or what was really said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ivr.store.tables import AnswerMark
from ivr.store.vault import Vault

SEAL = "answer mark"
UNMARKED = 0
"""The version of an answer without a mark."""


@dataclass(frozen=True, slots=True)
class Answer:
    call: str
    line: int
    """The transcript's."""


@dataclass(frozen=True, slots=True)
class Marked:
    right: bool
    words: str
    """What was really said, where it was not understood right."""
    who: str
    at: datetime
    version: int = UNMARKED


class AnswerMarks:
    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def of_call(self, call: str) -> dict[int, Marked]:
        """By the line's number."""
        rows = self._session.scalars(select(AnswerMark).where(AnswerMark.call_id == call))
        return {row.line_number: self._marked(row) for row in rows}

    def since(self, moment: datetime | None) -> Sequence[tuple[Answer, Marked]]:
        """Call by call, in the order of the calls' answers."""
        query = select(AnswerMark).order_by(AnswerMark.call_id, AnswerMark.line_number)
        if moment is not None:
            query = query.where(AnswerMark.at >= moment)
        rows = self._session.scalars(query)
        return [(Answer(row.call_id, row.line_number), self._marked(row)) for row in rows]

    def put(self, answer: Answer, mark: Marked, seen: int) -> bool:
        """Mark it, unless another has since `seen`."""
        values = {
            "right": mark.right,
            "words_sealed": self._vault.seal(SEAL, mark.words),
            "who": mark.who,
            "at": mark.at,
            "version": seen + 1,
        }
        if seen == UNMARKED:
            return self._add(answer, values)
        found = self._session.execute(
            update(AnswerMark)
            .where(*_is(answer), AnswerMark.version == seen)
            .values(**values)
            .returning(AnswerMark.line_number)
        )
        return found.first() is not None

    def drop(self, answer: Answer, seen: int) -> bool:
        found = self._session.execute(
            delete(AnswerMark)
            .where(*_is(answer), AnswerMark.version == seen)
            .returning(AnswerMark.line_number)
        )
        return found.first() is not None

    def _add(self, answer: Answer, values: dict[str, object]) -> bool:
        named = {"call_id": answer.call, "line_number": answer.line, **values}
        try:
            with self._session.begin_nested():
                self._session.execute(insert(AnswerMark).values(**named))
        except IntegrityError:
            return False
        return True

    def _marked(self, row: AnswerMark) -> Marked:
        words = self._vault.open(SEAL, row.words_sealed)
        return Marked(row.right, words, row.who, row.at, row.version)


def _is(answer: Answer) -> tuple[ColumnElement[bool], ...]:
    return AnswerMark.call_id == answer.call, AnswerMark.line_number == answer.line
