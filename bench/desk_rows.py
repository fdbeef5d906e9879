"""A year of what the desk looks at beside calls: cancellations, SMS, requests, figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Protocol

from ivr.statistics.counting import Ending, Result, Stage

CANCELLED, MESSAGES, REQUESTS, AUDIT, DAYS = 200_000, 300_000, 50_000, 500_000, 350
GIVEN_BACK = 4
"""One cancellation in so many gives an opening back."""
QUESTIONS = tuple(f"question.{number}" for number in range(40))
STATES = (*["delivered"] * 18, "undelivered", "unknown")


class Rows(Protocol):
    def moment(self, at: datetime) -> Any: ...

    def put(self, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None: ...


@dataclass(frozen=True, slots=True)
class Desk:
    bulk: Rows
    now: datetime
    calls: Sequence[str]
    first: int
    """Of the large database's patients and visits."""
    sealed: str
    """A telephone."""
    sms: tuple[str, str]
    """To whom and what, sealed."""

    def fill(self) -> None:
        self.bulk.put(
            "openings",
            "id, doctor_id, place_id, specialty, start, wall, minutes, taken_by",
            (self._opening(n) for n in range(0, CANCELLED, GIVEN_BACK)),
        )
        self.bulk.put(
            "cancellations",
            "code, code_until, code_live, visit_id, patient_id, status, reason, why, late,"
            " channel, call_id, line_number, requested_at, decided_at, undone_by, heard_at,"
            " opening_id",
            (self._cancellation(n) for n in range(CANCELLED)),
        )
        self.bulk.put(
            "outbox",
            "key, to_sealed, text_sealed, kind, state, attempts, next_attempt_at, created_at,"
            " updated_at, error, patient_id, cancellation_id",
            (self._message(n) for n in range(MESSAGES)),
        )
        self.bulk.put(
            "callback_requests",
            "phone_sealed, phone_index, on_file, reason, level, call_id, line_number,"
            " recording, seconds, agreed, state, created_at, version, registrar, not_reached,"
            " note_sealed",
            (self._request(n) for n in range(REQUESTS)),
        )
        self.bulk.put(
            "audit",
            "at, who, what, call_id, patient_id",
            (
                (self._at(n, AUDIT), f"registrar {n % 12}", "read a call", self.calls[n], None)
                for n in range(AUDIT)
            ),
        )
        counts = list(self._counts())
        self.bulk.put("daily_counts", "day, measure, name, part, count, total", counts)
        months: Counter[tuple[Any, ...]] = Counter()
        for day, *key, count, _ in counts:
            month = f"{day[:7]}-01" if isinstance(day, str) else day.replace(day=1)
            months[month, *key] += count
        self.bulk.put(
            "monthly_counts",
            "month, measure, name, part, count, total",
            ((*key, count, 9000 * count) for key, count in months.items()),
        )

    def _at(self, n: int, of: int) -> Any:
        """Spread over the year, newest first."""
        return self.bulk.moment(self.now - timedelta(hours=1) - timedelta(days=345) / of * n)

    def _cancellation(self, n: int) -> Sequence[Any]:
        at = self._at(n, CANCELLED)
        until = self.bulk.moment(self.now - timedelta(days=1))
        who = (self.first + n, self.first + n % 100_000, "cancelled", "ill", "", False)
        opening = None if n % GIVEN_BACK else self.first + n
        call = (self.calls[5 * n], 4, at, at, "", at, opening)
        return (f"{n % 1_000_000:06}", until, False, *who, "phone", *call)

    def _opening(self, n: int) -> Sequence[Any]:
        """Of the line's own schedule; every other one was taken again by a later visit."""
        start = self.now - timedelta(days=345) / CANCELLED * n
        where = (self.first + n, 1 + n % 6, 1 + n % 6, "терапевт", self.bulk.moment(start))
        taken = self.first + CANCELLED + n if n % (2 * GIVEN_BACK) else None
        return (*where, f"{start:%Y-%m-%dT%H:%M}", 15, taken)

    def _message(self, n: int) -> Sequence[Any]:
        at = self._at(n, MESSAGES)
        what = (f"large {n}", *self.sms, "cancelled", STATES[n % len(STATES)])
        return (*what, 1, at, at, at, "", self.first + n % 100_000, 1 + n * 2 // 3)

    def _request(self, n: int) -> Sequence[Any]:
        state = "open" if n < 30 else "done"
        who = (self.sealed, f"index {n % 9000}", True, "operator", 1, self.calls[19 * n], 5)
        return (*who, "", 0, True, state, self._at(n, REQUESTS), 1, "", 0, "")

    def _counts(self) -> Iterator[Sequence[Any]]:
        chance = Random(1)
        for ago in range(DAYS):
            day = (self.now - timedelta(days=ago)).date()
            for measure, name, part in _keys():
                number = chance.randint(1, 200)
                yield (
                    day if not isinstance(self._at(0, 1), str) else day.isoformat(),
                    *(measure, name, part, number, 9000 * number),
                )


def _keys() -> Iterator[tuple[str, str, str]]:
    outcomes = ("cancelled", "told", "transferred", "callback", "hung_up", "kept")
    yield from (("hour", f"{h:02}", outcome) for h in range(24) for outcome in outcomes)
    yield from (("ending", ending, "") for ending in Ending)
    yield from (("stage", stage, "") for stage in Stage)
    yield from (("answer", question, result) for question in QUESTIONS for result in Result)
    yield from (("try", question, by) for question in QUESTIONS for by in ("keys", "words"))
    yield from (("left", question, "") for question in QUESTIONS[:15])
    yield from (("minutes", f"{minute:02}", "") for minute in range(11))
    yield from ((name, str(n), "") for name in ("pace", "loudness") for n in range(3))
