"""The tables: as Markdown, and in their place in the model's card."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tools.ear.evaluation.arithmetic import Share
from tools.ear.evaluation.judging import ANY_WORD, TAKEN
from tools.ear.evaluation.rows import Row
from tools.ear.evaluation.running import MEBIBYTE, Result, share_of_a_core

BEGIN, END = "<!-- figures: python -m tools.ear.evaluation --card -->", "<!-- end -->"
WANTED = ("right, % (95 %)", "wrongly heard, % (95 %): the fewer the better")


class NoPlace(ValueError):
    """The card has no place for the figures."""


def tables(names: Sequence[str], rows: Sequence[Row], results: Sequence[Result]) -> str:
    lines = [*_first(names, rows, results), "", *_costs(names, results)]
    return "\n".join(lines) + "\n"


def put(card: Path, figures: str) -> None:
    """Between its two marks. Raises NoPlace."""
    before, begin, rest = card.read_text("utf-8").partition(BEGIN)
    _, end, behind = rest.partition(END)
    if not (begin and end):
        raise NoPlace(f"{card} has no place for the figures: {BEGIN} … {END}")
    card.write_text(f"{before}{begin}\n\n{figures}\n{end}{behind}", "utf-8")


def _first(
    names: Sequence[str], rows: Sequence[Row], results: Sequence[Result]
) -> Iterator[str]:
    for title, is_heard in (("Heard", True), ("Taken for an answer that was none", False)):
        yield f"**{title}**: {WANTED[0 if is_heard else 1]}"
        yield ""
        head = ("who", "says", "sound", "question", "counted", "of")
        yield from _head(*head, *names)
        for place, row in enumerate(rows):
            for what in _counted(place, results):
                if (what not in (TAKEN, ANY_WORD)) is is_heard:
                    shares = [result.shares[place, what] for result in results]
                    yield _line(*_cells(row, what, shares), *map(str, shares))
        yield ""


def _counted(place: int, results: Sequence[Result]) -> list[str]:
    return [what for at, what in results[0].shares if at == place]


def _cells(row: Row, what: str, shares: Sequence[Share]) -> Iterable[object]:
    filler = f"`{row.asked.filler}`" if row.asked.filler else "no filler"
    question = f"{row.asked.name}, {filler}"
    return row.who, row.says, row.sound, question, what, shares[0].count


def _costs(names: Sequence[str], results: Sequence[Result]) -> Iterator[str]:
    yield from _head("cost", *names)
    for question in results[0].cost:
        shares = (f"{share_of_a_core(result.cost, question):.4f}" for result in results)
        yield _line(f"share of a core, one stream: {question}", *shares)
    yield _line("size, MiB", *(f"{result.size / MEBIBYTE:.1f}" for result in results))
    yield _line("memory, MiB", *(f"{result.memory / MEBIBYTE:.0f}" for result in results))
    yield _line("read in, s", *(f"{result.load:.2f}" for result in results))


def _head(*cells: str) -> Iterator[str]:
    yield _line(*cells)
    yield "|" + "---|" * len(cells)


def _line(*cells: object) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"
