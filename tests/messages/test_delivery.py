from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.messages.delivery import Report, http_reports, states_of, twilio_report
from ivr.messages.outbox import State

STATES = states_of('{"DELIVRD": "delivered", "EXPIRED": "undelivered", "2": "sent"}')


@pytest.mark.parametrize(
    ("form", "query", "report"),
    [
        (
            {"MessageSid": "SM1", "MessageStatus": "delivered"},
            {"key": "k"},
            Report("SM1", "k", State.DELIVERED),
        ),
        ({"SmsSid": "SM1", "SmsStatus": "sent"}, {}, Report("SM1", None, State.SENT)),
        (
            {"MessageSid": "SM1", "MessageStatus": "failed", "ErrorCode": "30003"},
            {},
            Report("SM1", None, State.UNDELIVERED),
        ),
        ({"MessageSid": "SM1", "MessageStatus": "queued"}, {}, None),
        ({"MessageSid": "SM1", "MessageStatus": "novel"}, {}, None),
        ({"MessageStatus": "delivered"}, {}, None),
        ({}, {"key": "k"}, None),
    ],
)
def test_twilio(form: dict[str, str], query: dict[str, str], report: Report | None) -> None:
    assert twilio_report(form, query) == report


@pytest.mark.parametrize(
    ("content", "reports"),
    [
        ({"id": 17, "status": "DELIVRD"}, [Report("17", None, State.DELIVERED)]),
        ({"id": "a", "status": "2"}, [Report("a", None, State.SENT)]),
        ({"id": "a", "status": 2}, [Report("a", None, State.SENT)]),
        ({"messageId": "a", "state": "delivered"}, [Report("a", None, State.DELIVERED)]),
        ({"reference": "k", "Status": "expired"}, [Report(None, "k", State.UNDELIVERED)]),
        (
            {"messages": [{"id": "a", "status": "DELIVRD"}, {"id": "b", "status": "EXPIRED"}]},
            [Report("a", None, State.DELIVERED), Report("b", None, State.UNDELIVERED)],
        ),
        ({"id": "a", "status": "ACCEPTD"}, []),
        ({"status": "DELIVRD"}, []),
        ([], []),
        ("DELIVRD", []),
        (None, []),
    ],
)
def test_http(content: object, reports: list[Report]) -> None:
    assert http_reports(content, STATES) == reports


@pytest.mark.parametrize("setting", ["[]", '{"a": "lost"}', "{", '{"a": ["sent"]}'])
def test_wrong_states(setting: str) -> None:
    with pytest.raises(ValueError, match=r"IVR_SMS_STATES"):
        states_of(setting)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(json_values)
def test_any_content_is_read(content: object) -> None:
    assert isinstance(http_reports(content, STATES), list)


def test_depth_is_no_trouble() -> None:
    content: object = {"id": "a", "status": "DELIVRD"}
    for _ in range(100_000):
        content = [content]
    assert http_reports(content, STATES) == [Report("a", None, State.DELIVERED)]
    while isinstance(content, list):  # freed without recursion
        content = content.pop()
