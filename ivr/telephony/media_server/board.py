"""What one stream wants of the switchboard and the tables. It blocks."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from ivr.faults import report
from ivr.store.streams import Ticket
from ivr.switchboard import Reply, UnknownCall
from ivr.telephony.media_server.parts import Parts
from ivr.telephony.media_stream.effects import Answer, Played


@dataclass(frozen=True, slots=True)
class Board:
    parts: Parts
    ticket: Ticket

    def pick_up(self) -> Reply:
        return self.parts.switchboard.turn_in_force(
            self.ticket.call, carrier_id=self.ticket.carrier_id, by_voice=True
        )

    def answer(self, answer: Answer) -> Reply:
        return self.parts.switchboard.hear(
            *(self.ticket.call, answer.turn, answer.heard),
            carrier_id=self.ticket.carrier_id,
            by_voice=True,
        )

    def played(self, played: Played) -> bool:
        """False where the database does not answer: to be told again."""
        try:
            self.parts.switchboard.played(
                *(self.ticket.call, played.turn, played.prompts),
                carrier_id=self.ticket.carrier_id,
            )
        except SQLAlchemyError as broken:
            report(broken, self.ticket.call)
            return False
        return True

    def hang_up(self) -> None:
        if self.ticket.carrier_id is not None:
            self.parts.switchboard.hang_up(carrier_id=self.ticket.carrier_id)

    def is_newest(self) -> bool:
        """And the process lives. A database that does not answer ends no stream."""
        try:
            with self.parts.database.begin() as transaction:
                streams = self.parts.streams(transaction)
                return streams.alive(self.ticket, self.parts.clock())
        except SQLAlchemyError as broken:
            report(broken, self.ticket.call)
            return True

    def close(self, heard_turn: int) -> None:
        """Where the database is down the row lapses by itself."""
        try:
            with self.parts.database.begin() as transaction:
                streams = self.parts.streams(transaction)
                streams.close(self.ticket, heard_turn, self.parts.clock())
        except SQLAlchemyError as broken:
            report(broken, self.ticket.call)

    def failed(self, fault: Exception) -> None:
        """A registrar is to see it; where it is the database there is nothing to write to."""
        report(fault, self.ticket.call)
        if isinstance(fault, SQLAlchemyError | UnknownCall):
            return
        try:
            self.parts.switchboard.fail(self.ticket.call)
        except Exception as another:  # noqa: BLE001 - the call goes on whatever happens
            report(another, self.ticket.call)
