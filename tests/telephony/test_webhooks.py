from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.test import TestResponse

from ivr.dialogue.turns import Dial, DialEnded, Keys, NoInput
from ivr.switchboard import Sentence, Switchboard
from ivr.telephony.call_recording import NotRecorded
from ivr.telephony.signature import Signature
from ivr.telephony.speech_path import KeysOnly, SpeechPath
from ivr.telephony.twiml import CarrierVoice, Documents
from ivr.telephony.webhooks import Apologies, Webhooks
from tests.telephony.replies import (
    CALL,
    MENU,
    POLICY,
    SID,
    FakeSwitchboard,
    open_to_keys,
    reply,
)

PUBLIC = "https://line.example"
TOKEN = "a carrier's token"
TURN = f"/voice/calls/{CALL}/turns/3"
APOLOGIES = Apologies(broken="<broken/>", lost="<lost/>", empty="<empty/>")
FORM = {"CallSid": SID, "From": "+79161234567", "Digits": "1", "FinishedOnKey": ""}


class Recording(NotRecorded):
    def __init__(self) -> None:
        self.followed: list[tuple[str, bool]] = []

    def follow(self, carrier_id: str, *, secret: bool) -> None:
        self.followed.append((carrier_id, secret))


def client(
    switchboard: FakeSwitchboard,
    *,
    signed: bool = False,
    recording: NotRecorded | None = None,
    speech: SpeechPath | None = None,
) -> FlaskClient:
    webhooks = Webhooks(
        cast(Switchboard, switchboard),
        Documents(PUBLIC, CarrierVoice()),
        APOLOGIES,
        recording or NotRecorded(),
        Signature(PUBLIC, TOKEN) if signed else None,
        speech or KeysOnly(),
    )
    app = Flask(__name__)
    app.register_blueprint(webhooks.blueprint())
    return app.test_client()


@pytest.fixture
def switchboard() -> FakeSwitchboard:
    return FakeSwitchboard(reply(MENU, open_to_keys("Раз.")))


@pytest.fixture
def line(switchboard: FakeSwitchboard) -> Iterator[FlaskClient]:
    with client(switchboard) as line:
        yield line


def test_a_call_is_picked_up(line: FlaskClient, switchboard: FakeSwitchboard) -> None:
    answer = line.post("/voice", data=FORM)
    assert answer.status_code == 200
    assert answer.content_type == "text/xml; charset=utf-8"
    assert "Раз." in answer.text
    assert switchboard.done == [("pick_up", SID, "+79161234567", "keypad")]


def test_an_answer_goes_to_its_turn(line: FlaskClient, switchboard: FakeSwitchboard) -> None:
    line.post(TURN, data=FORM)
    line.post(TURN + "?keys=16", data=FORM | {"Digits": "000017", "FinishedOnKey": "#"})
    line.post(TURN, data=FORM | {"Digits": ""})
    line.post(TURN, data={"CallSid": SID, "DialCallStatus": "no-answer"})
    assert switchboard.heard() == [
        Keys("1", "count"),
        Keys("000017", "hash"),
        NoInput(),
        DialEnded(answered=False),
    ]


def test_unknown_parameters_are_ignored(
    line: FlaskClient, switchboard: FakeSwitchboard
) -> None:
    line.post(TURN, data=FORM | {"NewInTheNextVersion": "\x00" * 2000})
    assert switchboard.heard() == [Keys("1", "count")]


def test_resume_hears_nothing(line: FlaskClient, switchboard: FakeSwitchboard) -> None:
    assert "Раз." in line.post(f"/voice/calls/{CALL}/resume", data=FORM).text
    assert switchboard.done == [("turn_in_force", SID)]


def test_only_a_finished_call_is_hung_up(
    line: FlaskClient, switchboard: FakeSwitchboard
) -> None:
    for status in ("ringing", "in-progress", "completed"):
        answer = line.post("/voice/status", data={"CallSid": SID, "CallStatus": status})
        assert (answer.status_code, answer.text) == (200, "<empty/>")
    assert switchboard.done == [("hang_up", SID)]


def test_a_whisper_only_while_it_rings() -> None:
    whispered = reply(Dial(), whisper=(open_to_keys("Отмена записи."),))
    form = {"CallSid": "CAleg", "ParentCallSid": SID}
    ringing = FakeSwitchboard(whispered)
    assert "Отмена" in client(ringing).post(f"/voice/calls/{CALL}/whisper", data=form).text
    assert ringing.done == [("turn_in_force", SID)]
    later = client(FakeSwitchboard(reply(MENU, open_to_keys("Раз."))))
    assert later.post(f"/voice/calls/{CALL}/whisper", data=form).text == "<empty/>"


def test_the_recording_is_told_which_digits_are_secret() -> None:
    recording = Recording()
    secret, menu = FakeSwitchboard(reply(POLICY)), FakeSwitchboard(reply(MENU))
    client(secret, recording=recording).post("/voice", data=FORM)
    client(menu, recording=recording).post(TURN, data=FORM)
    assert recording.followed == [(SID, True), (SID, False)]


