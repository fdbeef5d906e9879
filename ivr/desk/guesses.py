"""Wrong passwords are counted: by name and by address, or by a browser that is known.

A browser in which somebody has signed in under a name is known for that name and counted alone:
whoever guesses, be it from the same network, locks out nobody who works here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from ivr.store import attempts
from ivr.store.tables import Attempts
from ivr.store.vault import Vault

TRIES = 5
"""Of a name, and of a known browser under a name."""
TRIES_OF_ADDRESS = 30
"""In a quarter of the clock's hour: many people may stand behind one address."""
LOCKED_FOR = timedelta(minutes=15)
NAME, ADDRESS, BROWSER = "account", "address", "browser"


@dataclass(frozen=True, slots=True)
class Tried:
    """A name and a password, and whence they came."""

    name: str
    password: str
    address: str
    browser: str
    """What a known browser is called; empty for others."""
    known: frozenset[int] = frozenset()
    """The accounts under which somebody has signed in there."""


@dataclass(frozen=True, slots=True)
class Count:
    scope: str
    key: str
    most: int


def counts_of(vault: Vault, tried: Tried, account: int, now: datetime) -> tuple[Count, ...]:
    """What a wrong password adds to."""
    name = tried.name.casefold()
    if account in tried.known:
        key = vault.index("desk browser", f"{tried.browser} {name}")
        return (Count(BROWSER, key, TRIES),)
    quarter = int(now.timestamp() // LOCKED_FOR.total_seconds())
    address = vault.index("desk address", f"{network(tried.address)} {quarter}")
    return (
        Count(NAME, vault.index("desk account", name), TRIES),
        Count(ADDRESS, address, TRIES_OF_ADDRESS),
    )


def network(address: str) -> str:
    """An IPv6 subscriber has a whole /64."""
    try:
        read = ip_address(address)
    except ValueError:
        return address
    if isinstance(read, IPv6Address):
        return str(read.ipv4_mapped or ip_network((read, 64), strict=False))
    return str(read)


def is_over(session: Session, count: Count, now: datetime) -> bool:
    row = session.get(Attempts, (count.scope, count.key))
    return row is not None and row.failures >= count.most and now - row.last_at < LOCKED_FOR


def add(session: Session, count: Count, now: datetime) -> int:
    """After the lock it starts again."""
    return attempts.count(session, count.scope, count.key, now, forgotten_after=LOCKED_FOR)


def forget(session: Session, counts: Sequence[Count]) -> None:
    """Who signs in has not been guessing this name; the address may go on guessing others.

    Of the address only this one, which was counted before, is taken back.
    """
    for count in counts:
        its = Attempts.scope == count.scope, Attempts.key == count.key
        if count.scope == ADDRESS:
            one_less = {"failures": Attempts.failures - 1}
            session.execute(update(Attempts).where(*its).values(one_less))
        else:
            session.execute(delete(Attempts).where(*its))
