from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from ivr.store.database import Database
from ivr.store.tables import Outbox
from tests.telephony.lines import sign, web

GATEWAY = {
    "IVR_SMS": "http",
    "IVR_SMS_URL": "https://sms.example/send",
    "IVR_SMS_TOKEN": "a-token",
    "IVR_SMS_STATES": '{"dlvrd": "delivered"}',
}
KEY = "call/7"


@pytest.fixture
def message(database: Database, now: datetime) -> Database:
    with database.begin() as session:
        session.add(
            Outbox(
                key=KEY,
                to_sealed="",
                text_sealed="",
                kind="cancelled",
                state="sent",
                provider_id="SM1",
                next_attempt_at=now,
                created_at=now,
                updated_at=now,
            )
        )
    return database


def state(database: Database) -> str:
    with database.read() as session:
        return session.scalars(select(Outbox.state)).one()


def report(line: FlaskClient, form: dict[str, str], *, signed: bool = True) -> int:
    path = "/sms/status?key=call%2F7"
    headers = sign(path, form) if signed else {}
    return line.post(path, data=form, headers=headers).status_code


def test_a_carriers_report_moves_a_message_forwards_only(
    url: str, message: Database, now: datetime
) -> None:
    with web(url, now) as line:
        for status in ("delivered", "sent", "delivered"):
            assert report(line, {"MessageSid": "SM1", "MessageStatus": status}) == 204
        assert state(message) == "delivered"


def test_an_unsigned_report_has_no_effect(url: str, message: Database, now: datetime) -> None:
    form = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    with web(url, now) as line:
        assert report(line, form, signed=False) == 403
        assert state(message) == "sent"


@pytest.mark.parametrize("sid", ["SM\x00", "x" * 300, "я"])
def test_a_hostile_report_has_no_effect(
    sid: str, url: str, message: Database, now: datetime
) -> None:
    form = {"MessageSid": sid, "MessageStatus": "delivered"}
    with web(url, now) as line:
        assert report(line, form) == 400
        assert state(message) == "sent"


@pytest.mark.parametrize(
    "body", [{"json": {"reports": [{"id": "SM1", "status": "DLVRD"}]}}, {"data": {"key": KEY}}]
)
def test_a_gateways_report_needs_its_token(
    body: dict[str, Any], url: str, message: Database, now: datetime
) -> None:
    with web(url, now, **GATEWAY) as line:
        if "data" in body:
            body = {"data": body["data"] | {"status": "dlvrd"}}
        for query in ("", "?token=", "?token=another", "?token=%D1%8F"):
            assert line.post(f"/sms/status{query}", **body).status_code == 403
        assert state(message) == "sent"
        assert line.post("/sms/status?token=a-token", **body).status_code == 204
        assert state(message) == "delivered"


def test_a_gateway_that_reports_nonsense_is_heard_out(url: str, now: datetime) -> None:
    with web(url, now, **GATEWAY) as line:
        for body in (b"{", b"[1, null]", b"\xff"):
            answer = line.post(
                "/sms/status?token=a-token", data=body, content_type="application/json"
            )
            assert answer.status_code == 204
