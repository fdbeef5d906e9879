"""Statistics of a stretch of days: plots, the tables beside them, PNG and CSV for a report."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from flask import Blueprint, Response, abort, request
from markupsafe import Markup

from ivr.desk.figure_plots import plots_of
from ivr.desk.office import desk
from ivr.desk.pages import Answer, page, requires
from ivr.desk.plots import Plot, png, svg
from ivr.desk.rights import Right
from ivr.statistics.figures import Figures, figures_of
from ivr.statistics.periods import LONGEST, Period

pages = Blueprint("statistics", __name__)

STRETCHES = (("today", 1), ("week", 7), ("month", 30), ("year", 365))
"""Name in words [stretch] and days, today included."""
USUAL = 30


@pages.get("/statistics")
@requires(Right.STATISTICS)
def index() -> Answer:
    period, told = _period()
    figures = _figures(period)
    return page(
        "statistics/index.html",
        figures=figures,
        period=period,
        told=told,
        plots=[(plot, Markup(svg(plot))) for plot in plots_of(figures)],  # noqa: S704 - escaped
        stretches=[(name, _last(days)) for name, days in STRETCHES],
    )


@pages.get("/statistics/<name>.png")
@requires(Right.STATISTICS)
def picture(name: str) -> Answer:
    return _file(png(_plot(name)), "image/png", f"{name}.png")


@pages.get("/statistics/<name>.csv")
@requires(Right.STATISTICS)
def numbers(name: str) -> Answer:
    """Of one plot, or of all: `all`."""
    plots = _plots() if name == "all" else [_plot(name)]
    return _file(_csv(plots), "text/csv; charset=utf-8", f"{name}.csv")


def _plots() -> Sequence[Plot]:
    period, _ = _period()
    return plots_of(_figures(period))


def _plot(name: str) -> Plot:
    found = next((plot for plot in _plots() if plot.name == name), None)
    return found or abort(404)


def _figures(period: Period) -> Figures:
    with desk().database.read() as session:
        return figures_of(session, period, desk().today().date(), desk().zone)


def _last(days: int) -> Period:
    today = desk().today().date()
    return Period(today - timedelta(days=days - 1), today)


def _period() -> tuple[Period, str]:
    """The days asked for, and a key of words [period_fault] where something is wrong."""
    first, last = request.args.get("from", ""), request.args.get("to", "")
    if not first and not last:
        return _last(USUAL), ""
    try:
        wanted = Period(date.fromisoformat(first), date.fromisoformat(last))
    except ValueError:
        return _last(USUAL), "days"
    if wanted.last < wanted.first:
        return _last(USUAL), "order"
    if wanted.last - wanted.first >= LONGEST:
        return Period(wanted.last - LONGEST + timedelta(days=1), wanted.last), "long"
    return wanted, ""


def _csv(plots: Iterable[Plot]) -> bytes:
    """Every label is ours, so no cell is a formula. With the mark that spreadsheets need."""
    written = io.StringIO()
    sheet = csv.writer(written, delimiter=";")
    for plot in plots:
        sheet.writerow([plot.title])
        sheet.writerow([plot.of, *plot.series])
        sheet.writerows([row.label, *row.values] for row in plot.rows)
        sheet.writerow([])
    return written.getvalue().encode("utf-8-sig")


def _file(content: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=kind, headers=headers)
