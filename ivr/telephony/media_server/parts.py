"""What the streams of a process work with."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import ParamSpec, Protocol, TypeVar

from sqlalchemy.orm import Session as Transaction

from ivr.dialogue.turns import Hearing, Utterance
from ivr.store.database import Database
from ivr.store.recordings import Folder
from ivr.store.streams import Streams
from ivr.store.vault import Vault
from ivr.switchboard import Sentence, Switchboard
from ivr.telephony.call_recording import CallRecording, NotRecorded
from ivr.telephony.signature import SocketSignature

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    pass


@dataclass(frozen=True, slots=True)
class Noise:
    """What had begun was no speech."""


EarEvent = SpeechBegan | Noise | Utterance


class Hearer(Protocol):
    """Hears one call; used by one thread at a time."""

    def prepare(self, hearing: Hearing) -> None: ...

    def open(self, hearing: Hearing) -> None: ...

    def hear(self, frame: bytes, ours: bytes) -> Sequence[EarEvent]:
        """20 ms of mu-law, and what we said meanwhile; nothing comes where nothing is open."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """All of it blocks."""

    switchboard: Switchboard
    database: Database
    vault: Vault
    secret_key: str
    clock: Callable[[], datetime]
    sound: Callable[[Sentence, int, int], bytes]
    """Mu-law of a sentence at a pace and a loudness."""
    hearer: Callable[[], Hearer]
    pieces: Callable[[Sentence], Sequence[Sentence]] = lambda sentence: (sentence,)
    """A prompt in sentences: the first is played while the next is made."""
    carriers_recording: CallRecording = field(default_factory=NotRecorded)
    """Silent while the caller dictates or keys what is personal."""
    recordings: Folder | None = None
    """None: nothing is recorded here."""
    signature: SocketSignature | None = None
    most_ahead: float = 10.0
    """Seconds of sound that may come before their time."""

    def streams(self, transaction: Transaction) -> Streams:
        return Streams(transaction, self.vault, self.secret_key)


@dataclass(frozen=True, slots=True)
class Pools:
    """Threads: a recogniser that is slow must not hold up a turn, nor a turn a prompt."""

    turns: Executor = field(
        default_factory=lambda: ThreadPoolExecutor(16, thread_name_prefix="turns")
    )
    sounds: Executor = field(
        default_factory=lambda: ThreadPoolExecutor(4, thread_name_prefix="sounds")
    )
    ears: Executor = field(
        default_factory=lambda: ThreadPoolExecutor(
            max(2, os.cpu_count() or 1), thread_name_prefix="ears"
        )
    )

    def close(self) -> None:
        for pool in (self.turns, self.sounds, self.ears):
            pool.shutdown(cancel_futures=True)


async def in_thread(
    pool: Executor, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    call = partial(work, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(pool, call)
