from __future__ import annotations

import pytest

from ivr.dialogue.turns import DialEnded, Heard, Keys, NoInput, Recorded
from ivr.telephony import carrier
from ivr.telephony.carrier import Hostile

TABLE: list[tuple[dict[str, str], dict[str, str], Heard]] = [
    ({"Digits": "1"}, {}, Keys("1", "count")),
    ({"Digits": "#"}, {}, Keys("#", "count")),
    ({"Digits": "000017", "FinishedOnKey": "#"}, {"keys": "16"}, Keys("000017", "hash")),
    ({"Digits": "000017", "FinishedOnKey": ""}, {"keys": "16"}, Keys("000017", "pause")),
    ({"Digits": "000017"}, {"keys": "16"}, Keys("000017", "pause")),
    ({"Digits": "000017"}, {}, Keys("000017", "pause")),
    ({"Digits": "7776150894000017"}, {"keys": "16"}, Keys("7776150894000017", "count")),
    ({"Digits": "0"}, {"keys": "16"}, Keys("0", "pause")),
    ({"Digits": "**"}, {"keys": "16"}, Keys("**", "pause")),
    ({"Digits": "", "FinishedOnKey": "#"}, {"keys": "16"}, Keys("", "hash")),
    ({"Digits": ""}, {}, NoInput()),
    ({}, {}, NoInput()),
    ({"DialCallStatus": "completed"}, {}, DialEnded(answered=True)),
    ({"DialCallStatus": "answered"}, {}, DialEnded(answered=True)),
    ({"DialCallStatus": "completed", "DialBridged": "false"}, {}, DialEnded(answered=False)),
    ({"DialCallStatus": "no-answer"}, {}, DialEnded(answered=False)),
    ({"DialCallStatus": "busy", "Digits": "1"}, {}, DialEnded(answered=False)),
    (
        {"RecordingUrl": "https://x/RE1", "RecordingSid": "RE1", "RecordingDuration": "12"},
        {},
        Recorded("RE1", 12),
    ),
    (
        {"RecordingUrl": "https://x", "RecordingDuration": "3", "Digits": "hangup"},
        {},
        Recorded("", 3),
    ),
]


@pytest.mark.parametrize(("form", "query", "value"), TABLE)
def test_what_was_heard(form: dict[str, str], query: dict[str, str], value: Heard) -> None:
    assert carrier.heard(form, query) == value


HOSTILE: list[tuple[dict[str, str], dict[str, str]]] = [
    ({"Digits": "12a"}, {}),
    ({"Digits": "1\n"}, {}),
    ({"Digits": "١"}, {}),
    ({"Digits": "1" * 41}, {}),
    ({"Digits": "1", "FinishedOnKey": "<"}, {}),
    ({"Digits": "1"}, {"keys": "-1"}),
    ({"Digits": "1"}, {"keys": "9" * 6}),
    ({"DialCallStatus": "DROP TABLE"}, {}),
    ({"RecordingSid": "../../etc/passwd"}, {}),
    ({"RecordingSid": "RE1", "RecordingDuration": "1e9"}, {}),
]


@pytest.mark.parametrize(("form", "query"), HOSTILE)
def test_what_no_carrier_sends_is_refused(form: dict[str, str], query: dict[str, str]) -> None:
    with pytest.raises(Hostile):
        carrier.heard(form, query)


@pytest.mark.parametrize(
    ("written", "phone"),
    [
        ("+79161234567", "+79161234567"),
        ("89161234567", "+79161234567"),
        ("sip:79161234567@trunk.example", "+79161234567"),
        ("anonymous", None),
        ("Restricted", None),
        ("+266696687", None),
        ("+7378742833", None),
        ("", None),
        ("2442", None),
    ],
)
def test_who_calls(written: str, phone: str | None) -> None:
    assert carrier.caller({"From": written}) == phone


@pytest.mark.parametrize("written", ["+7916\x00", "+" + "7" * 300, "\u0085"])
def test_a_hostile_caller(written: str) -> None:
    with pytest.raises(Hostile):
        carrier.caller({"From": written})


@pytest.mark.parametrize("sid", ["", "CA 1", "x" * 65, "CA1\n", "CA1'; --", "СА1"])
def test_a_hostile_carrier_id(sid: str) -> None:
    with pytest.raises(Hostile):
        carrier.carrier_id({"CallSid": sid})


@pytest.mark.parametrize("number", [0, 10_001, 10**30])
def test_a_turn_that_no_call_reaches(number: int) -> None:
    with pytest.raises(Hostile):
        carrier.turn_number(number)
