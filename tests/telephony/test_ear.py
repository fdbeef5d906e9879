from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from ivr.dialogue.turns import Hearing, Utterance
from ivr.speech.fillers import Filler
from ivr.telephony.media_server.ear import MOST_FRAMES, Ear
from ivr.telephony.media_server.parts import EarEvent, Parts, Pools
from ivr.telephony.media_stream.effects import CloseEar, HearFrame, OpenEar

QUESTION = Hearing(("да",), Filler.NONE, 0.7)
SILENT = b"\xff" * 160
END = str(0xFFFF)
"""What the hearer makes of silence."""


@dataclass
class Hearer:
    """Hears the number in every frame's first two bytes."""

    done: list[str] = field(default_factory=list)

    def prepare(self, hearing: Hearing) -> None:
        self.done.append("prepare")

    def open(self, hearing: Hearing) -> None:
        self.done.append("open")

    def hear(self, frame: bytes, ours: bytes) -> Sequence[EarEvent]:
        heard = str(int.from_bytes(frame[:2]))
        self.done.append(heard)
        return (Utterance(heard),)

    def close(self) -> None:
        self.done.append("close")


def listened(*items: Any) -> tuple[list[str], list[tuple[int, str]]]:
    """What the hearer did, and what came of it."""
    hearer, events = Hearer(), []

    class Enough(Exception):
        pass

    def heard(ear: int, event: EarEvent) -> None:
        events.append((ear, cast("Utterance", event).words))
        if event == Utterance(END):
            raise Enough

    async def listen() -> None:
        pools = Pools()
        ear = Ear(cast("Parts", _Made(hearer)), pools)
        for item in (*items, HearFrame(SILENT, SILENT)):
            ear.put(item)
        try:
            await ear.listen(heard)
        except Enough:
            pools.close()

    asyncio.run(listen())
    return hearer.done, events[:-1]


@dataclass
class _Made:
    one: Hearer

    def hearer(self) -> Hearer:
        return self.one


def frame(n: int) -> HearFrame:
    return HearFrame(n.to_bytes(2) * 80, SILENT)


def test_events_are_of_the_question_that_was_open() -> None:
    done, events = listened(
        OpenEar(1, QUESTION), frame(1), CloseEar(), OpenEar(2, QUESTION), frame(2)
    )
    assert done == ["open", "1", "close", "open", "2", END]
    assert events == [(1, "1"), (2, "2")]


def test_who_falls_behind_loses_the_oldest_frames_and_no_question() -> None:
    frames = [frame(n) for n in range(MOST_FRAMES + 20)]
    done, events = listened(OpenEar(1, QUESTION), *frames)
    assert done[0] == "open"
    assert [words for _, words in events] == [str(n) for n in range(21, MOST_FRAMES + 20)]
