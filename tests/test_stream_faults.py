"""What goes wrong on a media socket: callers get on, nothing is cancelled without a yes."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from threading import Event
from typing import cast

import pytest
from sqlalchemy.exc import OperationalError
from twilio.request_validator import RequestValidator
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from ivr.config import Config
from ivr.dialogue.turns import Hearing, HungUp, Keys, NoInput, Utterance
from ivr.speech.numbers import pairs
from ivr.switchboard import Sentence, Switchboard
from ivr.telephony.signature import SocketSignature
from tests.golden import Said
from tests.line import TOKEN, Line
from tests.streams import SILENT, STREAM, FakeHearer, Host, StreamPhone, host

ANNA = "+79161234567"
KEYS_ONLY = "Сейчас линия понимает только кнопки."
TO_THE_QUESTION = (Keys("000017", "hash"), Keys("1"), Keys("2"))


@pytest.fixture(scope="module")
def server() -> Iterator[Host]:
    with host() as one:
        yield one


@pytest.fixture
def phone(line: Line, server: Host) -> Iterator[StreamPhone]:
    phone = StreamPhone(line, server=server)
    yield phone
    phone.hang.close()


def at_the_question(phone: StreamPhone) -> Said:
    phone.dial(ANNA)
    said = [phone.send(heard) for heard in TO_THE_QUESTION][-1]
    assert "Отменить этот приём?" in said.text
    return said


def resumed(phone: StreamPhone) -> str:
    """What the carrier says when the socket is gone."""
    assert phone.reply is not None
    phone.document = phone.body(f"/voice/calls/{phone.reply.call}/resume")
    return phone.read(phone.document).text


def press(phone: StreamPhone, keys: str) -> str:
    """By keys, as the document asks."""
    phone.document = phone.body(phone.action, Digits=keys)
    return phone.read(phone.document).text


def cancelled(phone: StreamPhone) -> list[str]:
    return phone.line.codes()


# --- the socket is lost ----------------------------------------------------------------------


def test_cut_in_the_middle_of_a_prompt(phone: StreamPhone) -> None:
    at_the_question(phone)
    phone.message("dtmf", dtmf={"digit": "2"})
    phone.frame(SILENT)
    phone.cut()
    assert phone.watched is not None
    phone.reply = phone.watched.replies.get(timeout=10)
    said = resumed(phone)
    assert said.startswith(KEYS_ONLY)
    assert "Запись не отменена" in said
    assert cancelled(phone) == []


def test_cut_in_the_middle_of_an_utterance(phone: StreamPhone) -> None:
    at_the_question(phone)
    for _ in range(20):
        phone.frame(b"\x10" * 160)
    phone.cut()
    assert "Отменить этот приём?" in resumed(phone)
    assert cancelled(phone) == []
    press(phone, "1")
    (code,) = cancelled(phone)
    assert pairs(code) in press(phone, "1")


def test_cut_between_the_yes_and_the_answer(phone: StreamPhone) -> None:
    at_the_question(phone)
    assert phone.watched is not None
    phone.watched.may_answer.clear()
    phone.watched.asked.clear()
    phone.speak("да")
    assert phone.watched.asked.wait(10)
    phone.cut()
    phone.watched.may_answer.set()
    phone.reply = phone.watched.replies.get(timeout=10)
    assert "Запись отменена" in resumed(phone)
    (code,) = cancelled(phone)
    assert pairs(code) in press(phone, "1")
    assert cancelled(phone) == [code]


def test_a_hang_up_at_the_question_cancels_nothing(phone: StreamPhone) -> None:
    at_the_question(phone)
    phone.send(HungUp())
    assert phone.outcome() == "told"
    assert cancelled(phone) == []


def test_an_old_sockets_answer_changes_nothing(phone: StreamPhone) -> None:
    at_the_question(phone)
    old = phone.reply
    phone.send(Keys("2"))
    assert old is not None
    assert phone.reply is not None
    again = phone.line.switchboard.hear(old.call, old.turn.number, Keys("1"))
    assert again.turn.number == phone.reply.turn.number
    assert cancelled(phone) == []


# --- marks -----------------------------------------------------------------------------------


class Doubling(StreamPhone):
    def back(self, mark: str) -> None:
        for name in (mark, mark, f"9{mark}", ""):
            self.message("mark", mark={"name": name})


def test_doubled_and_invented_marks_change_nothing(line: Line, server: Host) -> None:
    phone = Doubling(line, server=server)
    at_the_question(phone)
    phone.send(Keys("1"))
    assert len(cancelled(phone)) == 1
    phone.hang.close()


@pytest.mark.slow
def test_a_naming_whose_mark_never_comes_is_confirmed_by_keys_only(phone: StreamPhone) -> None:
    phone.dial(ANNA)
    for heard in TO_THE_QUESTION[:-1]:
        phone.send(heard)
    phone.echo = False
    assert "Отменить этот приём?" in phone.send(TO_THE_QUESTION[-1]).text
    phone.press("1")
    for _ in range(20):
        phone.frame(SILENT * 5)
    assert phone.until_closed() == 1000
    assert cancelled(phone) == []
    assert "Отменить этот приём?" in resumed(phone)
    press(phone, "1")
    assert len(cancelled(phone)) == 1


def test_a_code_whose_mark_came_back_was_heard(phone: StreamPhone) -> None:
    at_the_question(phone)
    phone.send(Keys("1"))
    said = phone.send(Keys("1"))
    assert pairs(cancelled(phone)[0]) in said.text
    phone.send(HungUp())
    phone.line.clock.set("+11m")
    later = StreamPhone(phone.line, server=phone.server)
    later.dial(ANNA)
    assert "Код отмены" not in later.send(Keys("000017", "hash")).text
    later.hang.close()


def test_a_code_that_was_cut_off_is_told_in_the_next_call(phone: StreamPhone) -> None:
    at_the_question(phone)
    phone.send(Keys("1"))
    phone.echo = False
    phone.send(Keys("1"))
    phone.cut()
    phone.line.clock.set("+20m")
    later = StreamPhone(phone.line, server=phone.server)
    later.dial(ANNA)
    assert "Сейчас назовём код отмены" in later.send(Keys("000017", "hash")).text
    later.hang.close()


@dataclass
class DatabaseDownForMarks:
    board: Switchboard

    def played(self, *what: object, **more: object) -> None:
        raise OperationalError("played", None, Exception("is down"))

    def __getattr__(self, name: str) -> object:
        return getattr(self.board, name)


def test_a_database_that_is_down_for_a_mark_ends_no_stream(phone: StreamPhone) -> None:
    at_the_question(phone)
    assert phone.watched is not None
    phone.watched.board = cast("Switchboard", DatabaseDownForMarks(phone.watched.board))
    phone.send(Keys("1"))
    said = phone.send(Keys("1"))
    assert pairs(cancelled(phone)[0]) in said.text
    assert "Почему отменяете?" in phone.send(Keys("1")).text


@dataclass
class ForgetsReports:
    """The database is down for so many reports of what was heard."""

    board: Switchboard
    times: int
    told: Event = field(default_factory=Event)

    def played(self, *what: object, **more: object) -> None:
        if self.times:
            self.times -= 1
            raise OperationalError("played", None, Exception("is down"))
        self.board.played(*what, **more)  # type: ignore[arg-type]
        self.told.set()

    def __getattr__(self, name: str) -> object:
        return getattr(self.board, name)


@pytest.mark.slow
@pytest.mark.parametrize("ends", [True, False])
def test_a_report_that_was_lost_is_told_again(phone: StreamPhone, ends: bool) -> None:
    """Behind the end of the stream as well as in it."""
    at_the_question(phone)
    phone.send(Keys("1"))
    assert phone.watched is not None
    board = ForgetsReports(phone.watched.board, 1)
    phone.watched.board = cast("Switchboard", board)
    assert "Код отмены" in phone.send(Keys("1")).text
    if ends:
        phone.send(HungUp())
    assert board.told.wait(10)
    phone.hang.close()
    phone.line.clock.set("+11m")
    later = StreamPhone(phone.line, server=phone.server)
    later.dial(ANNA)
    assert "Код отмены" not in later.send(Keys("000017", "hash")).text
    later.hang.close()


# --- frames ----------------------------------------------------------------------------------


@dataclass(slots=True)
class BadLine(StreamPhone):
    """Frames are lost, doubled, swapped, empty."""

    number: str = ""
    sent: int = 0

    def frame(self, audio: bytes) -> None:
        for at in range(0, len(audio), 160):
            self.one(audio[at : at + 160])

    def one(self, audio: bytes) -> None:
        self.sent += 1
        last = self.sent % 10
        order = {3: self.sent + 1, 4: self.sent - 1}.get(last, self.sent)
        if last != 7:
            self.media(audio, order)
        if last == 5:
            self.media(audio, order)
        if last == 9:
            self.media(b"", self.sent - 3)

    def media(self, audio: bytes, order: int) -> None:
        payload = b64encode(audio).decode()
        body = {"chunk": str(order), "timestamp": str(20 * order), "payload": payload}
        self.message("media", media={"track": "inbound", **body})


def test_a_whole_call_on_a_bad_line(line: Line, server: Host) -> None:
    phone = BadLine(line, server=server)
    phone.dial(ANNA)
    said = phone.send(Keys("000017", "hash"))
    assert "Какую запись выбрать" in said.text
    assert phone.send(NoInput()).text
    phone.send(Keys("1"))
    phone.send(Keys("2"))
    phone.send(Keys("1"))
    assert pairs(cancelled(phone)[0]) in phone.send(Keys("1")).text
    phone.send(HungUp())
    assert phone.outcome() == "cancelled"
    phone.hang.close()


def test_some_malformed_messages_are_passed_over_and_many_end_the_stream(
    phone: StreamPhone,
) -> None:
    at_the_question(phone)
    assert phone.ws is not None
    for rubbish in ("", "[]", "{", '{"event":"media"}', "[" * 5000, b"\xff\x00"):
        phone.ws.send(rubbish)
    assert "Запись не отменена" in phone.send(Keys("2")).text
    for _ in range(20):
        phone.ws.send("?")
    assert phone.until_closed() == 1008
    assert "Что-нибудь ещё" in resumed(phone)


def test_sound_far_ahead_of_its_time_ends_the_stream(line: Line, server: Host) -> None:
    phone = StreamPhone(line, server=server, parts={"most_ahead": 10.0})
    at_the_question(phone)
    for _ in range(12):
        phone.frame(SILENT * 100)
    assert phone.until_closed() == 1008
    assert "Отменить этот приём?" in resumed(phone)


def test_keys_run_ahead_of_every_prompt(phone: StreamPhone) -> None:
    phone.dial(ANNA)
    phone.press("000017#12")
    assert phone.watched is not None
    for _ in range(3):
        phone.reply = phone.watched.replies.get(timeout=10)
    assert phone.reply is not None
    assert phone.reply.turn.prompt == "cancel.sure"
    phone.press("1")
    assert "Отменить этот приём?" in phone.listen(phone.reply)[-1]
    assert cancelled(phone) == []
    phone.send(Keys("1"))
    assert len(cancelled(phone)) == 1


# --- who may come in -------------------------------------------------------------------------


def status_of(url: str, **headers: str) -> int:
    try:
        with connect(url, additional_headers=headers, compression=None):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


def test_a_token_opens_one_socket_once(phone: StreamPhone) -> None:
    phone.dial(ANNA)
    found = STREAM.search(phone.document)
    assert found
    assert status_of(found[1]) == 403
    assert status_of(re.sub(r"[0-9a-f]{64}", "f" * 64, found[1])) == 403
    assert status_of(f"{found[1]}?token=1") == 403
    assert "Какую запись" in phone.send(Keys("000017", "hash")).text


def test_a_carrier_that_asks_twice_gets_one_stream(phone: StreamPhone) -> None:
    phone.number, phone.line.config = ANNA, phone.config()
    once, twice = phone.body("/voice"), phone.body("/voice")
    assert once == twice
    assert STREAM.search(once)


def test_a_token_is_of_one_call(phone: StreamPhone) -> None:
    assert phone.server is not None
    phone.number, phone.line.config = ANNA, phone.config()
    phone.watched = phone.server.serve(phone.line)
    phone.document = phone.body("/voice")
    found = STREAM.search(phone.document)
    assert found
    own, phone.sid = phone.sid, "CA" + "9" * 32
    phone.open(found[1])
    assert phone.until_closed() == 1008
    phone.sid = own
    call = re.search(r"/voice/calls/(\w+)/resume", phone.document)
    assert call
    assert "Наберите последние шесть цифр" in phone.body(f"/voice/calls/{call[1]}/resume")


def test_the_carrier_signs_the_handshake(line: Line, server: Host) -> None:
    phone = StreamPhone(line, server=server)
    phone.number, line.config = ANNA, phone.config()
    signature = SocketSignature(server.url, TOKEN)
    server.serve(line)
    parts = server.parts
    assert parts is not None
    server.put(replace(parts, signature=signature))
    found = STREAM.search(phone.body("/voice"))
    assert found
    good = RequestValidator(TOKEN).compute_signature(found[1], {})
    assert status_of(found[1]) == 403
    assert status_of(found[1], **{"X-Twilio-Signature": "x"}) == 403
    assert status_of(found[1].replace("/media/", "/other/")) in (403, 404)
    assert status_of(found[1], **{"X-Twilio-Signature": good}) == 101


def test_of_two_sockets_of_one_call_the_newer_counts(phone: StreamPhone) -> None:
    phone.dial(ANNA)
    newer = StreamPhone(phone.line, server=phone.server, sid=phone.sid, number=ANNA)
    newer.watched = phone.watched
    newer.document = newer.body("/voice")
    assert "Назовите последние шесть цифр" in newer.follow().text
    assert phone.until_closed() == 1000
    assert "Какую запись" in newer.send(Keys("000017", "hash")).text
    newer.hang.close()


@dataclass(slots=True)
class Crowded(StreamPhone):
    """On a line with room for one."""

    def config(self) -> Config:
        return replace(StreamPhone.config(self), max_streams=1)


def test_past_capacity_callers_get_the_keys(line: Line, server: Host) -> None:
    first, second, third = (Crowded(line, server=server) for _ in range(3))
    assert "Назовите" in first.dial(ANNA).text
    said = second.dial(ANNA)
    assert said.text.startswith(KEYS_ONLY)
    assert "Назовите" not in said.text
    first.send(HungUp())
    assert "Назовите" in third.dial(ANNA).text
    third.hang.close()


# --- faults of ours --------------------------------------------------------------------------


def test_a_voice_that_fails_leaves_the_call_to_the_keys(line: Line, server: Host) -> None:
    def broken(_sentence: Sentence, _pace: int, _loudness: int) -> bytes:
        raise OSError

    phone = StreamPhone(line, server=server, parts={"sound": broken})
    phone.number, line.config = ANNA, phone.config()
    phone.watched = server.serve(line, sound=broken)
    phone.document = phone.body("/voice")
    found = STREAM.search(phone.document)
    assert found
    phone.open(found[1])
    phone.reply = phone.watched.replies.get(timeout=10)
    assert phone.until_closed() == 1011
    assert "Наберите последние шесть цифр" in resumed(phone)


class Deafened(FakeHearer):
    def open(self, hearing: Hearing) -> None:
        raise RuntimeError("no model")

    def hear(self, frame: bytes, ours: bytes) -> tuple[()]:
        return ()


def test_an_ear_that_fails_leaves_the_call_to_the_keys(line: Line, server: Host) -> None:
    phone = StreamPhone(line, server=server, parts={"hearer": Deafened})
    phone.dial(ANNA)
    assert phone.until_closed() == 1011
    assert "Наберите последние шесть цифр" in resumed(phone)


def test_nothing_personal_is_in_the_log(
    phone: StreamPhone, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    at_the_question(phone)
    phone.send(Utterance("нет"))
    phone.send(HungUp())
    told = "\n".join(record.getMessage() for record in caplog.records)
    token = STREAM.search(phone.document)
    assert token
    assert "stream 1 ended: hung up" in told
    for secret in ("000017", "9161234567", "Иванова", "нет", token[1].rpartition("/")[2]):
        assert secret not in told
