"""What a training needs to go on where it was stopped."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

State = tuple[nn.Module, torch.optim.Optimizer]
"""What learns, and what teaches it."""


def write(file: Path, step: int, state: State) -> None:
    """Whole or not at all."""
    module, optimiser = state
    kept = {"step": step, "module": module.state_dict(), "optimiser": optimiser.state_dict()}
    unfinished = file.with_suffix(".unfinished")
    torch.save(kept, unfinished)
    unfinished.replace(file)


def read(file: Path, state: State) -> int:
    """Into what is there; the step."""
    module, optimiser = state
    kept = torch.load(file, weights_only=True)
    module.load_state_dict(kept["module"])
    optimiser.load_state_dict(kept["optimiser"])
    return int(kept["step"])
