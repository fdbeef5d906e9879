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


@pytest.mark.parametrize(
    ("public", "media", "url"),
    [
        ("https://line.example/", "", "wss://line.example"),
        ("http://127.0.0.1:8000", "", "ws://127.0.0.1:8000"),
        ("https://line.example", "wss://media.example/", "wss://media.example"),
    ],
)
def test_the_media_socket_is_where_the_line_is_unless_told_otherwise(
    public: str, media: str, url: str
) -> None:
    assert (
        Config.from_env(GOOD | {"IVR_PUBLIC_URL": public, "IVR_MEDIA_URL": media}).media_url
        == url
    )


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"IVR_RECORDING": "own"}, "IVR_RECORDING=own needs IVR_SPEECH=vosk"),
        ({"IVR_MEDIA_URL": "https://line.example"}, "IVR_MEDIA_URL must begin with wss://"),
        ({"IVR_MAX_STREAMS": "0"}, "IVR_MAX_STREAMS must be a number"),
        ({"IVR_MEDIA_PORT": "x"}, "IVR_MEDIA_PORT must be a number"),
    ],
)
def test_wrong_settings_of_the_speech_path(wrong: dict[str, str], named: str) -> None:
    with pytest.raises(WrongSettings, match=named):
        Config.from_env(GOOD | wrong)
