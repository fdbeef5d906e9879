"""Admission, tokens and signs of life of media sockets."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from ivr.store import tables
from ivr.store.database import Database
from ivr.store.streams import LAPSES, TOKEN_LASTS, Streams, Ticket
from ivr.store.vault import Vault

CALLS = ("1" * 32, "2" * 32, "3" * 32)
SECOND = timedelta(seconds=1)


class Desk:
    """Each method in a transaction of its own."""

    def __init__(self, database: Database, vault: Vault, now: datetime) -> None:
        self.database, self.vault, self.now = database, vault, now
        with database.begin() as session:
            for call in CALLS:
                session.add(
                    tables.Call(
                        id=call,
                        carrier_id=f"CA{call}",
                        door="stream",
                        started_at=now,
                        last_seen_at=now,
                    )
                )

    def admit(self, call: str, most: int = 10) -> str | None:
        with self.database.begin() as session:
            return Streams(session, self.vault, "s" * 32).admit(call, most, self.now)

    def enter(self, token: str | None) -> Ticket | None:
        with self.database.begin() as session:
            return Streams(session, self.vault, "s" * 32).enter(token or "", self.now)

    def entered(self, call: str) -> Ticket:
        ticket = self.enter(self.admit(call))
        assert ticket is not None
        return ticket

    def alive(self, ticket: Ticket) -> bool:
        with self.database.begin() as session:
            return Streams(session, self.vault, "s" * 32).alive(ticket, self.now)

    def close(self, ticket: Ticket, heard_turn: int = 0) -> None:
        with self.database.begin() as session:
            Streams(session, self.vault, "s" * 32).close(ticket, heard_turn, self.now)

    def heard_turn(self, call: str) -> int | None:
        with self.database.begin() as session:
            return Streams(session, self.vault, "s" * 32).heard_turn(call)


@pytest.fixture
def desk(database: Database, vault: Vault, now: datetime) -> Desk:
    return Desk(database, vault, now)


def test_a_token_opens_its_own_call_once(desk: Desk) -> None:
    token = desk.admit(CALLS[0])
    ticket = desk.enter(token)
    assert ticket is not None
    assert (ticket.call, ticket.carrier_id, ticket.number) == (CALLS[0], f"CA{CALLS[0]}", 1)
    assert desk.enter(token) is None
    assert desk.enter("f" * 64) is None
    assert desk.enter("") is None


def test_a_token_ends_after_a_minute(desk: Desk) -> None:
    token = desk.admit(CALLS[0])
    desk.now += TOKEN_LASTS
    assert desk.enter(token) is None
    assert desk.admit(CALLS[0]) != token


def test_a_repeated_request_gets_the_same_token_while_it_is_unused(desk: Desk) -> None:
    token = desk.admit(CALLS[0])
    desk.now += TOKEN_LASTS - SECOND
    assert desk.admit(CALLS[0]) == token
    desk.now += TOKEN_LASTS - SECOND
    assert desk.enter(token) is not None
    assert desk.admit(CALLS[0]) != token


def test_past_capacity_nobody_is_admitted(desk: Desk) -> None:
    first, second = desk.admit(CALLS[0], most=2), desk.admit(CALLS[1], most=2)
    assert desk.admit(CALLS[2], most=2) is None
    ticket = desk.enter(first)
    assert ticket is not None
    assert desk.admit(CALLS[2], most=2) is None
    desk.close(ticket)
    third = desk.admit(CALLS[2], most=2)
    assert third is not None
    assert len({first, second, third}) == 3


def test_streams_of_a_dead_process_lapse(desk: Desk) -> None:
    ticket = desk.entered(CALLS[0])
    desk.now += LAPSES - SECOND
    assert desk.alive(ticket)
    desk.now += LAPSES - SECOND
    assert desk.admit(CALLS[1], most=1) is None
    desk.now += SECOND
    assert desk.admit(CALLS[1], most=1) is not None


def test_the_newer_stream_of_a_call_counts(desk: Desk) -> None:
    older = desk.entered(CALLS[0])
    assert desk.alive(older)
    desk.admit(CALLS[0])
    assert desk.alive(older)
    newer = desk.entered(CALLS[0])
    assert not desk.alive(older)
    assert desk.alive(newer)


def test_what_the_newest_stream_has_said_is_known(desk: Desk) -> None:
    assert desk.heard_turn(CALLS[0]) is None
    older, newer = desk.entered(CALLS[0]), desk.entered(CALLS[0])
    desk.close(older, 7)
    assert desk.heard_turn(CALLS[0]) == 0
    desk.close(newer, 8)
    assert desk.heard_turn(CALLS[0]) == 8


def test_admission_at_once_is_counted_exactly(desk: Desk) -> None:
    with ThreadPoolExecutor(3) as threads:
        tokens = list(threads.map(lambda call: desk.admit(call, most=2), CALLS))
    assert sum(token is not None for token in tokens) == 2
