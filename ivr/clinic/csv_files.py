"""Tables as clinics' systems export them: any of three encodings, `;` or `,`, maybe no header.

Source: domain.md 6.5.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

CYRILLIC = re.compile("[А-Яа-яЁё]")
_SCIENTIFIC = re.compile(r"\s*[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+\s*")
_NOT_A_LETTER = re.compile(r"[\W_]+")


class BadLine(ValueError):
    """Says what is wrong with a line, without repeating personal data."""


@dataclass(frozen=True, slots=True)
class Problem:
    line: int
    """From 1, as an editor counts."""
    reason: str


@dataclass(frozen=True, slots=True)
class Layout:
    columns: tuple[str, ...]
    """The order where the header is missing."""
    aliases: Mapping[str, str]
    """Other names of columns, folded, to ours."""

    def name_of(self, cell: str) -> str | None:
        """Our name of a header's cell."""
        folded = _NOT_A_LETTER.sub("", cell.lower().replace("ё", "е"))
        own = {_NOT_A_LETTER.sub("", column): column for column in self.columns}
        return own.get(folded) or self.aliases.get(folded)


@dataclass(frozen=True, slots=True)
class Record:
    line: int
    cells: Mapping[str, str]
    """Stripped; a column that is absent is empty."""

    def get(self, column: str) -> str:
        return self.cells.get(column, "")

    def need(self, column: str) -> str:
        if not (value := self.get(column)):
            raise BadLine(f"{column} is empty")
        return value

    def exact(self, column: str) -> str:
        """A number that must not have been through a spreadsheet's rounding."""
        value = self.get(column)
        if _SCIENTIFIC.fullmatch(value):
            raise BadLine(f"{column} is in scientific notation, digits are lost")
        return value


def records(path: Path, layout: Layout) -> Iterator[Record | Problem]:
    """Every line that is not empty; a Problem where it cannot be cut into cells."""
    text = decoded(path.read_bytes())
    rows = _rows(text)
    first = next(rows, None)
    if first is None or isinstance(first, Problem):
        yield first or Problem(1, "the file is empty")
        return
    names = _header(first[1], layout)
    if names is None:
        names = layout.columns
        yield _record(*first, names)
    for row in rows:
        yield row if isinstance(row, Problem) else _record(*row, names)


def decoded(content: bytes) -> str:
    """UTF-8 where it fits, else Windows-1251 or CP866, whichever gives more Russian letters."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        readings = [content.decode(name, "replace") for name in ("cp1251", "cp866")]
        return max(readings, key=lambda text: len(CYRILLIC.findall(text)))


def _rows(text: str) -> Iterator[tuple[int, list[str]] | Problem]:
    first = text.split("\n", 1)[0]
    delimiter = next((mark for mark in ";\t" if mark in first), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Problem(line, f"cannot be read from here on: {error}")
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def _header(cells: Sequence[str], layout: Layout) -> tuple[str, ...] | None:
    """Our names of the columns; None where the first line is no header."""
    names = [layout.name_of(cell) for cell in cells]
    known = [name for name in names if name]
    if len(known) < 2:
        return None
    return tuple(name or "" for name in names)


def _record(line: int, cells: Sequence[str], names: Sequence[str]) -> Record | Problem:
    if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
        return Problem(line, f"{len(cells)} cells, {len(names)} columns")
    return Record(line, {n: cell.strip() for n, cell in zip(names, cells, strict=False) if n})
