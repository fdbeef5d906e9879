from __future__ import annotations

import base64

import pytest

from ivr.config import Config, WrongSettings

GOOD = {
    "IVR_SECRET_KEY": "s" * 32,
    "IVR_DATA_KEY": base64.urlsafe_b64encode(b"k" * 32).decode(),
    "IVR_REQUIRE_SIGNATURE": "off",
}


def test_all_wrong_settings_are_named_in_one_sentence() -> None:
    with pytest.raises(WrongSettings) as caught:
        Config.from_env({"IVR_VOICE": "opera", "PORT": "0", "IVR_TIMEZONE": "Mars/Base"})
    sentence = str(caught.value)
    names = ["IVR_VOICE", "PORT", "IVR_TIMEZONE", "IVR_SECRET_KEY", "IVR_DATA_KEY"]
    names += ["TWILIO_AUTH_TOKEN", "IVR_PUBLIC_URL"]
    assert [name for name in names if name not in sentence] == []


def test_defaults() -> None:
    config = Config.from_env(GOOD)
    assert config.database_url == "sqlite:///var/ivr.db"
    assert config.policy_digits == (16, 6)
    assert config.timezone.key == "Europe/Moscow"


def test_keys_are_not_shown() -> None:
    assert "ssss" not in repr(Config.from_env(GOOD))
