"""What a carrier's request means: its parameters, checked, as what was heard.

Only the parameters named here are read; any other is ignored.
Source: twilio.com/docs/voice/twiml/gather, /record, /dial and /voice/twiml#request-parameters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ivr import phone_numbers
from ivr.dialogue.turns import DialEnded, Heard, Keys, NoInput, Recorded

CARRIER_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""Twilio's CA and 32 hex digits, or another carrier's id."""
CALL_ID = re.compile(r"[0-9a-f]{32}")
KEYS = re.compile(r"[0-9*#]{0,40}")
WORD = re.compile(r"[a-z-]{1,20}")
SECONDS = re.compile(r"[0-9]{1,5}")
CALLER = re.compile(r"[^\x00-\x1f\x7f-\x9f]{0,256}")
LAST_TURN = 10_000
FINAL = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
ANSWERED = frozenset({"completed", "answered"})


class Hostile(ValueError):
    """A parameter that no carrier sends."""


def call_id(value: str) -> str:
    return _matching(CALL_ID, value, "call")


def turn_number(value: int) -> int:
    if not 0 < value <= LAST_TURN:
        raise Hostile("turn")
    return value


def carrier_id(form: Mapping[str, str]) -> str:
    return _matching(CARRIER_ID, form.get("CallSid", ""), "CallSid")


def parent_id(form: Mapping[str, str]) -> str | None:
    """The call that a dialled leg belongs to, where the carrier says so."""
    parent = form.get("ParentCallSid")
    return None if parent is None else _matching(CARRIER_ID, parent, "ParentCallSid")


def caller(form: Mapping[str, str]) -> str | None:
    """E.164, or None where the number is hidden or unusable."""
    return phone_numbers.e164(_matching(CALLER, form.get("From", ""), "From"))


def is_over(form: Mapping[str, str]) -> bool:
    return _word(form, "CallStatus") in FINAL


def heard(form: Mapping[str, str], query: Mapping[str, str]) -> Heard:
    """What the caller did since the turn was said."""
    if "DialCallStatus" in form:
        bridged = _word(form, "DialBridged") != "false"
        return DialEnded(answered=_word(form, "DialCallStatus") in ANSWERED and bridged)
    if "RecordingUrl" in form or "RecordingSid" in form:
        return _note(form)
    return _keys(form, query)


def _note(form: Mapping[str, str]) -> Recorded:
    """`Digits` is left alone: after a recording it may be the word `hangup`."""
    recording = form.get("RecordingSid", "")
    seconds = form.get("RecordingDuration", "") or "0"
    if recording:
        _matching(CARRIER_ID, recording, "RecordingSid")
    return Recorded(recording, int(_matching(SECONDS, seconds, "RecordingDuration")))


def _keys(form: Mapping[str, str], query: Mapping[str, str]) -> Keys | NoInput:
    keys = _matching(KEYS, form.get("Digits", ""), "Digits")
    finish = form.get("FinishedOnKey", "")
    if finish not in {"", "#"}:
        raise Hostile("FinishedOnKey")
    if finish == "#":
        return Keys(keys, "hash")
    if not keys:
        return NoInput()
    wanted = int(_matching(SECONDS, query.get("keys", "1"), "keys"))
    complete = len(keys) == wanted
    return Keys(keys, "count" if complete else "pause")


def _word(form: Mapping[str, str], name: str) -> str:
    value = form.get(name, "")
    return _matching(WORD, value, name) if value else ""


def _matching(pattern: re.Pattern[str], value: str, name: str) -> str:
    """The value; the exception names the parameter, never what stood in it."""
    if not pattern.fullmatch(value):
        raise Hostile(name)
    return value
