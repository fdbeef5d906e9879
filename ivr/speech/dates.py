"""Dates and times of day in Russian words."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from ivr.speech.numbers import Case, cardinal, counted, ordinal

MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
WEEKDAYS = (
    "в понедельник", "во вторник", "в среду", "в четверг",
    "в пятницу", "в субботу", "в воскресенье",
)  # fmt: skip
NEAR = ("сегодня", "завтра", "послезавтра")


def date_words(day: date, today: date, case: Case = "g") -> str:
    """«двадцать шестого ноября»; the year only where it could be mistaken."""
    words = f"{ordinal(day.day, 'n', case)} {MONTHS[day.month - 1]}"
    return f"{words} {year(day.year)}" if _needs_year(day, today) else words


def year(number: int) -> str:
    """«две тысячи двадцать седьмого года»."""
    return f"{ordinal(number, 'm', 'g')} года"


def near_date(day: date, today: date) -> str:
    """«завтра, двадцать четвёртого ноября»; later days without a word in front."""
    words = date_words(day, today)
    near = {today + timedelta(days=ahead): word for ahead, word in enumerate(NEAR)}
    return f"{near[day]}, {words}" if day in near else words


def weekday_in(day: date) -> str:
    """With its preposition: «во вторник»."""
    return WEEKDAYS[day.weekday()]


def clock(at: time, case: Case = "n") -> str:
    """«десять тридцать», «девять ноль пять»; whole hours without a noun."""
    hour = cardinal(at.hour, "m", case)
    return f"{hour} {_minutes(at.minute, case)}" if at.minute else hour


def time_in(at: time) -> str:
    """«в десять тридцать», «в девять ноль пять», «в десять часов»."""
    return f"в {clock(at, 'a')}" if at.minute else time_long(at)


def time_long(at: time) -> str:
    """«в пятнадцать часов тридцать минут»."""
    hours = "час" if at.hour == 1 else counted(at.hour, "час", "a")
    minutes = f" {counted(at.minute, 'минута', 'a')}" if at.minute else ""
    return f"в {hours}{minutes}"


def time_in_full(at: time) -> str:
    """«в девять часов пять минут утра», «в пятнадцать часов, то есть в три часа дня»."""
    if at.hour <= 12:
        return f"{time_long(at)} {_part_of_day(at.hour)}"
    by_twelve = time_long(at.replace(hour=at.hour - 12))
    return f"{time_long(at)}, то есть {by_twelve} {_part_of_day(at.hour)}"


def _part_of_day(hour: int) -> str:
    return next(part for until, part in PARTS_OF_DAY if hour < until)


PARTS_OF_DAY = ((4, "ночи"), (12, "утра"), (17, "дня"), (24, "вечера"))
"""Up to which hour."""


def hour_genitive(at: time) -> str:
    """After «с» and «до»: «восьми», «четырнадцати тридцати»."""
    return "часа" if (at.hour, at.minute) == (1, 0) else clock(at, "g")


def hours_genitive(at: time) -> str:
    """After «после»: «шестнадцати часов», «двадцати одного часа», «шестнадцати тридцати»."""
    if at.minute or at.hour == 1:
        return hour_genitive(at)
    return f"{clock(at, 'g')} {'часа' if at.hour == 21 else 'часов'}"


def day_of(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def time_of(moment: time | datetime) -> time:
    return moment.time() if isinstance(moment, datetime) else moment


def _minutes(minute: int, case: Case) -> str:
    words = cardinal(minute, "f", case)
    return f"ноль {words}" if minute < 10 else words


def _needs_year(day: date, today: date) -> bool:
    january_next = (day.year, day.month) == (today.year + 1, 1)
    return day.year != today.year and not january_next
