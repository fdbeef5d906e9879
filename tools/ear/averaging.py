"""The mean of two networks, one of which was trained on from the other.

It hears strangers better than either. After Izmailov et al., «Averaging weights leads to wider
optima and better generalization» (2018).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from tools.ear.augmentation import Strength, altered
from tools.ear.batches import Item
from tools.ear.network import Network, Normalised
from tools.ear.noise import noises
from tools.ear.shares import epoch

BATCHES = 120
"""From which the normalisations of the mean are measured."""


def mean(one: Network, other: Network, pool: Sequence[Item], seed: int) -> Network:
    found = Network()
    found.load_state_dict(
        {
            name: (mine + theirs) / 2 if mine.is_floating_point() else mine
            for (name, mine), theirs in zip(
                one.state_dict().items(), other.state_dict().values(), strict=True
            )
        }
    )
    _measure(found, pool, seed)
    return found


def _measure(network: Network, pool: Sequence[Item], seed: int) -> None:
    """The normalisations' statistics: those of the two networks say nothing of the mean."""
    normalised = [module for module in network.modules() if isinstance(module, Normalised)]
    for module in normalised:
        module.reset_running_stats()
        module.momentum = None
    under = noises([item.samples for item in pool], np.random.default_rng([seed, 9]))
    batches = epoch(pool, np.random.default_rng([seed, 10]))[:BATCHES]
    network.train()
    with torch.no_grad():
        for number, batch in enumerate(batches):
            chance = np.random.default_rng([seed, 11, number])
            sound = altered(batch, under, chance, Strength())
            hidden = network(sound.frames, sound.before)
            network.head(hidden)
            network.other_head(hidden)
    network.eval()
