"""Training: a little cross-entropy on labelled speech, then lattice-free MMI on everything.

What happens at a step follows from the seed and the step's number alone, so that a run that
was stopped goes on from its last checkpoint as if it had never been.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, log_softmax
from tqdm import tqdm

from tools.ear import checkpoint
from tools.ear.augmentation import Sound, Strength, altered
from tools.ear.batches import NOISE_SHARE, Batch, Item, nobody_speaks
from tools.ear.checkpoint import State
from tools.ear.features import log_mel
from tools.ear.lf_mmi import Bigram, Sums, bigram, sums
from tools.ear.network import OUTPUT_SECONDS, Network
from tools.ear.noise import SHARES as NOISE_SHARES
from tools.ear.noise import Noises, noises
from tools.ear.shares import HIMSELF, epoch

log = logging.getLogger(__name__)

LABELLED = "festvox:"
"""Voices whose phones have known ends."""
CHECKPOINT_EVERY = 250
"""Steps."""
WARM_UP = 100
"""Steps."""
LEVEL, FLOOR = 0.35, 0.02
"""Part of the run with the full rate; share of it that is left at the end."""
SHAKEN = (0.15, 0.9), 0.25
"""From where to where channels are shaken, and how far."""
FRAME_SHARE = 0.3
"""Of the loss: how well each frame's phone is known."""
SMALL_SCORES = 2e-4
CLIP = 2.0
DECAY = 2e-3
HALVES = 2
"""Of a batch: one for each core."""
NOISE_FROM = 150
"""Frames of a batch from which nobody speaks in some of it."""


@dataclass(frozen=True, slots=True)
class Plan:
    steps: int
    labelled_steps: int
    """At the beginning, with cross-entropy; 0 when a trained network goes on."""
    rate: float
    seed: int
    shares: Mapping[str, float]
    """Of each voice in what is heard."""
    margin: float = 0.0
    """By how much everything else is made likelier for each output, so that what was said must
    win by it: boosted MMI (Povey et al., Boosted MMI for model and feature-space discriminative
    training, 2008)."""
    noises: Mapping[str, float] = field(default_factory=lambda: NOISE_SHARES)
    """How often each is heard."""


@dataclass(frozen=True, slots=True)
class Found:
    count: float
    """Of outputs in time."""
    losses: dict[str, float]
    """Summed over them."""


@dataclass
class Run:
    """A training under way."""

    plan: Plan
    pool: Sequence[Item]
    network: Network
    step: int = 0
    noises: Noises = field(init=False)
    bigram: Bigram = field(init=False)
    optimiser: torch.optim.Optimizer = field(init=False)
    replicas: list[Network] = field(init=False)
    """Of the network: each half of a batch is heard by its own, in its own thread."""
    pool_of_threads: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        chance = np.random.default_rng([self.plan.seed, 2])
        said = [item.samples for item in self.pool]
        self.noises = noises(said, chance, self.plan.noises)
        self.bigram = bigram([item.said for item in self.pool])
        self.optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=self.plan.rate, weight_decay=DECAY
        )
        torch.set_num_threads(1)
        self.replicas = [deepcopy(self.network) for _ in range(HALVES)]
        self.pool_of_threads = ThreadPoolExecutor(HALVES)

    @property
    def state(self) -> State:
        return self.network, self.optimiser


def trained(plan: Plan, pool: Sequence[Item], file: Path, start: Network) -> Network:
    """`start`, trained; `file`, if it is there, is the checkpoint where it goes on."""
    run = Run(plan, pool, start)
    if file.is_file():
        run.step = checkpoint.read(file, run.state)
    labelled = [item for item in pool if item.voice.startswith(LABELLED)]
    _pass(run, labelled, plan.labelled_steps, file)
    _pass(run, pool, plan.steps, file)
    checkpoint.write(file, run.step, run.state)
    run.network.eval()
    return run.network


def new_network(pool: Sequence[Item], seed: int) -> Network:
    """Untrained, but for the mean and the spread of its input."""
    torch.manual_seed(seed)
    network = Network()
    himself = [item for item in pool if item.voice == HIMSELF] or list(pool)
    chance = np.random.default_rng([seed, 3])
    picked = [himself[chance.integers(len(himself))] for _ in range(200)]
    waves = torch.from_numpy(np.concatenate([item.samples for item in picked])).float()
    mel = log_mel(waves[None] / 4)
    network.mean.data = mel.mean((0, 1))
    network.scale.data = torch.full_like(network.scale, 1 / float(mel.std()))
    return network


def _pass(run: Run, pool: Sequence[Item], until: int, file: Path) -> None:
    """Epochs over the pool until that step; the bar and the log say how it goes."""
    begin = 0 if until == run.plan.labelled_steps else run.plan.labelled_steps
    number = 0
    with tqdm(initial=run.step, total=until, unit="step") as bar:
        while run.step < until:
            chance = np.random.default_rng([run.plan.seed, 4, number])
            batches = epoch(pool, chance, run.plan.shares)
            for place in range(max(0, run.step - begin), min(len(batches), until - begin)):
                found = _stepped(run, batches[place])
                _told(bar, run, found, file)
            begin += len(batches)
            number += 1


def _told(bar: tqdm[None], run: Run, found: dict[str, float], file: Path) -> None:
    bar.set_postfix({name: f"{value:.3f}" for name, value in found.items()}, refresh=False)
    bar.update()
    if run.step % CHECKPOINT_EVERY == 0:
        checkpoint.write(file, run.step, run.state)
    if run.step % 50 == 0:
        log.info("step %d %s", run.step, bar.postfix)


