"""From the trained networks to final.mdl and back.

Normalisations become part of the matrices before them, and so does the way from MFCC to the
bands that the network was trained on. What is read back is the same function, to be trained on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from tools.ear.features import BANDS, DITHER, HIGHEST, LOWEST, mfcc_matrix
from tools.ear.kaldi import states
from tools.ear.kaldi.files import (
    Affine,
    Component,
    Joint,
    Nnet,
    Normaliser,
    Rectifier,
    read_model,
    write_model,
)
from tools.ear.network import KEPT, RECENT, STRIDE, WIDTH, Dense, Network, Recent
from tools.ear.rejection import SHORT_OF, Rejection
from tools.ear.utterances import HERTZ

Matrix = npt.NDArray[np.float64]

MFCC = {
    "sample-frequency": HERTZ,
    "use-energy": "false",
    "num-mel-bins": BANDS,
    "num-ceps": BANDS,
    "low-freq": LOWEST,
    "high-freq": HIGHEST,
    "frame-length": 25,
    "frame-shift": 10,
    "dither": DITHER,
}
DECODING = {
    "min-active": 200,
    "max-active": 3000,
    "beam": 13.0,
    "lattice-beam": 6.0,
    "acoustic-scale": 1.0,
    "frame-subsampling-factor": STRIDE,
    "endpoint.silence-phones": states.SILENCE_ID,
    "endpoint.rule2.min-trailing-silence": 0.5,
    "endpoint.rule3.min-trailing-silence": 0.75,
    "endpoint.rule4.min-trailing-silence": 1.0,
}


def write(
    folder: Path, network: Network, rejection: Rejection, ease: Mapping[str, float]
) -> None:
    """`am` and `conf` of a model. `ease`: by how much each filler scores less, per frame."""
    for part in ("am", "conf"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    write_model(folder / "am" / "final.mdl", _nnet(network, rejection, ease))
    (folder / "conf" / "mfcc.conf").write_text(_options(MFCC), "ascii")
    (folder / "conf" / "model.conf").write_text(_options(DECODING), "ascii")


def read(folder: Path) -> Network:
    """The network of a model, ready to be trained on. The other head begins as the first."""
    components = read_model(folder / "am" / "final.mdl").components
    network = Network()
    bands = np.kron(np.eye(5), mfcc_matrix())
    first = _affine(components["first.affine"])
    _fill(network.first, Affine((first.matrix @ bands).astype(np.float32), first.bias))
    _fill(network.second, _affine(components["second.affine"]))
    taken = _affine(components["recent.affine"]).matrix[:, len(_kept()) :]
    network.recent.linear.weight.data = torch.from_numpy(taken / _taken().astype(np.float32))
    _fill(network.third, _affine(components["third.affine"]))
    for number, layer in enumerate(network.layers):
        _fill(layer, _affine(components[f"layer{number}.affine"]))
    for head in (network.head, network.other_head):
        _fill(head.dense, _affine(components["head.affine"]))
        scores = _affine(components["scores.affine"])
        head.scores.weight.data = torch.from_numpy(scores.matrix)
        head.scores.bias.data = torch.from_numpy(scores.bias)
    return network


@dataclass
class _Builder:
    """Components and the lines that join them, one behind the other."""

    lines: list[str] = field(default_factory=lambda: [f"input-node name=input dim={BANDS}"])
    components: dict[str, Component] = field(default_factory=dict)

    def add(self, name: str, component: Component, source: str) -> str:
        self.components[name] = component
        self.lines.append(f"component-node name={name} component={name} input={source}")
        return name

    def affine(self, name: str, source: str, matrix: Matrix, bias: Matrix) -> str:
        found = Affine(matrix.astype(np.float32), bias.astype(np.float32))
        return self.add(f"{name}.affine", found, source)

    def rectified(self, name: str, source: str, matrix: Matrix, bias: Matrix) -> str:
        found = self.affine(name, source, matrix, bias)
        return self.add(f"{name}.rectifier", Rectifier(len(bias)), found)


def _nnet(network: Network, rejection: Rejection, ease: Mapping[str, float]) -> Nnet:
    build = _Builder()
    hidden = _hidden(build, network)
    head = build.rectified("head", hidden, *_folded(network.head.dense))
    scores = build.affine("scores", head, *_linear(network.head.scores))
    speech = build.add("speech", Normaliser(states.SPEECH_OUTPUTS), scores)
    fillers = _fillers(build, rejection, hidden, ease)
    build.lines.append(
        f"output-node name=output input=Append({speech}, {fillers}) objective=linear"
    )
    return Nnet(tuple(build.lines), build.components)


def _hidden(build: _Builder, network: Network) -> str:
    near = _shifted("input", (-2, -1, 0, 1, 2))
    hidden = build.rectified("first", near, *_of_mfcc(network))
    near = _shifted(hidden, (-1, 0, 1))
    hidden = build.rectified("second", near, *_folded(network.second))
    recent = _recent(build, network.recent, hidden)
    hidden = _layer(build, network.third, "third", hidden, recent)
    for number, layer in enumerate(network.layers):
        hidden = _layer(build, layer, f"layer{number}", hidden)
    return hidden


def _recent(build: _Builder, recent: Recent, hidden: str) -> str:
    """The running means: a matrix that takes what it gave an output before, if it gave any."""
    matrix = np.hstack([np.diag(_kept()), _taken() * _double(recent.linear.weight)])
    last = f"IfDefined(Offset(recent.affine, {-STRIDE}))"
    return build.affine("recent", f"Append({last}, {hidden})", matrix, np.zeros(len(matrix)))


def _kept() -> Matrix:
    """Of each running mean."""
    return np.repeat(KEPT, RECENT)


def _taken() -> Matrix:
    """Of what is new, as a column."""
    return 1 - _kept()[:, None]


def _layer(build: _Builder, layer: Dense, name: str, hidden: str, *besides: str) -> str:
    near = _shifted(hidden, (-STRIDE, 0, STRIDE), *besides)
    found = build.rectified(name, near, *_folded(layer))
    return build.add(f"{name}.sum", Joint(WIDTH), f"Sum({hidden}, {found})")


def _fillers(
    build: _Builder, rejection: Rejection, hidden: str, ease: Mapping[str, float]
) -> str:
    """Each filler's score twice: for the first frame of its phone and for the others."""
    first = build.rectified("filler.first", hidden, *_linear(rejection.first))
    near = _shifted(first, (-STRIDE, 0, STRIDE))
    second = build.rectified("filler.second", near, *_linear(rejection.second))
    matrix, bias = _linear(rejection.scores)
    bias = bias - np.array([ease[filler] for filler in SHORT_OF])
    order = np.repeat([list(SHORT_OF).index(filler) for filler in states.FILLERS], 2)
    return build.affine("filler", second, matrix[order], bias[order])


