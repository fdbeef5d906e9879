"""Policies read out in every style, without pauses: how often the right one comes first."""

from __future__ import annotations

from random import Random

import pytest

from ivr.policy_numbers import enp_check_digit
from ivr.speech.understanding import policy
from tests.speech.understanding.spoken import STYLES, random_policy, spoken

COUNT = 250


def twin_of(number: str) -> str:
    """The same region, birth date and sex, the next serial number."""
    body = number[:10] + f"{int(number[10:15]) ^ 1:05}"
    return body + str(enp_check_digit(body))


@pytest.mark.parametrize(
    ("style", "at_least"), [("digits", 1.0), ("pairs", 1.0), ("triples", 0.99), ("mixed", 0.98)]
)
def test_check_digit_and_date_find_the_right_reading(style: str, at_least: float) -> None:
    chance = Random(f"first {style}")
    numbers = [random_policy(chance) for _ in range(COUNT)]
    right = [policy(spoken(one, style, chance))[0].value == one for one in numbers]
    assert sum(right) >= at_least * COUNT


@pytest.mark.parametrize("style", STYLES)
def test_of_linked_policies_only_the_spoken_one_fits(style: str) -> None:
    chance = Random(f"linked {style}")
    for _ in range(COUNT):
        number = random_policy(chance)
        others = [twin_of(number), random_policy(chance), random_policy(chance)]
        readings = policy(spoken(number, style, chance), [*others, number])
        values = {reading.value for reading in readings}
        assert readings[0].value == number
        assert not values & set(others)


@pytest.mark.parametrize("taken", [2, 4, 6, 8, 10, 12])
def test_a_part_in_pairs_is_no_whole_policy(taken: int) -> None:
    chance = Random(taken)
    for _ in range(100):
        part = random_policy(chance)[:taken]
        assert policy(spoken(part, "pairs", chance))[0].value == part
