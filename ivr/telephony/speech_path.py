"""The way of a call through a media socket, as the other doors open it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from ivr.store.database import Database
from ivr.store.streams import Streams
from ivr.store.vault import Vault
from ivr.switchboard import Switchboard
from ivr.telephony import metrics

DOOR = "browser"


class SpeechPath(Protocol):
    @property
    def keys_only(self) -> str:
        """What a caller is told who could have spoken, but has to press keys."""
        ...

    def has_room(self) -> bool: ...

    def url(self, call: str) -> str | None:
        """Of a new stream of the call; None where there is no room after all."""
        ...

    def heard_turn(self, call: str) -> int | None:
        """The last turn that a stream of the call has said to its end; None: it had none."""
        ...


@dataclass(frozen=True, slots=True)
class KeysOnly:
    """The line does not listen."""

    keys_only: str = ""

    def has_room(self) -> bool:
        return False

    def url(self, _call: str) -> str | None:
        return None

    def heard_turn(self, _call: str) -> int | None:
        return None


@dataclass(frozen=True, slots=True)
class StreamDoor:
    database: Database
    vault: Vault
    secret_key: str = field(repr=False)
    media_url: str
    most: int
    """Streams at a time, in all processes."""
    clock: Callable[[], datetime]
    keys_only: str = ""

    def has_room(self) -> bool:
        with self.database.read() as session:
            room = self._streams(session).open(self.clock()) < self.most
        if not room:
            metrics.FULL.inc()
        return room

    def url(self, call: str) -> str | None:
        with self.database.begin() as session:
            token = self._streams(session).admit(call, self.most, self.clock())
        return None if token is None else f"{self.media_url}/media/{token}"

    def heard_turn(self, call: str) -> int | None:
        with self.database.read() as session:
            return self._streams(session).heard_turn(call)

    def _streams(self, session: Session) -> Streams:
        return Streams(session, self.vault, self.secret_key)


@dataclass(frozen=True, slots=True)
class Opened:
    call: str
    carrier_id: str
    """What the stream's `start` must name as `callSid`."""
    url: str


def open_call(switchboard: Switchboard, door: SpeechPath, caller: str | None) -> Opened | None:
    """A call without a carrier: for a telephone in the browser. None where there is no room."""
    if not door.has_room():
        return None
    carrier_id = f"{DOOR}-{uuid.uuid4().hex}"
    reply = switchboard.pick_up(carrier_id=carrier_id, caller=caller, door=DOOR, by_voice=True)
    url = door.url(reply.call)
    return None if url is None else Opened(reply.call, carrier_id, url)
