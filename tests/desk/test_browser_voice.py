"""Statistics, phrases and settings in a real browser; a sentence read into a microphone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from playwright.sync_api import Browser, Page, expect, sync_playwright

from ivr.clinic.recordings import name_of
from ivr.speech.synthesis import Synthesizer
from ivr.statistics.daily import DailyFigures
from ivr.store.tables import SentenceRecording
from tests.desk import test_browser
from tests.desk.test_browser import (
    CHROMIUM,
    FLAGS,
    PHONE,
    WIDE,
    ZOOMED,
    Desk,
    Desktop,
    _serious,
    desk,
    desktop,
)

__all__ = ["desk", "desktop"]

SENTENCE = "До свидания."
pytestmark = test_browser.pytestmark


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """In front of its microphone somebody says the sentence, over and over."""
    spoken = tmp_path_factory.mktemp("microphone") / "person.wav"
    voice = Synthesizer()
    phrase = np.concatenate([sound for sound, _ in voice.phrases(SENTENCE)])
    voice.close()
    quiet = np.zeros(2400, np.float32)
    room = np.concatenate([quiet, phrase, quiet]) * 0.6
    room += np.random.default_rng(1).normal(0, 0.0005, room.size).astype(np.float32)
    soundfile.write(spoken, np.clip(soxr.resample(room, 8000, 48_000), -1, 1), 48_000)
    flags = (
        *FLAGS,
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={spoken}",
    )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(flags))
        yield chromium
        chromium.close()


@pytest.fixture(scope="module", autouse=True)
def voice_that_ends(desk: Desk) -> Iterator[None]:
    """The server's voice has a process of its own."""
    yield
    desk.telephones.app.extensions["voice"].close()


def read_aloud(page: Page) -> int:
    """Record a take and keep it; the status of the answer."""
    page.get_by_role("button", name="Записать").press("Enter")
    expect(page.locator("[data-state]")).to_contain_text("Идёт запись")
    page.wait_for_function("() => document.querySelector('meter').value > 0.2")
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Остановить").press("Enter")
    expect(page.locator("[data-state]")).to_contain_text("Послушайте")
    page.wait_for_function("() => document.querySelector('[data-take] audio').duration > 1")
    with page.expect_response(lambda reply: reply.request.method == "POST") as kept:
        page.keyboard.press("Enter")
    return kept.value.status


def test_a_sentence_is_read_into_the_microphone(desktop: Desktop) -> None:
    page = desktop.sign_in("registrar")
    page.get_by_role("link", name="Фразы", exact=True).press("Enter")
    page.get_by_label("Слова во фразе").fill("до свидания")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=SENTENCE, exact=True).press("Enter")
    expect(page.get_by_role("heading", level=2).first).to_contain_text("голос машины")
    takes = 1
    while read_aloud(page) != 302:  # cut in the middle of a word: once more, as she is told
        expect(page.get_by_role("alert")).to_be_visible()
        takes += 1
        assert takes < 6
    desktop.complaints[:] = [each for each in desktop.complaints if "422" not in each]
    expect(page.get_by_role("status").first).to_contain_text("Записано")
    expect(page.get_by_role("heading", level=2).first).to_contain_text("голос человека")
    (row,) = desktop.desk.telephones.rows(SentenceRecording)
    assert (row.text, row.made_by) == (SENTENCE, "registrar")
    assert 500 < row.milliseconds < 3000
    page.get_by_role("button", name="Вернуть голос машины").press("Enter")
    expect(page.get_by_role("heading", level=2).first).to_contain_text("голос машины")


def test_sounds_of_the_list_play_one_at_a_time(desktop: Desktop) -> None:
    page = desktop.sign_in("registrar")
    page.goto(f"{desktop.desk.address}/prompts?contains=до+свидания")
    button = page.locator("[data-sound]").first
    button.press("Enter")
    expect(button).to_contain_text("■ Стоп")
    expect(button).to_contain_text("▶ Слушать")


def test_a_setting_is_changed_by_keyboard(desktop: Desktop) -> None:
    page = desktop.sign_in("senior")
    page.get_by_role("link", name="Настройки", exact=True).press("Enter")
    page.get_by_label("Воскресенье").fill("25-99")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Ничего не сохранено")
    field = page.get_by_label("Воскресенье")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("10-14")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Сохранено")
    expect(page.get_by_label("Воскресенье")).to_have_value("10:00-14:00")
    desktop.complaints[:] = [each for each in desktop.complaints if "422" not in each]


def test_statistics_are_drawn_and_taken_along(desktop: Desktop, tmp_path: Path) -> None:
    line = desktop.desk.telephones.line
    DailyFigures(line.database, line.vault, line.config.timezone).count_ended(line.clock.now)
    page = desktop.sign_in("auditor")
    page.get_by_role("link", name="Статистика", exact=True).press("Enter")
    plot = page.get_by_role("img", name=re.compile("^Звонки по часам"))
    expect(plot).to_be_visible()
    for kind, begins in (("PNG", b"\x89PNG"), ("CSV", "\ufeffЗвонки по часам".encode())):
        with page.expect_download() as download:
            page.get_by_role("link", name=f"Звонки по часам: {NAMES[kind]} {kind}").click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        assert file.read_bytes().startswith(begins)


NAMES = {"PNG": "картинка", "CSV": "числа"}


def test_the_pages_are_accessible_and_fit(desktop: Desktop) -> None:
    page = desktop.sign_in("senior")
    found = []
    for path in (
        "/statistics",
        "/prompts?contains=код",
        f"/prompts/{name_of(SENTENCE)}",
        "/settings",
    ):
        page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
        page.goto(desktop.desk.address + path)
        found += _serious(page, path)
        for width, height in (ZOOMED, PHONE):
            page.set_viewport_size({"width": width, "height": height})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append((path, width))
    assert found == []
