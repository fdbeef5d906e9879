"""The desk in a real browser: one Chromium, one server, one demo clinic for all.

The tests build on each other's calls, never on their order of running.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import select, update
from werkzeug.serving import make_server

from ivr.app import create_app
from ivr.desk import demo
from ivr.speech.mulaw import encoded
from ivr.store import tables
from ivr.store.recordings import Folder, Mark, RecordingRows
from ivr.switchboard import utc_now
from tests.desk.conftest import CANCELLED
from tests.desk.conftest import Desk as Telephones
from tests.golden import Clock
from tests.line import Line, fill_demo, settings
from tests.telephony.lines import environment

CHROMIUM = shutil.which("chromium")
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--autoplay-policy=no-user-gesture-required",
)
WIDE, ZOOMED, PHONE = (1366, 768), (683, 384), (390, 844)
"""A registrar's screen, the same at 200 %, a telephone's."""
STATUS = {"/nothing": 404, "/patients/": 403}
"""Of pages that an auditor or nobody may see; they are looked at too."""
PLAYED_PAST = """at => new Promise((done) => {
  const audio = document.querySelector("audio");
  audio.addEventListener("timeupdate", () => audio.currentTime > at && done(audio.currentTime));
})"""
"""The position of the sound once it is past a second."""
expect.set_options(timeout=40_000)  # a busy machine is no fault of a page
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(
        CHROMIUM is None and not os.environ.get("CI"),
        reason="no chromium on this machine (apt-get install chromium)",
    ),
]


@dataclass
class Desk:
    """A server of the desk, and what has been telephoned."""

    address: str
    url: str
    telephones: Telephones
    cancelled: str
    """A call with sound in which Anna has cancelled her first visit."""
    wanted_person: str


@pytest.fixture(scope="module")
def desk(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "line.db").write_bytes(sqlite_template.read_bytes())
    url, now = f"sqlite:///{folder}/line.db", utc_now()
    line = Line(url, Clock(now))
    fill_demo(line.database, now)
    with line.database.begin() as session:
        demo.add(session, now)
    line.set_clinic("transfer_number", "none")
    more = {"IVR_PUBLIC_URL": "http://127.0.0.1", "IVR_RECORDINGS": str(folder / "rec")}
    app = create_app(settings(url, **more), clock=utc_now)
    telephones = Telephones(line, app)
    wanted_person = telephones.call("000187#", "0", "1", "1", caller="+79379876543")
    cancelled = telephones.call(*CANCELLED)
    with line.database.begin() as session:
        session.execute(update(tables.Call).values(ended_at=now))
    for call in (cancelled, wanted_person):
        _record(line, folder / "rec", call, now)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.port}/desk"
    yield Desk(address, url, telephones, cancelled, wanted_person)
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["line"].database.close()
    line.close()


def _record(line: Line, folder: Path, call: str, now: datetime) -> None:
    """Twenty seconds of sound, each turn three seconds."""
    tone = (8000 * np.sin(np.arange(160_000) / 8)).astype(np.int16)
    side = np.frombuffer(encoded(tone), np.uint8)
    tape = Folder(folder, line.vault).new()
    tape.add(np.column_stack([side, side]).tobytes())
    tape.close()
    marks = [
        Mark(
            turn,
            kind,
            "x",
            3000 * turn - 3000 + late,
            3000 * turn - 1600 + late,
            secret=(turn, kind) == (1, "heard"),
        )
        for turn in range(1, 7)
        for kind, late in (("said", 0), ("heard", 1500))
    ]
    with line.database.begin() as session:
        rows = RecordingRows(session, line.vault)
        rows.begin(call, tape.name, now)
        rows.note(tape.name, marks, 20_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()


@dataclass
class Desktop:
    """Opens the desk as somebody; what the browser complained of is kept."""

    browser: Browser
    desk: Desk
    complaints: list[str]

    def sign_in(self, name: str, size: tuple[int, int] = WIDE) -> Page:
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="ru-RU"
        )
        page = context.new_page()
        page.set_default_timeout(40_000)
        page.on("pageerror", lambda fault: self.complaints.append(str(fault)))
        page.on("console", lambda said: self._note(said.type, said.text))
        page.goto(f"{self.desk.address}/")
        expect(page.locator("input[name=name]")).to_be_focused()
        page.keyboard.type(name)
        page.keyboard.press("Tab")
        page.keyboard.type("demo")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Сегодня")
        return page

    def search(self, page: Page, path: str, field: str, value: str) -> str:
        """Fill a search in; the address of the page of what is found."""
        page.goto(f"{self.desk.address}{path}")
        page.get_by_label(field).fill(value)
        page.get_by_role("button", name="Найти").click()
        expect(page).to_have_url(re.compile("search="))
        return page.url.removeprefix(self.desk.address)

    def _note(self, kind: str, text: str) -> None:
        if kind == "error" and "403" not in text:
            self.complaints.append(text)

    def close(self) -> None:
        for context in self.browser.contexts:
            context.close()
        assert self.complaints == []


@pytest.fixture
def desktop(browser: Browser, desk: Desk) -> Iterator[Desktop]:
    desktop = Desktop(browser, desk, [])
    yield desktop
    desktop.close()


def position(page: Page) -> float:
    return float(page.evaluate("document.querySelector('audio').currentTime"))


def test_a_call_appears_while_it_goes_on(desktop: Desktop, tmp_path: Path) -> None:
    """`ivr call` in a process of its own; the page shows it without being loaded again."""
    page = desktop.sign_in("registrar")
    expect(page.locator("#live")).to_contain_text("Сейчас никто не звонит")
    env = {"PATH": os.environ["PATH"], **environment(desktop.desk.url)}
    command = (sys.executable, "-m", "ivr", "call", "--from", "+79031112233")
    with subprocess.Popen(  # noqa: S603 - our own command
        command,
        cwd=tmp_path,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as call:
        assert call.stdin is not None
        call.stdin.write("[000047#]\n")
        call.stdin.flush()
        expect(page.locator("#live")).to_contain_text("Кузнецова О. Д.", timeout=40_000)
        expect(page.locator("#live")).to_contain_text("Что сделать с записью")
        call.stdin.close()
    expect(page.locator("#live")).to_contain_text("Сейчас никто не звонит")


def test_who_asked_for_a_person_is_found_and_heard_by_keyboard(desktop: Desktop) -> None:
    page = desktop.sign_in("registrar")
    page.get_by_role("link", name="Звонки", exact=True).press("Enter")
    page.get_by_role("link", name="Сегодня просили человека").press("Enter")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(1)
    rows.first.get_by_role("link").press("Enter")
    asked = page.locator("li.keys", has_text="просит человека")
    button = asked.get_by_role("button", name="Слушать")
    wanted = float(button.get_attribute("data-hear") or "nan")
    assert wanted == 4.5
    button.press("Enter")
    expect(page.locator("li.playing")).to_contain_text("просит человека")
    assert wanted < page.evaluate(PLAYED_PAST, wanted) < wanted + 3
    assert not page.evaluate("document.querySelector('audio').paused")
    page.locator("main").focus()
    page.keyboard.press(" ")
    assert page.evaluate("document.querySelector('audio').paused")
    page.keyboard.press("ArrowRight")
    assert position(page) > wanted + 5
    page.get_by_label("Скорость").select_option("2")
    assert page.evaluate("document.querySelector('audio').playbackRate") == 2


def test_a_call_of_a_list_opens_where_it_matters(desktop: Desktop) -> None:
    page = desktop.sign_in("registrar")
    page.get_by_role("link", name="Звонки", exact=True).press("Enter")
    page.get_by_role("link", name="Сегодня просили человека").press("Enter")
    page.locator("tbody tr").first.get_by_role("link").press("Enter")
    line = page.locator("li.sought")
    expect(line).to_contain_text("Здесь попросил человека")
    expect(line).to_be_in_viewport()
    expect(line.get_by_role("button", name="Слушать")).to_be_focused()
    page.wait_for_function("document.querySelector('audio').currentTime === 4.5")
    assert page.evaluate("document.querySelector('audio').paused")
    page.keyboard.press("Enter")
    assert page.evaluate(PLAYED_PAST, 4.5) < 7.5


def test_a_silenced_stretch_is_told_while_it_plays(desktop: Desktop) -> None:
    page = desktop.sign_in("registrar")
    page.goto(f"{desktop.desk.address}/calls/{desktop.desk.cancelled}/")
    expect(page.locator("#dialogue ~ p").first).to_contain_text("0:01–0:02")
    told = page.get_by_text("Сейчас тишина")
    expect(told).to_be_hidden()
    page.wait_for_function("document.querySelector('audio').readyState > 0")
    for second, shown in ((2, True), (4, False)):
        page.evaluate("at => { document.querySelector('audio').currentTime = at; }", second)
        expect(told).to_be_visible(visible=shown)


def test_answers_are_marked_by_keyboard_while_the_recording_plays(desktop: Desktop) -> None:
    page = desktop.sign_in("registrar")
    page.goto(f"{desktop.desk.address}/calls/{desktop.desk.cancelled}/")
    answers = page.locator("li.keys", has=page.get_by_role("button", name="Понято верно"))
    numbers = [str(one.get_attribute("id")) for one in answers.all()[:2]]
    first, second = (page.locator(f"#{number}") for number in numbers)
    first.get_by_role("button", name="Слушать").press("Enter")
    first.get_by_role("button", name="Понято верно").press("Enter")
    expect(first.get_by_role("status")).to_be_focused()
    expect(first.locator(".mark")).to_contain_text("понято верно")
    second.locator("summary").press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("512")
    page.keyboard.press("Enter")
    expect(second.get_by_role("alert")).to_contain_text("Напишите словами")
    expect(second.get_by_role("alert")).to_be_focused()
    second.locator("summary").press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("К кардиологу!")
    page.keyboard.press("Enter")
    expect(second.locator(".mark")).to_contain_text("сказано: «к кардиологу»")
    assert not page.evaluate("document.querySelector('audio').paused")
    page.reload()
    second.get_by_role("button", name="Снять отметку").press("Enter")
    expect(second.get_by_role("button", name="Понято верно")).to_be_visible()


def test_a_call_back_is_taken_and_done(desktop: Desktop) -> None:
    page = desktop.sign_in("registrar")
    page.get_by_role("link", name="Перезвонить", exact=True).click()
    request = page.locator("article", has_text="Ахметов")
    request.get_by_role("link", name="место в разговоре").click()
    expect(page.locator("li.sought")).to_contain_text("Здесь попросил человека")
    expect(page.get_by_text("Просьба перезвонить: записана")).to_be_visible()
    page.go_back()
    request.get_by_role("button", name="Взять").click()
    expect(page.get_by_role("status")).to_contain_text("Просьба за вами")
    request.get_by_text("Перезвонили…").click()
    request.get_by_label("Чем закончилось").fill("Объяснили дорогу")
    request.get_by_role("button", name="Перезвонили").click()
    expect(page.get_by_role("status")).to_contain_text("перезвонили")
    expect(request).to_have_count(0)


def test_a_visit_is_restored_from_its_call(desktop: Desktop) -> None:
    page = desktop.sign_in("registrar")
    page.goto(f"{desktop.desk.address}/calls/{desktop.desk.cancelled}/")
    expect(page.locator(".copy")).to_contain_text("Отмена записи на приём")
    page.get_by_text("Восстановить запись…").click()
    page.get_by_label("Причина").fill("Передумала")
    page.get_by_role("button", name="Восстановить").click()
    expect(page.get_by_role("status")).to_contain_text("Сделано.")
    expect(page.locator("article").first).to_contain_text("запись восстановлена")
    with desktop.desk.telephones.line.database.read() as session:
        status = session.scalar(select(tables.Visit.status).where(tables.Visit.id == 1))
    assert status == "booked"


def test_a_list_is_downloaded(desktop: Desktop, tmp_path: Path) -> None:
    page = desktop.sign_in("registrar")
    address = desktop.search(page, "/calls/", "Фамилия пациента", "Смирнова")
    assert address.startswith("/calls/?search=")
    for kind in ("CSV", "XLSX"):
        with page.expect_download() as download:
            page.get_by_role("link", name=kind, exact=True).click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        assert file.stat().st_size > 100
    assert "Смирнова Анна Петровна" in (tmp_path / "calls.csv").read_text("utf-8-sig")
    page.locator("tbody tr").first.get_by_role("link").click()
    page.go_back()
    expect(page.get_by_label("Фамилия пациента")).to_have_value("Смирнова")
    expect(page.locator("tbody tr").first).to_contain_text("Смирнова А. П.")


def test_roles_and_the_auditors_log(desktop: Desktop) -> None:
    page = desktop.sign_in("registrar")
    assert page.get_by_role("link", name="Журнал").count() == 0
    reply = page.goto(f"{desktop.desk.address}/journal/")
    assert reply is not None
    assert reply.status == 403
    expect(page.get_by_role("heading", level=1)).to_have_text("Сюда вам нельзя")
    page.get_by_role("button", name="Выйти").click()
    auditor = desktop.sign_in("auditor")
    auditor.get_by_role("link", name="Журнал").click()
    auditor.get_by_label("Кто").fill("registrar")
    auditor.get_by_role("button", name="Найти").click()
    expect(auditor.locator("tbody")).to_contain_text("отказано, нет права: Журнал")


def test_every_page_is_accessible_and_fits_its_window(desktop: Desktop) -> None:
    """Axe finds nothing serious; nothing sticks out at 200 % and on a telephone."""
    call = desktop.desk.cancelled
    paths = {
        "senior": (
            *("/", "/calls/", "/calls/?search=forgotten", f"/calls/{call}/"),
            *("/patients/1", "/codes/1", "/codes/1/confirmation", "/call-backs/", "/sms/1"),
            *("/people/", "/people/me", "/nothing", "/statistics", "/prompts", "/settings"),
        ),
        "auditor": ("/journal/", "/patients/"),
    }
    found: list[Any] = []
    for name, wanted in paths.items():
        page = desktop.sign_in(name)
        found += _serious(page, "signed in")
        searched: tuple[str, ...] = ()
        if name == "senior":
            calls = desktop.search(page, "/calls/", "Фамилия пациента", "Смирнова")
            patients = desktop.search(page, "/patients/", "Фамилия", "Сми")
            searched = (calls, patients)
        for path in (*wanted, *searched):
            page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
            reply = page.goto(desktop.desk.address + path)
            if reply is None or reply.status != STATUS.get(path, 200):
                found.append((path, "wrong status"))
            found += _serious(page, path)
            for width, height in (ZOOMED, PHONE):
                page.set_viewport_size({"width": width, "height": height})
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    found.append((path, width))
    desktop.complaints[:] = [each for each in desktop.complaints if "404" not in each]
    assert found == []


def _serious(page: Page, path: str) -> list[Any]:
    page.evaluate(AXE)
    rules = page.evaluate("async () => (await axe.run()).violations")
    return [
        (path, rule["id"], rule["nodes"][0]["html"])
        for rule in rules
        if rule["impact"] in ("serious", "critical")
    ]


def test_closed_details_open_by_keyboard(desktop: Desktop) -> None:
    page = desktop.sign_in("registrar")
    page.goto(f"{desktop.desk.address}/patients/1")
    first = page.locator("details.act summary").first
    first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "reason"
