"""Wires everything, once, by plain constructors."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from flask import Flask, Response
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from ivr.clinic.book import Book
from ivr.clinic.ledger import Ledger
from ivr.clinic.recorded_texts import RecordedTexts
from ivr.clinic.settings import ClinicSettings
from ivr.clinic.voice import ClinicVoice
from ivr.config import CARRIER, Config, WrongSettings
from ivr.desk import frame
from ivr.desk.office import Desk
from ivr.dialogue.turns import Spoken
from ivr.faults import report
from ivr.flows.reception import RECEPTION
from ivr.messages.delivery import states_of
from ivr.messages.senders import HttpSender, LogSender, SmsSender, TwilioSender
from ivr.messages.worker import Worker
from ivr.phone_numbers import e164
from ivr.rendering import Prompts
from ivr.retention import Expiry
from ivr.speech.recogniser import shipped_model
from ivr.speech.synthesis import audio_name
from ivr.speech.voices import open_voice, why_missing
from ivr.statistics.daily import DailyFigures
from ivr.statistics.settled import SettledMonths
from ivr.store.database import Database
from ivr.store.recordings import Folder
from ivr.store.vault import Vault
from ivr.switchboard import Office, Reply, Switchboard, utc_now
from ivr.telephony.audio import Audio, Shelf
from ivr.telephony.call_recording import (
    TWILIO,
    CallRecording,
    NotRecorded,
    TwilioRecording,
    twilio_client,
)
from ivr.telephony.health import Health, newest_migration
from ivr.telephony.phone_page import PhonePage
from ivr.telephony.signature import Signature
from ivr.telephony.sms_reports import Gateway, SmsReports
from ivr.telephony.speech_path import KeysOnly, SpeechPath, StreamDoor
from ivr.telephony.twiml import CarrierVoice, Documents, PlayedVoice, RecordedVoice, Voice
from ivr.telephony.webhooks import Apologies, Webhooks

Clock = Callable[[], datetime]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """What every process of the line is made of."""

    config: Config
    clock: Clock
    database: Database
    vault: Vault
    prompts: Prompts
    shelf: Shelf
    switchboard: Switchboard


def from_environment() -> Flask:
    """What gunicorn runs."""
    log_to_stderr()
    return create_app(Config.from_env(os.environ))


def create_app(config: Config, clock: Clock = utc_now) -> Flask:
    """The web process. A database that is down does not stop it: callers hear a sentence.

    Raises WrongSettings.
    """
    line = open_line(config, clock)
    try:
        return _web_process(line)
    except WrongSettings:
        line.database.close()
        raise


def _web_process(line: Line) -> Flask:
    config = line.config
    app = Flask("ivr")
    app.extensions["line"] = line
    signs = config.require_signature
    signature = Signature(config.public_url, config.twilio_auth_token) if signs else None
    app.register_blueprint(_webhooks(line, signature).blueprint())
    app.register_blueprint(_sms_reports(line, signature).blueprint())
    voice = clinic_voice(line)
    app.extensions["voice"] = voice
    app.register_blueprint(Audio(line.database, line.shelf, voice).blueprint())
    if config.phone_page:
        app.register_blueprint(_phone_page(line).blueprint())
    app.register_blueprint(Health(line.database, line.clock, newest_migration()).blueprint())
    frame.set_up(
        app,
        _desk(line),
        secret_key=config.secret_key,
        secure=config.public_url.startswith("https:"),
    )
    app.register_error_handler(HTTPException, lambda fault: fault)
    app.register_error_handler(Exception, _broken)
    return app


def open_line(config: Config, clock: Clock = utc_now, database: Database | None = None) -> Line:
    """Everything behind the doors, on a database that is open or opened here.

    Raises WrongSettings.
    """
    config = _with_numbers(config)
    database, vault = database or Database(config.database_url), Vault(config.data_key)
    prompts = Prompts.load()
    shelf = Shelf(vault, config.voice, _namer(config), prompts.fixed_texts())
    office = Office(
        script=RECEPTION,
        prompts=prompts,
        clinic=_book(config, vault),
        transfer_to=lambda session: ClinicSettings.load(session).transfer_number,
        keep_audio=shelf.keep if config.voice != CARRIER else _keep_nothing,
        zone=config.timezone,
    )
    first_settings(config, database)
    switchboard = Switchboard(database, vault, office, clock)
    return Line(config, clock, database, vault, prompts, shelf, switchboard)


def first_settings(config: Config, database: Database) -> None:
    """What the environment says counts until the clinic says something else."""
    values = {
        "transfer_number": config.transfer_to,
        "late_policy": config.late_policy,
        "cancel_if": config.cancel_if,
    }
    try:
        with database.begin() as session:
            ClinicSettings.fill(session, values)
    except SQLAlchemyError as broken:
        report(broken, "")


def _with_numbers(config: Config) -> Config:
    """The telephones of the settings as they are dialled."""
    line_number, transfer_to = e164(config.line_number), e164(config.transfer_to)
    wrong = [
        name
        for name, written, number in (
            ("IVR_LINE_NUMBER", config.line_number, line_number),
            ("IVR_TRANSFER_TO", config.transfer_to, transfer_to),
        )
        if written and number is None
    ]
    if wrong:
        raise WrongSettings(_wrong(f"{' and '.join(wrong)} must be a telephone number"))
    return replace(config, line_number=line_number or "", transfer_to=transfer_to or "")


def _wrong(what: str) -> str:
    return f"Wrong or missing settings: {what}."


def worker(line: Line) -> Worker:
    zone = line.config.timezone
    figures = DailyFigures(line.database, line.vault, zone)
    months = SettledMonths(line.database, zone)
    close_silent = line.switchboard.close_silent
    wired = Worker(line.database, line.vault, sender(line.config), close_silent=close_silent)
    expiry = Expiry(line.database, Folder(line.config.recordings, line.vault))
    wired.chores = (figures.count_ended, months.count_next, expiry.delete_past)
    return wired


def sender(config: Config) -> SmsSender:
    match config.sms:
        case "twilio":
            return TwilioSender(
                account_sid=config.twilio_account_sid,
                auth_token=config.twilio_auth_token,
                sender=config.line_number,
                public_url=config.public_url,
                base_url=config.twilio_base_url,
            )
        case "http":
            return _gateway_sender(config)
        case _:
            return LogSender()


def _gateway_sender(config: Config) -> SmsSender:
    try:
        return HttpSender(config.http_sms)
    except ValueError as wrong:
        raise WrongSettings(_wrong(str(wrong))) from None


def is_recorded(config: Config) -> bool:
    """Only Twilio itself is known to have `<Start><Recording>` and to pause it."""
    return config.recording == "carrier" and config.twilio_base_url == TWILIO


def carrier_signs_sockets(config: Config) -> bool:
    """Of other carriers it is not known; a signature that they send is checked."""
    return config.twilio_base_url == TWILIO


def log_to_stderr() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # They log addresses, which may hold telephone numbers and a token, or nothing of interest.
    for library in ("httpx", "httpcore", "twilio", "werkzeug", "alembic", "uvicorn"):
        logging.getLogger(library).setLevel(logging.WARNING)


def _desk(line: Line) -> Desk:
    """The registrars' pages, on the same book as the line."""
    config = line.config

    def ledger(session: Session) -> Ledger:
        return Ledger(session, line.vault, config.timezone, config.line_number)

    return Desk(
        line.database,
        line.vault,
        line.prompts,
        config.timezone,
        line.clock,
        ledger,
        Folder(config.recordings, line.vault),
        config.proxies,
    )


