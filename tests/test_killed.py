"""kill -9 of the real processes: between requests, in the middle of one, while SMS are sent."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event

import httpx
import pytest
from sqlalchemy import select, update

from ivr.messages import outbox
from ivr.messages.outbox import _TEXT as TEXT
from ivr.messages.outbox import State
from ivr.speech.numbers import digits_one_by_one, pairs
from ivr.store.database import Database
from ivr.store.tables import Cancellation, Outbox, Visit
from ivr.store.vault import Vault
from ivr.switchboard import utc_now
from tests.messages.gateway import Gateway, serving
from tests.telephony.lines import environment, fill, sign

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
SERVER = (
    *("gunicorn", "-c", "python:ivr.web_server", "--workers", "1"),
    "ivr.app:from_environment()",
)
"""What `ivr web` turns into, with one worker: it comes up sooner."""
ANNA, AHMETOV = ("+79161234567", "000017"), ("+79379876543", "000187")
CALL = ("000017#", "1", "2", "1", "1", "1", "1")
DELAYS = (0.0, 0.005, 0.01, 0.02, 0.04)
"""Seconds from the yes to kill -9."""
PATIENCE = 60.0
"""Seconds that a process may take to come up."""


@contextmanager
def process(env: dict[str, str], *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """In a group of its own, which is killed as a whole at the end."""
    running = subprocess.Popen(  # noqa: S603 - our own command
        (sys.executable, "-m", *words),
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **env},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield running
    finally:
        kill(running)


def kill(running: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()


def wait_for(come: Callable[[], bool]) -> None:
    for _ in range(int(PATIENCE / 0.01)):
        if come():
            return
        Event().wait(0.01)
    raise AssertionError("waited in vain")


@dataclass(slots=True)
class Web:
    """The web process on a port, alive or not."""

    url: str
    port: int
    client: httpx.Client = field(
        default_factory=lambda: httpx.Client(
            trust_env=False,
            timeout=60,
            limits=httpx.Limits(max_keepalive_connections=0),
        )
    )

    @contextmanager
    def alive(self, *words: str) -> Iterator[subprocess.Popen[bytes]]:
        env = environment(self.url, PORT=str(self.port))
        with process(env, *(words or SERVER)) as running:
            wait_for(self.listens)
            yield running
        wait_for(lambda: not self.listens())

    def listens(self) -> bool:
        with socket.socket() as knock:
            return knock.connect_ex(("127.0.0.1", self.port)) == 0

    def post(self, path: str, form: dict[str, str]) -> str:
        headers = sign(path, form)
        address = f"http://127.0.0.1:{self.port}{path}"
        answer = self.client.post(address, data=form, headers=headers)
        assert answer.status_code == 200
        return answer.text


@dataclass(slots=True)
class Phone:
    """A caller behind Twilio: signed requests, each of them sent twice."""

    web: Web
    number: str
    sid: str = field(default_factory=lambda: f"CA{uuid.uuid4().hex}")
    path: str = "/voice"
    form: dict[str, str] = field(default_factory=dict)
    document: str = ""
    """The last answer."""

    def dial(self) -> str:
        return self.send(self.request("/voice"))

    def press(self, keys: str) -> str:
        return self.send(self.request(self.action(), **pressed(keys)))

    def again(self) -> str:
        """The last request once more: the carrier has not got its answer."""
        return self.web.post(self.path, self.form)

    def request(self, path: str, **more: str) -> tuple[str, dict[str, str]]:
        return path, {"CallSid": self.sid, "From": self.number, "To": "+78001234567", **more}

    def send(self, request: tuple[str, dict[str, str]]) -> str:
        self.path, self.form = request
        self.document = self.web.post(self.path, self.form)
        assert self.again() == self.document
        return self.document

    def lose(self, keys: str) -> None:
        """Press, and hear nothing: the line dies."""
        self.path, self.form = self.request(self.action(), **pressed(keys))
        with contextlib.suppress(httpx.TransportError):
            self.again()

    def action(self) -> str:
        found = re.search(r'action="https?://[^/"]+([^"]+)"', self.document)
        assert found
        return found[1].replace("&amp;", "&")


def pressed(keys: str) -> dict[str, str]:
    return {"Digits": keys.rstrip("#")} | ({"FinishedOnKey": "#"} if "#" in keys else {})


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """With the demo clinic."""
    fill(url, utc_now())
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def web(
    database: Database, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Web]:
    monkeypatch.chdir(tmp_path)
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = int(bound.getsockname()[1])
    web = Web(url, port)
    yield web
    web.client.close()


def codes(database: Database, vault: Vault) -> list[str]:
    """Of the open cancellations; with each stands one SMS that tells its code."""
    query = (
        select(Cancellation.code, Outbox.text_sealed)
        .outerjoin(Outbox, Outbox.cancellation_id == Cancellation.id)
        .where(Cancellation.status == "cancelled")
        .order_by(Cancellation.id)
    )
    with database.read() as session:
        rows = session.execute(query).all()
    for code, text in rows:
        assert code in vault.open(TEXT, text).replace("-", "")
    found = [code for code, _ in rows]
    assert len(set(found)) == len(found)
    return found


def test_a_call_goes_on_over_kill_9_between_any_two_requests(
    web: Web, database: Database, vault: Vault
) -> None:
    phone, heard = Phone(web, ANNA[0]), []
    with web.alive():
        heard.append(phone.dial())
    for keys in CALL:
        with web.alive():
            assert phone.again() == heard[-1]
            heard.append(phone.press(keys))
    assert "Что-нибудь ещё" in heard[-1]
    (code,) = codes(database, vault)
    assert pairs(code) in heard[5]
    assert digits_one_by_one(code) in heard[5]
    with web.alive("ivr", "web"):
        _assert_not_offered_again(Phone(web, ANNA[0]))
        _bring_back(Phone(web, ANNA[0]))
    assert codes(database, vault) == []
    with database.read() as session:
        assert set(session.scalars(select(Visit.status))) == {"booked"}
        assert [row.status for row in session.scalars(select(Cancellation))] == ["undone"]


def _assert_not_offered_again(phone: Phone) -> None:
    phone.dial()
    assert "Вернуть этот приём?" in phone.press(CALL[0])
    offered = phone.press("2")
    assert "Найдена одна запись" in offered
    assert "Иванова" not in offered


def _bring_back(phone: Phone) -> None:
    phone.dial()
    phone.press(CALL[0])
    assert "Приём восстановлен" in phone.press("1")


def test_kill_9_in_the_middle_of_the_yes(web: Web, database: Database, vault: Vault) -> None:
    lost: Phone | None = None
    callers = (ANNA, ANNA, AHMETOV, AHMETOV, AHMETOV)
    for done, ((number, policy), delay) in enumerate(zip(callers, DELAYS, strict=True)):
        with web.alive() as running:
            if lost is not None:
                _assert_code_heard(lost, codes(database, vault), done)
            phone = lost = Phone(web, number)
            _go_to_the_yes(phone, policy)
            with ThreadPoolExecutor(1) as thread:
                sent = thread.submit(phone.lose, "1")
                Event().wait(delay)
                kill(running)
                sent.result()
        assert done <= len(codes(database, vault)) <= done + 1
    assert lost is not None
    with web.alive():
        _assert_code_heard(lost, codes(database, vault), len(callers))
    assert len(codes(database, vault)) == len(callers)


def _assert_code_heard(phone: Phone, before: list[str], expected: int) -> None:
    """The carrier repeats the yes: what was cancelled stays, and its code is told."""
    phone.send((phone.path, phone.form))
    assert "Запись отменена" in phone.document
    told = phone.press("1")
    known = [code for code in before if pairs(code) in told]
    assert len(known) == len(before) - expected + 1
    phone.press("1")
    assert "Что-нибудь ещё" in phone.press("1")


def _go_to_the_yes(phone: Phone, policy: str) -> None:
    ways = {
        "Какую запись выбрать": "1",
        "Вернуть этот приём?": "2",
        "Чтобы отменить, нажмите два": "2",
    }
    phone.dial()
    phone.press(f"{policy}#")
    for _ in range(5):
        if "Отменить этот приём?" in phone.document:
            return
        phone.press(next(keys for said, keys in ways.items() if said in phone.document))
    raise AssertionError(phone.document)


MESSAGES = 30


def test_kill_9_of_the_worker_loses_no_sms_and_sends_none_twice(
    database: Database, url: str, vault: Vault
) -> None:
    _queue(database, vault)
    with serving() as gateway:
        gateway.moods.extend(["accept", "silent"])
        env = environment(
            url,
            IVR_SMS="http",
            IVR_SMS_URL=gateway.url,
            IVR_SMS_TOKEN="t",
            IVR_SMS_ID_PATH="messages.0.id",
            IVR_SMS_HEADERS='{"content-type": "application/json"}',
        )
        for enough, delay in ((2, 0.01), (8, 0.0), (14, 0.004), (20, 0.009)):
            with process(env, "ivr", "worker"):
                wait_for(partial(_has_taken, gateway, enough))
                Event().wait(delay)
        with process(env, "ivr", "worker"):
            wait_for(lambda: not _rows(database, State.QUEUED))
        _let_leases_end(database)
        with process(env, "ivr", "worker"):
            wait_for(lambda: not _rows(database, State.SENDING))
    _assert_accounts_agree(database, gateway)


def _queue(database: Database, vault: Vault) -> None:
    with database.begin() as session:
        for n in range(MESSAGES):
            outbox.put(
                session,
                vault,
                key=f"m{n}",
                to=f"+7916000{n:04}",
                text=f"Код {n}",
                kind="cancelled",
                now=utc_now(),
            )


def _has_taken(gateway: Gateway, enough: int) -> bool:
    return len(gateway.accepted) >= enough


def _rows(database: Database, *states: State) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Outbox.key).where(Outbox.state.in_(states))))


def _let_leases_end(database: Database) -> None:
    with database.begin() as session:
        sending = update(Outbox).where(Outbox.state == State.SENDING)
        session.execute(sending.values(lease_until=Outbox.created_at))


def _assert_accounts_agree(database: Database, gateway: Gateway) -> None:
    taken = [message["key"] for message in gateway.accepted]
    sent, unknown = _rows(database, State.SENT), _rows(database, State.UNKNOWN)
    assert len(set(taken)) == len(taken)
    assert len(sent) + len(unknown) == MESSAGES
    assert set(sent) <= set(taken)
    assert 1 <= len(unknown) <= 5
