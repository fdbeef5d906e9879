"""Every golden call over a real media socket: what is heard is what the engine says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import MONDAY
from tests.golden import Clock, Player, Telephone, golden_files
from tests.line import Line
from tests.streams import Host, StreamPhone, VoicePhone, host

FILES = [f for n, f in enumerate(golden_files()) if "by voice" in f.read_text() or n % 3 == 0]
"""Those by voice, and every third of the others: the engine's own drivers play them all."""


@pytest.fixture(scope="module")
def server() -> Iterator[Host]:
    with host() as one:
        yield one


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_golden_call_over_a_stream(
    file: Path, server: Host, demo_file: Path, tmp_path: Path
) -> None:
    played = []
    for kind in ("direct", "stream"):
        copy = tmp_path / f"{kind}.db"
        copy.write_bytes(demo_file.read_bytes())
        line = Line(f"sqlite:///{copy}", Clock(MONDAY))

        def telephone(line: Line = line, kind: str = kind) -> Telephone:
            return VoicePhone(line) if kind == "direct" else StreamPhone(line, server=server)

        world = replace(line.world("straight"), telephone=telephone)
        played.append(Player(world).play(file.read_text()))
        line.close()
    assert played[1] == played[0]
