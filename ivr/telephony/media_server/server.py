"""The door of the media socket: who may come in, and which stream of a call counts."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prometheus_client import make_asgi_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket, WebSocketDisconnect

from ivr.faults import report
from ivr.store.streams import Ticket
from ivr.telephony import metrics
from ivr.telephony.media_server.parts import Parts, Pools, in_thread
from ivr.telephony.media_server.session import HANDED_OVER, UNACCEPTABLE, Session
from ivr.telephony.media_stream.messages import Malformed, Started, read

TOKEN = re.compile(r"[0-9a-f]{64}")
ON_ITS_OWN = 0.6
"""Share of the time to leave in that calls may end by themselves."""
CLOSING = 5.0
"""Seconds for the last turn, the recording and the row of a stream."""
START_SECONDS = 10.0
"""From the handshake to the carrier's `start`."""


class MediaServer:
    def __init__(self, parts: Parts, pools: Pools | None = None) -> None:
        self._parts = parts
        self._pools = pools or Pools()
        self._open: dict[str, Session] = {}
        """The newest stream of each call."""
        self._running: set[Session] = set()
        self._sockets: set[asyncio.Future[None]] = set()
        """Each until it is closed, also those whose stream has not started yet."""
        self._late: set[asyncio.Task[None]] = set()
        """Reports of streams that are over."""
        self._leaving = False

    def app(self, rest: ASGIApp | None = None) -> Starlette:
        """`rest` answers whatever is not the media socket."""
        other: list[BaseRoute] = (
            [Mount("/", rest)]
            if rest is not None
            else [
                Route("/health/live", alive),
                Route("/health/ready", self.ready),
                Mount("/metrics", make_asgi_app()),
            ]
        )
        routes = [WebSocketRoute("/media/{token}", self.socket), *other]
        return Starlette(routes=routes, lifespan=self._lifespan)

    async def ready(self, _request: Request) -> PlainTextResponse:
        """503 from the signal to stop on: no new stream is taken then."""
        why = "leaving" if self._leaving else await in_thread(self._pools.turns, self._why_not)
        return PlainTextResponse(f"{why or 'ready'}\n", 503 if why else 200)

    def _why_not(self) -> str:
        try:
            with self._parts.database.read() as session:
                session.execute(text("SELECT 1"))
        except SQLAlchemyError as broken:
            return f"the database does not answer: {type(broken).__name__}"
        return ""

    async def leave(self, seconds: float) -> None:
        """Take no more streams; return once those that are open have ended.

        A call that goes on too long is handed over when its next turn begins, at last in the
        middle of one: the carrier asks `/resume`, which says the turn in force by keys.
        """
        self._leaving = True
        await self._until_ended(seconds * ON_ITS_OWN)
        for session in self._running:
            session.leave()
        await self._until_ended(seconds * (1 - ON_ITS_OWN))
        for session in self._running:
            session.end(HANDED_OVER)
        await self._until_ended(CLOSING)
        if self._late:
            await asyncio.wait(self._late, timeout=CLOSING)

    async def _until_ended(self, seconds: float) -> None:
        if self._sockets:
            await asyncio.wait(self._sockets, timeout=seconds)

    async def socket(self, socket: WebSocket) -> None:
        closed = asyncio.get_running_loop().create_future()
        self._sockets.add(closed)
        try:
            await self._take(socket)
        finally:
            self._sockets.discard(closed)
            closed.set_result(None)

    async def _take(self, socket: WebSocket) -> None:
        ticket = await self._admitted(socket)
        if ticket is None:
            await socket.close(UNACCEPTABLE)  # before the handshake: 403
            return
        await socket.accept()
        metrics.STREAMS.inc()
        try:
            started = await _start(socket, ticket)
            if started is None:
                await self._refused(socket, ticket)
            else:
                await self._serve(socket, ticket, started)
        finally:
            metrics.STREAMS.dec()

    async def _serve(self, socket: WebSocket, ticket: Ticket, started: Started) -> None:
        session = Session(socket, ticket, self._parts, self._pools)
        older = self._open.get(ticket.call)
        if older is not None:
            older.end("replaced")
        self._open[ticket.call] = session
        self._running.add(session)
        if self._leaving:
            session.leave()
        try:
            await session.run(started.dialect)
        finally:
            self._running.discard(session)
            if self._open.get(ticket.call) is session:
                del self._open[ticket.call]
            self._tell_afterwards(session)

    def _tell_afterwards(self, session: Session) -> None:
        if session.reports.waiting:
            late = asyncio.create_task(session.reports.tell_afterwards())
            self._late.add(late)
            late.add_done_callback(self._late.discard)

    async def _admitted(self, socket: WebSocket) -> Ticket | None:
        if self._leaving:
            metrics.STREAMS_REFUSED.labels("leaving").inc()
            return None
        token, signature = socket.path_params["token"], self._parts.signature
        given = socket.headers.get("x-twilio-signature", "")
        if signature is not None and not signature.fits(socket.url.path, given):
            metrics.STREAMS_REFUSED.labels("signature").inc()
            return None
        ticket = None
        if TOKEN.fullmatch(token):
            ticket = await in_thread(self._pools.turns, self._enter, token)
        if ticket is None:
            metrics.STREAMS_REFUSED.labels("token").inc()
        return ticket

    def _enter(self, token: str) -> Ticket | None:
        try:
            with self._parts.database.begin() as transaction:
                return self._parts.streams(transaction).enter(token, self._parts.clock())
        except Exception as broken:  # noqa: BLE001 - the carrier goes on without a stream
            report(broken, "")
            return None

    async def _refused(self, socket: WebSocket, ticket: Ticket) -> None:
        """The carrier's `start` did not come, or told of another call."""
        metrics.STREAMS_ENDED.labels("not started").inc()

        def close() -> None:
            with self._parts.database.begin() as transaction:
                self._parts.streams(transaction).close(ticket, 0, self._parts.clock())

        await in_thread(self._pools.turns, close)
        try:
            await socket.close(UNACCEPTABLE)
        except (RuntimeError, WebSocketDisconnect):
            return

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        yield
        late = [*self._late]
        for reports in late:
            reports.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        self._pools.close()


async def alive(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("alive\n")


async def _start(socket: WebSocket, ticket: Ticket) -> Started | None:
    """What the carrier says first; None where it is not this call's, or does not come."""
    try:
        async with asyncio.timeout(START_SECONDS):
            while True:
                message = read(await socket.receive_text())
                if isinstance(message, Started):
                    return message if message.carrier_id == ticket.carrier_id else None
    except (TimeoutError, Malformed, WebSocketDisconnect, KeyError):
        return None
