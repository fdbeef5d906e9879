"""What registrars say of callers' answers: understood right, or what was really said."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ivr.store.tables import AnswerMark
from ivr.store.vault import Vault

SEAL = "answer mark"
VERSIONS = 1 << 31
"""Below what a database's integer holds."""


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
    version: int = 0
    """Of this mark alone: one that follows it on the same answer has another."""


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

    def put(self, answer: Answer, mark: Marked) -> bool:
        """Mark it, unless it is marked."""
        row = insert(AnswerMark).values(
            call_id=answer.call,
            line_number=answer.line,
            right=mark.right,
            words_sealed=self._vault.seal(SEAL, mark.words),
            who=mark.who,
            at=mark.at,
            version=1 + secrets.randbelow(VERSIONS - 1),
        )
        try:
            with self._session.begin_nested():
                self._session.execute(row)
        except IntegrityError:
            return False
        return True

    def drop(self, answer: Answer, seen: int) -> bool:
        """Take the mark of version `seen` back, unless another has done so, or marked anew."""
        found = self._session.execute(
            delete(AnswerMark)
            .where(*_is(answer), AnswerMark.version == seen)
            .returning(AnswerMark.line_number)
        )
        return found.first() is not None

    def _marked(self, row: AnswerMark) -> Marked:
        words = self._vault.open(SEAL, row.words_sealed)
        return Marked(row.right, words, row.who, row.at, row.version)


def _is(answer: Answer) -> tuple[ColumnElement[bool], ...]:
    return AnswerMark.call_id == answer.call, AnswerMark.line_number == answer.line
