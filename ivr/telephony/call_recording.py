"""The carrier's recording of the whole call: stopped while personal digits are keyed.

It never disturbs the call: requests go out from threads of their own, and a failure is a line
in the log. Of one call they go out one after another, and one that is out of date is not sent:
a carrier that is slow makes a pause late by its own time only.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from typing import Protocol

from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from ivr.switchboard import Reply

log = logging.getLogger(__name__)

TWILIO = "https://api.twilio.com"
ATTEMPTS = 4
"""The first turn may want silence before the carrier has begun to record."""
CALLS_AT_ONCE = 16
PAUSED, RUNNING = "paused", "in-progress"


class CallRecording(Protocol):
    def follow(self, carrier_id: str, *, secret: bool) -> None:
        """Record, or keep silent while `secret`."""


class NotRecorded:
    """No recording of the carrier's, or a carrier that cannot pause one."""

    def follow(self, carrier_id: str, *, secret: bool) -> None:
        pass


class TwilioRecording:
    def __init__(self, client: Client, *, pause: float = 0.7) -> None:
        """`pause`: seconds between attempts."""
        self._client = client
        self._pause = pause
        self._pool = ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="recording")
        self._lock = Lock()
        self._wanted: dict[str, str] = {}
        """Of each call that a thread is at work for, the newest."""

    def follow(self, carrier_id: str, *, secret: bool) -> None:
        with self._lock:
            at_work = carrier_id in self._wanted
            self._wanted[carrier_id] = PAUSED if secret else RUNNING
        if not at_work:
            self._pool.submit(self._follow, carrier_id)

    def close(self) -> None:
        self._pool.shutdown()

    def _follow(self, carrier_id: str) -> None:
        """Until nothing newer is wanted."""
        status = ""
        while (newer := self._newer(carrier_id, status)) is not None:
            status = newer
            self._bring_about(carrier_id, status)

    def _newer(self, carrier_id: str, than: str) -> str | None:
        with self._lock:
            wanted = self._wanted[carrier_id]
            if wanted != than:
                return wanted
            del self._wanted[carrier_id]
            return None

    def _bring_about(self, carrier_id: str, status: str) -> None:
        for _ in range(ATTEMPTS):
            if self._set(carrier_id, status) or self._wanted[carrier_id] != status:
                return
            Event().wait(self._pause)

    def _set(self, carrier_id: str, status: str) -> bool:
        try:
            current = self._client.calls(carrier_id).recordings("Twilio.CURRENT")
            current.update(status=status, pause_behavior="silence")
        except (TwilioException, RequestException) as broken:
            log.warning("recording not %s: %s", status, type(broken).__name__)
            return False
        return True


def twilio_client(account_sid: str, auth_token: str) -> Client:
    patient = TwilioHttpClient(timeout=3, max_retries=0)
    return Client(account_sid, auth_token, http_client=patient)


def follow(recording: CallRecording, carrier_id: str, reply: Reply) -> None:
    """A pause is asked for at every secret turn, lest one was lost; an end of it once.

    Another process may have said the turn before: only the call itself knows what was secret.
    """
    secret = is_secret(reply)
    if secret or reply.was_secret is not False:
        recording.follow(carrier_id, secret=secret)


def is_secret(reply: Reply) -> bool:
    return bool(getattr(reply.turn.then, "secret", False))