def _webhooks(line: Line, signature: Signature | None) -> Webhooks:
    config = line.config
    documents = _documents(config)
    with_recordings = replace(documents, voice=_with_recordings(line, documents.voice))
    broken, lost = _sorry(line)
    apologies = Apologies(
        broken=documents.apology(broken, config.transfer_to),
        lost=documents.apology(lost, config.transfer_to),
        empty=documents.nothing(),
    )
    recording = call_recording(config)
    speech = _speech_path(line)
    return Webhooks(line.switchboard, with_recordings, apologies, recording, signature, speech)


def _phone_page(line: Line) -> PhonePage:
    return PhonePage(line.switchboard, line.database, line.vault, _speech_path(line))


def _speech_path(line: Line) -> SpeechPath:
    """Without a model callers are told that the line understands keys only."""
    config = line.config
    if config.speech == "off":
        return KeysOnly()
    keys_only = line.prompts.say(Spoken("failure.keys_only"), line.clock().date())
    if not has_model(config):
        return KeysOnly(keys_only)
    return StreamDoor(
        database=line.database,
        vault=line.vault,
        secret_key=config.secret_key,
        media_url=config.media_url,
        most=config.max_streams,
        clock=line.clock,
        keys_only=keys_only,
    )


def clinic_voice(line: Line) -> ClinicVoice:
    """The line's own voice; espeak's where the chosen one is not installed."""
    config = line.config
    missing = why_missing(config.voice, config.piper_voice)
    if missing:
        log.warning("%s: espeak speaks instead", missing)
    other = open_voice(config.voice, config.piper_voice)
    return ClinicVoice(line.database, line.clock, other=other)


