"""What the synthetic speakers say."""

from __future__ import annotations

import numpy as np
import pytest

from tools.ear import lexicon
from tools.ear.phones import PHONES, STRESSED
from tools.ear.texts import DIGITS, Texts, invented, number


@pytest.fixture(scope="module")
def texts() -> Texts:
    foreign = invented(50, np.random.default_rng(2))
    return Texts(lexicon.read(), foreign)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "ноль"),
        (7, "семь"),
        (10, "десять"),
        (40, "сорок"),
        (115, "сто пятнадцать"),
        (901, "девятьсот один"),
        (999, "девятьсот девяносто девять"),
    ],
)
def test_numbers(value: int, words: str) -> None:
    assert " ".join(number(value)) == words


def test_every_word_can_be_said(texts: Texts) -> None:
    chance = np.random.default_rng(3)
    drawn = [texts.one(chance) for _ in range(2000)]
    words = {word for text in drawn for group in text for word in group}
    assert all(texts.pronounced(word) for word in words)
    assert all(group for text in drawn for group in text)


def test_the_same_seed_says_the_same(texts: Texts) -> None:
    one, other = (np.random.default_rng(4) for _ in range(2))
    assert [texts.one(one) for _ in range(50)] == [texts.one(other) for _ in range(50)]


def test_digits_are_what_is_said_most(texts: Texts) -> None:
    chance = np.random.default_rng(5)
    words = [word for _ in range(2000) for group in texts.one(chance) for word in group]
    shares = {digit: words.count(digit) / len(words) for digit in DIGITS}
    assert min(shares.values()) > 0.01


def test_a_phrase_of_every_question_is_asked(texts: Texts) -> None:
    asked = {" ".join(group) for group in texts.asked}
    assert {"да верно", "оператор", "ещё раз"} <= asked


def test_reduced_forms_are_said(texts: Texts) -> None:
    chance = np.random.default_rng(6)
    said = {texts.pronounced("пятьдесят", chance) for _ in range(100)}
    assert said == set(texts.lexicon["пятьдесят"])


def test_invented_words_are_made_of_phones_with_one_stress() -> None:
    words = invented(300, np.random.default_rng(7))
    said = [phones for (phones,) in words.values()]
    assert {phone for phones in said for phone in phones} <= set(PHONES)
    assert {sum(phone in STRESSED for phone in phones) for phones in said} == {1}
