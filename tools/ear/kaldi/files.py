"""Kaldi's binary files, as far as this model needs them: final.mdl written and read.

A file begins with a zero byte and a B. Numbers have their size before them; matrices and
vectors a token (`FM`, `FV`) and their lengths.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from tools.ear.kaldi import states

Floats = npt.NDArray[np.float32]
MAGIC = b"\0B"


class NotOurs(ValueError):
    """The file is not as this module writes it."""


@dataclass(frozen=True, slots=True)
class Affine:
    matrix: Floats
    """Outputs by inputs."""
    bias: Floats


@dataclass(frozen=True, slots=True)
class Rectifier:
    size: int


@dataclass(frozen=True, slots=True)
class Normaliser:
    """Scores become logarithms of probabilities."""

    size: int


@dataclass(frozen=True, slots=True)
class Joint:
    """What comes in goes out; a sum of several needs a name."""

    size: int


Component = Affine | Rectifier | Normaliser | Joint


@dataclass(frozen=True, slots=True)
class Nnet:
    lines: tuple[str, ...]
    """The configuration: how the components are joined."""
    components: Mapping[str, Component]


def write_model(file: Path, nnet: Nnet) -> None:
    """The transitions of `states` and the network; no priors, no contexts: Kaldi finds them."""
    out = io.BytesIO()
    out.write(MAGIC)
    _write_transitions(out)
    _write_nnet(out, nnet)
    file.write_bytes(out.getvalue())


def read_model(file: Path) -> Nnet:
    """Raises NotOurs."""
    data = io.BytesIO(file.read_bytes())
    if data.read(2) != MAGIC:
        raise NotOurs(file)
    begin = data.getvalue().find(b"<Nnet3>")
    if begin < 0:
        raise NotOurs(file)
    data.seek(begin + len(b"<Nnet3> \n"))
    lines = _lines(data)
    _expect(data, "<NumComponents>")
    return Nnet(lines, dict(_read_component(data) for _ in range(_int(data))))


def _write_transitions(out: BinaryIO) -> None:
    _tokens(out, "<TransitionModel>")
    _write_topology(out)
    _tokens(out, "<Tuples>")
    _ints(out, states.COUNT)
    for phone in range(1, states.COUNT + 1):
        first, others = states.outputs_of(phone)
        _ints(out, phone, 0, first, others)
    _tokens(out, "</Tuples>", "<LogProbs>")
    _write_vector(out, [0.0, *[float(np.log(0.5))] * states.TRANSITIONS])
    _tokens(out, "</LogProbs>", "</TransitionModel>")


def _write_topology(out: BinaryIO) -> None:
    """One topology for all phones: a state that loops or leaves, and the end."""
    _tokens(out, "<Topology>")
    _int_vector(out, range(1, states.COUNT + 1))
    _int_vector(out, [-1, *[0] * states.COUNT])
    _ints(out, -1)  # Looping and leaving have outputs of their own.
    _ints(out, 1, 2)  # Entries; states of the only one.
    _ints(out, 0, 1, 2)  # Outputs of the emitting state; its transitions:
    for destination in (0, 1):
        _ints(out, destination)
        _write_float(out, 0.5)
    _ints(out, -1, -1, 0)
    _tokens(out, "</Topology>")


def _write_nnet(out: BinaryIO, nnet: Nnet) -> None:
    _tokens(out, "<Nnet3>")
    out.write(("\n" + "\n".join(nnet.lines) + "\n\n").encode("ascii"))
    _tokens(out, "<NumComponents>")
    _ints(out, len(nnet.components))
    for name, component in nnet.components.items():
        _tokens(out, "<ComponentName>", name)
        _write_component(out, component)
    _tokens(out, "</Nnet3>", "<LeftContext>")
    _ints(out, 0)
    _tokens(out, "<RightContext>")
    _ints(out, 0)
    _tokens(out, "<Priors>")
    _write_vector(out, [])


def _write_component(out: BinaryIO, component: Component) -> None:
    match component:
        case Affine(matrix, bias):
            _tokens(out, "<FixedAffineComponent>", "<LinearParams>")
            _write_matrix(out, matrix)
            _tokens(out, "<BiasParams>")
            _write_vector(out, bias)
            _tokens(out, "</FixedAffineComponent>")
        case Rectifier(size):
            _write_elementwise(out, "RectifiedLinearComponent", size)
        case Normaliser(size):
            _write_elementwise(out, "LogSoftmaxComponent", size)
        case Joint(size):
            _tokens(out, "<NoOpComponent>", "<Dim>")
            _ints(out, size)
            _tokens(out, "<BackpropScale>")
            _write_float(out, 1.0)
            _tokens(out, "</NoOpComponent>")


def _write_elementwise(out: BinaryIO, kind: str, size: int) -> None:
    _tokens(out, f"<{kind}>", "<Dim>")
    _ints(out, size)
    for statistics in ("<ValueAvg>", "<DerivAvg>"):
        _tokens(out, statistics)
        _write_vector(out, [])
    _tokens(out, "<Count>")
    out.write(b"\x08" + struct.pack("<d", 0.0))
    _tokens(out, f"</{kind}>")


def _tokens(out: BinaryIO, *tokens: str) -> None:
    out.write("".join(f"{token} " for token in tokens).encode("ascii"))


def _ints(out: BinaryIO, *values: int) -> None:
    out.write(b"".join(b"\x04" + struct.pack("<i", value) for value in values))


def _write_float(out: BinaryIO, value: float) -> None:
    out.write(b"\x04" + struct.pack("<f", value))


def _int_vector(out: BinaryIO, values: Sequence[int]) -> None:
    _ints(out, len(values))
    out.write(np.array(values, "<i4").tobytes())


def _write_vector(out: BinaryIO, values: npt.ArrayLike) -> None:
    vector = np.asarray(values, "<f4")
    _tokens(out, "FV")
    _ints(out, len(vector))
    out.write(vector.tobytes())


def _write_matrix(out: BinaryIO, values: npt.ArrayLike) -> None:
    matrix = np.ascontiguousarray(values, "<f4")
    _tokens(out, "FM")
    _ints(out, *matrix.shape)
    out.write(matrix.tobytes())


def _read_component(data: BinaryIO) -> tuple[str, Component]:
    _expect(data, "<ComponentName>")
    name, kind = _token(data), _token(data).strip("<>")
    component = _READERS[kind](data)
    _expect(data, f"</{kind}>")
    return name, component


def _read_affine(data: BinaryIO) -> Affine:
    _expect(data, "<LinearParams>")
    _expect(data, "FM")
    rows, columns = _int(data), _int(data)
    matrix = _floats(data, rows * columns).reshape(rows, columns)
    _expect(data, "<BiasParams>")
    return Affine(matrix, _read_vector(data))


def _read_size(data: BinaryIO) -> int:
    """Of a component that goes by element; its statistics are left out."""
    _expect(data, "<Dim>")
    size = _int(data)
    for statistics in ("<ValueAvg>", "<DerivAvg>"):
        _expect(data, statistics)
        _read_vector(data)
    _expect(data, "<Count>")
    data.read(9)
    return size


def _read_joint(data: BinaryIO) -> Joint:
    _expect(data, "<Dim>")
    size = _int(data)
    _expect(data, "<BackpropScale>")
    data.read(5)
    return Joint(size)


_READERS: Mapping[str, Callable[[BinaryIO], Component]] = {
    "FixedAffineComponent": _read_affine,
    "RectifiedLinearComponent": lambda data: Rectifier(_read_size(data)),
    "LogSoftmaxComponent": lambda data: Normaliser(_read_size(data)),
    "NoOpComponent": _read_joint,
}


def _lines(data: BinaryIO) -> tuple[str, ...]:
    """Up to the empty one."""
    lines = []
    while line := data.readline().decode("ascii").strip():
        lines.append(line)
    return tuple(lines)


def _token(data: BinaryIO) -> str:
    token = b""
    while (letter := data.read(1)) not in {b" ", b""}:
        token += letter
    return token.decode("ascii", "replace")


def _expect(data: BinaryIO, token: str) -> None:
    found = _token(data)
    if found != token:
        raise NotOurs(f"{token} expected, {found} found")


def _int(data: BinaryIO) -> int:
    size, value = struct.unpack("<bi", data.read(5))
    if size != 4:
        raise NotOurs("not an integer")
    return int(value)


def _floats(data: BinaryIO, count: int) -> Floats:
    return np.frombuffer(data.read(4 * count), "<f4").copy()


def _read_vector(data: BinaryIO) -> Floats:
    _expect(data, "FV")
    return _floats(data, _int(data))
