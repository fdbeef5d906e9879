from __future__ import annotations

from pathlib import Path

import pytest

from ivr.app import create_app, is_recorded, open_line, sender
from ivr.clinic.settings import ClinicSettings
from ivr.config import Config, WrongSettings
from tests.telephony.lines import environment


def config(tmp_path: Path, **more: str) -> Config:
    return Config.from_env(environment(f"sqlite:///{tmp_path}/line.db", **more))


GATEWAY = {"IVR_SMS": "http", "IVR_SMS_URL": "https://sms.example", "IVR_SMS_TOKEN": "t"}
WRONG = {
    "IVR_TRANSFER_TO": {"IVR_TRANSFER_TO": "registry"},
    "IVR_LINE_NUMBER": {"IVR_LINE_NUMBER": "12"},
    "TWILIO_ACCOUNT_SID": {"IVR_RECORDING": "carrier"},
    "IVR_SMS_STATES": GATEWAY | {"IVR_SMS_STATES": "["},
}


@pytest.mark.parametrize(("name", "env"), WRONG.items(), ids=list(WRONG))
def test_a_wrong_setting_stops_the_start(
    name: str, env: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(WrongSettings, match=name):
        create_app(config(tmp_path, **env))


def test_wrong_headers_of_a_gateway_stop_the_worker(tmp_path: Path) -> None:
    with pytest.raises(WrongSettings):
        sender(config(tmp_path, **GATEWAY, IVR_SMS_HEADERS="[]"))


@pytest.mark.parametrize(
    ("recording", "base_url", "recorded"),
    [
        ("carrier", "https://api.twilio.com", True),
        ("carrier", "https://api.twilio.com/", True),
        ("carrier", "https://somleng.clinic.example", False),
        ("off", "https://api.twilio.com", False),
    ],
)
def test_only_a_carrier_that_can_pause_records(
    recording: str, base_url: str, recorded: bool, tmp_path: Path
) -> None:
    env = {"IVR_RECORDING": recording, "TWILIO_BASE_URL": base_url}
    assert is_recorded(config(tmp_path, **env)) is recorded


def test_the_environment_gives_the_first_values_only(tmp_path: Path) -> None:
    line = open_line(config(tmp_path))
    line.database.upgrade()
    line.database.close()
    values = []
    for late_policy in ("deny", "allow"):
        line = open_line(config(tmp_path, IVR_LATE_POLICY=late_policy))
        with line.database.read() as session:
            values.append(ClinicSettings.load(session))
        line.database.close()
    assert [value.late_policy for value in values] == ["deny", "deny"]
    assert values[0].transfer_number == "+74950000001"
