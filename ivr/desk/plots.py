"""Plots as SVG made here, the same for the page and a report; as PNG where one is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from html import escape
from math import ceil
from pathlib import Path

WIDTH = 520
ROW, COLUMNS_HEIGHT = 30, 230
LABEL = 195
"""Width of the labels before horizontal bars."""
FONT = "DejaVu Sans, Verdana, sans-serif"
FONT_FILE = Path(__file__).parent / "fonts" / "plots.ttf"
INK, SOFT, GRID = "#1c2629", "#51605f", "#d5dedc"
COLOURS = ("#1d5c6b", "#4f9aa8", "#a5cdd3", "#d9a441", "#b4572b", "#8a8f8e")
"""Apart in lightness too: a report may be printed in black and white."""
LETTER = 8
"""Width of a letter and its share of the gap between labels."""
PNG_ZOOM = 2.0


class Shape(StrEnum):
    COLUMNS = "columns"
    """Along time, left to right."""
    BARS = "bars"
    """Kinds, top to bottom; several series are stacked."""


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    values: tuple[int, ...]
    note: str = ""
    """Behind the number: a share."""

    @property
    def total(self) -> int:
        return sum(self.values)


@dataclass(frozen=True, slots=True)
class Plot:
    name: str
    """In addresses."""
    shape: Shape
    title: str
    about: str
    """What it shows and how to read it, a sentence."""
    of: str
    """Head of the labels' column."""
    series: tuple[str, ...]
    """Heads of the values' columns."""
    rows: tuple[Row, ...]

    @property
    def height(self) -> int:
        legend = 50 if len(self.series) > 1 else 10
        return COLUMNS_HEIGHT if self.shape is Shape.COLUMNS else legend + ROW * len(self.rows)


def svg(plot: Plot, *, alone: bool = False) -> str:
    """`alone`: with a heading, for a file of its own."""
    top = 44 if alone else 0
    height = plot.height + top
    box = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 {-top} {WIDTH} {height}"'
    size = f'width="{WIDTH}" height="{height}"' if alone else ""
    names = f'role="img" aria-labelledby="{plot.name}-t {plot.name}-d"'
    drawn = _columns(plot) if plot.shape is Shape.COLUMNS else _bars(plot)
    heading = [_text(8, -16, plot.title, size=18)] if alone else []
    return "".join(
        (
            f'<svg {box} {size} {names} font-family="{FONT}" font-size="13" fill="{INK}">',
            f'<title id="{plot.name}-t">{escape(plot.title)}</title>',
            f'<desc id="{plot.name}-d">{escape(plot.about)}</desc>',
            *heading,
            *drawn,
            "</svg>",
        )
    )


def png(plot: Plot) -> bytes:
    import resvg_py  # noqa: PLC0415 - its library is loaded only where a picture is wanted

    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg(plot, alone=True),
            background="#ffffff",
            zoom=PNG_ZOOM,
            skip_system_fonts=True,
            font_files=[str(FONT_FILE)],
            font_family="DejaVu Sans",
            sans_serif_family="DejaVu Sans",
        )
    )


def _text(  # noqa: PLR0913 - attributes of the element
    x: float, y: float, text: str, *, anchor: str = "start", fill: str = INK, size: int = 13
) -> str:
    at = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}" font-size="{size}"'
    return f"<text {at}>{escape(text)}</text>"


def _rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    at = f'x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}"'
    return f'<rect {at} fill="{fill}"/>'


def _columns(plot: Plot) -> Iterator[str]:
    left, bottom, top = 44, COLUMNS_HEIGHT - 30, 18
    highest = max((row.total for row in plot.rows), default=0)
    for mark in _marks(highest):
        y = bottom - (bottom - top) * mark / max(highest, 1)
        yield f'<path d="M{left} {y:.1f}H{WIDTH}" stroke="{GRID}"/>'
        yield _text(left - 6, y + 4, str(mark), anchor="end", fill=SOFT, size=12)
    step = (WIDTH - left) / max(len(plot.rows), 1)
    widest = LETTER * max((len(row.label) for row in plot.rows), default=0) + LETTER
    every = max(1, ceil(widest / step))
    for place, row in enumerate(plot.rows):
        height = (bottom - top) * row.total / max(highest, 1)
        x = left + step * place
        yield _rect(x + step * 0.12, bottom - height, step * 0.76, height, COLOURS[0])
        if place % every == 0:
            yield _text(x + step / 2, bottom + 18, row.label, anchor="middle", size=12)


def _marks(highest: int) -> Sequence[int]:
    """Round numbers for the lines behind the columns."""
    if highest < 1:
        return (0,)
    step = 10 ** (len(str(highest)) - 1)
    while highest / step > 4:
        step *= 2
    while highest / step < 2 and step % 2 == 0:
        step //= 2
    return range(0, highest + 1, step)


def _bars(plot: Plot) -> Iterator[str]:
    top, room = (50, WIDTH - LABEL - 100) if len(plot.series) > 1 else (10, WIDTH - LABEL - 100)
    most = max((row.total for row in plot.rows), default=0)
    yield from _legend(plot.series) if len(plot.series) > 1 else ()
    for place, row in enumerate(plot.rows):
        y = top + ROW * place
        yield _text(LABEL - 8, y + 15, _shortened(row.label), anchor="end")
        x = float(LABEL)
        for value, colour in zip(row.values, COLOURS, strict=False):
            width = room * value / max(most, 1)
            yield _rect(x, y, width, ROW - 10, colour)
            x += width
        yield _text(x + 6, y + 15, f"{row.total} {row.note}".strip(), fill=SOFT)


def _legend(series: Sequence[str]) -> Iterator[str]:
    for place, (name, colour) in enumerate(zip(series, COLOURS, strict=False)):
        x, y = 8 + WIDTH / 3 * (place % 3), 2 + 20 * (place // 3)
        yield _rect(x, y, 12, 12, colour)
        yield _text(x + 17, y + 11, name, size=12)


@cache
def _shortened(label: str) -> str:
    return label if len(label) <= 24 else f"{label[:23]}…"
