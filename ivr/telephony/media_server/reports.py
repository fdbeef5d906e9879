"""What a caller has heard, told until the switchboard knows it."""

from __future__ import annotations

import asyncio
from collections import deque

from ivr.telephony.media_server.board import Board
from ivr.telephony.media_server.parts import Pools, in_thread
from ivr.telephony.media_stream.effects import Played

AGAIN = 2.0
"""Seconds between two tries while the stream lasts."""
AFTERWARDS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Seconds of rest before each try once it is over. Then a code counts as not heard."""


class Reports:
    """They may be told twice: a code that was heard stays heard."""

    def __init__(self, board: Board, pools: Pools) -> None:
        self._board = board
        self._pools = pools
        self._waiting: deque[Played] = deque()
        self._telling = asyncio.Lock()

    @property
    def waiting(self) -> bool:
        return bool(self._waiting)

    async def tell(self, played: Played) -> None:
        """Whoever is telling already tells this too."""
        self._waiting.append(played)
        if not self._telling.locked():
            await self.tell_again()

    async def tell_again(self) -> None:
        """Oldest first, up to the first that is not taken."""
        async with self._telling:
            while self._waiting:
                told = await in_thread(self._pools.turns, self._board.played, self._waiting[0])
                if not told:
                    return
                self._waiting.popleft()

    async def tell_afterwards(self) -> None:
        """The stream is over; the database may come back."""
        for rest in AFTERWARDS:
            if not self._waiting:
                return
            await asyncio.sleep(rest)
            await self.tell_again()
