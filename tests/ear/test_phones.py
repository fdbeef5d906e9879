"""Phones between Festival, the model and espeak-ng."""

from __future__ import annotations

import pytest

from tools.ear.festival import reduced
from tools.ear.phones import PHONES, is_soft
from tools.ear.voices.phonemes import phonemes


@pytest.mark.parametrize(
    ("front_end", "phones"),
    [
        ("k a rr ae s p", "k a rr i s p"),
        ("k ay r aa p", "k a r aa p"),
        ("dd ee ss a tt", "dd ee ss i tt"),
        ("z a n ii m a j u s s a", "z a n ii m a j u s a"),
        ("m oo rr a", "m oo rr a"),
        ("sch aa s t j a", "sch aa s t j a"),
        ("zh a l e tt", "zh y l i tt"),
    ],
)
def test_the_front_ends_phones(front_end: str, phones: str) -> None:
    assert reduced(front_end.split()) == tuple(phones.split())


@pytest.mark.parametrize(
    ("phones", "written"),
    [
        ("d aa", "[[d'A]]"),
        ("nn ee t", "[[n;'et]]"),
        ("pp aa tt", "[[p;'At;]]"),
        ("ch i t yy rr i", "[[tS;it'yr;i]]"),
        ("vv oo l", "[[v;'8l]]"),
        ("ee t a", "[['EtV]]"),
    ],
)
def test_espeaks_phonemes(phones: str, written: str) -> None:
    assert phonemes([tuple(phones.split())]) == written


def test_every_phone_has_a_phoneme() -> None:
    assert all(len(phonemes([(phone,)])) > len("[[]]") for phone in PHONES)


def test_soft_phones() -> None:
    assert [phone for phone in ("pp", "p", "aa", "ch", "j", "sh") if is_soft(phone)] == [
        *("pp", "ch", "j")
    ]
