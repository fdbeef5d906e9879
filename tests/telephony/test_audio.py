from __future__ import annotations

import io
import re
import wave
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from ivr.speech.synthesis import SynthesisFailed, audio_name
from ivr.store.database import Database
from ivr.store.tables import SpokenAudio
from ivr.store.vault import Vault
from ivr.switchboard import Reply, Sentence
from ivr.telephony.audio import KEPT, Audio, Shelf, recorded_apology
from tests.telephony.lines import fill, post, web
from tests.telephony.replies import BYE, open_to_keys, reply

PERSONAL = Sentence("cancel.naming", "Терапевт Иванова.", barge_in=False, personal=True)


class Voice:
    """Says the text itself; or is broken."""

    def __init__(self, *, broken: bool = False) -> None:
        self.broken = broken
        self.person = ""

    def wav(self, text: str, pace: int, loudness: int) -> bytes:
        if self.broken:
            raise SynthesisFailed
        return f"{text} {pace} {loudness} {self.person}".strip().encode()


def name(text: str, pace: int, loudness: int) -> str:
    return audio_name("s" * 32, "espeak", pace, loudness, text)


@pytest.fixture
def shelf(vault: Vault) -> Shelf:
    return Shelf(vault, "espeak", name, ["До свидания."])


def get(
    database: Database, shelf: Shelf, wanted: str, *, broken: bool = False
) -> tuple[bytes, str]:
    app = Flask(__name__)
    app.register_blueprint(Audio(database, shelf, Voice(broken=broken)).blueprint())
    answer = app.test_client().get(f"/audio/{wanted}.wav")
    assert (answer.status_code, answer.content_type) == (200, "audio/wav")
    return answer.data, answer.headers["Cache-Control"]


def keep(database: Database, shelf: Shelf, said: Reply, now: datetime) -> None:
    with database.begin() as session:
        shelf.keep(session, said, now)


def test_a_fixed_prompt_may_be_cached(database: Database, shelf: Shelf) -> None:
    sound, caching = get(database, shelf, name("До свидания.", -1, 2))
    assert sound.decode() == "До свидания. -1 2"
    assert caching == "public, max-age=300"


def test_a_carrier_asks_whether_the_sound_is_still_the_same(
    database: Database, shelf: Shelf
) -> None:
    voice = Voice()
    app = Flask(__name__)
    app.register_blueprint(Audio(database, shelf, voice).blueprint())
    address = f"/audio/{name('До свидания.', 0, 0)}.wav"
    etag = app.test_client().get(address).headers["ETag"]
    again = app.test_client().get(address, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    voice.person = "Галина"
    anew = app.test_client().get(address, headers={"If-None-Match": etag})
    assert (anew.status_code, anew.data) == (200, "До свидания. 0 0 Галина".encode())


def test_a_personal_prompt_comes_from_its_row(
    database: Database, shelf: Shelf, now: datetime
) -> None:
    keep(database, shelf, reply(BYE, PERSONAL, open_to_keys("До свидания."), pace=-1), now)
    sound, caching = get(database, shelf, name(PERSONAL.text, -1, 0))
    assert (sound.decode(), caching) == ("Терапевт Иванова. -1 0", "no-store")
    with database.read() as session:
        (row,) = session.scalars(select(SpokenAudio))
    assert "Иванова" not in row.text_sealed


def test_a_row_that_is_said_again_lasts_longer(
    database: Database, shelf: Shelf, now: datetime
) -> None:
    said = reply(BYE, PERSONAL)
    for minutes in (0, 10, 50):
        keep(database, shelf, said, now + timedelta(minutes=minutes))
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(SpokenAudio)) == 1
        until = session.scalars(select(SpokenAudio.expires_at)).one()
    assert until == now + timedelta(minutes=50) + KEPT


@pytest.mark.parametrize("wanted", ["0" * 64, "x", "..", "é"])
def test_a_name_that_stands_for_nothing_is_an_apology(
    wanted: str, database: Database, shelf: Shelf
) -> None:
    assert get(database, shelf, wanted) == (recorded_apology(), "no-store")


def test_a_broken_voice_is_an_apology(database: Database, shelf: Shelf) -> None:
    sound, caching = get(database, shelf, name("До свидания.", 0, 0), broken=True)
    assert (sound, caching) == (recorded_apology(), "no-store")


def test_a_missing_table_is_an_apology(empty_url: str, shelf: Shelf) -> None:
    database = Database(empty_url)
    assert get(database, shelf, "0" * 64)[0] == recorded_apology()
    database.close()


def test_the_apology_is_made_for_a_telephone() -> None:
    with wave.open(io.BytesIO(recorded_apology())) as sound:
        form = (sound.getnchannels(), sound.getsampwidth(), sound.getframerate())
    assert form == (1, 2, 8000)


def test_every_sentence_of_a_turn_can_be_fetched(url: str, now: datetime) -> None:
    fill(url, now)
    with web(url, now, IVR_VOICE="espeak") as line:
        played = re.findall(
            r"<Play>https://line.example(/audio/[0-9a-f]{64}.wav)</Play>",
            post(line, "/voice").text,
        )
        sounds = [line.get(path).data for path in played]
    assert len(sounds) == 2
    assert all(sound.startswith(b"RIFF") and sound != recorded_apology() for sound in sounds)
