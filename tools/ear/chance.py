"""Chance that is repeated from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

One = TypeVar("One")


def one_of(things: Sequence[One], chance: np.random.Generator) -> One:
    return things[int(chance.integers(len(things)))]
