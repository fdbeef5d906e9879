"""The sound of prompts for `<Play>`: `GET /audio/<name>.wav`.

A fixed prompt is made from its text by any process; a personal one from a row that the turn
has written, so its text is in no address and no file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from importlib.resources import files
from typing import Protocol, cast

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from ivr.faults import report
from ivr.store.database import Database
from ivr.store.inserts import insert_into
from ivr.store.tables import SpokenAudio
from ivr.store.vault import Vault
from ivr.switchboard import Reply
from ivr.telephony import metrics

NAME = re.compile(r"[0-9a-f]{64}")
SEAL = "spoken audio"
KEPT = timedelta(hours=1)
PACES, LEVELS = (0, -1, -2), (0, 1, 2)
FOR_MINUTES = "public, max-age=300"
"""A registrar may record a sentence anew: its address stays, its ETag does not."""

Name = Callable[[str, int, int], str]
"""Of text, pace and loudness."""


class Synthesis(Protocol):
    def wav(self, text: str, pace: int, loudness: int) -> bytes:
        """Give 8 kHz, 16 bit, one channel."""
        ...


@dataclass(frozen=True, slots=True)
class Said:
    text: str
    pace: int
    loudness: int
    personal: bool


class Shelf:
    """Finds what a name stands for, and keeps what a turn will need."""

    def __init__(self, vault: Vault, voice: str, name: Name, fixed: Iterable[str]) -> None:
        self._vault = vault
        self._voice = voice
        self._name = name
        self._texts = fixed

    @cached_property
    def _fixed(self) -> Mapping[str, Said]:
        return _by_name(self._name, self._texts)

    def fixed(self, name: str) -> Said | None:
        return self._fixed.get(name)

    def find(self, session: Session, name: str) -> Said | None:
        row = session.get(SpokenAudio, name)
        if row is None:
            return None
        text = self._vault.open(SEAL, row.text_sealed)
        return Said(text, row.pace, row.loudness, personal=True)

    def keep(self, session: Session, reply: Reply, now: datetime) -> None:
        """Write the rows of a turn's personal sentences."""
        pace, loudness = reply.turn.pace, reply.turn.loudness
        texts = {s.text for s in (*reply.sentences, *reply.whisper) if s.personal}
        named = sorted((self._name(text, pace, loudness), text) for text in texts)
        rows = [
            {
                "name": name,
                "text_sealed": self._vault.seal(SEAL, text),
                "voice": self._voice,
                "pace": pace,
                "loudness": loudness,
                "expires_at": now + KEPT,
            }
            for name, text in named
            if name not in self._fixed
        ]
        if rows:
            _upsert(session, rows)


def _by_name(name: Name, fixed: Iterable[str]) -> Mapping[str, Said]:
    return {
        name(text, pace, loudness): Said(text, pace, loudness, personal=False)
        for text in fixed
        for pace in PACES
        for loudness in LEVELS
    }


def _upsert(session: Session, rows: list[dict[str, object]]) -> None:
    """Another call may say the same at the same moment: the later end counts.

    A row that will last for most of its time is left alone, so calls do not queue for it.
    """
    statement = insert_into(session, SpokenAudio).values(rows)
    later = statement.excluded.expires_at
    nearly_over = SpokenAudio.expires_at < cast("datetime", rows[0]["expires_at"]) - KEPT / 2
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["name"], set_={"expires_at": later}, where=nearly_over
        )
    )


class Audio:
    def __init__(self, database: Database, shelf: Shelf, synthesis: Synthesis) -> None:
        self._database = database
        self._shelf = shelf
        self._synthesis = synthesis
        self._apology = recorded_apology()

    def blueprint(self) -> Blueprint:
        audio = Blueprint("audio", __name__)
        audio.get("/audio/<name>.wav")(self.play)
        audio.register_error_handler(Exception, self.broken)
        return audio

    def play(self, name: str) -> Response:
        said = self._said(name) if NAME.fullmatch(name) else None
        if said is None:
            return _sound(self._apology, "no-store")
        wav = self._synthesis.wav(said.text, said.pace, said.loudness)
        if said.personal:
            return _sound(wav, "no-store")
        sound = _sound(wav, FOR_MINUTES)
        sound.add_etag()
        sound.make_conditional(request)
        return sound

    def broken(self, fault: Exception) -> Response:
        metrics.FAULTS.inc()
        report(fault, "")
        return _sound(self._apology, "no-store")

    def _said(self, name: str) -> Said | None:
        fixed = self._shelf.fixed(name)
        if fixed is not None:
            return fixed
        with self._database.read() as session:
            return self._shelf.find(session, name)


def recorded_apology() -> bytes:
    """It needs no voice, and tells the keys that lead to a person."""
    return (files("ivr.telephony") / "apology.wav").read_bytes()


def _sound(wav: bytes, caching: str) -> Response:
    return Response(wav, content_type="audio/wav", headers={"Cache-Control": caching})
