"""What the door of the media socket waits for, and what no answer waits for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from threading import Event
from typing import cast

from starlette.websockets import WebSocket, WebSocketDisconnect

from ivr.store.streams import Ticket
from ivr.telephony.media_server.board import Board
from ivr.telephony.media_server.parts import Parts, Pools
from ivr.telephony.media_server.reports import Reports
from ivr.telephony.media_server.server import MediaServer
from ivr.telephony.media_stream.effects import Played

SOON = 5.0
PLAYED = [Played(number, ("code.told",)) for number in (1, 2)]


@dataclass
class NotStarted:
    """The socket of a carrier that sends no `start`, and goes."""

    gone: asyncio.Event = field(default_factory=asyncio.Event)
    accepted: asyncio.Event = field(default_factory=asyncio.Event)

    async def accept(self) -> None:
        self.accepted.set()

    async def receive_text(self) -> str:
        await self.gone.wait()
        raise WebSocketDisconnect


class Door(MediaServer):
    async def _admitted(self, socket: WebSocket) -> Ticket:
        return Ticket(1, "a call", None, 1)

    async def _refused(self, socket: WebSocket, ticket: Ticket) -> None:
        pass


def test_a_stream_that_has_not_started_is_waited_for() -> None:
    async def leaves() -> None:
        door, socket = Door(cast("Parts", None)), NotStarted()
        taken = asyncio.create_task(door.socket(cast("WebSocket", socket)))
        await asyncio.wait_for(socket.accepted.wait(), SOON)
        leaving = asyncio.create_task(door.leave(SOON))
        await asyncio.sleep(0.05)
        assert not leaving.done()
        socket.gone.set()
        await asyncio.wait_for(asyncio.gather(taken, leaving), SOON)

    asyncio.run(leaves())


@dataclass
class Hangs:
    """A database that does not answer for a while."""

    answers: Event = field(default_factory=Event)
    asked: Event = field(default_factory=Event)
    told: list[Played] = field(default_factory=list)

    def played(self, played: Played) -> bool:
        self.asked.set()
        assert self.answers.wait(SOON)
        self.told.append(played)
        return True


def test_a_report_does_not_wait_for_one_that_hangs() -> None:
    async def reports() -> None:
        board, pools = Hangs(), Pools()
        reports = Reports(cast("Board", board), pools)
        hanging = asyncio.create_task(reports.tell(PLAYED[0]))
        await asyncio.to_thread(board.asked.wait, SOON)
        await asyncio.wait_for(reports.tell(PLAYED[1]), SOON)
        assert not hanging.done()
        assert board.told == []
        board.answers.set()
        await asyncio.wait_for(hanging, SOON)
        assert board.told == PLAYED
        assert not reports.waiting
        pools.close()

    asyncio.run(reports())
