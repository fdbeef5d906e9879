"""Digits, telephones and dates, by keys, by words and by both."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ivr.dialogue.answers import Unclear
from ivr.dialogue.birth_dates import BirthDate
from ivr.dialogue.entries import (
    LAST_SIX,
    Digits,
    Entry,
    Phone,
    Policy,
    code_digits,
    read_back,
)
from ivr.dialogue.turns import Keys
from tests.dialogue.questions import LINKED, TODAY, YEARS

WHOLE = (
    "три семерки шесть пятнадцать ноль восемь девяносто четыре ноль ноль ноль ноль семнадцать"
)
VALID = "7776150894000017"
SIX = Entry("000017", "pause")
POLICIES: list[tuple[str, Entry | None]] = [
    ("ноль ноль ноль ноль семнадцать", SIX),
    ("ну ноль ноль ноль ноль один семь", SIX),
    ("четыре нуля семнадцать", SIX),
    ("последние шесть цифр ноль ноль ноль ноль семнадцать", SIX),
    (WHOLE, Entry(VALID, "count")),
    ("семь семь семь шесть", Entry("7776", "pause")),
    ("семь семь семь шесть, ой нет, пять", Entry("7775", "pause")),
    ("семь восемь отмена девять", Entry("79", "pause")),
    ("помощь", Entry("", "hash")),
    ("нет полиса", Entry("", "hash")),
    ("сначала", None),
    ("ой нет", None),
    ("да", None),
    ("не знаю где он", None),
]


@pytest.mark.parametrize(("words", "value"), POLICIES)
def test_a_policy_of_a_linked_patient(words: str, value: Entry | None) -> None:
    assert Policy(linked=LINKED).from_words(words) == value


def test_so_many_digits_as_were_asked_for_are_no_beginning() -> None:
    asked = Policy(linked=LINKED, whole=LAST_SIX)
    assert asked.from_words("ноль ноль ноль ноль один восемь") == Entry("000018", "count")
    assert asked.from_words("семь семь семь шесть") == Entry("7776", "pause")
    assert replace(asked, kept="77").from_words("семь шесть один пять") == Entry(
        "777615", "pause"
    )


@pytest.mark.parametrize("answer", [Policy(), Digits(6, reader=code_digits), Digits(4)])
def test_once_misheard_single_digits_are_listened_for(answer: Policy | Digits) -> None:
    first, again = answer.hearing(), answer.again().hearing()
    assert "пятнадцать" in first.phrases
    assert "пятнадцать" not in again.phrases
    assert {"пять", "оператор", "сначала"} <= set(again.phrases)
    assert (again.pause, again.filler) == (first.pause, first.filler)


def test_a_number_of_nobody_known_is_read_back() -> None:
    unclear = Policy().from_words(WHOLE)
    assert unclear == Unclear((Entry(VALID, "count"),))
    question = Policy().between([Entry(VALID, "count")])
    assert question.speech[0].values == {"digits": VALID}
    assert question.answer.from_words("да верно") == Entry(VALID, "count")
    assert question.answer.from_words("не знаю") is None
    assert question.answer.from_keys(Keys("2")) == Entry("", "pause", denied=True)


def test_nine_digits_of_nobody_known_may_be_all_or_a_beginning() -> None:
    nine = "сто двадцать три четыреста пятьдесят шесть семьсот восемьдесят девять"
    readings = (Entry("123456789", "hash"), Entry("123456789", "pause"))
    assert Policy().from_words(nine) == Unclear(readings)
    assert Policy(linked=("123456789",)).from_words(nine) == Entry("123456789", "pause")
    whole = Policy(linked=LINKED)
    assert whole.from_words(nine) == Unclear(readings)
    assert replace(whole, whole=LAST_SIX).from_words(nine) == Entry("123456789", "pause")
    assert Policy(whole=LAST_SIX).from_words(nine) == Unclear(readings)
    assert Policy(kept="777615").from_words("ноль восемь девять") == Entry("777615089", "pause")
    question = Policy().between(readings)
    assert question.answer.from_words("да") == readings[0]
    assert question.answer.from_keys(Keys("2")) == readings[1]


def test_a_no_leads_to_the_next_reading() -> None:
    first, second = Entry("1", "count"), Entry("2", "count")
    answer = read_back("identify.is_it", "1", (first, second)).answer
    assert answer.from_words("нет") == Unclear((second,))


def test_a_number_with_a_wrong_check_digit_is_left_to_the_check() -> None:
    words = WHOLE.replace("семнадцать", "восемнадцать")
    assert Policy(linked=LINKED).from_words(words) == Entry("7776150894000018", "count")


KEPT: list[tuple[str, str, Entry]] = [
    ("777615089400", "ноль ноль семнадцать", Entry(VALID, "count")),
    ("7776", "пятнадцать ноль восемь", Entry("77761508", "pause")),
    ("7776", "сначала", Entry("", "pause", erased=True)),
    ("77761", "ой нет не так", Entry("7", "pause", erased=True)),
]


@pytest.mark.parametrize(("kept", "words", "value"), KEPT)
def test_a_number_goes_on_by_voice(kept: str, words: str, value: Entry) -> None:
    assert Policy(kept, LINKED).from_words(words) == value


def test_keys_go_on_behind_words() -> None:
    assert Policy("7776", LINKED).from_keys(Keys("150894000017", "count")) == Entry(
        VALID, "count"
    )


CODES: list[tuple[str, Entry | None]] = [
    ("тридцать восемь ноль четыре семнадцать", Entry("380417", "count")),
    ("три восемь ноль", Entry("380", "pause")),
    ("три восемь ноль четыре один семь девять девять", None),
    ("не помню", None),
]


@pytest.mark.parametrize(("words", "value"), CODES)
def test_a_code(words: str, value: Entry | None) -> None:
    assert Digits(6, reader=code_digits).from_words(words) == value


def test_four_digits_and_what_only_keys_may_say() -> None:
    four = Digits(4)
    assert four.from_words("семь семь семь шесть") == Entry("7776", "count")
    assert four.from_words("семьдесят семь семьдесят шесть") == Entry("7776", "count")
    assert four.from_words("семь семь семь шесть один") is None
    assert replace(four, kept="77").from_words("семь шесть") == Entry("7776", "count")
    assert Digits(6, reader=None).from_words("три восемь ноль четыре один семь") is None


PHONE = Unclear((Entry("89161234567", "count"),))
PHONES: list[tuple[str, Entry | Unclear | None]] = [
    ("восемь девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь", PHONE),
    ("девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь", PHONE),
    ("восемь девятьсот шестнадцать", Entry("8916", "pause")),
    ("мой номер не знаю", None),
]


@pytest.mark.parametrize(("words", "value"), PHONES)
def test_a_telephone(words: str, value: Entry | Unclear | None) -> None:
    assert Phone().from_words(words) == value


@pytest.mark.parametrize(
    ("keys", "closed", "digits"),
    [
        ("89161234567", "count", "89161234567"),
        ("9161234567", "pause", "89161234567"),
        ("9161234567", "hash", "89161234567"),
        ("12345", "hash", "12345"),
    ],
)
def test_a_telephone_by_keys(keys: str, closed: str, digits: str) -> None:
    entry = Phone().from_keys(Keys(keys, closed))  # type: ignore[arg-type]
    assert entry is not None
    assert entry.digits == digits
    assert Phone().is_ended_by(entry)


BIRTHS: list[tuple[str, date | Unclear | None]] = [
    ("пятое марта сорок восьмого года", date(1948, 3, 5)),
    ("ноль пять ноль три девятнадцать сорок восемь", date(1948, 3, 5)),
    ("второе января двадцать первого", Unclear(YEARS[::-1])),
    ("один один один пятьдесят два", None),
    ("двадцать один три сорок восемь", date(1948, 3, 21)),
    ("пятое марта", None),
    ("тридцатое февраля сорок восьмого", None),
]


@pytest.mark.parametrize(("words", "value"), BIRTHS)
def test_a_birth_date(words: str, value: date | Unclear | None) -> None:
    assert BirthDate(TODAY).from_words(words) == value


def test_the_birth_date_of_somebody_known_is_not_asked_back() -> None:
    known = BirthDate(TODAY, (YEARS[1],))
    assert known.from_words("второе января двадцать первого") == YEARS[1]


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("тысяча девятьсот двадцать первый", YEARS[0]),
        ("две тысячи двадцать первого года", YEARS[1]),
        ("первый", YEARS[0]),
        ("второе января две тысячи двадцать первого", YEARS[1]),
        ("двадцать первый", None),
        ("не знаю", None),
    ],
)
def test_of_two_centuries(words: str, value: date | None) -> None:
    between = BirthDate(TODAY).between(YEARS)
    assert between.speech[0].values == {"first": 1921, "second": 2021}
    assert between.answer.from_words(words) == value
