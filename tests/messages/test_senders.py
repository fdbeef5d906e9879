from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.config import HttpSms
from ivr.messages.senders import (
    HttpSender,
    LogSender,
    Outcome,
    Refused,
    Sent,
    SmsSender,
    TwilioSender,
    Unknown,
    at_path,
    filled_body,
)
from tests.messages.gateway import SID, TOKEN, Gateway

MOBILE = "+79161234567"
TEXT = 'Запись 24.11 "10:30" отменена.\\ Не вы?'
QUICK = httpx.Timeout(0.3)


def twilio(
    url: str, token: str = TOKEN, public_url: str = "https://line.example"
) -> TwilioSender:
    return TwilioSender(
        account_sid=SID,
        auth_token=token,
        sender="Clinic5",
        public_url=public_url,
        base_url=url,
        timeout=QUICK,
    )


def http_settings(url: str) -> HttpSms:
    return HttpSms(
        url=f"{url}/send",
        headers='{"Authorization": "Bearer t"}',
        body='{"number": "{to}", "msisdn": "{digits}", "text": "{text}", "ref": "{key}"}',
        id_path="messages.0.id",
    )


@pytest.fixture(params=["twilio", "http"])
def sender(request: pytest.FixtureRequest, gateway: Gateway) -> Iterator[SmsSender]:
    if request.param == "twilio":
        yield twilio(gateway.url)
    else:
        yield HttpSender(http_settings(gateway.url), timeout=QUICK)


@pytest.mark.parametrize(
    ("mood", "outcome", "accepted"),
    [
        ("accept", Sent, 1),
        ("broken", Unknown, 1),
        ("silent", Unknown, 1),
        ("cut", Unknown, 1),
        ("no-id", Unknown, 1),
    ],
)
def test_what_may_have_been_taken_is_never_called_refused(
    sender: SmsSender, gateway: Gateway, mood: str, outcome: type[Outcome], accepted: int
) -> None:
    gateway.moods.append(mood)
    assert isinstance(sender.send(MOBILE, TEXT, "key/1"), outcome)
    assert len(gateway.accepted) == accepted
    assert len(gateway.requests) == 1


@pytest.mark.parametrize(
    ("mood", "retry"), [("refuse", False), ("busy", True), ("down", True), ("redirect", True)]
)
def test_refused_was_not_taken(
    sender: SmsSender, gateway: Gateway, mood: str, retry: bool
) -> None:
    gateway.moods.append(mood)
    outcome = sender.send(MOBILE, TEXT, "key/1")
    assert isinstance(outcome, Refused)
    assert outcome.retry is retry
    assert gateway.accepted == []
    assert len(gateway.requests) == 1


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for sender in (
        twilio(f"http://127.0.0.1:{port}"),
        HttpSender(HttpSms(url=f"http://127.0.0.1:{port}/"), timeout=QUICK),
    ):
        assert sender.send(MOBILE, TEXT, "k") == Refused("ConnectError", retry=True)


def test_twilio_gets_text_sender_and_callback(gateway: Gateway) -> None:
    outcome = twilio(gateway.url).send(MOBILE, TEXT, "cancellation/1/cancelled")
    assert outcome == Sent(gateway.next_id)
    [fields] = gateway.accepted
    assert fields == {
        "To": MOBILE,
        "From": "Clinic5",
        "Body": TEXT,
        "StatusCallback": "https://line.example/sms/status?key=cancellation%2F1%2Fcancelled",
    }


def test_twilio_without_a_public_address(gateway: Gateway) -> None:
    twilio(gateway.url, public_url="").send(MOBILE, TEXT, "k")
    assert "StatusCallback" not in gateway.accepted[0]


def test_twilio_landline_is_not_tried_again(gateway: Gateway) -> None:
    outcome = twilio(gateway.url).send("+74951234567", TEXT, "k")
    assert outcome == Refused("twilio 400 21614", retry=False)


def test_twilio_wrong_token_may_be_corrected(gateway: Gateway) -> None:
    outcome = twilio(gateway.url, token="other").send(MOBILE, TEXT, "k")
    assert outcome == Refused("twilio 401 20003", retry=True)


