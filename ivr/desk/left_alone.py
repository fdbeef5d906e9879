"""Who asked for a person and got none: neither joined with one nor promised a call back.

The outcome does not tell it where the call came to something else as well: a cancellation goes
before a person who answered after it.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.desk.office import Desk
from ivr.dialogue.turns import Outcome
from ivr.store.tables import Call, CallbackRequest, Line
from ivr.store.transcripts import SEAL

WITH_A_PERSON = (Outcome.TRANSFERRED, Outcome.CALLBACK)
BY_THE_DESK = "desk"
"""Reason of a request that a registrar has written down later."""


def left_alone(session: Session, desk: Desk, calls: Sequence[Call]) -> set[str]:
    """Ids of those calls, of the ones that are over."""
    asked = {
        call.id
        for call in calls
        if call.wanted_person and call.ended_at and call.outcome not in WITH_A_PERSON
    }
    return asked - _joined(session, desk, asked) - _promised(session, asked) if asked else asked


def _joined(session: Session, desk: Desk, calls: set[str]) -> set[str]:
    """A person answered."""
    rows = session.execute(
        select(Line.call_id, Line.payload).where(
            Line.call_id.in_(calls), Line.kind == "heard", Line.name == "DialEnded"
        )
    )
    return {call for call, sealed in rows if _answered(desk, sealed)}


def _answered(desk: Desk, sealed: str) -> bool:
    return bool(msgspec.json.decode(desk.vault.open(SEAL, sealed))["heard"]["answered"])


def _promised(session: Session, calls: set[str]) -> set[str]:
    by_the_line = CallbackRequest.reason != BY_THE_DESK
    asked = select(CallbackRequest.call_id).where(CallbackRequest.call_id.in_(calls))
    return set(session.scalars(asked.where(by_the_line)))
