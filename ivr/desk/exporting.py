"""A list as CSV or XLSX; no cell is ever read as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import xlsxwriter

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
Row = Sequence[str]


def as_csv(rows: Iterable[Row]) -> bytes:
    """With the mark by which spreadsheets know UTF-8, and the semicolon of Russian ones."""
    file = io.StringIO()
    csv.writer(file, delimiter=";").writerows([_plain(cell) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) else cell


def as_xlsx(rows: Iterable[Row], sheet: str) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "constant_memory": True})
    page = book.add_worksheet(sheet[:31])
    heading = book.add_format({"bold": True})
    page.freeze_panes(1, 0)
    page.set_column(0, 20, 18)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            page.write_string(number, column, cell, None if number else heading)
    book.close()
    return file.getvalue()
