"""From nothing to a model, in stages. What a stage has finished it does not do again."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from tools.ear import (
    averaging,
    conversion,
    extra,
    graph,
    lexicon,
    rejection,
    speech,
    training,
    utterances,
)
from tools.ear.batches import Item, items
from tools.ear.network import Network
from tools.ear.noise import BREATHY_SHARES
from tools.ear.rejection import Rejection
from tools.ear.shares import LAST_SHARES, SHARES

log = logging.getLogger(__name__)

SEED = 1
STEPS, LABELLED_STEPS, RATE = 15000, 300, 1.5e-3
LAST_STEPS, LAST_RATE, LAST_MARGIN = 4000, 1e-3, 0.5
"""Once more with a high rate, by LAST_SHARES, with breaths and with a margin; the model is the
mean of before and after."""
REJECTION_STEPS = 700
MORE_STEPS, MORE_REJECTION_STEPS, MORE_RATE = 1500, 300, 2e-4
"""On a clinic's own answers."""
MORE_SHARE, MOST_TIMES = 0.3, 5
"""Of what is heard then, and how often each answer may be heard in one epoch to be that much: a
few people must not outweigh everybody. The rest is what the model was trained on."""
EASE = {"[unk]": 0.3, "[unk_soft]": 1.4, "[unk_strict]": 0.3}
"""By how much each filler scores less, per frame; chosen on people, see the card."""


@dataclass(frozen=True, slots=True)
class Work:
    folder: Path
    """Everything that is made, and the checkpoints."""

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    @property
    def speech(self) -> Path:
        return self.folder / "speech"

    @property
    def model(self) -> Path:
        return self.folder / "model"


def build(work: Work) -> None:
    """The model, in `work.model`."""
    make_speech(work)
    pool = items(work.speech)
    _tell("speech", pool)
    network = _network(work, pool)
    _write(work.model, network, _rejection(work.folder, network, pool, REJECTION_STEPS))


def build_more(work: Work, answers: Path, start: Path) -> None:
    """The model of `start`, trained on a clinic's answers, in the folder of these."""
    own = extra.answers(answers, lexicon.read(start / "lexicon.txt"))
    make_speech(work)
    folder = answers / "training"
    folder.mkdir(exist_ok=True)
    utterances.write(folder / "answers.npz", own)
    pool = _mixed(items(folder), items(work.speech))
    _tell("answers and speech", pool)
    plan = training.Plan(MORE_STEPS, 0, MORE_RATE, SEED, SHARES)
    begun = conversion.read(start)
    network = training.trained(plan, pool, folder / "network.checkpoint", begun)
    found = _rejection(folder, network, pool, MORE_REJECTION_STEPS)
    _write(answers / "model", network, found)


def write_graph(model: Path, words: lexicon.Lexicon) -> None:
    """The model's dictionary and graph anew; what it hears with stays as it is."""
    lexicon.write(model / "lexicon.txt", words)
    graph.write(model, words)


def make_speech(work: Work) -> None:
    if not (work.folder / "foreign.txt").is_file():
        log.info("words and voices")
        speech.prepare(work.folder, SEED)
    log.info("speech")
    speech.make(work.folder, SEED)


def _network(work: Work, pool: Sequence[Item]) -> Network:
    plan = training.Plan(STEPS, LABELLED_STEPS, RATE, SEED, SHARES)
    checkpoint = work.folder / "network.checkpoint"
    network = training.trained(plan, pool, checkpoint, training.new_network(pool, SEED))
    last = training.Plan(
        LAST_STEPS, 0, LAST_RATE, SEED + 1, LAST_SHARES, LAST_MARGIN, BREATHY_SHARES
    )
    before, file = deepcopy(network), work.folder / "last.checkpoint"
    return averaging.mean(before, training.trained(last, pool, file, network), pool, SEED)


def _rejection(folder: Path, network: Network, pool: Sequence[Item], steps: int) -> Rejection:
    return rejection.trained(network, pool, steps, SEED, folder / "rejection.checkpoint")


def _write(model: Path, network: Network, found: Rejection) -> None:
    with torch.no_grad():
        conversion.write(model, network, found, EASE)
    write_graph(model, lexicon.read())
    for name in ("MODEL.md",):
        if (lexicon.MODEL / name).is_file():
            shutil.copy(lexicon.MODEL / name, model)
    log.info("the model is in %s", model)


def _mixed(own: Sequence[Item], common: Sequence[Item]) -> list[Item]:
    """The own answers as often as it takes to be MORE_SHARE of all, at MOST_TIMES."""
    chance = np.random.default_rng([SEED, 8])
    enough = max(len(own), 4000)
    picked = chance.choice(len(common), min(len(common), enough), replace=False)
    wanted = MORE_SHARE / (1 - MORE_SHARE) * len(picked)
    times = min(MOST_TIMES, max(1, round(wanted / len(own))))
    return [*list(own) * times, *(common[place] for place in picked)]


def _tell(what: str, pool: Sequence[Item]) -> None:
    hours = sum(item.frames for item in pool) / 360000
    voices = len({item.voice for item in pool})
    log.info("%s: %d utterances, %.1f hours, %d voices", what, len(pool), hours, voices)
