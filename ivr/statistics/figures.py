"""The figures of a stretch of days, read from the counts of days and months."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select, union_all
from sqlalchemy.orm import Session

from ivr.statistics.counting import Ending, Measure, Result, Stage
from ivr.statistics.periods import Period
from ivr.statistics.settled import DELIVERED, GIVEN_BACK, GONE, TAKEN, not_kept, tally
from ivr.store.tables import DailyCount, MonthlyCount

UNDERSTOOD = (Result.FIRST, Result.SECOND, Result.THIRD)
Counts = Select[str, str, str, int, int]
"""Measure, name, part, count, total."""


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    question: str
    results: Mapping[Result, int]
    seconds: float
    """From our sentence to the answer, on average."""
    by_keys: int
    by_words: int

    @property
    def asked(self) -> int:
        return sum(self.results.values())

    @property
    def understood(self) -> int:
        return sum(self.results.get(result, 0) for result in UNDERSTOOD)


@dataclass(frozen=True, slots=True)
class Freed:
    """Openings that cancellations gave back."""

    cancelled: int
    given_back: int
    taken_again: int


@dataclass(frozen=True, slots=True)
class Figures:
    period: Period
    days: Mapping[date, int]
    hours: Mapping[int, int]
    weekdays: Mapping[int, int]
    """Monday is 0."""
    outcomes: Mapping[str, int]
    endings: Mapping[Ending, int]
    stages: Mapping[Stage, int]
    left: Mapping[str, int]
    """Given up at this question, most first."""
    questions: Sequence[QuestionFigures]
    """Most asked first."""
    minutes: Mapping[int, int]
    pace: Mapping[int, int]
    """By steps slower."""
    loudness: Mapping[int, int]
    doors: Mapping[str, int]
    freed: Freed
    messages: Mapping[str, int]
    """SMS by state."""

    @property
    def calls(self) -> int:
        return sum(self.days.values())

    def share(self, ending: Ending) -> float:
        return self.endings.get(ending, 0) / self.calls if self.calls else 0.0

    @property
    def delivered(self) -> float:
        sent = sum(self.messages.values())
        return self.messages.get(DELIVERED, 0) / sent if sent else 0.0


def figures_of(session: Session, period: Period, today: date, zone: ZoneInfo) -> Figures:
    sums = _Sums(session, period, today, zone)
    days = _days(session, period)
    return Figures(
        period=period,
        days=days,
        hours=_ordered(sums.by_name(Measure.HOUR)),
        weekdays=_weekdays(days),
        outcomes=_most_first(sums.by_part(Measure.HOUR)),
        endings={
            ending: sums.by_name(Measure.ENDING).get(ending.value, 0) for ending in Ending
        },
        stages={stage: sums.by_name(Measure.STAGE).get(stage.value, 0) for stage in Stage},
        left=_most_first(sums.by_name(Measure.LEFT)),
        questions=sums.questions(),
        minutes=_ordered(sums.by_name(Measure.MINUTES)),
        pace=_ordered(sums.by_name(Measure.PACE)),
        loudness=_ordered(sums.by_name(Measure.LOUDNESS)),
        doors=_most_first(sums.by_name(Measure.DOOR)),
        freed=_freed(sums.by_name(Measure.FREED)),
        messages=_most_first(+sums.by_name(Measure.SMS)),
    )


class _Sums:
    """The counts of a period, added up by one query: whole months, and the days beside them.

    SMS and openings of what is not kept yet are counted beside it.
    """

    def __init__(self, session: Session, period: Period, today: date, zone: ZoneInfo) -> None:
        counts = union_all(*_counts(period, today)).subquery()
        key = (counts.c.measure, counts.c.name, counts.c.part)
        sums = func.sum(counts.c["count"]), func.sum(counts.c.total)
        query = select(*key, *sums).group_by(*key)
        self._rows = [
            (measure, name, part, int(count), int(total))
            for measure, name, part, count, total in session.execute(query)
        ]
        for stretch in not_kept(session, period, today):
            for one, count in tally(session, stretch, zone).items():
                self._rows.append((one.measure, one.name, one.part, count, 0))

    def by_name(self, measure: Measure) -> Counter[str]:
        return self._added(measure, 1)

    def by_part(self, measure: Measure) -> Counter[str]:
        return self._added(measure, 2)

    def _added(self, measure: Measure, column: int) -> Counter[str]:
        added: Counter[str] = Counter()
        for row in self._rows:
            if row[0] == measure:
                added[str(row[column])] += row[3]
        return added

    def questions(self) -> list[QuestionFigures]:
        asked = self.by_name(Measure.ANSWER)
        return [self._question(name) for name, _ in asked.most_common()]

    def _question(self, question: str) -> QuestionFigures:
        rows = [row for row in self._rows if row[1] == question]
        answers = [row for row in rows if row[0] == Measure.ANSWER]
        tries = {part: count for measure, _, part, count, _ in rows if measure == Measure.TRY}
        number = sum(row[3] for row in answers)
        return QuestionFigures(
            question=question,
            results={Result(part): count for _, _, part, count, _ in answers},
            seconds=sum(row[4] for row in answers) / number / 1000 if number else 0.0,
            by_keys=tries.get("keys", 0),
            by_words=tries.get("words", 0),
        )


def _counts(period: Period, today: date) -> Iterator[Counts]:
    """Rows of months that lie wholly within it, and of the days before and after them."""
    begin, end = period.months(today)
    if begin >= end:
        yield _of_days(period.first, period.last)
        return
    months = select(
        *(MonthlyCount.measure, MonthlyCount.name, MonthlyCount.part),
        *(MonthlyCount.count, MonthlyCount.total),
    )
    yield months.where(MonthlyCount.month >= begin, MonthlyCount.month < end)
    yield _of_days(period.first, begin - timedelta(days=1))
    yield _of_days(end, period.last)


def _of_days(first: date, last: date) -> Counts:
    return select(
        *(DailyCount.measure, DailyCount.name, DailyCount.part),
        *(DailyCount.count, DailyCount.total),
    ).where(DailyCount.day.between(first, last))


def _days(session: Session, period: Period) -> dict[date, int]:
    """Days without calls stand there with a nought."""
    length = (period.last - period.first).days + 1
    days = [period.first + timedelta(days=n) for n in range(length)]
    query = (
        select(DailyCount.day, func.sum(DailyCount.count))
        .where(DailyCount.day.in_(days), DailyCount.measure == Measure.ENDING.value)
        .group_by(DailyCount.day)
    )
    counted = {day: int(count) for day, count in session.execute(query)}
    return {day: counted.get(day, 0) for day in days}


def _weekdays(days: Mapping[date, int]) -> dict[int, int]:
    added: Counter[int] = Counter()
    for day, count in days.items():
        added[day.weekday()] += count
    return {weekday: added[weekday] for weekday in range(7)}


def _freed(counts: Counter[str]) -> Freed:
    return Freed(*(counts[name] for name in (GONE, GIVEN_BACK, TAKEN)))


def _ordered(counted: Mapping[str, int]) -> dict[int, int]:
    return {int(name): counted[name] for name in sorted(counted, key=int)}


def _most_first(counted: Counter[str]) -> dict[str, int]:
    return dict(counted.most_common())