def has_model(config: Config) -> bool:
    """The web process does not read it, the media process does."""
    folder = Path(config.vosk_model) if config.vosk_model else shipped_model()
    return (folder / "am" / "final.mdl").is_file()


def _documents(config: Config) -> Documents:
    played = PlayedVoice(config.public_url, _namer(config))
    carrier = CarrierVoice(ssml=config.twilio_base_url == TWILIO)
    voice = carrier if config.voice == CARRIER else played
    recorded = is_recorded(config)
    telnyx = "telnyx" in config.twilio_base_url
    return Documents(config.public_url, voice, config.line_number, recorded, telnyx)


def _with_recordings(line: Line, voice: Voice) -> Voice:
    """People's recordings before the carrier's voice; our own has them in its sound already."""
    config = line.config
    if config.voice != CARRIER or not config.public_url:
        return voice
    recorded = RecordedTexts(line.database, line.clock, line.prompts.fixed_texts)
    played = PlayedVoice(config.public_url, _namer(config))
    return RecordedVoice(recorded.__contains__, played, voice)


def call_recording(config: Config) -> CallRecording:
    if not is_recorded(config):
        return NotRecorded()
    if not (config.twilio_account_sid and config.twilio_auth_token):
        needed = "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, to stop while digits are keyed"
        raise WrongSettings(_wrong(f"IVR_RECORDING=carrier needs {needed}"))
    return TwilioRecording(twilio_client(config.twilio_account_sid, config.twilio_auth_token))


def _sms_reports(line: Line, signature: Signature | None) -> SmsReports:
    gateway = _gateway(line.config) if line.config.sms == "http" else None
    return SmsReports(line.database, line.clock, signature, gateway)


def _gateway(config: Config) -> Gateway:
    try:
        return Gateway(config.http_sms.token, states_of(config.http_sms.states))
    except ValueError as wrong:
        raise WrongSettings(_wrong(f"IVR_SMS_STATES {wrong}")) from None


def _sorry(line: Line) -> tuple[str, str]:
    """When all is broken, and for a call that is not ours; no person without a number."""
    today, phone = line.clock().date(), line.config.transfer_to
    lost = line.prompts.say(Spoken("failure.mistake"), today)
    if not phone:
        alone = lost.partition(".")[0] + "."
        return alone, alone
    broken = Spoken("failure.line_down", values={"number": phone})
    return line.prompts.say(broken, today), lost


def _namer(config: Config) -> Callable[[str, int, int], str]:
    def name(text: str, pace: int, loudness: int) -> str:
        return audio_name(config.secret_key, config.voice, pace, loudness, text)

    return name


def _book(config: Config, vault: Vault) -> Callable[[Session], Book]:
    def book(session: Session) -> Book:
        return Book(
            session,
            vault,
            zone=config.timezone,
            line_number=config.line_number,
            recorded=is_recorded(config) or config.recording == "own",
            whole_policy=6 not in config.policy_digits,
        )

    return book


def _keep_nothing(_session: Session, _reply: Reply, _now: datetime) -> None:
    """The carrier speaks: no sound is made here."""


def _broken(fault: Exception) -> Response:
    report(fault, "")
    return Response(status=500)
