"""The filler: how well a word that was really said would score, given how it sounds.

A garbage phone scores what the right phones' mean over a third of a second falls short of only
once in a while. Whatever word of a grammar does worse than that was probably not said. How
often is the strictness of a filler; how much it is depends on the sound, so that noise costs
no words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool1d, log_softmax
from tqdm import tqdm

from tools.ear import checkpoint
from tools.ear.augmentation import Sound, Strength, altered
from tools.ear.batches import Item
from tools.ear.checkpoint import State
from tools.ear.lf_mmi import Bigram, bigram, sums
from tools.ear.network import WIDTH, Network
from tools.ear.noise import Noises, noises
from tools.ear.shares import epoch

SHORT_OF: Mapping[str, float] = {"[unk]": 0.1, "[unk_soft]": 0.04, "[unk_strict]": 0.2}
"""Share of moments of correct speech that score below it."""
HIDDEN = 96
SPAN = 9
"""Outputs in time (of 30 ms) that a mean is taken over."""
IN_SILENCE = -5.0
"""What the filler scores where nobody speaks."""
SILENCE_WEIGHT = 0.2
LOWEST = -8.0
"""Scores below it count as it."""
RATE = 2e-3
CHECKPOINT_EVERY = 250


class Rejection(nn.Module):
    """Scores of the fillers, in SHORT_OF's order, from the network's hidden values."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(WIDTH, HIDDEN)
        self.second = nn.Linear(3 * HIDDEN, HIDDEN // 2)
        """Over the moment before, this one and the next."""
        self.scores = nn.Linear(HIDDEN // 2, len(SHORT_OF))
        nn.init.constant_(self.scores.bias, -1.5)

    def forward(self, hidden: Tensor) -> Tensor:
        first = torch.relu(self.first(hidden))
        before = torch.cat([first[:, :1], first[:, :-1]], 1)
        behind = torch.cat([first[:, 1:], first[:, -1:]], 1)
        second = torch.relu(self.second(torch.cat([before, first, behind], 2)))
        scores: Tensor = self.scores(second)
        return scores


@dataclass
class Run:
    """A training under way, with the network as it is."""

    network: Network
    pool: Sequence[Item]
    seed: int
    rejection: Rejection = field(init=False)
    noises: Noises = field(init=False)
    bigram: Bigram = field(init=False)
    optimiser: torch.optim.Optimizer = field(init=False)
    step: int = 0

    def __post_init__(self) -> None:
        torch.manual_seed(self.seed)
        chance = np.random.default_rng([self.seed, 6])
        self.network.eval()
        self.rejection = Rejection()
        self.noises = noises([item.samples for item in self.pool], chance)
        self.bigram = bigram([item.said for item in self.pool])
        self.optimiser = torch.optim.Adam(self.rejection.parameters(), RATE)

    @property
    def state(self) -> State:
        return self.rejection, self.optimiser


def trained(
    network: Network, pool: Sequence[Item], steps: int, seed: int, file: Path
) -> Rejection:
    run = Run(network, pool, seed)
    if file.is_file():
        run.step = checkpoint.read(file, run.state)
    batches = epoch(pool, np.random.default_rng([seed, 7]))
    with tqdm(initial=run.step, total=steps, unit="step") as bar:
        while run.step < steps:
            for group in run.optimiser.param_groups:
                group["lr"] = RATE * max(0.02, 1 - run.step / steps)
            loss = _stepped(run, batches[run.step % len(batches)])
            bar.set_postfix({"loss": f"{loss:.3f}"}, refresh=False)
            bar.update()
            if run.step % CHECKPOINT_EVERY == 0:
                checkpoint.write(file, run.step, run.state)
    checkpoint.write(file, run.step, run.state)
    run.rejection.eval()
    return run.rejection


def _stepped(run: Run, batch: Sequence[Item]) -> float:
    chance = np.random.default_rng([run.seed, 8, run.step])
    sound = altered(batch, run.noises, chance, Strength())
    loss = _loss(run, batch, sound)
    run.optimiser.zero_grad()
    loss.backward()
    run.optimiser.step()
    run.step += 1
    return float(loss.detach())


def _loss(run: Run, batch: Sequence[Item], sound: Sound) -> Tensor:
    """How far the scores are from the quantiles of those that the right phones get."""
    with torch.no_grad():
        hidden = run.network(sound.frames, sound.before)
        scores = log_softmax(run.network.head(hidden), 2)
        found = sums(scores, sound.lengths, [item.said for item in batch], run.bigram)
        wanted, weight = _wanted(scores, found.said)
        inside = torch.arange(scores.shape[1])[None] < sound.lengths[:, None]
        weight = weight * inside * found.fits[:, None]
    short = wanted[..., None] - run.rejection(hidden)
    shares = torch.tensor(list(SHORT_OF.values()))
    pinball = torch.maximum(shares * short, (shares - 1) * short)
    return (pinball.mean(2) * weight).sum() / weight.sum()


def _wanted(scores: Tensor, said: Tensor) -> tuple[Tensor, Tensor]:
    """For each moment the mean of the right phones' scores around it, and its weight."""
    silence = said[..., 0] + said[..., 1]
    speech = (said.sum(2) - silence).clamp(0, 1)
    right = ((said * scores).sum(2)).clamp_min(LOWEST)
    mean = _around(right * speech) / _around(speech).clamp_min(1e-3)
    spoken = speech > 0.5
    wanted = torch.where(spoken, mean, torch.full_like(mean, IN_SILENCE))
    return wanted, torch.where(spoken, 1.0, SILENCE_WEIGHT)


def _around(values: Tensor) -> Tensor:
    """Batch by time: the mean over SPAN."""
    return avg_pool1d(values[:, None], SPAN, 1, SPAN // 2)[:, 0]