def test_http_fills_the_body(gateway: Gateway) -> None:
    outcome = HttpSender(http_settings(gateway.url)).send(MOBILE, TEXT, "key/1")
    assert outcome == Sent(gateway.next_id)
    assert gateway.accepted == [
        {"number": MOBILE, "msisdn": MOBILE[1:], "text": TEXT, "ref": "key/1"}
    ]
    method, path, headers, _ = gateway.requests[0]
    assert (method, path, headers["authorization"]) == ("POST", "/send", "Bearer t")


def test_http_form(gateway: Gateway) -> None:
    settings = replace(http_settings(gateway.url), body="to={to}&text={text}&id={key}")
    HttpSender(settings).send(MOBILE, "a&b=в", "k 1")
    assert gateway.accepted == [{"to": MOBILE, "text": "a&b=в", "id": "k 1"}]


def test_http_get(gateway: Gateway) -> None:
    url = f"{gateway.url}/send?phones={{digits}}&mes={{text}}&id={{key}}"
    HttpSender(HttpSms(url=url, method="GET")).send(MOBILE, "a&b=в", "k/1")
    assert gateway.accepted == [{"phones": MOBILE[1:], "mes": "a&b=в", "id": "k/1"}]


def test_http_without_an_id_path_keeps_our_key(gateway: Gateway) -> None:
    assert HttpSender(HttpSms(url=gateway.url)).send(MOBILE, TEXT, "k") == Sent("k")
    assert gateway.accepted == [{"to": MOBILE, "text": TEXT, "key": "k"}]


def test_http_refusal_within_a_200(gateway: Gateway) -> None:
    gateway.moods.append("error-200")
    outcome = HttpSender(http_settings(gateway.url)).send(MOBILE, TEXT, "k")
    assert outcome == Refused("http 200 with an error", retry=True)


def test_log_of_a_get_shows_neither_number_nor_text(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"{gateway.url}/send?phones={{digits}}&mes={{text}}"
    with caplog.at_level(logging.INFO):
        HttpSender(HttpSms(url=url, method="GET")).send(MOBILE, "text", "k")
    assert caplog.text == ""


@pytest.mark.parametrize("headers", ["[1]", "{", '"a"'])
def test_wrong_headers_stop_the_start(headers: str) -> None:
    with pytest.raises(ValueError, match=r"IVR_SMS_HEADERS"):
        HttpSender(HttpSms(url="http://127.0.0.1/", headers=headers))


def test_log_sender_shows_neither_number_nor_text(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        assert LogSender().send(MOBILE, TEXT, "key/1") == Sent("log:key/1")
    assert "key/1" in caplog.text
    assert "…67" in caplog.text
    assert "9161234567" not in caplog.text
    assert "Запись" not in caplog.text


@pytest.mark.parametrize(
    ("content", "path", "found"),
    [
        ({"messages": [{"id": "a"}]}, "messages.0.id", "a"),
        ({"id": 17}, "id", "17"),
        ({"id": ""}, "id", None),
        ({"id": None}, "id", None),
        ({"id": {"a": 1}}, "id", None),
        ([{"id": "a"}], "0.id", "a"),
        ([], "0.id", None),
        ({"messages": []}, "messages.0.id", None),
        ("text", "id", None),
        ({"a": 1}, "a.b", None),
    ],
)
def test_at_path(content: object, path: str, found: str | None) -> None:
    assert at_path(content, path) == found


@given(st.text(), st.text(max_size=40))
def test_any_text_arrives_as_it_was(text: str, key: str) -> None:
    values = {"to": MOBILE, "digits": MOBILE[1:], "text": text, "key": key}
    body = filled_body('{"text": "{text}", "key": "{key}"}', values)
    assert json.loads(body) == {"text": text, "key": key}
    form = filled_body("text=-{text}&key=-{key}", values)
    if text.isprintable() and key.isprintable():
        assert parse_qs(form) == {"text": [f"-{text}"], "key": [f"-{key}"]}
