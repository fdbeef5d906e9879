"""The test sentences of domain.md 2.5, under their numbers there."""

# ruff: noqa: E501 - a case a line
from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from ivr.policy_numbers import encoded_birth, is_valid_enp
from ivr.speech.understanding import (
    Listed,
    birth_date,
    command,
    digits,
    policy,
    visits,
    yes_no,
)

LINKED = ("7776150894000017", "3454410878000047", "2657020837000348")
TODAY = date(2026, 11, 23)
ZONE = ZoneInfo("Europe/Moscow")
LISTED = (
    Listed("терапевт", "Иванова", datetime(2026, 11, 24, 10, 30, tzinfo=ZONE)),
    Listed("офтальмолог", "Петренко", datetime(2026, 11, 25, 9, 5, tzinfo=ZONE)),
    Listed("оториноларинголог", "Черных", datetime(2026, 12, 2, 15, 0, tzinfo=ZONE)),
)

POLICIES = [
    # words, policy; readings of 16 digits, of them with a check digit, of them with a date
    pytest.param(
        "семьдесят семь семьдесят шесть пятнадцать ноль восемь девяносто четыре ноль ноль ноль ноль семнадцать",
        "7776150894000017",
        (1, 1, 1),
        id="2",
    ),
    pytest.param(
        "семьсот семьдесят семь шестьсот пятнадцать ноль восемьдесят девять четыреста ноль ноль семнадцать",
        "7776150894000017",
        (4, 3, 1),
        id="3",
    ),
    pytest.param(
        "семь семь семь шесть, пятнадцать ноль восемь, девяносто четыре, четыре нуля, семнадцать",
        "7776150894000017",
        (1, 1, 1),
        id="5",
    ),
    pytest.param(
        "три семёрки шесть, один пять ноль восемь, девять четыре два нуля, два нуля один семь",
        "7776150894000017",
        (4, 1, 1),
        id="6",
    ),
    pytest.param(
        "ну значит семьдесят семь, потом семьдесят шесть, дальше пятнадцать ноль восемь, девяносто четыре, и четыре нуля, и семнадцать",
        "7776150894000017",
        (4, 1, 1),
        id="8",
    ),
    pytest.param(
        "тридцать четыре пятьдесят четыре сорок один ноль восемь семьдесят восемь ноль ноль ноль ноль сорок семь",
        "3454410878000047",
        (1, 1, 1),
        id="9",
    ),
    pytest.param(
        "три четыре пять четыре четыре один ноль восемь семь восемь ноль ноль ноль ноль четыре семь",
        "3454410878000047",
        (1, 1, 1),
        id="11",
    ),
    pytest.param(
        "триста сорок пять четыреста сорок один ноль восемьдесят семь восемьсот ноль ноль сорок семь",
        "3454410878000047",
        (9, 4, 1),
        id="12",
    ),
    pytest.param(
        "тридцать четыре пятьдесят пять, вернее пятьдесят четыре, сорок один ноль восемь семьдесят восемь четыре нуля сорок семь",
        "3454410878000047",
        (27, 4, 1),
        id="14",
    ),
    pytest.param(
        "двадцать шесть пятьдесят семь ноль два ноль восемь тридцать семь ноль ноль ноль три сорок восемь",
        "2657020837000348",
        (1, 1, 1),
        id="15",
    ),
    pytest.param(
        "двадцать шесть, семьдесят пять, нет, пятьдесят семь, ноль два, ноль восемь, тридцать семь, три ноля, три, сорок восемь",
        "2657020837000348",
        (13, 1, 1),
        id="17",
    ),
    pytest.param(
        "ноль два семьдесят два двадцать шесть ноль восемь сорок ноль ноль ноль один восемьдесят семь",
        "0272260840000187",
        (1, 1, 1),
        id="18",
    ),
    pytest.param(
        "два шесть пять семь давайте сначала двадцать шесть пятьдесят семь ноль два ноль восемь тридцать семь три нуля три сорок восемь",
        "2657020837000348",
        (5, 1, 1),
        id="20",
    ),
]
FRAGMENTS = [
    # words, best reading, others that stay
    pytest.param("двадцать три сорок пять", "2345", {"20345", "23405", "203405"}, id="21"),
    pytest.param("сто пять", "105", {"1005"}, id="23"),
    pytest.param("сорок пять", "45", {"405"}, id="24"),
    pytest.param("ноль ноль семь", "007", set(), id="26"),
    pytest.param("два нуля", "00", {"20"}, id="27"),
    pytest.param("три пятёрки", "555", {"35"}, id="29"),
    pytest.param("три пятёрка", "35", set(), id="30"),
    pytest.param("единица семёрка", "17", set(), id="32"),
    pytest.param("единичка, нолик", "10", set(), id="33"),
    pytest.param("пара нулей восемь", "008", set(), id="35"),
    pytest.param("двойной ноль семь", "007", set(), id="36"),
    pytest.param("две тысячи пять", "2005", {"21005", "20005", "210005"}, id="38"),
    pytest.param("семьсот ноль пять", "70005", {"705"}, id="39"),
    pytest.param("тыща девятьсот", "1900", {"1000900"}, id="41"),
    pytest.param("не пять а шесть", "6", set(), id="42"),
    pytest.param("сто двадцать, три", "1203", {"10023", "100203"}, id="44"),
    pytest.param("двести тринадцать ноль четыре", "21304", {"2001304"}, id="45"),
    pytest.param("ноль ноль сорок два семнадцать", "004217", {"0040217"}, id="47"),
    pytest.param("тридцать восемь ноль четыре семнадцать", "380417", {"3080417"}, id="48"),
    pytest.param(
        "триста восемьдесят четыреста семнадцать",
        "380417",
        {"30080417", "38040017", "3008040017"},
        id="50",
    ),
]
BIRTH_DATES = [
    pytest.param("пятое марта тысяча девятьсот сорок восьмого", ["1948-03-05"], id="51"),
    pytest.param("ноль пятое ноль третье сорок восьмой", ["1948-03-05"], id="53"),
    pytest.param("пять три сорок восемь", ["1948-03-05"], id="54"),
    pytest.param("ноль пять ноль три тысяча девятьсот сорок восемь", ["1948-03-05"], id="56"),
    pytest.param("родилась пятого марта сорок восьмого года", ["1948-03-05"], id="57"),
    pytest.param("двадцать девятое февраля двухтысячного", ["2000-02-29"], id="59"),
    pytest.param("первое января две тысячи первого года", ["2001-01-01"], id="60"),
    pytest.param("тридцать первое декабря пятидесятого", ["1950-12-31"], id="62"),
    pytest.param("десятое октября девятьсот тридцать седьмого", ["1937-10-10"], id="63"),
    pytest.param("05.03.1948", ["1948-03-05"], id="64"),
    pytest.param("5 марта 1948", ["1948-03-05"], id="65"),
    pytest.param("тридцать первое апреля пятидесятого", [], id="66"),
    pytest.param(
        "двадцатое двенадцатое двадцать четвёртого", ["2024-12-20", "1924-12-20"], id="68"
    ),
    pytest.param("пятое сентября ноль третьего", ["2003-09-05"], id="69"),
    pytest.param("девятое седьмое тридцать седьмой год", ["1937-07-09"], id="71"),
]
YES_NO = [
    pytest.param("да", True, id="72"),
    pytest.param("угу", True, id="74"),
    pytest.param("да-да", True, id="75"),
    pytest.param("да, конечно", True, id="77"),
    pytest.param("ну да", True, id="78"),
    pytest.param("да отмените пожалуйста", True, id="80"),
    pytest.param("так точно", True, id="81"),
    pytest.param("нет", False, id="83"),
    pytest.param("нет-нет", False, id="84"),
    pytest.param("не надо", False, id="86"),
    pytest.param("не нужно отменять", False, id="87"),
    pytest.param("да нет", False, id="89"),
    pytest.param("да нет, не надо", False, id="90"),
    pytest.param("передумала, оставьте", False, id="92"),
    pytest.param("не приду", True, id="93"),
    pytest.param("отказываюсь", True, id="95"),
    pytest.param("не знаю", None, id="96"),
    pytest.param("ну не знаю даже", None, id="98"),
    pytest.param("конечно нет", False, id="99"),
    pytest.param("да вы что", None, id="101"),
]
COMMANDS = [
    pytest.param("повтори", "repeat", id="102"),
    pytest.param("не расслышала", "repeat", id="104"),
    pytest.param("погромче можно", "louder", id="105"),
    pytest.param("помедленнее", "slower", id="107"),
    pytest.param("не так быстро", "slower", id="108"),
    pytest.param("соедините с живым человеком", "operator", id="110"),
    pytest.param("дайте регистратуру", "operator", id="111"),
    pytest.param("я не буду с роботом разговаривать", "operator", id="113"),
    pytest.param("в начало", "menu", id="114"),
    pytest.param("подождите, очки найду", "wait", id="116"),
    pytest.param("мне плохо с сердцем", "emergency", id="117"),
    pytest.param("всё, спасибо, до свидания", "bye", id="119"),
]
VISITS = [
    pytest.param("первую", [1], id="120"),
    pytest.param("третью", [3], id="122"),
    pytest.param("последнюю", [3], id="123"),
    pytest.param("номер два", [2], id="125"),
    pytest.param("к терапевту", [1], id="126"),
    pytest.param("к глазному", [2], id="128"),
    pytest.param("к ЛОРу", [3], id="129"),
    pytest.param("к Ивановой", [1], id="131"),
    pytest.param("к Петренко", [2], id="132"),
    pytest.param("на завтра", [1], id="134"),
    pytest.param("послезавтра", [2], id="135"),
    pytest.param("на эту среду к окулисту", [2], id="137"),
    pytest.param("на вторник", [1], id="138"),
    pytest.param("в девять ноль пять", [2], id="140"),
    pytest.param("в три часа дня", [3], id="141"),
    pytest.param("второго декабря", [3], id="143"),
    pytest.param("ту что на следующей неделе", [3], id="144"),
    pytest.param("не к терапевту, а к лору", [3], id="146"),
    pytest.param("все", [1, 2, 3], id="147"),
    pytest.param("к кардиологу", [], id="149"),
    pytest.param("двадцать пятого ноября в девять ноль пять", [2], id="150"),
]


