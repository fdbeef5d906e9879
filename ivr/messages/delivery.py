"""Delivery reports of SMS providers, in our words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ivr.messages.outbox import State

_TWILIO = {
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "read": State.DELIVERED,
    "undelivered": State.UNDELIVERED,
    "failed": State.UNDELIVERED,
}
"""What comes before them (accepted, queued, sending) tells nothing new."""
_WORDS = {"sent", "delivered", "undelivered"}
_IDS = ("id", "message_id", "messageid", "sms_id", "smsid", "msg_id", "msgid")
_KEYS = ("key", "reference", "client_reference", "clientreference", "external_id", "externalid")
_STATES = ("state", "status", "delivery_status", "deliverystatus")


@dataclass(frozen=True, slots=True)
class Report:
    provider_id: str | None
    key: str | None
    """Ours. At least one of the two is set."""
    state: State


def twilio_report(form: Mapping[str, str], query: Mapping[str, str]) -> Report | None:
    """Read a status callback; its query carries our key. None: nothing to record."""
    state = _TWILIO.get(form.get("MessageStatus") or form.get("SmsStatus") or "")
    provider_id = form.get("MessageSid") or form.get("SmsSid") or None
    key = query.get("key") or None
    if state is None or not (provider_id or key):
        return None
    return Report(provider_id, key, state)


def states_of(setting: str) -> dict[str, State]:
    """The provider's words to ours, from a JSON object. Raises ValueError."""
    wrong = f"IVR_SMS_STATES must be a JSON object with values of {', '.join(sorted(_WORDS))}"
    try:
        words = json.loads(setting or "{}")
    except ValueError:
        raise ValueError(wrong) from None
    if not isinstance(words, dict) or any(
        word not in _WORDS for word in map(str, words.values())
    ):
        raise ValueError(wrong)
    return {str(word).lower(): State(ours) for word, ours in words.items()}


def http_reports(content: object, states: Mapping[str, State]) -> list[Report]:
    """Read what a gateway posted: a form or decoded JSON, one report or a list, any depth.

    The provider's words are looked up in `states`; our own words need no entry.
    """
    return [report for fields in _objects(content) if (report := _http_report(fields, states))]


def _http_report(fields: Mapping[str, object], states: Mapping[str, State]) -> Report | None:
    plain = {
        str(name).lower(): str(value)
        for name, value in fields.items()
        if isinstance(value, str | int) and str(value)
    }
    word = (_first(plain, _STATES) or "").lower()
    state = states.get(word) or (State(word) if word in _WORDS else None)
    provider_id, key = _first(plain, _IDS), _first(plain, _KEYS)
    if state is None or not (provider_id or key):
        return None
    return Report(provider_id, key, state)


def _objects(content: object) -> Iterator[Mapping[str, object]]:
    """Every object within, without recursion: the sender chooses the depth."""
    waiting = [content]
    while waiting:
        match waiting.pop(0):
            case Mapping() as fields:
                yield fields
                waiting.extend(fields.values())
            case list() as items:
                waiting.extend(items)
            case _:
                pass


def _first(fields: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((fields[name] for name in names if name in fields), None)
