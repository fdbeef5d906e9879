"""Where the carrier speaks, what a person has recorded is played all the same."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import numpy as np
import pytest

from ivr.clinic import recordings
from ivr.clinic.recorded_texts import FRESH, RecordedTexts
from ivr.rendering import Prompts
from ivr.speech.pronunciation import sentences
from ivr.speech.recorded import Take
from ivr.store.database import Database
from tests.telephony.lines import fill, post, web

PLAYED = re.compile(r"<Play>https://line\.example(/audio/[0-9a-f]{64}\.wav)</Play>")
LOUD = Take(np.full(4000, 0.5, np.float32), -20, 40, ())


def record(database: Database, text: str, now: datetime) -> None:
    with database.begin() as session:
        for sentence in sentences(text):
            recordings.put(session, sentence, LOUD, "Галина", now)


def asked(text: str) -> str:
    """What the question says when it is asked first."""
    return next(each for each in Prompts.load().fixed_texts() if each.startswith(text))


def test_a_recorded_text_is_played_and_the_rest_is_said(
    url: str, database: Database, now: datetime
) -> None:
    fill(url, now)
    with web(url, now) as line:
        before = post(line, "/voice").text
        assert "<Play>" not in before
    question = asked("Нужен полис того")
    assert question in before
    record(database, question, now)
    with web(url, now) as line:
        after = post(line, "/voice", CallSid="CA" + "2" * 32).text
        (address,) = PLAYED.findall(after)
        assert question not in after
        assert "<Say" in after
        sound = np.frombuffer(line.get(address).data[44:], "<i2")
        assert sound[0] > 1000  # what was recorded is one loud level
        assert (sound[:4000] == sound[0]).all()


def test_without_a_public_address_nothing_can_be_fetched(
    url: str, database: Database, now: datetime
) -> None:
    fill(url, now)
    record(database, asked("Нужен полис того"), now)
    with web(url, now, IVR_REQUIRE_SIGNATURE="off", IVR_PUBLIC_URL="") as line:
        assert "<Play>" not in line.post("/voice", data={"CallSid": "CA1"}).text


@pytest.mark.parametrize("text", ["Одна. Две.", "Личная."])
def test_a_text_counts_once_all_of_it_is_recorded_and_known(
    database: Database, now: datetime, text: str
) -> None:
    clock = [now]
    known = RecordedTexts(database, lambda: clock[0], lambda: ["Одна. Две."])
    record(database, "Одна.", now)
    record(database, "Личная.", now)
    assert text not in known
    record(database, "Две.", now)
    assert text not in known
    clock[0] += FRESH + timedelta(seconds=1)
    assert (text in known) is (text == "Одна. Две.")
