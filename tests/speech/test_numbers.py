import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.speech.numbers import (
    NOUNS,
    cardinal,
    counted,
    digits_one_by_one,
    ordinal,
    pairs,
    plural,
    with_zeros,
)

CODES = st.from_regex(r"[0-9]{6}", fullmatch=True)
UNITS = ["ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"]


@pytest.mark.parametrize(
    ("n", "noun", "words"),
    [
        (0, "запись", "ноль записей"),
        (1, "запись", "одна запись"),
        (3, "запись", "три записи"),
        (5, "запись", "пять записей"),
        (11, "запись", "одиннадцать записей"),
        (21, "минута", "двадцать одна минута"),
        (2, "минута", "две минуты"),
        (12, "минута", "двенадцать минут"),
        (2, "приём", "два приёма"),
        (5, "приём", "пять приёмов"),
        (22, "час", "двадцать два часа"),
        (24, "час", "двадцать четыре часа"),
        (30, "день", "тридцать дней"),
        (1, "день", "один день"),
        (16, "цифра", "шестнадцать цифр"),
        (2, "попытка", "две попытки"),
        (111, "попытка", "сто одиннадцать попыток"),
        (101, "попытка", "сто одна попытка"),
    ],
)
def test_a_count_agrees_with_its_noun(n: int, noun: str, words: str) -> None:
    assert counted(n, noun) == words


@pytest.mark.parametrize(
    ("n", "noun", "words"),
    [
        (1, "запись", "одну запись"),
        (21, "минута", "двадцать одну минуту"),
        (2, "запись", "две записи"),
        (1, "приём", "один приём"),
    ],
)
def test_an_accusative_count_is_inanimate(n: int, noun: str, words: str) -> None:
    assert counted(n, noun, "a") == words


@pytest.mark.parametrize("noun", NOUNS)
@pytest.mark.parametrize("n", range(121))
def test_every_count_to_120(n: int, noun: str) -> None:
    forms, words = NOUNS[noun], counted(n, noun)
    assert words.split()[-1] == {
        "one": forms.one, "few": forms.few, "many": forms.many,
    }[plural(n)]  # fmt: skip
    feminine = {1: "одна", 2: "две"}
    if forms.gender == "f" and n % 10 in feminine and n % 100 not in {11, 12}:
        assert words.split()[-2] == feminine[n % 10]


def test_cases_and_genders() -> None:
    assert cardinal(8, case="g") == "восьми"
    assert cardinal(1, "f", "a") == "одну"
    assert ordinal(1, "f") == "первая"
    assert ordinal(7, "f", "g") == "седьмой"
    assert ordinal(26, "n", "g") == "двадцать шестого"


@pytest.mark.parametrize(
    ("digits", "words"),
    [
        ("380417", "тридцать восемь, ноль четыре, семнадцать"),
        ("001020", "ноль ноль, десять, двадцать"),
        ("12345", "двенадцать, тридцать четыре, пять"),
        ("0", "ноль"),
    ],
)
def test_pairs(digits: str, words: str) -> None:
    assert pairs(digits) == words


def test_digits_one_by_one() -> None:
    assert digits_one_by_one("380417") == "три, восемь, ноль, четыре, один, семь"


@pytest.mark.parametrize("wrong", ["", "38-04", "²³", "٣٤"])
def test_only_digits_are_read_as_digits(wrong: str) -> None:
    for read in (digits_one_by_one, pairs, with_zeros):
        with pytest.raises(ValueError, match="digits"):
            read(wrong)


@given(CODES)
def test_a_code_can_be_written_down_from_its_digits(code: str) -> None:
    heard = [str(UNITS.index(word)) for word in digits_one_by_one(code).split(", ")]
    assert "".join(heard) == code


@given(CODES)
def test_a_code_can_be_written_down_from_its_pairs(code: str) -> None:
    two = {with_zeros(f"{n:02}"): f"{n:02}" for n in range(100)}
    assert len(two) == 100
    assert "".join(two[group] for group in pairs(code).split(", ")) == code