@pytest.mark.parametrize(("words", "number", "counts"), POLICIES)
def test_a_policy(words: str, number: str, counts: tuple[int, int, int]) -> None:
    readings = policy(words, LINKED)
    assert readings[0].value == number
    assert policy(words)[0].value == number
    whole = [one.value for one in readings if len(one.value) == 16]
    checked = [value for value in whole if is_valid_enp(value)]
    dated = [value for value in checked if encoded_birth(value)]
    assert (len(whole), len(checked), len(dated)) == counts


@pytest.mark.parametrize(("words", "best", "others"), FRAGMENTS)
def test_a_fragment(words: str, best: str, others: set[str]) -> None:
    values = [reading.value for reading in digits(words)]
    assert values[0] == best
    assert others <= set(values)


@pytest.mark.parametrize(("words", "dates"), BIRTH_DATES)
def test_a_birth_date(words: str, dates: list[str]) -> None:
    assert [born.isoformat() for born in birth_date(words, TODAY)] == dates


def test_a_linked_patient_says_which_century() -> None:
    words = "двадцатое двенадцатое двадцать четвёртого"
    assert birth_date(words, TODAY, [date(2024, 12, 20)]) == [date(2024, 12, 20)]
    assert birth_date(words, TODAY, [date(1924, 12, 20)]) == [date(1924, 12, 20)]


@pytest.mark.parametrize(("words", "said"), YES_NO)
def test_yes_and_no(words: str, said: bool | None) -> None:
    assert yes_no(words) is said


@pytest.mark.parametrize(("words", "wanted"), COMMANDS)
def test_a_command(words: str, wanted: str) -> None:
    assert command(words) == wanted


@pytest.mark.parametrize(("words", "places"), VISITS)
def test_a_visit(words: str, places: list[int]) -> None:
    assert visits(words, LISTED, TODAY) == places
