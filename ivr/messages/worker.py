"""The worker: sends what the outbox holds, and sweeps what time has closed."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Event

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from ivr.faults import report
from ivr.messages import outbox
from ivr.messages.outbox import IDENTITY_CODE, Claimed
from ivr.messages.senders import Outcome, Refused, Sent, SmsSender, Unknown
from ivr.store.database import Database
from ivr.store.tables import Cancellation, SpokenAudio
from ivr.store.vault import Vault

log = logging.getLogger(__name__)

BATCH = 50
"""Messages of one round."""
MAX_ATTEMPTS = 10
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=1)
PATIENCE = timedelta(hours=24)
CODE_PATIENCE = timedelta(minutes=10)
"""A one-time code that comes later fits nothing any more."""
_random = secrets.SystemRandom().random
Chore = Callable[[datetime], int]
"""A small batch of other work; how much was done. It is asked again at once until that is 0."""


class Worker:
    def __init__(
        self,
        database: Database,
        vault: Vault,
        sender: SmsSender,
        *,
        close_silent: Callable[[datetime], int],
        jitter: Callable[[], float] = _random,
    ) -> None:
        """Take as `close_silent` what closes calls without a sign of life, as `jitter` 0..1."""
        self._database = database
        self._vault = vault
        self._sender = sender
        self._close_silent = close_silent
        self._jitter = jitter
        self.idle_seconds = 2.0
        self.chores: Sequence[Chore] = ()
        self._name = f"worker-{secrets.token_hex(8)}"

    def run(self, stop: Event, clock: Callable[[], datetime]) -> None:
        """Work until `stop` is set; a message in hand is finished first."""
        while not stop.is_set():
            try:
                done = self.run_once(clock(), stop) + self.sweep(clock())
                done += sum(chore(clock()) for chore in self.chores)
            except Exception as fault:  # noqa: BLE001 - a round that fails must not end the worker
                report(fault, "")
                done = 0
            if not done:
                stop.wait(self.idle_seconds)

    def run_once(self, now: datetime, stop: Event | None = None) -> int:
        """Send what is due, one message at a time; how many were tried."""
        with self._database.begin() as session:
            outbox.expire_leases(session, now)
        tried = 0
        while tried < BATCH and not (stop and stop.is_set()) and self._send_one(now):
            tried += 1
        return tried

    def sweep(self, now: datetime) -> int:
        """Close silent calls, delete expired speech, let codes lapse; how many calls closed."""
        closed = self._close_silent(now)
        with self._database.begin() as session:
            session.execute(delete(SpokenAudio).where(SpokenAudio.expires_at < now))
            session.execute(
                update(Cancellation)
                .where(Cancellation.code_live, Cancellation.code_until < now)
                .values(code_live=False)
            )
        return closed

    def _send_one(self, now: datetime) -> bool:
        with self._database.begin() as session:
            claimed = outbox.claim(session, self._vault, owner=self._name, now=now)
        for message in claimed:
            outcome = self._sender.send(message.to, message.text, message.key)
            with self._database.begin() as session:
                self._record(session, message, outcome, now)
            log.info("sms %s attempt %d: %s", message.key, message.attempts, outcome)
        return bool(claimed)

    def _record(
        self, session: Session, message: Claimed, outcome: Outcome, now: datetime
    ) -> None:
        match outcome:
            case Sent(provider_id):
                outbox.accepted(session, message, provider_id, now)
            case Unknown(reason):
                outbox.leave_unknown(session, message, reason, now)
            case Refused(reason, retry):
                at = now + self._pause(message.attempts)
                if retry and message.attempts < MAX_ATTEMPTS and at < _deadline(message):
                    outbox.put_back(session, message, at, reason)
                else:
                    outbox.give_up(session, message, reason, now)

    def _pause(self, attempts: int) -> timedelta:
        """Doubles with every attempt; a random half of it keeps workers out of step."""
        longest = min(FIRST_PAUSE * (1 << attempts - 1), LONGEST_PAUSE)
        return longest * (0.5 + 0.5 * self._jitter())


def _deadline(message: Claimed) -> datetime:
    patience = CODE_PATIENCE if message.kind == IDENTITY_CODE else PATIENCE
    return message.created_at + patience
