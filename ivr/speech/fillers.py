"""A word for everything that is foreign to a grammar."""

from __future__ import annotations

from enum import StrEnum


class Filler(StrEnum):
    """How soon it beats the grammar's words. Models other than ours know `[unk]` only."""

    NONE = ""
    SOFT = "[unk_soft]"
    ORDINARY = "[unk]"
    STRICT = "[unk_strict]"
