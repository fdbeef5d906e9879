from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.speech.dates import (
    MONTHS,
    clock,
    date_words,
    day_of,
    hour_genitive,
    hours_genitive,
    near_date,
    time_in,
    time_in_full,
    time_long,
    time_of,
    weekday_in,
)

TODAY = date(2026, 11, 23)
DAYS_GENITIVE = [
    "первого",
    "второго",
    "третьего",
    "четвёртого",
    "пятого",
    "шестого",
    "седьмого",
    "восьмого",
    "девятого",
    "десятого",
    "одиннадцатого",
    "двенадцатого",
    "тринадцатого",
    "четырнадцатого",
    "пятнадцатого",
    "шестнадцатого",
    "семнадцатого",
    "восемнадцатого",
    "девятнадцатого",
    "двадцатого",
]
DAYS_GENITIVE += [f"двадцать {unit}" for unit in DAYS_GENITIVE[:9]]
DAYS_GENITIVE += ["тридцатого", "тридцать первого"]
MINUTES = [time(7 + n // 60, n % 60) for n in range(14 * 60)]


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 26), "двадцать шестого ноября"),
        (date(2027, 1, 3), "третьего января"),
        (date(2027, 2, 3), "третьего февраля две тысячи двадцать седьмого года"),
        (date(2025, 12, 31), "тридцать первого декабря две тысячи двадцать пятого года"),
        (date(2000, 2, 29), "двадцать девятого февраля двухтысячного года"),
        (date(1948, 3, 5), "пятого марта тысяча девятьсот сорок восьмого года"),
    ],
)
def test_date(day: date, words: str) -> None:
    assert date_words(day, TODAY) == words


def test_date_after_a_preposition() -> None:
    assert date_words(date(2026, 11, 26), TODAY, "a") == "двадцать шестое ноября"


@pytest.mark.parametrize("ordinal_day", range(366))
def test_every_day_of_the_year(ordinal_day: int) -> None:
    day = date(2028, 1, 1) + timedelta(days=ordinal_day)
    expected = f"{DAYS_GENITIVE[day.day - 1]} {MONTHS[day.month - 1]}"
    assert date_words(day, date(2028, 6, 1)) == expected


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (TODAY, "сегодня, двадцать третьего ноября"),
        (date(2026, 11, 24), "завтра, двадцать четвёртого ноября"),
        (date(2026, 11, 25), "послезавтра, двадцать пятого ноября"),
        (date(2026, 11, 26), "двадцать шестого ноября"),
        (date(2026, 11, 22), "двадцать второго ноября"),
    ],
)
def test_near_date(day: date, words: str) -> None:
    assert near_date(day, TODAY) == words


def test_tomorrow_may_be_next_year() -> None:
    assert near_date(date(2027, 1, 1), date(2026, 12, 31)) == "завтра, первого января"


@given(st.dates(date(2020, 1, 1), date(2099, 12, 31)), st.integers(0, 400))
def test_a_near_date_always_ends_in_its_date(today: date, ahead: int) -> None:
    day = today + timedelta(days=ahead)
    assert near_date(day, today).endswith(date_words(day, today))
    assert near_date(day, today).startswith(("сегодня,", "завтра,", "послезавтра,")) == (
        ahead < 3
    )


def test_weekdays_with_their_prepositions() -> None:
    monday = date(2026, 11, 23)
    assert [weekday_in(monday + timedelta(days=n)) for n in range(7)] == [
        "в понедельник", "во вторник", "в среду", "в четверг",
        "в пятницу", "в субботу", "в воскресенье",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("at", "short", "long"),
    [
        (time(10, 30), "в десять тридцать", "в десять часов тридцать минут"),
        (time(9, 5), "в девять ноль пять", "в девять часов пять минут"),
        (time(10), "в десять часов", "в десять часов"),
        (time(15, 30), "в пятнадцать тридцать", "в пятнадцать часов тридцать минут"),
        (time(8, 21), "в восемь двадцать одну", "в восемь часов двадцать одну минуту"),
        (time(8, 2), "в восемь ноль две", "в восемь часов две минуты"),
        (time(21), "в двадцать один час", "в двадцать один час"),
        (time(2), "в два часа", "в два часа"),
        (time(1), "в час", "в час"),
        (time(1, 5), "в один ноль пять", "в час пять минут"),
    ],
)
def test_time(at: time, short: str, long: str) -> None:
    assert (time_in(at), time_long(at)) == (short, long)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (time(9, 5), "в девять часов пять минут утра"),
        (time(10), "в десять часов утра"),
        (time(12, 30), "в двенадцать часов тридцать минут дня"),
        (time(15), "в пятнадцать часов, то есть в три часа дня"),
        (time(13), "в тринадцать часов, то есть в час дня"),
        (
            time(15, 30),
            "в пятнадцать часов тридцать минут, то есть в три часа тридцать минут дня",
        ),
        (time(17), "в семнадцать часов, то есть в пять часов вечера"),
        (time(20), "в двадцать часов, то есть в восемь часов вечера"),
    ],
)
def test_time_for_who_asks_twice(at: time, words: str) -> None:
    assert time_in_full(at) == words


def test_every_minute_of_the_working_day_sounds_different() -> None:
    assert len({time_in_full(at) for at in MINUTES}) == len(MINUTES)
    assert len({time_in(at) for at in MINUTES}) == len(MINUTES)
    assert len({time_long(at) for at in MINUTES}) == len(MINUTES)


@given(st.sampled_from(MINUTES))
def test_every_minute_of_the_working_day(at: time) -> None:
    words = time_in(at).split()
    assert words[0] == "в"
    assert ("часов" in words or "час" in words) == (at.minute == 0)
    assert ("ноль" in words) == (1 <= at.minute <= 9)
    assert ("минут" in time_long(at)) == (at.minute > 0)


@pytest.mark.parametrize(
    ("at", "hour", "hours"),
    [
        (time(8), "восьми", "восьми часов"),
        (time(20), "двадцати", "двадцати часов"),
        (time(14, 30), "четырнадцати тридцати", "четырнадцати тридцати"),
        (time(16), "шестнадцати", "шестнадцати часов"),
        (time(21), "двадцати одного", "двадцати одного часа"),
        (time(9, 5), "девяти ноль пяти", "девяти ноль пяти"),
        (time(1), "часа", "часа"),
    ],
)
def test_hours_in_the_genitive(at: time, hour: str, hours: str) -> None:
    assert (hour_genitive(at), hours_genitive(at)) == (hour, hours)


def test_parts_of_a_moment() -> None:
    moment = datetime.fromisoformat("2026-11-23T10:30+03:00")
    assert (day_of(moment), time_of(moment)) == (TODAY, time(10, 30))
    assert (day_of(TODAY), time_of(time(9))) == (TODAY, time(9))
    assert clock(time(10, 30)) == "десять тридцать"
