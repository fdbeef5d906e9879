"""What carriers write, and what must not hurt us."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.telephony.media_stream.frames import SILENT, Incoming
from ivr.telephony.media_stream.messages import (
    Dialect,
    Key,
    Malformed,
    Marked,
    Sound,
    Started,
    Stopped,
    WrongFormat,
    read,
)

A, B, C, D = (bytes([n]) * 160 for n in range(1, 5))


def media(audio: bytes, **more: object) -> str:
    body = {"payload": b64encode(audio).decode(), **more}
    return json.dumps({"event": "media", "sequenceNumber": "4", "media": body})


def start(encoding: str = "audio/x-mulaw", hertz: object = 8000, channels: int = 1) -> str:
    form = {"encoding": encoding, "sampleRate": hertz, "channels": channels}
    body = {"accountSid": "AC", "callSid": "CA1", "tracks": ["inbound"], "mediaFormat": form}
    return json.dumps({"event": "start", "streamSid": "MZ1", "start": body})


TELNYX = json.dumps(
    {
        "event": "start",
        "sequence_number": "1",
        "stream_id": "32de",
        "start": {
            "call_control_id": "v2:T02",
            "media_format": {"encoding": "PCMU", "sample_rate": 8000, "channels": 1},
        },
    }
)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ('{"event":"connected","protocol":"Call","version":"1.0.0"}', None),
        (start(), Started("MZ1", "CA1", Dialect("MZ1"))),
        (start(hertz="8000"), Started("MZ1", "CA1", Dialect("MZ1"))),
        (TELNYX, Started("32de", "v2:T02", Dialect("32de", "stream_id"))),
        (media(A, track="inbound", chunk="2", timestamp="25"), Sound(A, 25, 2)),
        (media(A, track="inbound", chunk=2, timestamp=25), Sound(A, 25, 2)),
        (media(A), Sound(A)),
        (media(A, track="outbound"), None),
        (media(b"", chunk="1"), Sound(b"", None, 1)),
        ('{"event":"dtmf","dtmf":{"track":"inbound_track","digit":"5"}}', Key("5")),
        ('{"event":"dtmf","stream_id":"3","dtmf":{"digit":"#"}}', Key("#")),
        ('{"event":"dtmf","dtmf":{"digit":"A"}}', None),
        ('{"event":"mark","mark":{"name":"3.1.2.7"}}', Marked("3.1.2.7")),
        ('{"event":"stop","stop":{"callSid":"CA1"}}', Stopped()),
        ('{"event":"error","payload":{"code":100002}}', None),
        ('{"event":"novelty","media":{"payload":"AA=="}}', None),
    ],
)
def test_a_message_means(text: str, meaning: object) -> None:
    assert read(text) == meaning


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "null", "5", "{", "{}", '{"event":5}', "[" * 100_000, "\ud800"),
        *('{"event":"media"}', '{"event":"dtmf"}', '{"event":"mark","mark":{}}'),
        *('{"event":"media","media":{"payload":"?"}}', '{"event":"media","media":[]}'),
        '{"event":"media","media":{"payload":"AA==","chunk":"two"}}',
        '{"event":"media","media":{"payload":"AA==","timestamp":"' + "9" * 5000 + '"}}',
        '{"event":"start","start":{"callSid":"CA1"}}',
        '{"event":"start","streamSid":"' + "M" * 300 + '","start":{}}',
    ],
    ids=range(18),
)
def test_what_no_carrier_sends_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        read(text)


@pytest.mark.parametrize("form", [("audio/x-l16",), ("audio/x-mulaw", 16000), ("PCMA",)])
def test_other_sound_is_refused(form: tuple[str, int]) -> None:
    with pytest.raises(WrongFormat):
        read(start(*form))


@given(st.text() | st.recursive(st.none() | st.text(), st.lists).map(json.dumps))
def test_nothing_else_comes_out_of_any_text(text: str) -> None:
    try:
        read(text)
    except Malformed:
        return


@pytest.mark.parametrize(("key", "stream"), [("streamSid", 'M"Z'), ("stream_id", "32de")])
def test_what_we_write_is_json_with_the_stream_where_it_belongs(key: str, stream: str) -> None:
    dialect = Dialect(stream, key)
    assert json.loads(dialect.media(A)) == {
        "event": "media",
        key: stream,
        "media": {"payload": b64encode(A).decode()},
    }
    assert json.loads(dialect.mark("1.1.1.1"))["mark"] == {"name": "1.1.1.1"}
    assert json.loads(dialect.clear()) == {"event": "clear", key: stream}


# --- frames ----------------------------------------------------------------------------------


def taken(*sounds: Sound) -> list[bytes]:
    incoming = Incoming()
    return [frame for sound in sounds for frame in incoming.take(sound)]


def test_sound_of_any_length_becomes_frames() -> None:
    assert taken(Sound(A + B[:80]), Sound(B[80:] + C)) == [A, B, C]
    assert taken(Sound(b""), Sound(A)) == [A]


def test_order_and_single_sounds_are_restored() -> None:
    sounds = [
        Sound(A, 0, 1),
        Sound(C, 40, 3),
        Sound(B, 20, 2),
        Sound(B, 20, 2),
        Sound(D, 60, 4),
    ]
    assert taken(*sounds) == [A, B, C, D]


def test_a_jump_in_time_is_silence() -> None:
    assert taken(Sound(A, 5, 1), Sound(B, 85, 2)) == [A, SILENT, SILENT, SILENT, B]
    assert taken(Sound(A, 5, 1), Sound(B, 900_000, 2)) == [A, B]
    assert taken(Sound(A, 5, 1), Sound(B, 31, 2), Sound(C, 45, 3)) == [A, B, C]


def test_a_sound_that_never_comes_is_not_waited_for() -> None:
    lost = [Sound(A, 0, 1), *(Sound(B, 20 * n, n + 1) for n in range(2, 6))]
    assert taken(*lost) == [A, SILENT, B, B, B, B]


def test_what_the_wall_clock_counted_is_not_counted_again() -> None:
    incoming = Incoming()
    incoming.take(Sound(A, 0, 1))
    incoming.make_up(100)
    assert incoming.take(Sound(B, 2060, 2)) == [SILENT, SILENT, B]


def test_sound_that_was_only_late_hides_no_later_loss() -> None:
    incoming = Incoming()
    incoming.take(Sound(A, 0, 1))
    incoming.make_up(100)
    assert incoming.take(Sound(B, 20, 2)) == [B]
    assert incoming.take(Sound(C, 80, 3)) == [SILENT, SILENT, C]
