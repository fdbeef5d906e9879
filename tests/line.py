"""A whole line for a test: the demo clinic in a database of its own, and its telephones."""

from __future__ import annotations

import json
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import Any
from xml.etree import ElementTree as ET

from flask import Flask
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from ivr.app import Line as Process
from ivr.app import create_app, open_line
from ivr.clinic import demo
from ivr.clinic.settings import ClinicSettings
from ivr.config import Config
from ivr.dialogue.turns import (
    DialEnded,
    HangUp,
    Heard,
    HungUp,
    Keys,
    Listen,
    NoInput,
    Recorded,
    Turn,
)
from ivr.messages.outbox import _TEXT as TEXT
from ivr.store import tables
from ivr.store.database import Database
from ivr.store.vault import Vault
from ivr.switchboard import Reply, Switchboard
from tests.book_events import happen
from tests.golden import Clock, Said, Telephone, World

DATA_KEY = b"k" * 32
TOKEN = "t" * 32
PUBLIC_URL = "https://line.example"


def settings(url: str, **more: str) -> Config:
    return Config.from_env(
        {
            "IVR_DATABASE_URL": url,
            "IVR_SECRET_KEY": "s" * 32,
            "IVR_DATA_KEY": urlsafe_b64encode(DATA_KEY).decode(),
            "IVR_PUBLIC_URL": PUBLIC_URL,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "IVR_LINE_NUMBER": "+78001234567",
            "IVR_TRANSFER_TO": "+74950000001",
            **more,
        }
    )


@dataclass(slots=True)
class Line:
    url: str
    clock: Clock
    database: Database = field(init=False)
    config: Config = field(init=False)
    _process: Process | None = field(default=None, init=False)
    _app: Flask | None = field(default=None, init=False)
    closing: ExitStack = field(default_factory=ExitStack, init=False)
    """What must be over before the database is closed."""

    def __post_init__(self) -> None:
        self.database = Database(self.url)
        self.config = settings(self.url)

    @property
    def vault(self) -> Vault:
        return Vault(DATA_KEY)

    @property
    def switchboard(self) -> Switchboard:
        if self._process is None:
            self._process = open_line(self.config, self.clock)
        return self._process.switchboard

    @property
    def app(self) -> Flask:
        """The web process."""
        if self._app is None:
            self._app = create_app(self.config, self.clock)
        return self._app

    def world(self, driver: str) -> World:
        phones: dict[str, Callable[[], Telephone]] = {
            "straight": lambda: DirectPhone(self),
            "crashing": lambda: CrashingPhone(self),
            "doubled": lambda: DoubledPhone(self),
            "webhooks": lambda: WebhookPhone(self, times=1),
            "webhooks twice": lambda: WebhookPhone(self, times=2),
        }
        return World(
            clock=self.clock,
            telephone=phones[driver],
            set_clinic=self.set_clinic,
            set_line=self.set_line,
            happen=self.happen,
            codes=self.codes,
            sms_code=self.sms_code,
        )

    def set_clinic(self, name: str, value: str) -> None:
        with self.database.begin() as session:
            ClinicSettings.set(session, name, "" if value == "none" else value)

    def set_line(self, name: str, value: str) -> None:
        self._stop()
        self.config = settings(self.url, **{f"IVR_{name.upper()}": value})

    def happen(self, event: str) -> None:
        with self.database.begin() as session:
            happen(session, self.vault, event)

    def sentences_said(self) -> set[tuple[str, str]]:
        """Prompt and text, in every call so far, whispers to a person included."""
        with self.database.read() as session:
            lines = session.scalars(select(tables.Line).where(tables.Line.kind == "said"))
            payloads = [json.loads(self.vault.open("line", line.payload)) for line in lines]
        return {(one["prompt"], one["text"]) for payload in payloads for one in payload}

    def outcomes(self) -> set[str | None]:
        with self.database.read() as session:
            return set(session.scalars(select(tables.Call.outcome)))

    def codes(self) -> list[str]:
        newest = select(tables.Cancellation.code).order_by(tables.Cancellation.id.desc())
        with self.database.read() as session:
            return list(session.scalars(newest))

    def outbox(self) -> list[tuple[str, str]]:
        """Kind and text, oldest first."""
        with self.database.read() as session:
            rows = session.scalars(select(tables.Outbox).order_by(tables.Outbox.id))
            return [(row.kind, self.vault.open(TEXT, row.text_sealed)) for row in rows]

    def sms_code(self) -> str:
        texts = [text for kind, text in self.outbox() if kind == "identity_code"]
        return texts[-1].split()[1]

    def close(self) -> None:
        self.closing.close()
        self.database.close()
        self._stop()

    def _stop(self) -> None:
        if self._process is not None:
            self._process.database.close()
        if self._app is not None:
            self._app.extensions["line"].database.close()
        self._process = self._app = None


@dataclass(slots=True)
class DirectPhone:
    """The switchboard without a door."""

    line: Line
    reply: Reply | None = None
    by_voice: bool = False
    sid: str = field(default_factory=lambda: f"CA{uuid.uuid4().hex}")

    def dial(self, caller: str | None, *, by_voice: bool = False) -> Said:
        self.by_voice = by_voice
        self.reply = self.pick_up(
            carrier_id=self.sid, caller=caller, door="test", by_voice=by_voice
        )
        return said(self.reply)

    def send(self, heard: Heard) -> Said:
        assert self.reply is not None
        if isinstance(heard, HungUp):
            self.line.switchboard.hang_up(carrier_id=self.sid)
        else:
            turn = self.reply.turn
            self.reply = self.hear(self.reply.call, turn.number, as_carriers_end(turn, heard))
        return said(self.reply)

    def pick_up(self, **call: Any) -> Reply:
        return self.line.switchboard.pick_up(**call)

    def hear(self, call: str, turn: int, heard: Heard) -> Reply:
        return self.line.switchboard.hear(call, turn, heard, by_voice=self.by_voice)

    def outcome(self) -> str:
        assert self.reply is not None
        with self.line.database.read() as session:
            row = session.get_one(tables.Call, self.reply.call)
            return str(row.outcome)


