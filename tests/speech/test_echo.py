"""Our own voice in what comes back: found, taken out, and the caller left alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest

from ivr.speech.echo import BLOCK, EchoCanceller, toeplitz_solution
from ivr.speech.mulaw import encoded, linear
from tests.speech.voices import Speaker

Wave = npt.NDArray[np.float64]
PROMPT = "Здравствуйте. Поликлиника номер пять. Что сделать? Как пройти – один. Отменить – два."
LEARNED = 3
"""Seconds of our voice."""


@pytest.fixture(scope="module")
def ours() -> Iterator[Wave]:
    speaker = Speaker()
    yield np.frombuffer(speaker(PROMPT), "<i2").astype(np.float64)
    speaker.close()


def on_the_line(sound: Wave) -> npt.NDArray[np.int16]:
    return linear(encoded(np.clip(sound, -32768, 32767).astype(np.int16)))


def room() -> Wave:
    shape = np.random.default_rng(0).normal(size=120) * np.exp(-np.arange(120) / 20)
    return np.asarray(shape / np.sqrt(np.sum(shape**2)), np.float64)


def loud_caller() -> Wave:
    """A second of it."""
    return np.random.default_rng(2).normal(size=8000) * np.hanning(8000) * 3000


def cleaned(heard: npt.NDArray[np.int16], sent: Wave) -> Wave:
    canceller, size = EchoCanceller(), heard.size // BLOCK * BLOCK
    played = on_the_line(np.pad(sent, (0, max(0, size - sent.size))))
    blocks = [
        canceller.cleaned(heard[at : at + BLOCK], played[at : at + BLOCK])
        for at in range(0, size, BLOCK)
    ]
    return np.concatenate(blocks).astype(np.float64)


def decibels(sound: Wave) -> float:
    return float(10 * np.log10(np.mean(sound**2) + 1))


@dataclass(frozen=True, slots=True)
class Way:
    delay: float
    level: float


@pytest.mark.parametrize("way", [Way(0.0, -10), Way(0.25, -20), Way(0.55, -30)])
def test_an_echo_is_taken_out(ours: Wave, way: Way) -> None:
    echo = np.convolve(ours, room()) * 10 ** (way.level / 20)
    heard = on_the_line(np.pad(echo, (round(8000 * way.delay), 0)))
    rest = cleaned(heard, ours)
    learned = 8000 * LEARNED
    assert decibels(rest[learned:]) < decibels(heard[learned:].astype(np.float64)) - 12


def test_what_the_caller_said_does_not_bring_the_echo_back(ours: Wave) -> None:
    caller = loud_caller()
    at = 8000 * LEARNED
    heard = np.pad(ours * 0.03, (1200, 0))
    heard[at : at + caller.size] += caller
    behind = slice(at + caller.size, at + 3 * caller.size)
    rest, echo = cleaned(on_the_line(heard), ours)[behind], heard[behind]
    assert decibels(rest) < decibels(echo) - 12


def test_an_echo_that_changes_is_taken_out_again(ours: Wave) -> None:
    twice = np.concatenate([ours, ours])
    echo = np.convolve(twice, room()) * 0.2
    echo[ours.size :] = -np.convolve(twice, room()[::-1])[ours.size :] * 0.3
    learned = ours.size + 8000 * LEARNED
    rest = cleaned(on_the_line(echo), twice)[learned:]
    assert decibels(rest) < decibels(echo[learned:]) - 12


def test_the_caller_is_left_alone(ours: Wave) -> None:
    caller = loud_caller()
    at = 8000 * LEARNED
    heard = np.pad(ours * 0.2, (1200, 0))
    heard[at : at + caller.size] += caller
    rest = cleaned(on_the_line(heard), ours)[at : at + caller.size]
    assert decibels(rest - caller) < decibels(caller) - 12


def test_without_an_echo_nothing_is_changed(ours: Wave) -> None:
    heard = on_the_line(np.random.default_rng(3).normal(size=8000 * 5) * 1000)
    assert (cleaned(heard, ours) == heard).all()


def test_while_we_are_silent_nothing_is_changed(ours: Wave) -> None:
    heard = on_the_line(ours)
    assert (cleaned(heard, np.zeros(0)) == heard[: heard.size // BLOCK * BLOCK]).all()


def test_equations() -> None:
    row = np.exp(-np.arange(30) / 5)
    row[0] += 0.1
    wanted = np.random.default_rng(4).normal(size=30)
    places = np.arange(30)
    found = toeplitz_solution(row, wanted)
    assert row[np.abs(places[:, None] - places)] @ found == pytest.approx(wanted)
