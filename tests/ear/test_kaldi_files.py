"""Kaldi's files as they are written: byte for byte those of the model that ships."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.ear.kaldi import states
from tools.ear.kaldi.files import Affine, Nnet, NotOurs, read_model, write_model
from tools.ear.lexicon import MODEL

SHIPPED = MODEL / "am" / "final.mdl"


@pytest.fixture(scope="module")
def shipped() -> Nnet:
    return read_model(SHIPPED)


def test_written_as_it_was_read(shipped: Nnet, tmp_path: Path) -> None:
    write_model(tmp_path / "final.mdl", shipped)
    assert (tmp_path / "final.mdl").read_bytes() == SHIPPED.read_bytes()


def test_every_component_is_used_once(shipped: Nnet) -> None:
    nodes = [line.split() for line in shipped.lines if line.startswith("component-node")]
    assert [node[1].removeprefix("name=") for node in nodes] == list(shipped.components)


def test_an_output_for_every_phone_and_filler(shipped: Nnet) -> None:
    affines = [one for one in shipped.components.values() if isinstance(one, Affine)]
    assert states.SPEECH_OUTPUTS == 94
    assert sum(one.matrix.shape[0] == states.SPEECH_OUTPUTS for one in affines) == 1
    assert affines[-1].matrix.shape[0] == 2 * len(states.FILLERS)


def test_small_enough() -> None:
    assert SHIPPED.stat().st_size < 10_000_000


@pytest.mark.parametrize("data", [b"", b"\0B", b"<Nnet3> text", SHIPPED.read_bytes()[:3000]])
def test_not_a_model_of_ours(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "final.mdl").write_bytes(data)
    with pytest.raises((NotOurs, ValueError)):
        read_model(tmp_path / "final.mdl")


def test_ids_are_those_of_the_shipped_word_boundaries() -> None:
    shipped = (MODEL / "graph" / "phones" / "word_boundary.int").read_text("ascii")
    assert list(states.word_boundaries()) == shipped.splitlines()


@pytest.mark.parametrize(
    ("phones", "names"),
    [
        (("a",), ["a_S"]),
        (("d", "aa"), ["d_B", "aa_E"]),
        (("t", "r", "ii"), ["t_B", "r_I", "ii_E"]),
    ],
)
def test_places_in_a_word(phones: tuple[str, ...], names: list[str]) -> None:
    assert list(states.placed(phones)) == [states.IDS[name] for name in names]


def test_the_places_of_a_phone_share_its_outputs() -> None:
    outputs = {states.outputs_of(states.IDS[f"aa{place}"]) for place in states.PLACES}
    assert outputs == {(2, 3)}
    assert states.outputs_of(states.SILENCE_ID) == (0, 1)


def test_transitions_of_all_phones_are_different() -> None:
    numbers = [
        number
        for phone in range(1, states.COUNT + 1)
        for number in (states.loop(phone), states.forward(phone))
    ]
    assert sorted(numbers) == list(range(1, states.TRANSITIONS + 1))