class CrashingPhone(DirectPhone):
    """Nothing of a line is left between two turns; another one says the turn once more."""

    def pick_up(self, **call: Any) -> Reply:
        return self.anew(lambda board: board.pick_up(**call))

    def hear(self, call: str, turn: int, heard: Heard) -> Reply:
        by_voice = self.by_voice
        reply = self.anew(lambda board: board.hear(call, turn, heard, by_voice=by_voice))
        again = self.line.switchboard.turn_in_force(call, by_voice=by_voice)
        assert sentences(again) == sentences(reply)
        return reply

    def anew(self, ask: Callable[[Switchboard], Reply]) -> Reply:
        line = self.line
        return ask(open_line(line.config, line.clock, line.database).switchboard)


class DoubledPhone(DirectPhone):
    """Every request comes twice, the first one once more behind the second."""

    def pick_up(self, **call: Any) -> Reply:
        first, second = DirectPhone.pick_up(self, **call), DirectPhone.pick_up(self, **call)
        assert first == second
        return second

    def hear(self, call: str, turn: int, heard: Heard) -> Reply:
        first = DirectPhone.hear(self, call, turn, heard)
        for old in (turn, max(1, turn - 1)):
            again = DirectPhone.hear(self, call, old, heard)
            assert again == first
        return first


def as_carriers_end(turn: Turn, heard: Heard) -> Heard:
    """Input of the wanted length ends by count, whatever follows it."""
    wanted = turn.then.count if isinstance(turn.then, Listen) else 0
    if isinstance(heard, Keys) and heard.closed == "pause" and len(heard.keys) >= wanted > 1:
        return Keys(heard.keys, "count")
    return heard


def sentences(reply: Reply) -> list[str]:
    return [sentence.text for sentence in reply.sentences]


def said(reply: Reply) -> Said:
    ended = reply.turn.then.outcome.value if isinstance(reply.turn.then, HangUp) else None
    return Said(" ".join(sentences(reply)), ended)


@dataclass(slots=True)
class WebhookPhone:
    """The carrier: signed requests as Twilio sends them."""

    line: Line
    times: int = 1
    sid: str = field(default_factory=lambda: f"CA{uuid.uuid4().hex}")
    action: str = ""
    number: str = ""

    def dial(self, caller: str | None, *, by_voice: bool = False) -> Said:
        assert not by_voice
        self.number = caller or "anonymous"
        return self.post("/voice")

    def send(self, heard: Heard) -> Said:
        if isinstance(heard, HungUp):
            return self.post("/voice/status", CallStatus="completed")
        return self.post(self.action, **as_parameters(heard))

    def post(self, path: str, **more: str) -> Said:
        form = {"CallSid": self.sid, "From": self.number, "To": "+78001234567", **more}
        bodies = [self.post_once(path, form) for _ in range(self.times)]
        assert len(set(bodies)) == 1
        return self.read(bodies[-1])

    def post_once(self, path: str, form: dict[str, str]) -> str:
        signature = RequestValidator(TOKEN).compute_signature(PUBLIC_URL + path, form)
        reply = self.line.app.test_client().post(
            path, data=form, headers={"X-Twilio-Signature": signature}
        )
        assert reply.status_code in (200, 204), reply.status_code
        return reply.get_data(as_text=True)

    def read(self, body: str) -> Said:
        if not body:
            return Said("")
        document = ET.fromstring(body)  # noqa: S314
        for verb in document.iter():
            if verb.tag in ("Gather", "Dial", "Record"):
                self.action = verb.attrib["action"].removeprefix(PUBLIC_URL)
        texts = ["".join(say.itertext()) for say in document.iter("Say")]
        ended = document.find("Hangup") is not None and document.find("Gather") is None
        return Said(unescape(" ".join(texts)), self.outcome() if ended else None)

    def outcome(self) -> str:
        with self.line.database.read() as session:
            query = select(tables.Call.outcome).where(tables.Call.carrier_id == self.sid)
            return str(session.scalars(query).one())


def as_parameters(heard: Heard) -> dict[str, str]:
    match heard:
        case Keys(keys=keys, closed="hash"):
            return {"Digits": keys, "FinishedOnKey": "#"} if keys else {"Digits": "#"}
        case Keys(keys=keys):
            return {"Digits": keys}
        case NoInput():
            return {"Digits": ""}
        case DialEnded(answered=answered):
            return {"DialCallStatus": "completed" if answered else "no-answer"}
        case Recorded(recording=recording, seconds=seconds):
            return {"RecordingSid": recording, "RecordingDuration": str(seconds)}
        case _:
            raise ValueError("not by webhooks")


def fill_demo(database: Database, now: datetime) -> None:
    with database.begin() as session:
        demo.fill(session, Vault(DATA_KEY), now)


def telephone(line: Line, driver: str = "straight") -> Telephone:
    return line.world(driver).telephone()
