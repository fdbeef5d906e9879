from __future__ import annotations

import stat
from pathlib import Path

import pytest

from ivr.commands.environment import Stop, checked, demo_environment, in_force
from ivr.config import Config


def test_the_demo_makes_its_keys_once_and_keeps_them(tmp_path: Path) -> None:
    first = demo_environment({}, tmp_path / "var")
    assert demo_environment({}, tmp_path / "var") == first
    keys = tmp_path / "var" / "demo.env"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert [file.name for file in keys.parent.iterdir()] == ["demo.env"]
    config = Config.from_env(first)
    assert config.database_url == f"sqlite:///{tmp_path}/var/demo.db"
    assert (config.line_number, config.transfer_to) == ("+78001234567", "+74950000001")
    assert not config.require_signature


def test_what_is_set_counts(tmp_path: Path) -> None:
    env = {"PORT": "8123", "TWILIO_AUTH_TOKEN": "t", "IVR_LINE_NUMBER": "+74951112233"}
    config = Config.from_env(demo_environment(env, tmp_path))
    assert config.require_signature
    assert config.public_url == "http://127.0.0.1:8123"
    assert config.line_number == "+74951112233"


def test_the_demos_settings_only_where_it_has_run_and_nothing_is_set(tmp_path: Path) -> None:
    assert in_force({"PORT": "1"}, tmp_path) == {"PORT": "1"}
    (tmp_path / "demo.db").touch()
    assert "IVR_SECRET_KEY" in in_force({"PORT": "1"}, tmp_path)
    assert in_force({"IVR_VOICE": "carrier"}, tmp_path) == {"IVR_VOICE": "carrier"}


def test_wrong_settings_are_one_sentence_and_the_exit_code_2() -> None:
    with pytest.raises(Stop) as caught:
        checked({"IVR_VOICE": "opera"})
    assert caught.value.exit_code == 2
    assert "IVR_VOICE" in caught.value.message
