"""The desk's Russian outside its templates: names of outcomes, steps, roles, sentences."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    """The groups of every `words*.toml`; a group may go on in another file."""
    table: dict[str, dict[str, str]] = {}
    for file in sorted(Path(__file__).parent.glob("words*.toml")):
        for name, words in tomllib.loads(file.read_text("utf-8")).items():
            table.setdefault(name, {}).update(words)
    return table


def word(key: object, group: str, **values: object) -> str:
    """What `key` is called; a key without a name is shown as it is."""
    found = _table()[group].get(str(key))
    return str(key) if found is None else found.format(**values)


def step(prompt: str) -> str:
    """Where in the dialogue a prompt stands: by its whole id, else by its first part."""
    steps = _table()["step"]
    return steps.get(prompt) or steps.get(prompt.partition(".")[0], prompt)


def steps() -> Mapping[str, str]:
    """The steps that calls are searched by: first part of a prompt's id, or the whole id."""
    return _table()["step"]


def group(name: str) -> Mapping[str, str]:
    return _table()[name]