# --- what is broken -------------------------------------------------------------------------


SPOKEN = ["/voice", TURN, f"/voice/calls/{CALL}/resume"]


@pytest.mark.parametrize("path", SPOKEN)
def test_any_fault_is_a_sentence_with_200(
    path: str, switchboard: FakeSwitchboard, caplog: pytest.LogCaptureFixture
) -> None:
    switchboard.fault = RuntimeError("policy 7776150894000017 of +79161234567")
    answer = client(switchboard).post(path, data=FORM)
    assert (answer.status_code, answer.text) == (200, "<broken/>")
    assert "RuntimeError" in caplog.text
    assert "7776150894000017" not in caplog.text
    assert "79161234567" not in caplog.text


def test_a_fault_behind_a_report_or_a_whisper_says_nothing(
    switchboard: FakeSwitchboard,
) -> None:
    switchboard.fault = RuntimeError()
    line = client(switchboard)
    form = {"CallSid": SID, "CallStatus": "completed"}
    assert line.post("/voice/status", data=form).text == "<empty/>"
    assert line.post(f"/voice/calls/{CALL}/whisper", data=form).text == "<empty/>"


def test_the_fallback_asks_nobody(switchboard: FakeSwitchboard) -> None:
    switchboard.fault = RuntimeError()
    answer = client(switchboard).post("/voice/fallback", data={"ErrorCode": "11205"})
    assert (answer.status_code, answer.text) == (200, "<broken/>")


def test_a_call_that_is_not_ours(line: FlaskClient) -> None:
    answer = line.post(f"/voice/calls/{'f' * 32}/turns/3", data=FORM)
    assert (answer.status_code, answer.text) == (200, "<lost/>")


# --- hostile requests -----------------------------------------------------------------------


HOSTILE: list[tuple[str, Mapping[str, Any]]] = [
    ("/voice", {}),
    ("/voice", {"CallSid": "CA'; DROP TABLE calls; --"}),
    ("/voice", FORM | {"From": "+7\x00916"}),
    ("/voice", FORM | {"From": "7" * 300}),
    ("/voice", FORM | {"Extra": "x" * 70_000}),
    ("/voice/status", {"CallSid": SID, "CallStatus": "completed\n"}),
    (TURN, {"Digits": "1"}),
    (TURN, FORM | {"Digits": "1a"}),
    (TURN, FORM | {"Digits": "1" * 500}),
    (TURN, FORM | {"FinishedOnKey": "##"}),
    (TURN, FORM | {"DialCallStatus": "<script>"}),
    (TURN, FORM | {"RecordingUrl": "u", "RecordingSid": "a/b"}),
    (TURN + "?keys=all", FORM),
    (f"/voice/calls/{CALL}/turns/0", FORM),
    (f"/voice/calls/{CALL}/turns/{'9' * 40}", FORM),
    (f"/voice/calls/{CALL.upper()}/turns/1", FORM),
    ("/voice/calls/..%2f..%2fetc/resume", FORM),
    (f"/voice/calls/{CALL}/whisper", {"ParentCallSid": "\u2028"}),
]


@pytest.mark.parametrize(("path", "form"), HOSTILE)
def test_hostile_parameters_are_refused_without_effect(
    path: str, form: Mapping[str, Any], line: FlaskClient, switchboard: FakeSwitchboard
) -> None:
    assert line.post(path, data=form).status_code in {400, 404}
    assert switchboard.done == []


def test_an_address_is_for_post_only(line: FlaskClient) -> None:
    assert line.get("/voice").status_code == 405
    assert line.get(TURN).status_code == 405


# --- signatures -----------------------------------------------------------------------------


def sign(path: str, form: MultiDict[str, str] | Mapping[str, str]) -> dict[str, str]:
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, form)
    return {"X-Twilio-Signature": signature}


def signed_post(line: FlaskClient, path: str, form: Any) -> TestResponse:
    return line.post(path, data=form, headers=sign(path, form))


POSTS = [
    "/voice",
    TURN,
    TURN + "?keys=16&note=%D1%8F",
    f"/voice/calls/{CALL}/resume",
    f"/voice/calls/{CALL}/whisper",
    "/voice/status",
    "/voice/fallback",
]


@pytest.mark.parametrize("path", POSTS)
def test_what_the_carrier_signed_is_let_in(path: str, switchboard: FakeSwitchboard) -> None:
    answer = signed_post(client(switchboard, signed=True), path, FORM | {"CallToken": "{é я}"})
    assert answer.status_code == 200


@pytest.mark.parametrize("path", POSTS)
def test_unsigned_has_no_effect(path: str, switchboard: FakeSwitchboard) -> None:
    assert client(switchboard, signed=True).post(path, data=FORM).status_code == 403
    assert switchboard.done == []


