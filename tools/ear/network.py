"""The network: time-delay layers with sums around them, three frames to one output.

Each layer hears its frame, the one before and the next. Shifts in time are written as one
matrix over several frames: quick on a processor, and the same as `Append(Offset(…))` of Kaldi's
nnet3. A caller pads the frames by CONTEXT on both sides, by repetition, as Kaldi does at the
ends of sound. Running means tell it besides how everything has sounded until now: the line, the
room, the speaker.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from tools.ear.features import BANDS
from tools.ear.phones import OUTPUTS

WIDTH = 256
LAYERS = 5
"""With sums around them."""
HEAD = 128
KEPT = (0.93, 0.985)
"""Of a running mean from one output to the next: it forgets in about 0.4 and 2 seconds."""
RECENT = 32
"""Running means of each kind."""
STRIDE = 3
"""Frames of 10 ms for an output."""
OUTPUT_SECONDS = 0.03
CONTEXT = 2 + 1 + STRIDE * LAYERS
"""Frames at each side that an output looks at."""


class Normalised(nn.BatchNorm1d):
    """Batch normalisation of channels that stand last: batch by time by channels."""

    is_fixed = False
    """Its statistics are those of an earlier training, which goes on."""

    def train(self, mode: bool = True) -> Normalised:  # noqa: FBT001, FBT002
        super().train(mode and not self.is_fixed)
        return self

    def forward(self, inputs: Tensor) -> Tensor:
        flat: Tensor = super().forward(inputs.reshape(-1, inputs.shape[-1]))
        return flat.view(inputs.shape)


class Dense(nn.Module):
    """A matrix, normalised and cut off below zero; Kaldi gets it as one affine component."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.linear = nn.Linear(inputs, outputs, bias=False)
        self.normal = Normalised(outputs)

    def forward(self, inputs: Tensor) -> Tensor:
        return torch.relu(self.normal(self.linear(inputs)))


class Head(nn.Module):
    """Scores of the phones' outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = Dense(WIDTH, HEAD)
        self.scores = nn.Linear(HEAD, OUTPUTS)
        nn.init.zeros_(self.scores.weight)
        nn.init.zeros_(self.scores.bias)

    def forward(self, hidden: Tensor) -> Tensor:
        scores: Tensor = self.scores(self.dense(hidden))
        return scores


class Recent(nn.Module):
    """Running means of hidden values, which start at zero."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(WIDTH, RECENT * len(KEPT), bias=False)

    def forward(self, hidden: Tensor, before: Tensor) -> Tensor:
        """`before`: for how many outputs the first moment has already lasted, in each row."""
        now = self.linear(hidden).split(RECENT, 2)
        ages = torch.arange(hidden.shape[1])
        behind = ages[:, None] - ages[None]
        means = []
        for kept, values in zip(KEPT, now, strict=True):
            weights = ((1 - kept) * kept**behind).tril()
            begun = (1 - kept**before)[:, None, None] * values[:, :1]
            means.append(weights @ values + kept ** (ages + 1.0)[:, None] * begun)
        return torch.cat(means, 2)


class Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(BANDS), requires_grad=False)
        self.scale = nn.Parameter(torch.ones(BANDS), requires_grad=False)
        self.first = Dense(5 * BANDS, WIDTH)
        self.second = Dense(3 * WIDTH, WIDTH)
        self.recent = Recent()
        self.third = Dense(3 * WIDTH + RECENT * len(KEPT), WIDTH)
        self.layers = nn.ModuleList(Dense(3 * WIDTH, WIDTH) for _ in range(LAYERS - 1))
        self.head = Head()
        self.other_head = Head()
        """Trained on phones frame by frame, which steadies the first; not used afterwards."""
        self.shake = 0.0
        """How far channels are made larger or smaller in training, against habit."""
        self.chance = np.random.default_rng(0)
        """For that."""

    def forward(self, frames: Tensor, before: Tensor) -> Tensor:
        """Hidden values for the heads: batch by outputs by WIDTH.

        `before`: for how many outputs each row has already sounded as its first frame.
        """
        inputs = (frames - self.mean) * self.scale
        hidden = self.first(_beside(inputs, 5))
        hidden = self.second(_by_threes(hidden))
        recent = self.recent(hidden, before)[:, 1:-1]
        near = torch.cat([_beside(hidden, 3), recent], 2)
        hidden = hidden[:, 1:-1] + self._shaken(self.third(near))
        for layer in self.layers:
            hidden = hidden[:, 1:-1] + self._shaken(layer(_beside(hidden, 3)))
        return hidden

    def _shaken(self, hidden: Tensor) -> Tensor:
        if not (self.training and self.shake):
            return hidden
        shape = (hidden.shape[0], 1, hidden.shape[2])
        factors = 1 + self.shake * self.chance.uniform(-1, 1, shape)
        return hidden * torch.from_numpy(factors).float()


def outputs(frames: int) -> int:
    return (frames + STRIDE - 1) // STRIDE


def _beside(inputs: Tensor, count: int) -> Tensor:
    """Each frame with its neighbours, `count` in all: as many frames fewer, less one."""
    size = inputs.shape[1] - count + 1
    return torch.cat([inputs[:, at : size + at] for at in range(count)], 2)


def _by_threes(hidden: Tensor) -> Tensor:
    whole = hidden.shape[1] // STRIDE
    return hidden[:, : STRIDE * whole].reshape(hidden.shape[0], whole, STRIDE * hidden.shape[2])
