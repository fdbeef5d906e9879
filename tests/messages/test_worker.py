from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Thread

import httpx
import pytest
from sqlalchemy import select

from ivr.config import HttpSms
from ivr.messages import outbox
from ivr.messages.delivery import http_reports
from ivr.messages.outbox import LEASE, State
from ivr.messages.senders import HttpSender, Outcome, Refused, Sent, SmsSender, Unknown
from ivr.messages.worker import Worker
from ivr.store.database import Database
from ivr.store.tables import Outbox, SpokenAudio
from ivr.store.vault import Vault
from tests.messages.gateway import Gateway

MOBILE = "+79161234567"


@dataclass
class Scripted:
    """A sender that answers what it was told to, then takes everything."""

    outcomes: deque[Outcome] = field(default_factory=deque)
    keys: list[str] = field(default_factory=list)

    def send(self, to: str, text: str, key: str) -> Outcome:
        self.keys.append(key)
        return self.outcomes.popleft() if self.outcomes else Sent(f"id {key}")


def nothing_silent(now: datetime) -> int:
    return 0


def worker_of(
    database: Database,
    vault: Vault,
    sender: SmsSender,
    close_silent: Callable[[datetime], int] = nothing_silent,
) -> Worker:
    return Worker(database, vault, sender, close_silent=close_silent, jitter=lambda: 1.0)


def put(
    database: Database, vault: Vault, now: datetime, key: str = "k", kind: str = "cancelled"
) -> None:
    with database.begin() as session:
        outbox.put(session, vault, key=key, to=MOBILE, text="Код", kind=kind, now=now)


def row(database: Database, key: str = "k") -> Outbox:
    with database.read() as session:
        return session.scalars(select(Outbox).where(Outbox.key == key)).one()


def test_sends_everything_once(database: Database, vault: Vault, now: datetime) -> None:
    for number in range(3):
        put(database, vault, now, f"k{number}")
    sender = Scripted()
    worker = worker_of(database, vault, sender)
    assert worker.run_once(now) == 3
    assert worker.run_once(now) == 0
    assert sender.keys == ["k0", "k1", "k2"]
    assert (row(database, "k0").state, row(database, "k0").provider_id) == ("sent", "id k0")


def test_no_transaction_is_open_while_sending(
    database: Database, vault: Vault, now: datetime
) -> None:
    put(database, vault, now)

    class Nosy(Scripted):
        def send(self, to: str, text: str, key: str) -> Outcome:
            put(database, vault, now + timedelta(days=1), "written meanwhile")
            assert row(database).state == State.SENDING
            return super().send(to, text, key)

    assert worker_of(database, vault, Nosy()).run_once(now) == 1
    assert row(database, "written meanwhile").state == State.QUEUED


def test_pauses_double_up_to_an_hour_and_end(
    database: Database, vault: Vault, now: datetime
) -> None:
    put(database, vault, now)
    sender = Scripted(deque([Refused("busy", retry=True)] * 20))
    worker = worker_of(database, vault, sender)
    pauses = []
    at = now
    while worker.run_once(at) and row(database).state == State.QUEUED:
        pauses.append((row(database).next_attempt_at - at).total_seconds())
        at = row(database).next_attempt_at
    assert pauses == [10, 20, 40, 80, 160, 320, 640, 1280, 2560]
    assert (row(database).state, row(database).error) == (State.GIVEN_UP, "busy")
    assert len(sender.keys) == 10


def test_half_of_a_pause_is_chance(database: Database, vault: Vault, now: datetime) -> None:
    put(database, vault, now)
    sender = Scripted(deque([Refused("busy", retry=True)]))
    Worker(database, vault, sender, close_silent=nothing_silent, jitter=lambda: 0.0).run_once(
        now
    )
    assert row(database).next_attempt_at == now + timedelta(seconds=5)


