"""`ivr doctor`: every part of the line, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ivr.commands.environment import Line, Tools, open_line
from ivr.config import Config
from ivr.rendering import Prompts
from ivr.speech.recogniser import Ear, ModelMissing
from ivr.speech.synthesis import Synthesizer
from ivr.speech.understanding import KINDS, phrases
from ivr.speech.voice_activity import Vad, VadMissing
from ivr.speech.voices import open_voice, why_missing
from ivr.store.tables import Cancellation, Outbox
from ivr.telephony.health import WAITING, newest_migration, why_not_ready

WORKS, DEGRADED, BROKEN = "works", "degraded", "broken"
MOST_CODES = 20_000
"""Of 100,000: above it a guessed code is too often somebody's."""
KEYS_ONLY = "callers are asked for keys only"
SHOWN = 20
"""Words that the model lacks."""
LATE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Finding:
    part: str
    state: str
    to_do: str = ""


@click.command()
@click.pass_obj
def doctor(tools: Tools) -> None:
    """One line per part: works, degraded or broken, and what to do."""
    with open_line(tools) as line:
        findings = list(examine(line, tools.clock()))
    for finding in findings:
        click.echo(f"{finding.part:<13}{finding.state:<10}{finding.to_do}".rstrip())
    if any(finding.state == BROKEN for finding in findings):
        raise SystemExit(1)


def examine(line: Line, now: datetime) -> Iterator[Finding]:
    why = why_not_ready(line.database, newest_migration())
    yield _database(line, why)
    yield _voice(line.config)
    yield _speech(line.config)
    yield _carrier(line.config)
    yield _sms(line, now, ready=not why)
    yield Finding("time zone", WORKS, f"{now.astimezone(line.config.timezone):%Z %H:%M}")


def _database(line: Line, why: str) -> Finding:
    if why:
        return Finding("database", BROKEN, f"{why}; run `ivr db upgrade`")
    with line.database.read() as session:
        codes = _count(session, Cancellation.code_live)
    if codes > MOST_CODES:
        return Finding("database", DEGRADED, f"{codes} codes are valid: shorten their time")
    return Finding("database", WORKS)


def _voice(config: Config) -> Finding:
    wrong = [line for line in Prompts.load().check() if not line.startswith("warning:")]
    if wrong:
        return Finding("voice", BROKEN, f"{wrong[0]}; see `ivr prompts check`")
    if config.voice == "carrier" and config.speech == "off":
        return Finding("voice", WORKS, "the carrier speaks")
    missing = why_missing(config.voice, config.piper_voice)
    other = open_voice(config.voice, config.piper_voice)
    try:
        with closing(Synthesizer(other=other)) as synthesizer:
            synthesizer.wav("Проверка.", 0, 0)
    except (OSError, RuntimeError) as broken:
        return Finding("voice", BROKEN, f"{type(broken).__name__}: set IVR_VOICE=carrier")
    if missing:
        return Finding("voice", DEGRADED, f"{missing}: espeak speaks instead")
    return Finding("voice", WORKS, config.voice if other else "espeak")


def _speech(config: Config) -> Finding:
    """Which model, whether it fits what is listened for, and the voice activity."""
    if config.speech == "off":
        return Finding(
            "speech model", DEGRADED, "IVR_SPEECH=off: callers are asked for keys only"
        )
    try:
        Vad()
        ear = Ear(config.vosk_model or None)
    except (ModelMissing, VadMissing) as missing:
        return Finding("speech model", BROKEN, f"{missing}: {KEYS_ONLY}")
    name = config.vosk_model or "the one that ships"
    if not ear.has_grammars:
        return Finding("speech model", DEGRADED, f"{name}: it listens for all words it knows")
    unknown = ear.missing(phrase for kind in KINDS for phrase in phrases(kind))
    if unknown:
        words = ", ".join([*unknown[:SHOWN], *("…" for _ in unknown[SHOWN:][:1])])
        told = f"{name}: {len(unknown)} words cannot be heard: {words}"
        return Finding("speech model", DEGRADED, told)
    return Finding("speech model", WORKS, name)


def _carrier(config: Config) -> Finding:
    if not config.transfer_to:
        return Finding("carrier", DEGRADED, "set IVR_TRANSFER_TO: an apology reaches nobody")
    if not config.require_signature:
        return Finding("carrier", DEGRADED, "IVR_REQUIRE_SIGNATURE=off: anybody may post")
    if not config.public_url.startswith("https://"):
        return Finding("carrier", DEGRADED, "IVR_PUBLIC_URL is not https")
    return Finding("carrier", WORKS, f"point it to {config.public_url}/voice")


def _sms(line: Line, now: datetime, *, ready: bool) -> Finding:
    if ready:
        with line.database.read() as session:
            late = _count(session, Outbox.state.in_(WAITING) & (Outbox.created_at < now - LATE))
        if late:
            return Finding("SMS", DEGRADED, f"{late} are waiting: does `ivr worker` run?")
    if line.config.sms == "log":
        return Finding("SMS", DEGRADED, "IVR_SMS=log: nothing is sent")
    return Finding("SMS", WORKS)


def _count(session: Session, which: object) -> int:
    return session.scalar(select(func.count()).where(which)) or 0  # type: ignore[arg-type]
