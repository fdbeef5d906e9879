"""Which plots the figures make, with their Russian words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeVar

from ivr.desk.plots import Plot, Row, Shape
from ivr.desk.words import step, word
from ivr.statistics.counting import LONG_CALL, Result
from ivr.statistics.figures import Figures

K = TypeVar("K", bound=str | int)
MOST_ROWS = 12
FOUND = (Result.FIRST, Result.SECOND, Result.THIRD, Result.LOST, Result.PERSON, Result.LEFT)


def plots_of(figures: Figures) -> Sequence[Plot]:
    days = [Row(f"{day:%d.%m}", (count,)) for day, count in figures.days.items()]
    hours = [Row(str(hour), (figures.hours.get(hour, 0),)) for hour in range(24)]
    weekdays = [Row(word(d, "weekday_short"), (n,)) for d, n in figures.weekdays.items()]
    minutes = [
        Row(f"{n}+" if n == LONG_CALL else str(n), (figures.minutes.get(n, 0),))
        for n in range(LONG_CALL + 1)
    ]
    return (
        _columns("days", days),
        _columns("hours", hours),
        _columns("weekdays", weekdays),
        _bars("endings", _named(figures.endings, "ending"), figures.calls),
        _bars("stages", _named(figures.stages, "stage"), figures.calls),
        _bars("left", _steps(figures.left)),
        _questions(figures),
        _bars("outcomes", _named(figures.outcomes, "outcome"), figures.calls),
        _columns("minutes", minutes),
        _bars("pace", _named(figures.pace, "pace"), figures.calls),
        _bars("loudness", _named(figures.loudness, "loudness"), figures.calls),
        _bars("freed", _freed(figures)),
        _bars(
            "messages", _named(figures.messages, "sms_state"), sum(figures.messages.values())
        ),
    )


def _columns(name: str, rows: Sequence[Row]) -> Plot:
    return _plot(name, Shape.COLUMNS, (word("calls", "plot_series"),), rows)


def _bars(name: str, rows: Sequence[Row], of: int = 0) -> Plot:
    """`of`: the whole that a row's share is of."""
    noted = [
        Row(row.label, row.values, f"· {round(100 * row.total / of)} %" if of else "")
        for row in rows
    ]
    series = "messages" if name == "messages" else "calls"
    series = "openings" if name == "freed" else series
    return _plot(name, Shape.BARS, (word(series, "plot_series"),), noted)


def _plot(name: str, shape: Shape, series: tuple[str, ...], rows: Sequence[Row]) -> Plot:
    texts = (word(name, group) for group in ("plot_title", "plot_about", "plot_of"))
    title, about, of = texts
    return Plot(name, shape, title, about, of, series, tuple(rows))


def _named(counted: Mapping[K, int], group: str) -> list[Row]:
    return [Row(word(key, group), (count,)) for key, count in counted.items()]


def _steps(left: Mapping[str, int]) -> list[Row]:
    shown = list(left.items())[:MOST_ROWS]
    names = _distinct([prompt for prompt, _ in shown])
    return [Row(names[prompt], (count,)) for prompt, count in shown]


def _questions(figures: Figures) -> Plot:
    shown = figures.questions[:MOST_ROWS]
    names = _distinct([one.question for one in shown])
    rows = [
        Row(
            names[one.question],
            tuple(one.results.get(result, 0) for result in FOUND),
            f"· {round(100 * one.understood / one.asked)} %" if one.asked else "",
        )
        for one in shown
    ]
    series = tuple(word(result, "answer_result") for result in FOUND)
    return _plot("questions", Shape.BARS, series, rows)


def _distinct(prompts: Sequence[str]) -> dict[str, str]:
    """Names of steps; where two prompts share one, the prompt's own id stands beside it."""
    often = Counter(step(prompt) for prompt in prompts)
    return {
        prompt: step(prompt) if often[step(prompt)] == 1 else f"{step(prompt)}: {_end(prompt)}"
        for prompt in prompts
    }


def _end(prompt: str) -> str:
    return word(prompt, "question")


def _freed(figures: Figures) -> list[Row]:
    freed = figures.freed
    counts = (freed.cancelled, freed.given_back, freed.taken_again)
    names = ("cancelled", "given_back", "taken_again")
    whole = freed.cancelled
    return [
        Row(word(name, "freed"), (count,), f"· {round(100 * count / whole)} %" if whole else "")
        for name, count in zip(names, counts, strict=True)
    ]
