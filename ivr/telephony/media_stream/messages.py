"""What a carrier's messages mean, and ours as it wants to read them.

Twilio and Somleng write `streamSid` and `callSid`, Telnyx `stream_id` and `call_control_id`;
numbers come as strings or as numbers.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass

import msgspec

MULAW = frozenset({"audio/x-mulaw", "pcmu"})
HERTZ = 8000
KEYS = frozenset("0123456789*#")
LONGEST_NAME = 256


class Malformed(ValueError):
    """No carrier sends such a message."""


class WrongFormat(Malformed):
    """The stream carries other sound than 8 kHz mu-law of one channel."""


@dataclass(frozen=True, slots=True)
class Started:
    stream: str
    carrier_id: str
    """The carrier's id of the call."""
    dialect: Dialect


@dataclass(frozen=True, slots=True)
class Sound:
    audio: bytes
    """Mu-law, any length."""
    at: int | None = None
    """Milliseconds of the stream."""
    order: int | None = None
    """Rises by one."""


@dataclass(frozen=True, slots=True)
class Key:
    key: str


@dataclass(frozen=True, slots=True)
class Marked:
    """Everything before this mark was played, or cleared."""

    name: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The call is over."""


Message = Started | Sound | Key | Marked | Stopped


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to write to this carrier on this stream."""

    stream: str
    key: str = "streamSid"
    """Where it wants the stream's id."""

    def media(self, audio: bytes) -> str:
        payload = b64encode(audio).decode()
        return f'{{"event":"media",{self._head},"media":{{"payload":"{payload}"}}}}'

    def mark(self, name: str) -> str:
        """`name` needs no escaping."""
        return f'{{"event":"mark",{self._head},"mark":{{"name":"{name}"}}}}'

    def clear(self) -> str:
        return f'{{"event":"clear",{self._head}}}'

    @property
    def _head(self) -> str:
        return f'"{self.key}":{msgspec.json.encode(self.stream).decode()}'


class _Format(msgspec.Struct):
    encoding: str = "audio/x-mulaw"
    sampleRate: int | str | None = None  # noqa: N815 - the carrier's name
    sample_rate: int | str = HERTZ
    channels: int | str = 1


class _Start(msgspec.Struct):
    callSid: str = ""  # noqa: N815
    call_control_id: str = ""
    call_sid: str = ""
    streamSid: str = ""  # noqa: N815
    mediaFormat: _Format | None = None  # noqa: N815
    media_format: _Format | None = None


class _Media(msgspec.Struct):
    payload: str
    track: str = "inbound"
    timestamp: int | str | None = None
    chunk: int | str | None = None


class _Dtmf(msgspec.Struct):
    digit: str


class _Mark(msgspec.Struct):
    name: str


class _Raw(msgspec.Struct):
    event: str
    streamSid: str = ""  # noqa: N815
    stream_id: str = ""
    start: _Start | None = None
    media: _Media | None = None
    dtmf: _Dtmf | None = None
    mark: _Mark | None = None


_DECODER = msgspec.json.Decoder(_Raw)


def read(text: str | bytes) -> Message | None:
    """Nothing where the message says nothing to us. Raises Malformed."""
    try:
        raw = _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as wrong:
        raise Malformed(type(wrong).__name__) from None
    match raw:
        case _Raw(event="media", media=_Media() as media):
            return _sound(media)
        case _Raw(event="dtmf", dtmf=_Dtmf(digit=digit)):
            return Key(digit) if digit in KEYS else None
        case _Raw(event="mark", mark=_Mark(name=name)):
            return Marked(name)
        case _Raw(event="start", start=_Start() as start):
            return _started(raw, start)
        case _Raw(event="stop"):
            return Stopped()
        case _Raw(event="media" | "dtmf" | "mark" | "start"):
            raise Malformed(f"{raw.event} without its body")
        case _:
            return None


def _sound(media: _Media) -> Sound | None:
    if media.track not in {"inbound", "inbound_track"}:
        return None
    try:
        audio = b64decode(media.payload, validate=True)
        return Sound(audio, _number(media.timestamp), _number(media.chunk))
    except ValueError:
        raise Malformed("media") from None


def _number(value: str | int | None) -> int | None:
    return None if value is None else int(value)


def _started(raw: _Raw, start: _Start) -> Started:
    form = start.mediaFormat or start.media_format or _Format()
    hertz = form.sample_rate if form.sampleRate is None else form.sampleRate
    if (form.encoding.lower(), str(hertz), str(form.channels)) not in _FORMATS:
        raise WrongFormat(f"{form.encoding} {hertz} {form.channels}"[:80])
    telnyx = not raw.streamSid and bool(raw.stream_id)
    stream = raw.streamSid or raw.stream_id or start.streamSid
    call = start.callSid or start.call_control_id or start.call_sid
    if not stream or len(stream) > LONGEST_NAME:
        raise Malformed("start without a stream")
    return Started(stream, call, Dialect(stream, "stream_id" if telnyx else "streamSid"))


_FORMATS = frozenset((encoding, str(HERTZ), "1") for encoding in MULAW)
