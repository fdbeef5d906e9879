from __future__ import annotations

from typing import Any

import pytest
from requests.exceptions import ConnectTimeout
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from ivr.telephony.call_recording import TwilioRecording, is_secret
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


def follow(carrier: Carrier, *secrets: bool) -> list[str]:
    recording = TwilioRecording(Client("ACx", "token", http_client=carrier), pause=0.0)
    for secret in secrets:
        recording.follow(SID, secret=secret)
    recording.close()
    assert {url for url, _ in carrier.asked} == {AT}
    return [str(data["Status"]) for _, data in carrier.asked]


def request_data(carrier: Carrier) -> Any:
    return carrier.asked[0][1]


def test_digits_are_keyed_into_silence() -> None:
    carrier = Carrier(200)
    assert follow(carrier, True, False) == ["paused", "in-progress"]
    assert request_data(carrier)["PauseBehavior"] == "silence"


def test_a_recording_that_has_not_begun_is_asked_for_again() -> None:
    assert follow(Carrier(404, ConnectTimeout(), 200), True) == ["paused"] * 3


@pytest.mark.parametrize("broken", [404, 500, ConnectTimeout()])
def test_a_failure_disturbs_nothing(broken: int | Exception) -> None:
    assert follow(Carrier(broken), True, False) == ["paused"] * 4 + ["in-progress"]


def test_only_personal_digits_are_secret() -> None:
    assert [is_secret(reply(then)) for then in (POLICY, MENU, BYE)] == [True, False, False]
