"""Digits, policy numbers and cancellation codes from words, the likeliest reading first."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

from ivr.policy_numbers import encoded_birth, is_valid_enp, luhn_digit
from ivr.speech.understanding.lattice import Reading, lattice

_LONGEST, _LONGEST_FOR_CODE = 32, 12
_POLICY, _LAST, _CODE = 16, 6, 6
_LENGTHS = frozenset({_POLICY, 9, _LAST})
"""Of a policy, a temporary certificate, the end of a policy."""
_FORCED = 2.0
"""So much dearer than the plainest reading: a number was torn apart to reach a length."""
_FAR_FETCHED = 4.0
"""More than two numbers torn apart: not even a check digit and a date speak for it."""


def digits(words: str, pauses: Collection[int] = (), kept: str = "") -> list[Reading]:
    """All readings, cheapest first; `kept` are digits from before, which they continue."""
    found = lattice(words, pauses)
    return found.readings(_LONGEST, kept) if found else []


def policy(
    words: str,
    linked: Collection[str] = (),
    *,
    pauses: Collection[int] = (),
    kept: str = "",
    born: date | None = None,
) -> list[Reading]:
    """Of whole and partial numbers: a linked patient's first, never one that is only near it.

    `linked` are the policies of the calling number's patients, `kept` digits of earlier turns,
    `born` a birth date that was said before.
    """
    found = lattice(words, pauses)
    readings = found.readings(_POLICY, kept) if found else []
    last = {number[-_LAST:] for number in linked}
    cheapest = readings[0].cost if readings else 0.0

    def rank(reading: Reading) -> tuple[bool | float, ...]:
        value, dearer = reading.value, reading.cost - cheapest
        checked, born_in = is_valid_enp(value), encoded_birth(value)
        whole = checked and born_in is not None and dearer <= _FAR_FETCHED
        if not whole and not (len(value) in _LENGTHS and dearer < _FORCED):
            return value not in linked, value not in last, True, reading.cost
        return (
            value not in linked,
            value not in last,
            False,
            len(value) != _POLICY,
            not checked,
            born_in is None,
            born is not None and (born_in is None or born_in[0] != born),
            reading.cost,
        )

    return sorted(readings, key=rank)


def code(words: str, *, pauses: Collection[int] = (), kept: str = "") -> list[Reading]:
    """Of a cancellation: six digits whose last is the check digit come first."""
    found = lattice(words, pauses)
    readings = found.readings(_LONGEST_FOR_CODE, kept) if found else []
    return sorted(readings, key=_code_rank(readings))


def _code_rank(readings: list[Reading]) -> Callable[[Reading], tuple[bool | float, ...]]:
    cheapest = readings[0].cost if readings else 0.0

    def rank(reading: Reading) -> tuple[bool | float, ...]:
        value = reading.value
        checked = len(value) == _CODE and luhn_digit(value[:-1]) == int(value[-1])
        plain = len(value) == _CODE and reading.cost - cheapest < _FORCED
        return (not (checked or plain), not checked, reading.cost)

    return rank
