"""A whole web process for a test, and requests as the carrier signs them."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from ivr.app import create_app
from ivr.clinic import demo
from ivr.config import Config
from ivr.store.database import Database
from ivr.store.vault import Vault

PUBLIC = "https://line.example"
TOKEN = "a carrier's token"
SID = "CA" + "1" * 32
CALLER = {"CallSid": SID, "From": "+79161234567", "To": "+78001234567"}


def environment(url: str, **more: str) -> dict[str, str]:
    return {
        "IVR_DATABASE_URL": url,
        "IVR_SECRET_KEY": "s" * 32,
        "IVR_DATA_KEY": urlsafe_b64encode(b"k" * 32).decode(),
        "IVR_PUBLIC_URL": PUBLIC,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "IVR_LINE_NUMBER": "+78001234567",
        "IVR_TRANSFER_TO": "+74950000001",
        **more,
    }


@contextmanager
def web(url: str, now: datetime, **more: str) -> Iterator[FlaskClient]:
    config = Config.from_env(environment(url, **more))
    app = create_app(config, lambda: now)
    try:
        yield app.test_client()
    finally:
        app.extensions["line"].database.close()


def fill(url: str, now: datetime) -> None:
    """The demo clinic in a database that has its tables."""
    database = Database(url)
    with database.begin() as session:
        demo.fill(session, Vault(b"k" * 32), now)
    database.close()


def sign(path: str, form: Mapping[str, str]) -> dict[str, str]:
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, form)
    return {"X-Twilio-Signature": signature}


def post(line: FlaskClient, path: str, **more: str) -> TestResponse:
    form = CALLER | more
    return line.post(path, data=form, headers=sign(path, form))
