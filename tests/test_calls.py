"""Every golden call: straight, with a crash at each turn, doubled, and over webhooks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import MONDAY
from ivr.dialogue.turns import Outcome
from ivr.rendering import Prompts
from tests.golden import Clock, Player, golden_files
from tests.line import Line

ELSEWHERE = {prompt for prompt in Prompts.load().ids() if prompt.startswith("failure.")}
"""Said where something is broken: tests of the doors and of the engine hear them."""
LATER = {Outcome.MOVED, Outcome.FAILED}
"""Moving a visit has no dialogue; a failed call is no golden one."""

FILES = list(golden_files())
DRIVERS = ["straight", "crashing", "doubled", "webhooks", "webhooks twice"]
PLAYED = [
    pytest.param(file, driver, id=f"{file.stem}-{driver}")
    for file in FILES
    for driver in DRIVERS
    # The keypad path hears no words.
    if not (driver.startswith("webhooks") and re.search("«| by voice", file.read_text()))
]


@pytest.mark.parametrize(("file", "driver"), PLAYED)
def test_golden_call(
    file: Path, driver: str, line: Line, request: pytest.FixtureRequest
) -> None:
    played = Player(line.world(driver)).play(file.read_text())
    if request.config.getoption("--update-calls") and driver == "straight":
        file.write_text(played)
    assert played == file.read_text()


@pytest.mark.slow
def test_every_prompt_and_outcome_is_in_a_golden_call(demo_file: Path, tmp_path: Path) -> None:
    said: set[tuple[str, str]] = set()
    outcomes: set[str | None] = set()
    for file in FILES:
        copy = tmp_path / f"{file.stem}.db"
        copy.write_bytes(demo_file.read_bytes())
        line = Line(f"sqlite:///{copy}", Clock(MONDAY))
        Player(line.world("straight")).play(file.read_text())
        said |= line.sentences_said()
        outcomes |= line.outcomes()
        line.close()
    assert set(Prompts.load().ids()) - {prompt for prompt, _ in said} == ELSEWHERE
    assert set(wordings_by_voice(said)) == set()
    assert {outcome.value for outcome in Outcome} - outcomes == LATER


def wordings_by_voice(said: set[tuple[str, str]]) -> Iterator[str]:
    """Those that no call by voice has said."""
    prompts = Prompts.load()
    for prompt in prompts.ids():
        texts = [text for said_as, text in said if said_as == prompt]
        for kind, wording in prompts.kinds(prompt).items():
            pattern = ".+".join(re.escape(part) for part in re.split(r"\{.*?\}", wording))
            pattern = pattern.replace("\\ .+\\ ", r"\ (?:.+\ )?")
            if kind.startswith("voice") and not any(re.fullmatch(pattern, t) for t in texts):
                yield f"{prompt}.{kind}"