def _stepped(run: Run, batch: list[Item]) -> dict[str, float]:
    """One step; what it found on its batch before it changed anything."""
    _set(run)
    halves = [batch[half::HALVES] for half in range(HALVES) if batch[half::HALVES]]
    found = list(run.pool_of_threads.map(_half, [run] * HALVES, run.replicas, halves))
    count = sum(one.count for one in found)
    _join(run.network, run.replicas[: len(halves)], count)
    nn.utils.clip_grad_norm_(run.network.parameters(), CLIP)
    run.optimiser.step()
    run.step += 1
    names = found[0].losses
    return {name: sum(one.losses[name] for one in found) / count for name in names}


def _half(run: Run, replica: Network, batch: list[Item]) -> Found:
    """Leaves the gradient of its half of the batch in the replica."""
    half = run.replicas.index(replica)
    chance = np.random.default_rng([run.plan.seed, 5, run.step, half])
    labelled = run.step < run.plan.labelled_steps
    if not labelled and batch[0].frames > NOISE_FROM:
        batch = [*batch, *_silent_ones(run, len(batch), chance)]
    strength = Strength(warps=2, in_time=False) if labelled else Strength()
    sound = altered(batch, run.noises, chance, strength)
    _copy(run.network, replica)
    replica.chance = chance
    hidden = replica(sound.frames, sound.before)
    scores = replica.head(hidden), replica.other_head(hidden)
    loss, losses = (
        _by_labels(scores, sound, batch) if labelled else _by_mmi(scores, sound, batch, run)
    )
    loss.backward()
    return Found(float(sound.lengths.sum()), losses)


def _silent_ones(run: Run, count: int, chance: np.random.Generator) -> list[Item]:
    silent = max(1, round(count * NOISE_SHARE))
    return [nobody_speaks(run.noises.waves.numpy(), chance) for _ in range(silent)]


def _copy(network: Network, replica: Network) -> None:
    replica.load_state_dict(network.state_dict())
    replica.zero_grad()
    replica.train(network.training)
    replica.shake = network.shake


def _join(network: Network, replicas: Sequence[Network], count: float) -> None:
    """The mean gradient and the mean statistics of the halves."""
    parameters = [replica.parameters() for replica in replicas]
    for mine, *theirs in zip(network.parameters(), *parameters, strict=True):
        if mine.requires_grad:
            mine.grad = sum(one.grad for one in theirs) / count
    buffers = [replica.buffers() for replica in replicas]
    for mine, *theirs in zip(network.buffers(), *buffers, strict=True):
        mine.copy_(sum(theirs) / len(theirs))


def _set(run: Run) -> None:
    """Rate and shaking, which follow the part of the run that is done."""
    done = run.step / run.plan.steps
    falling = 1.0 if done < LEVEL else max(FLOOR, (1 - done) / (1 - LEVEL))
    for group in run.optimiser.param_groups:
        group["lr"] = run.plan.rate * min(1.0, (run.step + 1) / WARM_UP) * falling
    (begin, end), shake = SHAKEN
    run.network.train()
    run.network.shake = shake if begin < done < end else 0.0


def _by_mmi(
    scores: tuple[Tensor, Tensor], sound: Sound, batch: Batch, run: Run
) -> tuple[Tensor, dict[str, float]]:
    """The gradient of MMI is the difference of the occupations."""
    mine, other = scores
    said = [item.said for item in batch]
    found: Sums = sums(mine, sound.lengths, said, run.bigram)
    fits = found.fits[:, None, None]
    possible = found.possible
    if run.plan.margin:
        harder = mine.detach() - run.plan.margin * found.said * fits
        possible = sums(harder, sound.lengths, said, run.bigram).possible
    gradient = (possible - found.said) * fits
    by_frame = -(found.said * log_softmax(other, 2)).sum()
    small = SMALL_SCORES * mine.pow(2).mean(2).sum()
    loss = (mine * gradient).sum() + FRAME_SHARE * by_frame + small
    lost = (found.denominator - found.numerator)[found.fits].sum()
    return loss, {"mmi": float(lost), "frame": float(by_frame.detach())}


def _by_labels(
    scores: tuple[Tensor, Tensor], sound: Sound, batch: Batch
) -> tuple[Tensor, dict[str, float]]:
    wanted = torch.full(scores[0].shape[:2], -1)
    for row, (item, length) in enumerate(zip(batch, sound.lengths.tolist(), strict=True)):
        wanted[row, :length] = torch.from_numpy(_labels(item, length))
    losses = [
        cross_entropy(each.flatten(0, 1), wanted.flatten(), ignore_index=-1, reduction="sum")
        for each in scores
    ]
    return losses[0] + losses[1], {"labels": float(losses[0].detach())}


def _labels(item: Item, length: int) -> npt.NDArray[np.int64]:
    """The network's output for each of its frames in time, by the ends of the phones."""
    middles = OUTPUT_SECONDS * np.arange(length) + 0.0125
    places = np.searchsorted(item.ends, middles, side="right").clip(max=len(item.ends) - 1)
    is_first = np.diff(places, prepend=-1) != 0
    return np.asarray(2 * item.said.units[places] + np.where(is_first, 0, 1), np.int64)
