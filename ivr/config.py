"""The settings, read once from the environment."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

CARRIER = "carrier"
VOICES = (CARRIER, "espeak", "piper", "rhvoice", "festival")
"""Who speaks: the carrier, or one of our own."""


class WrongSettings(ValueError):
    """One sentence that names every missing or wrong setting."""


@dataclass(frozen=True, slots=True)
class HttpSms:
    """How an SMS gateway wants to be spoken to (`IVR_SMS=http`)."""

    url: str = ""
    method: str = "POST"
    headers: str = ""
    """JSON object."""
    body: str = ""
    """Template; {to}, {text} and {key} are filled in, JSON-escaped in a JSON body."""
    id_path: str = ""
    """Where the provider's id stands in its answer: dotted, `messages.0.id`."""
    states: str = ""
    """JSON object: the provider's delivery words -> sent, delivered, undelivered."""
    token: str = ""
    """What `/sms/status?token=…` must carry: gateways do not sign."""


@dataclass(frozen=True, slots=True)
class Config:
    database_url: str = "sqlite:///var/ivr.db"
    public_url: str = ""
    """No slash at the end."""
    secret_key: str = field(default="", repr=False)
    data_key: bytes = field(default=b"", repr=False)
    """32 bytes."""
    twilio_account_sid: str = ""
    twilio_auth_token: str = field(default="", repr=False)
    twilio_base_url: str = "https://api.twilio.com"
    require_signature: bool = True
    speech: str = "off"
    vosk_model: str = ""
    """A folder; empty: the model of the package."""
    voice: str = CARRIER
    piper_voice: str = ""
    sms: str = "log"
    http_sms: HttpSms = field(default_factory=HttpSms, repr=False)
    line_number: str = ""
    transfer_to: str = ""
    policy_digits: tuple[int, ...] = (16, 6)
    late_policy: str = "warn"
    cancel_if: str = ""
    recording: str = "off"
    recordings: Path = Path("var/recordings")
    """The folder of our own recordings."""
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Moscow"))
    port: int = 8000
    media_port: int = 8001
    media_url: str = ""
    """`wss://…` of the media socket, no slash at the end."""
    max_streams: int = 12
    media_leave: int = 25
    """Seconds that calls have to end, once the media process is told to stop."""
    phone_page: bool = False
    proxies: int = 0
    """Reverse proxies before the web process, the last on its machine."""

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Config:
        """Read and check every setting. Raises WrongSettings naming all that are wrong."""
        reader = _Reader(env)
        config = reader.read()
        if reader.wrong:
            raise WrongSettings("Wrong or missing settings: " + "; ".join(reader.wrong) + ".")
        return config


