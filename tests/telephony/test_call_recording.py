from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Event
from typing import Any

import pytest
from requests.exceptions import ConnectTimeout
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from ivr.telephony.call_recording import TwilioRecording, follow, is_secret
from tests.telephony.replies import BYE, MENU, POLICY, SID, reply

AT = (
    f"https://api.twilio.com/2010-04-01/Accounts/ACx/Calls/{SID}/Recordings/Twilio.CURRENT.json"
)


class Carrier(HttpClient):  # type: ignore[misc]
    """Answers as told, then goes on with the last answer."""

    def __init__(self, *answers: int | Exception) -> None:
        super().__init__(None, False, None)
        self.answers = list(answers)
        self.asked: list[tuple[str, Any]] = []

    def request(self, method: str, url: str, **more: Any) -> Response:
        self.asked.append((url, more.get("data") or more))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return Response(answer, "{}")


class SlowCarrier(Carrier):
    """Its first answer of this call takes as long as the test wants."""

    def __init__(self) -> None:
        super().__init__(200)
        self.is_asked, self.may_answer, self.asked_of_another = Event(), Event(), Event()

    def request(self, method: str, url: str, **more: Any) -> Response:
        answer = super().request(method, url, **more)
        if url != AT:
            self.asked_of_another.set()
            return answer
        self.is_asked.set()
        assert self.may_answer.wait(10)
        return answer


def recording_of(carrier: Carrier) -> TwilioRecording:
    return TwilioRecording(Client("ACx", "token", http_client=carrier), pause=0.0)


def followed(carrier: Carrier, secret: bool) -> list[str]:
    recording = recording_of(carrier)
    recording.follow(SID, secret=secret)
    recording.close()
    assert {url for url, _ in carrier.asked} == {AT}
    return statuses(carrier)


def statuses(carrier: Carrier) -> list[str]:
    return [str(data["Status"]) for _, data in carrier.asked]


def request_data(carrier: Carrier) -> Any:
    return carrier.asked[0][1]


def test_digits_are_keyed_into_silence() -> None:
    carrier = Carrier(200)
    assert followed(carrier, True) + followed(Carrier(200), False) == ["paused", "in-progress"]
    assert request_data(carrier)["PauseBehavior"] == "silence"


def test_a_recording_that_has_not_begun_is_asked_for_again() -> None:
    assert followed(Carrier(404, ConnectTimeout(), 200), True) == ["paused"] * 3


@pytest.mark.parametrize("broken", [404, 500, ConnectTimeout()])
def test_a_failure_disturbs_nothing(broken: int | Exception) -> None:
    assert followed(Carrier(broken), True) == ["paused"] * 4


def test_a_slow_answer_holds_up_no_other_call() -> None:
    carrier = SlowCarrier()
    recording = recording_of(carrier)
    recording.follow(SID, secret=True)
    recording.follow("CA" + "1" * 32, secret=True)
    assert carrier.asked_of_another.wait(5)
    carrier.may_answer.set()
    recording.close()


def test_what_is_out_of_date_is_not_sent() -> None:
    carrier = SlowCarrier()
    recording = recording_of(carrier)
    recording.follow(SID, secret=True)
    assert carrier.is_asked.wait(5)
    for secret in (False, True, False):
        recording.follow(SID, secret=secret)
    carrier.may_answer.set()
    recording.close()
    assert statuses(carrier) == ["paused", "in-progress"]


def test_a_call_is_followed_again_after_it_was_served() -> None:
    carrier = Carrier(200)
    for secret in (True, True, False):
        followed(carrier, secret)
    assert statuses(carrier) == ["paused", "paused", "in-progress"]


def test_only_personal_digits_are_secret() -> None:
    assert [is_secret(reply(then)) for then in (POLICY, MENU, BYE)] == [True, False, False]


@dataclass
class Followed:
    told: list[bool] = field(default_factory=list)

    def follow(self, carrier_id: str, *, secret: bool) -> None:
        self.told.append(secret)


@pytest.mark.parametrize(
    ("was_secret", "then", "told"),
    [
        (None, MENU, [False]),
        (True, MENU, [False]),
        (False, MENU, []),
        (False, BYE, []),
        (False, POLICY, [True]),
        (True, POLICY, [True]),
        (None, POLICY, [True]),
    ],
)
def test_a_turn_that_changes_nothing_asks_for_nothing(
    was_secret: bool | None, then: object, told: list[bool]
) -> None:
    recording = Followed()
    follow(recording, SID, replace(reply(then), was_secret=was_secret))
    assert recording.told == told
