"""Digits, policy numbers and cancellation codes from words, the likeliest reading first."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

from ivr.policy_numbers import encoded_birth, is_valid_enp, luhn_digit
from ivr.speech.understanding.lattice import Reading, lattice
from ivr.speech.understanding.marks import Marks, marks_of, without_fillers
from ivr.speech.understanding.pieces import BROKEN
from ivr.speech.understanding.words import heard

_LONGEST, _LONGEST_FOR_CODE = 32, 12
_POLICY, _LAST, _CODE, _PHONE = 16, 6, 6, 11
_PHONES = {(_PHONE, "8"), (_PHONE, "7"), (_PHONE - 1, "9")}
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
        if not whole and not (len(value) in _LENGTHS and dearer < BROKEN):
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


def whole_policies(readings: Collection[Reading]) -> list[str]:
    """Those of sixteen digits with their check digit and a date of birth in them."""
    cheapest = min((reading.cost for reading in readings), default=0.0)
    return [
        reading.value
        for reading in readings
        if reading.cost - cheapest <= _FAR_FETCHED
        and is_valid_enp(reading.value)
        and encoded_birth(reading.value) is not None
    ]


def of_length(readings: Collection[Reading], length: int) -> str | None:
    """The cheapest of just this length, unless it is torn apart; else the cheapest shorter."""
    ranked = sorted(readings, key=lambda reading: reading.cost)
    plain = [one.value for one in ranked if one.cost - ranked[0].cost < _FORCED]
    fitting = [value for value in plain if len(value) == length]
    shorter = [value for value in plain[:1] if len(value) < length]
    return next(iter(fitting + shorter), None)


def phone(words: str, kept: str = "") -> str | None:
    """Digits of a Russian number: eleven with 8 or 7, ten with 9; or a beginning of one."""
    readings = digits(words, kept=kept)
    plain = [one.value for one in readings if one.cost - readings[0].cost < _FORCED]
    fitting = [value for value in plain if (len(value), value[0]) in _PHONES]
    return next(iter(fitting), None) or of_length(readings, _PHONE)


def restarts(words: str) -> bool:
    """«сначала»: all digits so far are taken back, and none are said."""
    return _only_marks(words, Marks.RESET)


def is_taken_back(words: str) -> bool:
    """«ой, нет, не так»: the last digits are taken back, and none are said."""
    return _only_marks(words, Marks.CORRECTION)


def _only_marks(words: str, kind: Marks) -> bool:
    spoken = without_fillers(heard(words))
    marks = marks_of(spoken)
    covered = sum(end - place for place, (end, _) in marks.items())
    return covered == len(spoken.words) and any(one is kind for _, one in marks.values())


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