def _shifted(source: str, frames: tuple[int, ...], *besides: str) -> str:
    parts = (f"Offset({source}, {frame})" if frame else source for frame in frames)
    return f"Append({', '.join((*parts, *besides))})"


def _of_mfcc(network: Network) -> tuple[Matrix, Matrix]:
    """The first layer as a function of five frames of MFCC."""
    matrix, bias = _folded(network.first)
    by_frame = matrix.reshape(len(matrix), 5, BANDS)
    mean, scale = _double(network.mean), _double(network.scale)
    bias = bias - (by_frame * (mean * scale)).sum((1, 2))
    bands_of_mfcc = np.linalg.inv(mfcc_matrix())
    cepstra = np.einsum("hfb,bc->hfc", by_frame * scale, bands_of_mfcc)
    return cepstra.reshape(matrix.shape), bias


def _folded(dense: Dense) -> tuple[Matrix, Matrix]:
    normal = dense.normal
    spread = np.sqrt(_double(normal.running_var) + normal.eps)
    factor = _double(normal.weight) / spread
    bias = _double(normal.bias) - _double(normal.running_mean) * factor
    return _double(dense.linear.weight) * factor[:, None], bias


def _linear(layer: nn.Linear) -> tuple[Matrix, Matrix]:
    return _double(layer.weight), _double(layer.bias)


def _double(values: torch.Tensor) -> Matrix:
    return np.asarray(values.detach().double().numpy())


def _affine(component: Component) -> Affine:
    if not isinstance(component, Affine):
        raise TypeError(component)
    return component


def _fill(dense: Dense, affine: Affine) -> None:
    """The matrix as it is; the normalisation, which must not change, adds the bias."""
    dense.linear.weight.data = torch.from_numpy(affine.matrix)
    normal = dense.normal
    normal.is_fixed = True
    normal.running_mean.zero_()
    normal.running_var.fill_(1 - normal.eps)
    normal.weight.data.fill_(1)
    normal.bias.data = torch.from_numpy(affine.bias)


def _options(values: Mapping[str, object]) -> str:
    return "".join(f"--{name}={_plain(value)}\n" for name, value in values.items())


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
