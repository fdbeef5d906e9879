"""A desk over the demo clinic, and visitors of every role."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from ivr.app import create_app
from ivr.desk import accounts
from ivr.dialogue.turns import Keys, NoInput, Utterance
from ivr.store import tables
from tests.line import Line, settings

T = TypeVar("T")
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
ANNA = "+79161234567"


@dataclass
class Visitor:
    """A browser in which somebody is signed in."""

    client: FlaskClient
    name: str
    _token: str = field(default="", init=False)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(f"/desk{path}", **more)

    def text(self, path: str) -> str:
        reply = self.get(path)
        assert reply.status_code == 200, (reply.status_code, reply.text)
        return reply.text

    def find(self, path: str, query: str) -> str:
        """Fill a search's form in (`name=смирнова&only=lost`); the page of what is found."""
        reply = self.post(path, **dict(parse_qsl(query, keep_blank_values=True)))
        assert reply.status_code == 200, (reply.status_code, reply.text)
        return reply.text

    def post(self, path: str, **form: str) -> TestResponse:
        """Send a form with its token; the page that follows."""
        if not self._token:
            self._token = TOKEN.findall(self.get("/sign-in").text)[0]
        form["csrf_token"] = self._token
        return self.client.post(f"/desk{path}", data=form, follow_redirects=True)


@dataclass
class Desk:
    line: Line
    app: Flask

    def visitor(self, role: str, name: str = "") -> Visitor:
        """Signed in without a password: hashing takes its time."""
        name = name or role
        row = tables.Registrar(
            name=name, role=role, password_hash="-", created_at=self.line.clock.now
        )
        with self.line.database.begin() as session:
            session.add(row)
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = f"{row.id}.1"
            cookie["_fresh"] = True
        return Visitor(client, name)

    def call(self, *keys: str, caller: str | None = ANNA) -> str:
        """Make a call: `12#` and `12…` are keys, «да» words, empty is silence. Its id."""
        board = self.line.switchboard
        reply = board.pick_up(carrier_id=None, caller=caller, door="test")
        for one in keys:
            reply = board.hear(reply.call, reply.turn.number, heard(one))
        return reply.call

    def rows(self, table: type[T]) -> list[T]:
        with self.line.database.read() as session:
            return list(session.scalars(select(table)))

    def lines(self, call: str) -> list[tables.Line]:
        mine = [row for row in self.rows(tables.Line) if row.call_id == call]
        return sorted(mine, key=lambda row: row.number)

    def audit(self) -> list[tuple[str, str]]:
        return [(row.who, row.what) for row in self.rows(tables.Audit)]


def heard(written: str) -> Keys | NoInput | Utterance:
    if not written:
        return NoInput()
    if written.startswith("«"):
        return Utterance(written.strip("«»"), 0.9)
    if written.endswith("…"):
        return Keys(written.rstrip("…"), "pause")
    return Keys(written.rstrip("#"), "hash" if written.endswith("#") else "count")


CANCELLED = ("000017#", "1", "2", "1", "1", "1", "5")
"""Anna cancels the first of her two visits, hears the code, gives a reason."""


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same hashing with the least work."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", cheap)


@pytest.fixture
def desk(line: Line) -> Iterator[Desk]:
    config = settings(line.url, IVR_PUBLIC_URL="http://127.0.0.1:8000")
    desk = Desk(line, create_app(config, clock=line.clock))
    yield desk
    desk.app.extensions["line"].database.close()
