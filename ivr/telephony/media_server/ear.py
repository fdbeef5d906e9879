"""Frames of one call on their way to its recogniser: a bounded queue, one thread at a time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from ivr.telephony import metrics
from ivr.telephony.media_server.parts import EarEvent, Hearer, Parts, Pools, in_thread
from ivr.telephony.media_stream.effects import CloseEar, HearFrame, OpenEar, PrepareEar

MOST_FRAMES = 500
"""That wait: ten seconds. A busy machine hears late; what is older is lost, digits with it."""

Item = PrepareEar | OpenEar | HearFrame | CloseEar


class Ear:
    def __init__(self, parts: Parts, pools: Pools) -> None:
        self._parts = parts
        self._pools = pools
        self._items: deque[Item] = deque()
        self._frames = 0
        self._come = asyncio.Event()
        self._hearer: Hearer | None = None
        self._number = 0
        """Of the open question's ear."""

    def put(self, item: Item) -> None:
        if isinstance(item, HearFrame):
            self._frames += 1
            if self._frames > MOST_FRAMES:
                self._drop_oldest()
        self._items.append(item)
        self._come.set()

    async def listen(self, heard: Callable[[int, EarEvent], None]) -> None:
        """For ever; `heard` is called in the event loop."""
        while True:
            await self._come.wait()
            self._come.clear()
            items, self._items, self._frames = self._items, deque(), 0
            for number, event in await in_thread(self._pools.ears, self._hear, items):
                heard(number, event)

    def _hear(self, items: deque[Item]) -> list[tuple[int, EarEvent]]:
        """In a thread."""
        events: list[tuple[int, EarEvent]] = []
        hearer = self._hearer = self._hearer or self._parts.hearer()
        for item in items:
            match item:
                case PrepareEar(hearing):
                    hearer.prepare(hearing)
                case OpenEar(ear, hearing):
                    hearer.open(hearing)
                    self._number = ear
                case CloseEar():
                    hearer.close()
                    self._number = 0
                case HearFrame(audio, ours):
                    events += [(self._number, one) for one in hearer.hear(audio, ours)]
        return events

    def _drop_oldest(self) -> None:
        for place, item in enumerate(self._items):
            if isinstance(item, HearFrame):
                del self._items[place]
                self._frames -= 1
                metrics.FRAMES_DROPPED.inc()
                return