class _Reader:
    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.wrong: list[str] = []

    def read(self) -> Config:
        env = self.env
        sms = self.one_of("IVR_SMS", ("log", "twilio", "http"), "log")
        voice = self.one_of("IVR_VOICE", VOICES, CARRIER)
        speech = self.one_of("IVR_SPEECH", ("vosk", "off"), "off")
        return Config(
            database_url=env.get("IVR_DATABASE_URL", "sqlite:///var/ivr.db"),
            public_url=env.get("IVR_PUBLIC_URL", "").rstrip("/"),
            secret_key=self.secret_key(),
            data_key=self.data_key(),
            twilio_account_sid=self.needed_by(sms == "twilio", "TWILIO_ACCOUNT_SID"),
            twilio_auth_token=self.auth_token(sms == "twilio"),
            twilio_base_url=env.get("TWILIO_BASE_URL", "https://api.twilio.com").rstrip("/"),
            require_signature=self.signature_wanted(),
            speech=speech,
            vosk_model=env.get("IVR_VOSK_MODEL", ""),
            voice=voice,
            piper_voice=self.needed_by(voice == "piper", "IVR_PIPER_VOICE"),
            sms=sms,
            http_sms=self.http_sms(needed=sms == "http"),
            line_number=env.get("IVR_LINE_NUMBER", ""),
            transfer_to=env.get("IVR_TRANSFER_TO", ""),
            policy_digits=self.policy_digits(),
            late_policy=self.one_of(
                "IVR_LATE_POLICY", ("warn", "allow", "transfer", "deny"), "warn"
            ),
            cancel_if=self.one_of("IVR_CANCEL_IF", ("", "unconfirmed", "within-day"), ""),
            recording=self.recording(speech),
            recordings=Path(env.get("IVR_RECORDINGS", "var/recordings")),
            timezone=self.timezone(),
            port=self.count("PORT", 8000, most=65535),
            media_port=self.count("IVR_MEDIA_PORT", 8001, most=65535),
            media_url=self.media_url(),
            max_streams=self.count("IVR_MAX_STREAMS", 12, most=10_000),
            media_leave=self.count("IVR_MEDIA_LEAVE", 25, most=3600),
            phone_page=self.one_of("IVR_PHONE_PAGE", ("on", "off"), "off") == "on",
            proxies=self.count("IVR_PROXIES", 0, least=0, most=9),
        )

    def one_of(self, name: str, choices: tuple[str, ...], default: str) -> str:
        value = self.env.get(name, default)
        if value not in choices:
            listed = ", ".join(repr(choice) for choice in choices)
            self.wrong.append(f"{name} must be one of {listed}")
            return default
        return value

    def needed_by(self, needed: bool, name: str) -> str:  # noqa: FBT001
        value = self.env.get(name, "")
        if needed and not value:
            self.wrong.append(f"{name} is missing")
        return value

    def signature_wanted(self) -> bool:
        return self.one_of("IVR_REQUIRE_SIGNATURE", ("on", "off"), "on") == "on"

    def auth_token(self, needed: bool) -> str:  # noqa: FBT001
        wanted = self.env.get("IVR_REQUIRE_SIGNATURE", "on") != "off"
        if wanted:
            self.needed_by(needed=True, name="IVR_PUBLIC_URL")
        return self.needed_by(needed or wanted, "TWILIO_AUTH_TOKEN")

    def secret_key(self) -> str:
        value = self.env.get("IVR_SECRET_KEY", "")
        if len(value) < 32:
            self.wrong.append("IVR_SECRET_KEY must have at least 32 characters")
        return value

    def data_key(self) -> bytes:
        value = self.env.get("IVR_DATA_KEY", "")
        try:
            key = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != 32:
            self.wrong.append("IVR_DATA_KEY must be 32 bytes in base64url")
        return key

    def http_sms(self, *, needed: bool) -> HttpSms:
        return HttpSms(
            url=self.needed_by(needed, "IVR_SMS_URL"),
            method=self.one_of("IVR_SMS_METHOD", ("POST", "GET"), "POST"),
            headers=self.env.get("IVR_SMS_HEADERS", ""),
            body=self.env.get("IVR_SMS_BODY", ""),
            id_path=self.env.get("IVR_SMS_ID_PATH", ""),
            states=self.env.get("IVR_SMS_STATES", ""),
            token=self.needed_by(needed, "IVR_SMS_TOKEN"),
        )

    def policy_digits(self) -> tuple[int, ...]:
        try:
            lengths = tuple(
                int(n) for n in self.env.get("IVR_POLICY_DIGITS", "16,6").split(",")
            )
        except ValueError:
            lengths = ()
        if set(lengths) not in ({16}, {16, 6}):
            self.wrong.append("IVR_POLICY_DIGITS must be '16,6' or '16'")
            return (16, 6)
        return lengths

    def timezone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.env.get("IVR_TIMEZONE", "Europe/Moscow"))
        except (ZoneInfoNotFoundError, ValueError):
            self.wrong.append("IVR_TIMEZONE must be an IANA zone such as Europe/Moscow")
            return ZoneInfo("Europe/Moscow")

    def recording(self, speech: str) -> str:
        chosen = self.one_of("IVR_RECORDING", ("off", "own", "carrier"), "off")
        if chosen == "own" and speech == "off":
            self.wrong.append("IVR_RECORDING=own needs IVR_SPEECH=vosk")
        return chosen

    def media_url(self) -> str:
        """`https` becomes `wss`, and for a try on this machine `http` becomes `ws`."""
        public = self.env.get("IVR_PUBLIC_URL", "").rstrip("/")
        url = self.env.get("IVR_MEDIA_URL", "").rstrip("/")
        if url and not url.startswith(("wss://", "ws://")):
            self.wrong.append("IVR_MEDIA_URL must begin with wss://")
        return url or public.replace("http", "ws", 1)

    def count(self, name: str, default: int, *, most: int, least: int = 1) -> int:
        value = self.env.get(name, str(default))
        if not value.isdigit() or not least <= int(value) <= most:
            self.wrong.append(f"{name} must be a number from {least} to {most}")
            return default
        return int(value)


def folder_of(database_url: str) -> Path | None:
    """The folder that an embedded database's file lies in; None for a server's."""
    prefix = "sqlite:///"
    return Path(database_url[len(prefix) :]).parent if database_url.startswith(prefix) else None
