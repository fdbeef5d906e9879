"""What the README says of settings, dependencies and commands is what the code has."""

from __future__ import annotations

import contextlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from ivr.__main__ import main
from ivr.clinic.patient_rows import PATIENTS
from ivr.clinic.settings import NAMES
from ivr.clinic.visit_rows import VISITS
from ivr.config import Config, WrongSettings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
GUIDE = (ROOT / "docs" / "engineer.md").read_text("utf-8")
ROW = re.compile(r"^\| `([^`]+)` \| (.+?) \|", re.MULTILINE)
PACKAGE = re.compile(r"[A-Za-z0-9._-]+")


class Recorder(Mapping[str, str]):
    """An environment that notes every name it is asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values_given = values
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self.values_given[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_given)

    def __len__(self) -> int:
        return len(self.values_given)


def section(title: str) -> str:
    """The text under a heading of the second level."""
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(title: str) -> dict[str, str]:
    """First and second cell of every row of the section's tables."""
    return dict(ROW.findall(section(title)))


def settings_read() -> set[str]:
    """Whatever is chosen elsewhere, each setting is asked for."""
    asked: set[str] = set()
    for env in ({}, {"IVR_SMS": "http"}, {"IVR_SMS": "twilio"}, {"IVR_RECORDING": "carrier"}):
        recorder = Recorder(env)
        with contextlib.suppress(WrongSettings):
            Config.from_env(recorder)
        asked |= recorder.asked
    return asked


def test_the_table_of_settings_is_what_is_read() -> None:
    assert sorted(rows("Settings")) == sorted(settings_read())


def test_the_defaults_are_those_of_the_code() -> None:
    """Unset and set to its documented default, a setting means the same."""
    needed = {"IVR_SECRET_KEY": "s" * 32, "IVR_DATA_KEY": "a" * 43}
    env = needed | {"IVR_PUBLIC_URL": "https://line.example", "TWILIO_AUTH_TOKEN": "t"}
    defaults = {
        name: cell.strip("`")
        for name, cell in rows("Settings").items()
        if cell.startswith("`") and name not in env
    }
    assert len(defaults) > 8
    assert Config.from_env(env | defaults) == Config.from_env(env)


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = [found[0] for each in wanted if (found := PACKAGE.match(each))]
    assert sorted(rows("Dependencies")) == sorted(names)


def test_the_two_commands_are_named() -> None:
    assert "make test" in README
    assert "make demo" in README


def test_every_file_that_is_named_is_there() -> None:
    linked = re.findall(r"\]\(([\w./-]+)\)", README)
    assert linked
    assert [name for name in linked if not (ROOT / name).exists()] == []


def test_the_guide_names_every_setting_of_the_clinic() -> None:
    assert [name for name in NAMES if f"`{name}`" not in GUIDE] == []


def test_the_guide_names_every_column() -> None:
    """In the guide's own spelling: the import does not mind case, spaces and `_`."""
    codes = re.findall(r"`([^`\n]+)`", GUIDE)
    for layout in (PATIENTS, VISITS):
        columns = {*layout.columns, *layout.aliases.values()}
        assert sorted(columns - set(codes)) == []
        folded = {re.sub(r"[\W_]+", "", code.lower().replace("ё", "е")) for code in codes}
        assert sorted(set(layout.aliases) - folded) == []


def test_every_command_that_is_named_is_there() -> None:
    named = set(re.findall(r"\bivr ([a-z-]+)", README + GUIDE))
    assert sorted(named - set(main.commands)) == []