@pytest.mark.parametrize(
    ("kind", "waited", "state"),
    [
        ("cancelled", timedelta(hours=23), State.QUEUED),
        ("cancelled", timedelta(hours=24), State.GIVEN_UP),
        ("identity_code", timedelta(minutes=9), State.QUEUED),
        ("identity_code", timedelta(minutes=10), State.GIVEN_UP),
    ],
)
def test_gives_up_what_nobody_needs_any_more(  # noqa: PLR0917
    database: Database,
    vault: Vault,
    now: datetime,
    kind: str,
    waited: timedelta,
    state: State,
) -> None:
    put(database, vault, now, kind=kind)
    sender = Scripted(deque([Refused("busy", retry=True)]))
    worker_of(database, vault, sender).run_once(now + waited)
    assert row(database).state == state


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Refused("landline", retry=False), State.GIVEN_UP),
        (Unknown("ReadTimeout"), State.UNKNOWN),
    ],
)
def test_never_sent_again(
    database: Database, vault: Vault, now: datetime, outcome: Outcome, state: State
) -> None:
    put(database, vault, now)
    sender = Scripted(deque([outcome]))
    worker = worker_of(database, vault, sender)
    assert [worker.run_once(now + timedelta(hours=h)) for h in range(30)] == [1] + [0] * 29
    assert row(database).state == state


def test_a_worker_that_died_while_sending(
    database: Database, vault: Vault, now: datetime
) -> None:
    put(database, vault, now)

    class Dying(Scripted):
        def send(self, to: str, text: str, key: str) -> Outcome:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        worker_of(database, vault, Dying()).run_once(now)
    other = Scripted()
    assert worker_of(database, vault, other).run_once(now + 2 * LEASE) == 0
    assert row(database).state == State.UNKNOWN
    assert other.keys == []


def test_a_bad_day_of_a_provider(
    database: Database, vault: Vault, now: datetime, gateway: Gateway
) -> None:
    """Nothing is taken twice, and what was taken is known after its report."""
    moods = ["accept", "busy", "broken", "silent", "down", "cut", "refuse", "accept"]
    gateway.moods.extend(moods)
    for number in range(8):
        put(database, vault, now, f"k{number}")
    sender = HttpSender(HttpSms(url=gateway.url, id_path="sid"), timeout=httpx.Timeout(0.3))
    worker = worker_of(database, vault, sender)
    for hour in range(5):
        worker.run_once(now + timedelta(hours=hour))
    taken = [message["key"] for message in gateway.accepted]
    assert len(taken) == len(set(taken)) == 7
    states = [str(row(database, f"k{number}").state) for number in range(8)]
    assert states == [
        "sent",
        "sent",
        "unknown",
        "unknown",
        "sent",
        "unknown",
        "given_up",
        "sent",
    ]

    reports = [{"key": key, "status": word} for key in taken for word in ("delivered", "sent")]
    with database.begin() as session:
        for report in http_reports(reports * 2, {}):
            outbox.report(
                session, provider_id=None, key=report.key, state=report.state, now=now
            )
    delivered = [row(database, key).state == State.DELIVERED for key in taken]
    assert all(delivered)


def test_sweep_closes_calls_and_deletes_expired_speech(
    database: Database, vault: Vault, now: datetime
) -> None:
    asked: list[datetime] = []

    def close_silent(moment: datetime) -> int:
        asked.append(moment)
        return 2

    with database.begin() as session:
        for name, minutes in (("old", -1), ("fresh", 1)):
            session.add(
                SpokenAudio(
                    name=name,
                    text_sealed=vault.seal("audio", "x"),
                    voice="ru",
                    pace=0,
                    loudness=0,
                    expires_at=now + timedelta(minutes=minutes),
                )
            )
    assert worker_of(database, vault, Scripted(), close_silent).sweep(now) == 2
    assert asked == [now]
    with database.read() as session:
        assert session.scalars(select(SpokenAudio.name)).all() == ["fresh"]


def test_run_works_until_it_is_stopped_and_survives_a_bug(
    database: Database, vault: Vault, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    put(database, vault, now)
    stop, rounds = Event(), 0

    def close_silent(moment: datetime) -> int:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            raise LookupError("a bug")
        stop.set()
        return 0

    sender = Scripted()
    worker = worker_of(database, vault, sender, close_silent)
    worker.idle_seconds = 0.0
    thread = Thread(target=worker.run, args=(stop, lambda: now))
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    assert sender.keys == ["k"]
    assert "LookupError" in caplog.text
    assert "a bug" not in caplog.text
