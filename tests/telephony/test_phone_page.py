"""The phone in the browser: its page, and whole calls in a real Chromium against `ivr demo`."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import func, select

from conftest import MONDAY
from ivr.app import create_app
from ivr.dialogue.turns import Heard, Keys, Utterance
from ivr.speech.synthesis import Synthesizer
from ivr.speech.wav_files import telephone_pcm
from ivr.store import tables
from ivr.store.database import Database
from tests.golden import Clock
from tests.line import Line, fill_demo
from tests.speech.voices import Speaker, wav

ROOT = Path(__file__).parents[2]
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"),
    "--autoplay-policy=no-user-gesture-required",
)
CALLER = "+79161234567"
in_a_browser = pytest.mark.skipif(
    not Path(CHROMIUM).exists(), reason=f"needs Chromium in {CHROMIUM}"
)


# --- without a browser ---------------------------------------------------------------------


def test_the_page_is_off_unless_it_is_switched_on(line: Line) -> None:
    client = line.app.test_client()
    assert client.get("/phone").status_code == 404
    assert client.post("/phone/calls", json={"from": CALLER}).status_code == 404


@pytest.fixture
def phone(line: Line) -> Iterator[FlaskClient]:
    config = replace(line.config, phone_page=True, speech="vosk", media_url="ws://x")
    app = create_app(config, line.clock)
    yield app.test_client()
    app.extensions["line"].database.close()


def test_the_page_runs_its_own_scripts_only(phone: FlaskClient) -> None:
    with phone.get("/phone") as reply:
        text, policy = reply.get_data(as_text=True), reply.headers["Content-Security-Policy"]
    assert "<script>" not in text
    assert "default-src 'self'" in policy
    files = re.findall(r'"(/phone/[^"]+)"', text)
    for file in (*files, "/phone/mulaw.js", "/phone/sound.js"):
        with phone.get(file) as reply:
            assert reply.status_code == 200
    assert phone.get("/phone/..%2fapp.py").status_code == 404


@pytest.mark.parametrize("body", ["", "[]", "{", '{"from": "<b>"}', '{"from": {"a": 1}}'])
def test_a_call_without_a_number_or_with_nonsense(phone: FlaskClient, body: str) -> None:
    reply = phone.post("/phone/calls", data=body, content_type="application/json")
    assert reply.status_code == (400 if "from" in body else 200)


def test_calls_of_other_doors_are_not_told(phone: FlaskClient, line: Line) -> None:
    reply = line.switchboard.pick_up(carrier_id="CA1", caller=CALLER, door="keypad")
    assert phone.get(f"/phone/calls/{reply.call}/lines").status_code == 404
    assert phone.post(f"/phone/calls/{reply.call}/go-on", json={}).status_code == 404
    assert phone.post(f"/phone/calls/{reply.call}/hang-up").status_code == 404


def test_a_person_is_rung_and_does_not_answer(phone: FlaskClient, line: Line) -> None:
    opened = posted(phone, "/phone/calls", {"from": CALLER})
    line.switchboard.hear(opened["id"], 1, Keys("0"))
    path = f"/phone/calls/{opened['id']}"
    assert posted(phone, f"{path}/go-on", {}) == {"dial": "+74950000001"}
    assert "stream" in posted(phone, f"{path}/go-on", {"answered": False})
    told = phone.get(f"{path}/lines?after=0").json or []
    assert [one["text"] for one in told if one["kind"] == "Keys"] == ["0"]
    posted(phone, f"{path}/hang-up", {})
    told = phone.get(f"{path}/lines").json or []
    assert told[-1]["kind"] == "end"


def posted(phone: FlaskClient, path: str, body: dict[str, Any]) -> Any:
    return phone.post(path, json=body).json


# --- in a browser --------------------------------------------------------------------------


@contextmanager
def demo(folder: Path) -> Iterator[str]:
    """`ivr demo` as a person starts it; its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    env = {name: value for name, value in os.environ.items() if not name.startswith("IVR_")}
    command = (sys.executable, "-m", "ivr", "demo", "--port", str(port))
    process = subprocess.Popen(  # noqa: S603
        command,
        cwd=folder,
        env=env | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        await_alive(f"http://127.0.0.1:{port}/health/live", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def await_alive(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert process.poll() is None
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310
                return
        except OSError:
            continue
    raise TimeoutError(url)


@contextmanager
def page(base: str, *flags: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags])
        opened = browser.new_page(viewport={"width": 1366, "height": 768})
        faults: list[str] = []
        opened.on("pageerror", lambda fault: faults.append(str(fault)))
        opened.goto(f"{base}/phone")
        yield opened
        browser.close()
        assert not faults


def wait_for(phone: Page, text: str, seconds: int = 45) -> None:
    said = "text => document.getElementById('lines').innerText.includes(text)"
    phone.wait_for_function(said, arg=text, timeout=1000 * seconds)


def cancellations(folder: Path) -> int:
    database = Database(f"sqlite:///{folder}/var/demo.db")
    with database.read() as session:
        count = session.scalar(select(func.count()).select_from(tables.Cancellation)) or 0
    database.close()
    return count


@pytest.mark.slow
@in_a_browser
def test_a_cancellation_by_keys_without_a_microphone(tmp_path: Path) -> None:
    with demo(tmp_path) as base, page(base) as phone:
        phone.uncheck("#microphone")
        phone.click("#call")
        wait_for(phone, "последние шесть цифр")
        for key in "000017":
            phone.keyboard.press(key)
        phone.click("[data-key='#']")
        wait_for(phone, "Записей найдено две")
        phone.click("[data-key='1']")
        wait_for(phone, "Отменить – два")
        phone.click("[data-key='2']")
        wait_for(phone, "Вы отменяете приём")
        for _ in range(120):
            if "Запись отменена" in phone.inner_text("#lines"):
                break
            phone.click("[data-key='1']")  # early keys are dropped: she keeps pressing
            phone.wait_for_timeout(500)
        wait_for(phone, "Код отмены")
        phone.click("#hang-up")
        wait_for(phone, "Конец: приём отменён")
        assert phone.inner_text("#state") == "Трубка лежит"
    assert cancellations(tmp_path) == 1


ANSWERS = ("ноль ноль ноль ноль один семь", "первая", "отменить", "да", "готово")


@pytest.mark.slow
@in_a_browser
def test_a_cancellation_by_voice(tmp_path: Path) -> None:
    speech = tmp_path / "answers.wav"
    speech.write_bytes(wav(spoken_answers(tmp_path)))
    microphone = f"--use-file-for-fake-audio-capture={speech}%noloop"
    with demo(tmp_path) as base, page(base, microphone) as phone:
        phone.click("#call")
        wait_for(phone, "Код отмены", 150)
        said = phone.inner_text("#lines")
        phone.click("#hang-up")
        wait_for(phone, "Конец: приём отменён")
    assert "«отменить»" in said
    assert "[" not in said
    assert cancellations(tmp_path) == 1


CONNECTED = 0.9
"""Seconds from the click to the first word."""
THINKS = 1.6
"""Seconds from the end of a prompt to the answer: it may come sooner or later by as much."""
ENDPOINT = 1.0
"""Seconds from the end of an answer to the next prompt."""


def spoken_answers(folder: Path) -> bytes:
    """What the microphone hears: each answer where its prompt is over, by a rehearsal."""
    speaker, voice = Speaker(), Synthesizer()
    sound = silence(CONNECTED)
    for prompts, answer in rehearsal(folder):
        seconds = sum(len(telephone_pcm(voice.wav(text))) / 16_000 for text in prompts)
        pcm = speaker(answer, "ru+m3")
        sound += silence(seconds + THINKS) + pcm + silence(ENDPOINT)
    return sound + silence(30)


def rehearsal(folder: Path) -> Iterator[tuple[list[str], str]]:
    """What is said before each answer."""
    database = Database(f"sqlite:///{folder}/rehearsal.db")
    database.upgrade()
    fill_demo(database, MONDAY)
    database.close()
    line = Line(f"sqlite:///{folder}/rehearsal.db", Clock(MONDAY))
    reply = line.switchboard.pick_up(
        carrier_id="CA1", caller=CALLER, door="test", by_voice=True
    )
    for answer in ANSWERS:
        yield [sentence.text for sentence in reply.sentences], answer
        heard: Heard = Utterance(answer)
        reply = line.switchboard.hear(reply.call, reply.turn.number, heard, by_voice=True)
    line.close()


def silence(seconds: float) -> bytes:
    return bytes(2 * round(8000 * seconds))


def test_chromium_is_there_where_everything_is_proved() -> None:
    assert not os.environ.get("CI") or shutil.which("chromium")
