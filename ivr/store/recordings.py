"""Recordings of calls: sealed files, and what stands where in them.

A file is a row of sealed pieces; each holds stereo mu-law (caller left, line right), so what a
killed process has written can be heard up to its last whole piece.
"""

from __future__ import annotations

import io
import os
import struct
import uuid
import wave
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ivr.speech.mulaw import SILENCE, linear
from ivr.store import tables
from ivr.store.vault import CannotOpen, Vault

SEAL = "recording marks"
LENGTH = struct.Struct("<I")
LONGEST_PIECE = 1 << 20
BYTES_A_MILLISECOND = 16
"""Two sides of 8 kHz, a byte a sample."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where in the sound something was said or heard."""

    turn: int
    kind: str
    """`said` (the line), `heard` (the caller: keys or words); as the transcript's lines."""
    prompt: str
    """The prompt that was said, or the open question."""
    at_ms: int
    until_ms: int
    secret: bool = False
    """The caller says or keys a policy or a code: to be masked."""


@dataclass(frozen=True, slots=True)
class Recorded:
    id: int
    call: str
    file: str
    started_at: datetime
    milliseconds: int
    """0: it was not ended properly."""
    marks: tuple[Mark, ...]


class RecordingRows:
    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def begin(self, call: str, file: str, now: datetime) -> None:
        """Written before the first sound: no file without its row."""
        row = {"call_id": call, "file": file, "started_at": now, "milliseconds": 0}
        self._session.add(tables.Recording(**row, marks_sealed=self._sealed(())))

    def note(self, file: str, marks: Sequence[Mark], milliseconds: int = 0) -> None:
        """Put the marks so far; with `milliseconds` the recording is over."""
        self._session.execute(
            update(tables.Recording)
            .where(tables.Recording.file == file)
            .values(marks_sealed=self._sealed(marks), milliseconds=milliseconds)
        )

    def of_call(self, call: str) -> list[Recorded]:
        """Oldest first."""
        rows = self._session.scalars(
            select(tables.Recording)
            .where(tables.Recording.call_id == call)
            .order_by(tables.Recording.id)
        )
        return [self._recorded(row) for row in rows]

    def get(self, recording: int) -> Recorded | None:
        row = self._session.get(tables.Recording, recording)
        return self._recorded(row) if row else None

    def before(self, moment: datetime) -> list[str]:
        """Files of the recordings begun before it."""
        query = select(tables.Recording.file).where(tables.Recording.started_at < moment)
        return list(self._session.scalars(query))

    def forget(self, file: str) -> None:
        """Delete the row; the file itself goes by `Folder.delete`, before it."""
        self._session.execute(delete(tables.Recording).where(tables.Recording.file == file))

    def _sealed(self, marks: Sequence[Mark]) -> str:
        return self._vault.seal(SEAL, msgspec.json.encode(marks).decode())

    def _recorded(self, row: tables.Recording) -> Recorded:
        marks = msgspec.json.decode(
            self._vault.open(SEAL, row.marks_sealed), type=tuple[Mark, ...]
        )
        return Recorded(row.id, row.call_id, row.file, row.started_at, row.milliseconds, marks)


class Folder:
    """The files of recordings, sealed with a key of each name's own."""

    def __init__(self, path: Path, vault: Vault) -> None:
        self.path = path
        self._vault = vault

    def new(self) -> Tape:
        self.path.mkdir(parents=True, exist_ok=True)
        name = f"{uuid.uuid4().hex}.rec"
        return Tape(self.path / name, self._cipher(name))

    def wav(self, recorded: Recorded, *, masked: bool = True) -> bytes:
        """16-bit stereo, 8 kHz: caller left, line right.

        `masked`: both are silent where a policy or a code is said. Raises CannotOpen and
        FileNotFoundError.
        """
        sides = np.frombuffer(self._sound(recorded.file), np.uint8).reshape(-1, 2)
        sides = mask(sides, recorded.marks) if masked else sides
        file = io.BytesIO()
        with wave.open(file, "wb") as made:
            made.setnchannels(2)
            made.setsampwidth(2)
            made.setframerate(8000)
            made.writeframes(linear(sides.tobytes()).astype("<i2").tobytes())
        return file.getvalue()

    def milliseconds(self, file: str) -> int:
        """How long it is, also where its process died."""
        return len(self._sound(file)) // BYTES_A_MILLISECOND

    def delete(self, file: str) -> None:
        (self.path / _checked(file)).unlink(missing_ok=True)

    def _sound(self, file: str) -> bytes:
        written = (self.path / _checked(file)).read_bytes()
        sound = b"".join(_opened(written, self._cipher(file)))
        return sound[: len(sound) // 2 * 2]

    def _cipher(self, name: str) -> AESGCM:
        return AESGCM(self._vault.key(f"recording {name}"))


class Tape:
    """A recording that is being written."""

    def __init__(self, path: Path, cipher: AESGCM) -> None:
        self.name = path.name
        self._cipher = cipher
        self._pieces = 0
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "wb", buffering=0)

    def add(self, sound: bytes) -> None:
        """Stereo mu-law, in pieces of some seconds."""
        sealed = self._cipher.encrypt(_nonce(self._pieces), sound, None)
        self._pieces += 1
        self._file.write(LENGTH.pack(len(sealed)) + sealed)

    def close(self) -> None:
        self._file.close()


def silences(marks: Iterable[Mark]) -> list[tuple[int, int]]:
    """Milliseconds from and until which `mask` silences, in order, without overlaps."""
    found: list[tuple[int, int]] = []
    for since, until in sorted((mark.at_ms, mark.until_ms) for mark in marks if mark.secret):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(until, found[-1][1]))
        elif since < until:
            found.append((since, until))
    return found


def mask(sides: np.ndarray, marks: Iterable[Mark]) -> np.ndarray:
    """Both sides silenced where a mark is secret: the line may read digits back meanwhile."""
    masked = sides.copy()
    for since, until in silences(marks):
        masked[8 * since : 8 * until] = SILENCE[0]
    return masked


def _opened(written: bytes, cipher: AESGCM) -> Iterator[bytes]:
    """Every whole piece; a last one that a crash has cut is left out."""
    at, number = 0, 0
    while at + LENGTH.size <= len(written):
        (length,) = LENGTH.unpack_from(written, at)
        piece = written[at + LENGTH.size : at + LENGTH.size + length]
        if len(piece) < length or length > LONGEST_PIECE:
            return
        try:
            yield cipher.decrypt(_nonce(number), piece, None)
        except InvalidTag:
            raise CannotOpen("a recording is broken or was sealed with another key") from None
        at, number = at + LENGTH.size + length, number + 1


def _nonce(number: int) -> bytes:
    """Never twice under a file's key."""
    return number.to_bytes(12, "big")


def _checked(file: str) -> str:
    """A name, never a way out of the folder."""
    if Path(file).name != file or not file.endswith(".rec"):
        raise FileNotFoundError("no recording has such a name")
    return file
