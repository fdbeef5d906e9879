from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from ivr.messages import outbox
from ivr.messages.outbox import LEASE, Claimed, State
from ivr.store.database import Database
from ivr.store.tables import Outbox
from ivr.store.vault import Vault

MOBILE = "+79161234567"


def put(
    database: Database, vault: Vault, now: datetime, key: str = "k", to: str = MOBILE
) -> bool:
    with database.begin() as session:
        return outbox.put(
            session, vault, key=key, to=to, text=f"Код {key}", kind="cancelled", now=now
        )


def claim(database: Database, vault: Vault, now: datetime, limit: int = 1) -> list[Claimed]:
    with database.begin() as session:
        return outbox.claim(session, vault, owner="me", now=now, limit=limit)


def report(database: Database, state: State, now: datetime, key: str | None = "k") -> bool:
    with database.begin() as session:
        return outbox.report(session, provider_id="p1", key=key, state=state, now=now)


def row(database: Database, key: str = "k") -> Outbox:
    with database.read() as session:
        return session.scalars(select(Outbox).where(Outbox.key == key)).one()


def test_what_is_put_is_claimed_once(database: Database, vault: Vault, now: datetime) -> None:
    assert put(database, vault, now)
    [message] = claim(database, vault, now)
    assert (message.key, message.to, message.text) == ("k", MOBILE, "Код k")
    assert (message.kind, message.attempts, message.created_at) == ("cancelled", 1, now)
    assert claim(database, vault, now) == []
    assert row(database).state == State.SENDING


def test_the_same_key_is_the_same_message(
    database: Database, vault: Vault, now: datetime
) -> None:
    assert put(database, vault, now)
    assert put(database, vault, now + timedelta(hours=1))
    assert len(claim(database, vault, now, limit=9)) == 1
    assert put(database, vault, now)
    assert claim(database, vault, now, limit=9) == []


@pytest.mark.parametrize("to", ["+74951234567", "+78005553535", "+375291234567", "", "abc"])
def test_a_landline_gets_none(database: Database, vault: Vault, now: datetime, to: str) -> None:
    assert not put(database, vault, now, to=to)
    assert claim(database, vault, now) == []


def test_nothing_is_readable_in_the_table(
    database: Database, vault: Vault, now: datetime
) -> None:
    put(database, vault, now)
    stored = row(database)
    assert "9161234567" not in stored.to_sealed
    assert "Код" not in stored.text_sealed


def test_put_goes_with_its_transaction(database: Database, vault: Vault, now: datetime) -> None:
    with database.begin() as session:
        outbox.put(session, vault, key="k", to=MOBILE, text="т", kind="x", now=now)
        session.rollback()
    assert claim(database, vault, now) == []


def test_oldest_first_and_not_before_its_time(
    database: Database, vault: Vault, now: datetime
) -> None:
    for minutes in (2, 1, 3):
        put(database, vault, now + timedelta(minutes=minutes), key=f"k{minutes}")
    later = now + timedelta(minutes=2)
    assert [claim(database, vault, later)[0].key for _ in range(2)] == ["k1", "k2"]
    assert claim(database, vault, later) == []


def test_many_workers_never_share_a_message(
    database: Database, vault: Vault, now: datetime
) -> None:
    for number in range(40):
        put(database, vault, now, key=f"k{number}")
    with ThreadPoolExecutor(8) as workers:
        rounds = list(workers.map(lambda _: claim(database, vault, now, limit=3), range(40)))
    keys = [message.key for taken in rounds for message in taken]
    assert len(keys) == len(set(keys))
    rest = claim(database, vault, now, limit=99)
    assert {*keys, *(message.key for message in rest)} == {f"k{n}" for n in range(40)}


def test_a_message_of_a_dead_worker_becomes_unknown_and_is_not_sent_again(
    database: Database, vault: Vault, now: datetime
) -> None:
    put(database, vault, now)
    claim(database, vault, now)
    with database.begin() as session:
        assert outbox.expire_leases(session, now + LEASE / 2) == 0
        assert outbox.expire_leases(session, now + 2 * LEASE) == 1
    assert row(database).state == State.UNKNOWN
    assert claim(database, vault, now + timedelta(days=1)) == []


def test_an_answer_after_the_lease_still_counts(
    database: Database, vault: Vault, now: datetime
) -> None:
    put(database, vault, now)
    [message] = claim(database, vault, now)
    with database.begin() as session:
        outbox.expire_leases(session, now + 2 * LEASE)
        outbox.put_back(session, message, now, "busy")
    assert row(database).state == State.UNKNOWN
    with database.begin() as session:
        outbox.accepted(session, message, "p1", now + 3 * LEASE)
    assert (row(database).state, row(database).provider_id) == (State.SENT, "p1")


def test_put_back_is_claimed_again_at_its_time(
    database: Database, vault: Vault, now: datetime
) -> None:
    put(database, vault, now)
    [message] = claim(database, vault, now)
    at = now + timedelta(seconds=10)
    with database.begin() as session:
        outbox.put_back(session, message, at, "http 429")
    assert row(database).error == "http 429"
    assert claim(database, vault, now) == []
    [again] = claim(database, vault, at)
    assert again.attempts == 2


def test_a_message_of_another_key_is_given_up(
    database: Database, vault: Vault, now: datetime
) -> None:
    put(database, Vault(b"x" * 32), now)
    assert claim(database, vault, now) == []
    assert row(database).state == State.GIVEN_UP


ORDER = [State.QUEUED, State.SENDING, State.UNKNOWN, State.SENT, State.DELIVERED]


@pytest.mark.parametrize(("earlier", "later"), list(pairwise(ORDER)))
def test_a_report_moves_forwards_only(
    database: Database, vault: Vault, now: datetime, earlier: State, later: State
) -> None:
    put(database, vault, now)
    with database.begin() as session:
        session.execute(update(Outbox).values(state=earlier))
    assert report(database, later, now)
    assert not report(database, later, now)
    assert not report(database, earlier, now)
    assert row(database).state == later


def test_the_first_final_word_stays(database: Database, vault: Vault, now: datetime) -> None:
    put(database, vault, now)
    assert report(database, State.UNDELIVERED, now)
    assert not report(database, State.DELIVERED, now)
    assert row(database).state == State.UNDELIVERED


def test_a_report_before_the_answer_stays(
    database: Database, vault: Vault, now: datetime
) -> None:
    put(database, vault, now)
    [message] = claim(database, vault, now)
    assert report(database, State.DELIVERED, now)
    with database.begin() as session:
        outbox.accepted(session, message, "p1", now)
    assert (row(database).state, row(database).provider_id) == (State.DELIVERED, "p1")


def test_a_report_by_the_providers_id(database: Database, vault: Vault, now: datetime) -> None:
    put(database, vault, now)
    [message] = claim(database, vault, now)
    assert not report(database, State.DELIVERED, now, key=None)
    with database.begin() as session:
        outbox.accepted(session, message, "p1", now)
    assert report(database, State.DELIVERED, now, key=None)


def test_a_report_without_names_changes_nothing(
    database: Database, vault: Vault, now: datetime
) -> None:
    put(database, vault, now)
    with database.begin() as session:
        assert not outbox.report(
            session, provider_id=None, key=None, state=State.DELIVERED, now=now
        )
    assert row(database).state == State.QUEUED
