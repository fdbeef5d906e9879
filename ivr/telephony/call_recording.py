"""The carrier's recording of the whole call: stopped while personal digits are keyed.

It never disturbs the call: requests go out from a thread of its own, in order, and a failure
is a line in the log.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Event
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
        self._queue = ThreadPoolExecutor(max_workers=1, thread_name_prefix="recording")

    def follow(self, carrier_id: str, *, secret: bool) -> None:
        self._queue.submit(self._follow, carrier_id, "paused" if secret else "in-progress")

    def close(self) -> None:
        self._queue.shutdown()

    def _follow(self, carrier_id: str, status: str) -> None:
        for _ in range(ATTEMPTS if status == "paused" else 1):
            if self._set(carrier_id, status):
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


def is_secret(reply: Reply) -> bool:
    return bool(getattr(reply.turn.then, "secret", False))
