"""People's recordings of sentences, each under a name made of its text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ivr.clinic.settings import ClinicSettings
from ivr.speech.addresses import clinic_words
from ivr.speech.audio import pcm_wav
from ivr.speech.pronunciation import sentences
from ivr.speech.recorded import Take
from ivr.store.tables import SentenceRecording


@dataclass(frozen=True, slots=True)
class Maker:
    who: str
    at: datetime
    milliseconds: int


def name_of(sentence: str) -> str:
    return hashlib.sha256(sentence.encode()).hexdigest()


def put(session: Session, sentence: str, take: Take, who: str, now: datetime) -> None:
    session.merge(
        SentenceRecording(
            name=name_of(sentence),
            text=sentence,
            wav=pcm_wav(take.samples),
            milliseconds=round(1000 * take.seconds),
            made_by=who,
            made_at=now,
        )
    )


def drop(session: Session, name: str) -> bool:
    """Back to the synthetic voice; whether there was a recording."""
    gone = session.execute(delete(SentenceRecording).where(SentenceRecording.name == name))
    return bool(gone.rowcount)  # type: ignore[attr-defined]


def sounds(session: Session, sentences: Iterable[str]) -> dict[str, bytes]:
    """WAV files by sentence, of those that are recorded."""
    names = {name_of(sentence): sentence for sentence in sentences}
    query = select(SentenceRecording.name, SentenceRecording.wav).where(
        SentenceRecording.name.in_(names)
    )
    return {names[name]: wav for name, wav in session.execute(query)}


def newest(session: Session) -> tuple[int, datetime | None]:
    """How many there are, and when the last one was made."""
    query = select(func.count(), func.max(SentenceRecording.made_at))
    number, made_at = session.execute(query).one()
    return int(number), made_at


def texts(session: Session) -> list[str]:
    """Every sentence that is recorded."""
    return list(session.scalars(select(SentenceRecording.text)))


def own_sentences(session: Session) -> list[str]:
    """What the line says of the clinic's settings: its name and its announcement."""
    settings = ClinicSettings.load(session)
    called = clinic_words(settings.name)
    return [*sentences(f"{called[:1].upper()}{called[1:]}."), *sentences(settings.announcement)]


def makers(session: Session) -> Mapping[str, Maker]:
    """Who recorded what, by name."""
    columns = (SentenceRecording.name, SentenceRecording.made_by, SentenceRecording.made_at)
    query = select(*columns, SentenceRecording.milliseconds)
    return {name: Maker(who, at, ms) for name, who, at, ms in session.execute(query)}