FORGED: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "wrong": (FORM, {"X-Twilio-Signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}),
    "empty": (FORM, {"X-Twilio-Signature": ""}),
    "not even ascii": (FORM, {"X-Twilio-Signature": "ÿ" * 28}),
    "of another path": (FORM, sign("/voice", FORM)),
    "of another turn": (FORM, sign(TURN[:-1] + "2", FORM)),
    "of the address with a query": (FORM, sign(TURN + "?keys=16", FORM)),
    "a changed field": (FORM | {"Digits": "2"}, sign(TURN, FORM)),
    "a field more": (FORM | {"More": "1"}, sign(TURN, FORM)),
    "a field less": ({"CallSid": SID, "Digits": "1"}, sign(TURN, FORM)),
}


@pytest.mark.parametrize(("form", "headers"), FORGED.values(), ids=list(FORGED))
def test_forged_has_no_effect(
    form: dict[str, str], headers: dict[str, str], switchboard: FakeSwitchboard
) -> None:
    answer = client(switchboard, signed=True).post(TURN, data=form, headers=headers)
    assert answer.status_code == 403
    assert switchboard.done == []


def test_a_field_sent_twice_is_signed_with_both_values(switchboard: FakeSwitchboard) -> None:
    form = ImmutableMultiDict([*FORM.items(), ("Digits", "2")])
    headers = sign(TURN, form)
    line = client(switchboard, signed=True)
    assert line.post(TURN, data=form, headers=headers).status_code == 200
    assert line.post(TURN, data=FORM, headers=headers).status_code == 403


def test_the_signed_address_is_the_configured_one(switchboard: FakeSwitchboard) -> None:
    line = client(switchboard, signed=True)
    forwarded = {"Host": "10.0.0.7:8000", "X-Forwarded-Host": "evil.example"}
    headers = sign("/voice", FORM) | forwarded
    assert line.post("/voice", data=FORM, headers=headers).status_code == 200


def test_a_log_line_tells_the_turn_and_no_keys(
    line: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    line.post(TURN, data=FORM | {"Digits": "000017"})
    assert f"call {CALL} turn 3 cancel.sure attempt 1 heard Keys" in caplog.text
    assert "000017" not in caplog.text


# --- the speech path -------------------------------------------------------------------------

DEAF = "Только кнопки."
URL = "wss://line.example/media/1"


@dataclass
class Speech:
    room: bool = True
    heard: int | None = None
    keys_only: str = DEAF

    def has_room(self) -> bool:
        return self.room

    def url(self, _call: str) -> str | None:
        return URL if self.room else None

    def heard_turn(self, _call: str) -> int | None:
        return self.heard


def speaking(switchboard: FakeSwitchboard, **speech: Any) -> FlaskClient:
    return client(switchboard, speech=Speech(**speech))


def test_a_call_with_sound_is_a_stream_and_behind_it_the_keys(
    switchboard: FakeSwitchboard,
) -> None:
    answer = speaking(switchboard).post("/voice", data=FORM)
    assert f'<Connect><Stream url="{URL}" /></Connect><Redirect' in answer.text
    assert f"{PUBLIC}/voice/calls/{CALL}/resume</Redirect>" in answer.text
    assert switchboard.done == [("pick_up", SID, "+79161234567", "stream")]
    assert switchboard.by_voice == [True]


def test_without_room_callers_are_told_to_press_keys(switchboard: FakeSwitchboard) -> None:
    answer = speaking(switchboard, room=False).post("/voice", data=FORM)
    assert answer.text.index(DEAF) < answer.text.index("Раз.")
    assert "<Gather" in answer.text
    assert switchboard.by_voice == [False]


def test_a_stream_that_died_is_resumed_by_keys(switchboard: FakeSwitchboard) -> None:
    answer = speaking(switchboard, heard=0).post(f"/voice/calls/{CALL}/resume", data=FORM)
    assert answer.text.index(DEAF) < answer.text.index("Раз.")


@pytest.mark.parametrize(("heard", "said_again"), [(3, False), (2, True), (0, True)])
def test_what_the_stream_has_said_is_not_said_again(*, heard: int, said_again: bool) -> None:
    board = FakeSwitchboard(reply(Dial(), open_to_keys("Соединяем.")))
    answer = speaking(board, heard=heard).post(f"/voice/calls/{CALL}/resume", data=FORM)
    assert ("Соединяем." in answer.text) is said_again
    assert "+74950000001" in answer.text


def test_after_a_person_was_not_there_a_stream_goes_on_as_one(
    switchboard: FakeSwitchboard,
) -> None:
    rung = {"CallSid": SID, "DialCallStatus": "no-answer"}
    assert URL in speaking(switchboard, heard=3).post(TURN, data=rung).text
    assert URL not in speaking(switchboard, heard=None).post(TURN, data=rung).text
    assert URL not in speaking(switchboard, heard=3, room=False).post(TURN, data=rung).text


def test_by_keys_nobody_is_told_of_our_own_recording() -> None:
    notice = Sentence("greeting.recorded", "Записывается.")
    board = FakeSwitchboard(reply(MENU, notice, open_to_keys("Раз.")))
    answer = client(board).post("/voice", data=FORM)
    assert "Записывается." not in answer.text
    assert "Раз." in answer.text
