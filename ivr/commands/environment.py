"""Where a command gets its settings: the environment, or the demo that runs in this folder."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy.exc import SQLAlchemyError

from ivr.config import Config, WrongSettings
from ivr.faults import report
from ivr.store.database import Database
from ivr.store.vault import CannotOpen, Vault

VAR = Path("var")
DEMO: Mapping[str, str] = {
    "IVR_LINE_NUMBER": "+78001234567",
    "IVR_TRANSFER_TO": "+74950000001",
    "IVR_SPEECH": "vosk",
    "IVR_PHONE_PAGE": "on",
}
KEYS = ("IVR_SECRET_KEY", "IVR_DATA_KEY")


class Stop(click.ClickException):
    """One sentence on stderr, and the exit code of wrong usage."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        click.echo(self.message, file=file, err=True)


@dataclass(frozen=True, slots=True)
class Tools:
    """What every command is given."""

    env: Mapping[str, str]
    clock: Callable[[], datetime]
    """Aware, UTC."""

    def config(self) -> Config:
        """The settings; a wrong one ends the command with a sentence and the exit code 2."""
        return checked(in_force(self.env, VAR))

    def demo(self, port: int | None) -> Config:
        env = demo_environment(self.env, VAR)
        return checked(env if port is None else env | _at_port(self.env, port))


@dataclass(frozen=True, slots=True)
class Line:
    """The configured database and what opens it."""

    config: Config
    database: Database
    vault: Vault


@contextmanager
def open_line(tools: Tools) -> Iterator[Line]:
    config = tools.config()
    with stop_on_faults():
        database = Database(config.database_url)
        try:
            yield Line(config, database, Vault(config.data_key))
        finally:
            database.close()


@contextmanager
def stop_on_faults() -> Iterator[None]:
    """What an engineer can put right is a sentence, without a row's values in it."""
    try:
        yield
    except WrongSettings as wrong:
        raise Stop(str(wrong)) from None
    except SQLAlchemyError as broken:
        report(broken, "")
        what = f"The database failed ({type(broken).__name__})."
        raise Stop(f"{what} Is it up, and has `ivr db upgrade` been run?") from None
    except CannotOpen:
        raise Stop("IVR_DATA_KEY is not the key that the database was written with.") from None


def moment_of(written: str, zone: ZoneInfo) -> datetime:
    """ISO to UTC; without an offset it is the clinic's time."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise Stop(f"{written!r} is no ISO date and time.") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def checked(env: Mapping[str, str]) -> Config:
    try:
        return Config.from_env(env)
    except WrongSettings as wrong:
        raise Stop(str(wrong)) from None


def in_force(env: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The environment, or the demo's where nothing is set and the demo has been here."""
    if any(name.startswith("IVR_") for name in env) or not (folder / "demo.db").exists():
        return dict(env)
    return demo_environment(env, folder)


def demo_environment(env: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Everything that the demo needs and nobody has set."""
    signs = "on" if env.get("TWILIO_AUTH_TOKEN") else "off"
    first_values = {
        "IVR_DATABASE_URL": f"sqlite:///{folder}/demo.db",
        "IVR_REQUIRE_SIGNATURE": signs,
        "IVR_PUBLIC_URL": f"http://127.0.0.1:{env.get('PORT', '8000')}",
        **DEMO,
        **kept_keys(folder / "demo.env"),
    }
    return first_values | dict(env)


def kept_keys(file: Path) -> dict[str, str]:
    """The demo's keys, made once and readable to their owner only."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        _write_once(file, _new_keys())
    lines = (line.partition("=") for line in file.read_text().splitlines())
    return {name: value for name, _, value in lines if name in KEYS}


def _new_keys() -> str:
    data_key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return f"IVR_SECRET_KEY={secrets.token_urlsafe(48)}\nIVR_DATA_KEY={data_key}\n"


def _write_once(file: Path, text: str) -> None:
    """Whole or not at all, also when the power goes or two demos start at once."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as keys:
        keys.write(text)
        keys.flush()
        os.fsync(keys.fileno())
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _at_port(env: Mapping[str, str], port: int) -> dict[str, str]:
    public = env.get("IVR_PUBLIC_URL") or f"http://127.0.0.1:{port}"
    return {"PORT": str(port), "IVR_PUBLIC_URL": public}
