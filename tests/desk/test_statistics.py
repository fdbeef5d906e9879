"""The page of statistics: figures of calls that were made, plots, files for a report."""

from __future__ import annotations

import csv
import io
import re
from xml.etree import ElementTree as ET

import pytest

from ivr.desk.plots import Plot, Row, Shape, png, svg
from ivr.desk.words import group
from ivr.statistics.counting import Ending, Result, Stage
from ivr.statistics.daily import DailyFigures
from tests.desk.conftest import CANCELLED, Desk

SVG = "{http://www.w3.org/2000/svg}"
NOVEMBER = "?from=2026-11-01&to=2026-11-30"


def counted(desk: Desk) -> None:
    daily = DailyFigures(desk.line.database, desk.line.vault, desk.line.config.timezone)
    while daily.count_ended(desk.line.clock.now):
        pass


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """Two cancellations that were hung up on, and a call that was given up."""
    for keys in (CANCELLED, ("000017#",)):
        desk.call(*keys)
    desk.call()
    desk.line.clock.set("+20m")
    desk.line.switchboard.close_silent(desk.line.clock.now)
    counted(desk)
    return desk


def table(text: str, heading: str) -> str:
    return text.partition(f'<h2 id="plot-{heading}">')[2].partition("</section>")[0]


def test_figures_of_the_last_days(busy: Desk) -> None:
    text = busy.visitor("registrar").text("/statistics")
    assert "<b>3</b><span>звонков" in text
    assert "<b>67 %</b><span>бросили трубку" in text
    assert re.search(r"отменено</th><td class=\"number\">1<", table(text, "stages"))
    assert "шесть цифр" not in table(text, "hours")


def test_other_days_have_no_calls(busy: Desk) -> None:
    text = busy.visitor("auditor").text("/statistics?from=2026-10-01&to=2026-10-07")
    assert "звонков не было" in text


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("?from=yesterday&to=2026-11-23", "Это не даты"),
        ("?from=2026-11-23", "Это не даты"),
        ("?from=2026-11-23&to=2026-11-01", "Начало позже конца"),
        ("?from=2020-01-01&to=2026-11-23", "не больше года"),
    ],
)
def test_wrong_days_are_told(desk: Desk, asked: str, sentence: str) -> None:
    assert sentence in desk.visitor("registrar").text(f"/statistics{asked}")


def test_all_numbers_for_a_report(busy: Desk) -> None:
    reply = busy.visitor("registrar").get(f"/statistics/all.csv{NOVEMBER}")
    assert "attachment" in reply.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(reply.data.decode("utf-8-sig")), delimiter=";"))
    assert ["Звонки по часам"] in rows
    assert ["12", "3"] in rows
    assert ["узнан по полису", "2"] in rows


def test_a_picture_for_a_report(busy: Desk) -> None:
    visitor = busy.visitor("registrar")
    reply = visitor.get(f"/statistics/hours.png{NOVEMBER}")
    assert (reply.content_type, reply.data[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    assert visitor.get("/statistics/unknown.png").status_code == 404
    assert visitor.get("/statistics/unknown.csv").status_code == 404


def test_nobody_without_the_right(desk: Desk) -> None:
    client = desk.app.test_client()
    assert client.get("/desk/statistics/hours.png").status_code == 302


def test_every_kind_has_a_name() -> None:
    assert set(group("ending")) == set(Ending)
    assert set(group("stage")) == set(Stage)
    assert set(group("answer_result")) == set(Result)
    assert set(group("plot_title")) == set(group("plot_about")) == set(group("plot_of"))


def plot(shape: Shape, *rows: Row, series: tuple[str, ...] = ("Звонков",)) -> Plot:
    return Plot("p", shape, 'Звонки <&>"', "О чём", "Час", series, rows)


def drawing(plot: Plot) -> ET.Element:
    return ET.fromstring(svg(plot))  # noqa: S314 - our own


def test_a_plot_is_named_for_who_does_not_see_it() -> None:
    drawn = drawing(plot(Shape.COLUMNS, Row("8", (3,)), Row("9", (6,))))
    assert drawn.attrib["role"] == "img"
    assert drawn.findtext(f"{SVG}title") == 'Звонки <&>"'
    assert drawn.findtext(f"{SVG}desc") == "О чём"
    heights = [float(bar.attrib["height"]) for bar in drawn.iter(f"{SVG}rect")]
    assert heights[1] == pytest.approx(2 * heights[0])


def test_series_lie_behind_each_other() -> None:
    row = Row("Полис", (2, 1, 1), "· 100 %")
    drawn = drawing(plot(Shape.BARS, row, series=("а", "б", "в")))
    bars = [bar for bar in drawn.iter(f"{SVG}rect") if float(bar.attrib["width"]) != 12]
    ends = [float(bar.attrib["x"]) + float(bar.attrib["width"]) for bar in bars]
    assert [float(bar.attrib["x"]) for bar in bars[1:]] == pytest.approx(ends[:2], abs=0.2)
    assert "4 · 100 %" in "".join(drawn.itertext())


@pytest.mark.parametrize("shape", list(Shape))
def test_noughts_and_nothing_can_be_drawn(shape: Shape) -> None:
    for rows in ((), (Row("8", (0,)),), (Row("8", (1_000_000,)),)):
        assert png(plot(shape, *rows))[:4] == b"\x89PNG"


def test_no_style_that_the_page_forbids() -> None:
    drawn = svg(plot(Shape.BARS, Row("<script>", (1,))))
    assert "style=" not in drawn
    assert "<script>" not in drawn
