"""Texts that a person has recorded to the last sentence: played where the carrier speaks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy.exc import SQLAlchemyError

from ivr.clinic import recordings
from ivr.faults import report
from ivr.speech.pronunciation import sentences
from ivr.store.database import Database

FRESH = timedelta(minutes=1)
"""So long nobody is asked again: neither for new recordings nor where the database failed."""


class RecordedTexts:
    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        fixed: Callable[[], Iterable[str]],
    ) -> None:
        """`fixed` gives the texts that have an address of their own: nothing personal."""
        self._database = database
        self._clock = clock
        self._fixed = fixed
        self._recorded: frozenset[str] = frozenset()
        self._until: datetime | None = None

    def __contains__(self, text: str) -> bool:
        parts = self._parts.get(text, frozenset())
        return bool(parts) and parts <= self._now()

    @cached_property
    def _parts(self) -> dict[str, frozenset[str]]:
        return {text: frozenset(sentences(text)) for text in self._fixed()}

    def _now(self) -> frozenset[str]:
        now = self._clock()
        if self._until is None or now >= self._until:
            self._until = now + FRESH
            try:
                with self._database.read() as session:
                    self._recorded = frozenset(recordings.texts(session))
            except SQLAlchemyError as broken:
                report(broken, "")
        return self._recorded
