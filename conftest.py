"""A whole line with the demo clinic, for the golden calls and whatever plays calls."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from ivr.store.database import Database
from tests.golden import Clock
from tests.line import Line, fill_demo


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-calls", action="store_true", help="rewrite the golden calls")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no core waits for it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


MONDAY = datetime.fromisoformat("2026-11-23T12:00:00+03:00")


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    file = tmp_path_factory.mktemp("demo") / "demo.db"
    file.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{file}")
    fill_demo(database, MONDAY)
    database.close()
    return file


@pytest.fixture
def line(demo_file: Path, tmp_path: Path) -> Iterator[Line]:
    """The demo clinic on a Monday noon, in an SQLite file of its own."""
    file = tmp_path / "line.db"
    file.write_bytes(demo_file.read_bytes())
    line = Line(f"sqlite:///{file}", Clock(MONDAY))
    yield line
    line.close()
