"""What the desk's pages work with, wired once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy.orm import Session

from ivr.clinic.ledger import Ledger
from ivr.rendering import Prompts
from ivr.store.database import Database
from ivr.store.recordings import Folder
from ivr.store.vault import Vault

NAME = "desk"


@dataclass(frozen=True, slots=True)
class Desk:
    database: Database
    vault: Vault
    prompts: Prompts
    zone: ZoneInfo
    clock: Callable[[], datetime]
    ledger: Callable[[Session], Ledger]
    """The clinic's book over a transaction of the desk."""
    recordings: Folder
    proxies: int = 0
    """Of ours before the web process, the last on its machine.

    So many addresses of `X-Forwarded-For` are believed.
    """

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    def today(self) -> datetime:
        """Midnight that began this day of the clinic."""
        now = self.local(self.clock())
        return now.replace(hour=0, minute=0, second=0, microsecond=0)


def desk() -> Desk:
    """Of the request that is being answered."""
    found: Desk = current_app.extensions[NAME]
    return found
