"""The real processes on real sockets, killed between requests."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from time import monotonic

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from ivr.store.database import Database
from ivr.switchboard import utc_now
from tests.telephony.lines import CALLER, environment, fill, sign

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


@contextlib.contextmanager
def process(port: int, env: dict[str, str], *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command that has come to answer; killed with all its children at the end."""
    running = subprocess.Popen(  # noqa: S603 - our own command
        (sys.executable, "-m", "ivr", *words),
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PORT": str(port), **env},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(running, port)
        yield running
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def wait_for(running: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(400):
        assert running.poll() is None
        with contextlib.suppress(httpx.TransportError):
            get(port, "/health/ready")
            return
        Event().wait(0.05)
    raise AssertionError("no answer")


def get(port: int, path: str) -> str:
    return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=10).text


def post(port: int, path: str, **more: str) -> str:
    """As Twilio sends it, twice: a retry must get the same document."""
    form = CALLER | more
    headers = sign(path, form)
    url = f"http://127.0.0.1:{port}{path}"
    answers = [httpx.post(url, data=form, headers=headers, timeout=10) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].text == answers[1].text
    return answers[1].text


def action(document: str) -> str:
    found = re.search(r'(?:action="|<Redirect[^>]*>)(?:https?://[^/"]+)?([^"<]+)', document)
    assert found
    return found[1].replace("&amp;", "&")


@pytest.mark.slow
def test_a_call_survives_kill_9_between_any_two_requests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    port = free_port()
    env = environment(f"sqlite:///{tmp_path}/line.db")
    subprocess.run(
        (sys.executable, "-m", "ivr", "demo-data"),
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **env},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with process(port, env, "web"):
        document = post(port, "/voice")
    with process(port, env, "web"):
        document = post(port, action(document), Digits="000017", FinishedOnKey="#")
        assert "Иванова" in document
        assert "ivr_turn_seconds_count" in get(port, "/metrics")
    with process(port, env, "web"):
        document = post(port, action(document), Digits="1")
        assert "Чтобы отменить" in document


@pytest.mark.slow
def test_the_demo_comes_up_again_after_kill_9(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    port = free_port()
    with process(port, {}, "demo"):
        document = post(port, "/voice")
        keys = (tmp_path / "var" / "demo.env").read_text()
        with called(port, document) as stream:
            until(stream, "mark")
    with process(port, {}, "demo", "--port", str(port)):
        by_keys = post(port, action(document))
        assert "Сейчас линия понимает только кнопки." in by_keys
        assert "Иванова" in post(port, action(by_keys), Digits="000017", FinishedOnKey="#")
    assert (tmp_path / "var" / "demo.env").read_text() == keys


LEAVES = 5
"""Seconds; the first three are for calls that end by themselves."""


@pytest.mark.slow
@pytest.mark.parametrize("caller", ["hangs up", "answers", "waits"])
def test_the_media_process_sees_its_calls_off(
    caller: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SIGTERM it takes no new call; one that goes on is handed over to the keys."""
    monkeypatch.chdir(tmp_path)
    port, media = free_port(), free_port()
    Database(f"sqlite:///{tmp_path}/line.db").upgrade()
    fill(f"sqlite:///{tmp_path}/line.db", utc_now())
    env = environment(
        f"sqlite:///{tmp_path}/line.db",
        IVR_SPEECH="vosk",
        IVR_MEDIA_PORT=str(media),
        IVR_MEDIA_URL=f"ws://127.0.0.1:{media}",
        IVR_MEDIA_LEAVE=str(LEAVES),
        IVR_REQUIRE_SIGNATURE="off",
    )
    with process(port, env, "web"), process(media, env, "media") as running:
        document, another = post(port, "/voice"), post(port, "/voice", CallSid=OTHER)
        with called(media, document) as stream:
            assert next_of(stream, "media")
            running.send_signal(signal.SIGTERM)
            until_leaving(media)
            with pytest.raises(InvalidStatus):
                connect(stream_url(another), proxy=None)
            if caller == "hangs up":
                stream.send(json.dumps({"event": "stop"}))
            elif caller == "answers":
                assert until_closed(stream, seconds=LEAVES - 1) is None
                press(stream, "000017#")
            assert until_closed(stream, seconds=LEAVES + 2) == 1000
            assert running.wait(10) == 0
        if caller != "hangs up":
            by_keys = post(port, action(document))
            assert "Сейчас линия понимает только кнопки." in by_keys
            assert ("Иванова" in by_keys) == (caller == "answers")


OTHER = "CA" + "2" * 32


def until_leaving(port: int) -> None:
    for _ in range(100):
        if "leaving" in get(port, "/health/ready"):
            return
        Event().wait(0.05)
    raise AssertionError("not leaving")


def press(stream: ClientConnection, keys: str) -> None:
    for key in keys:
        stream.send(json.dumps({"event": "dtmf", "dtmf": {"digit": key}}))


def stream_url(document: str) -> str:
    found = re.search(r'<Stream url="([^"]+)"', document)
    assert found
    return found[1]


def until_closed(stream: ClientConnection, seconds: float) -> int | None:
    """The code it was closed with; None where it is still open. Sound goes on meanwhile."""
    silence = b64encode(b"\xff" * 1600).decode()
    try:
        for _ in range(round(5 * seconds)):
            stream.send(json.dumps({"event": "media", "media": {"payload": silence}}))
            sent = monotonic()
            while (left := sent + 0.2 - monotonic()) > 0:
                with contextlib.suppress(TimeoutError):
                    stream.recv(timeout=left)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006
    return None


def next_of(stream: ClientConnection, event: str) -> dict[str, object]:
    while True:
        message: dict[str, object] = json.loads(stream.recv(timeout=30))
        if message["event"] == event:
            return message


@contextlib.contextmanager
def called(port: int, document: str) -> Iterator[ClientConnection]:
    """The media socket that the document asks for."""
    url = stream_url(document)
    assert url.startswith(f"ws://127.0.0.1:{port}/media/")
    with connect(url, proxy=None) as stream:
        start = {"event": "start", "streamSid": "MZ1", "start": {"callSid": CALLER["CallSid"]}}
        stream.send(json.dumps(start))
        yield stream


def until(stream: ClientConnection, event: str) -> None:
    """Sound goes both ways until the line sends this."""
    silence = b64encode(b"\xff" * 1600).decode()
    while True:
        stream.send(json.dumps({"event": "media", "media": {"payload": silence}}))
        if json.loads(stream.recv(timeout=30))["event"] == event:
            return
