"""The call log, and whether today's flows still fit it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click
import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ivr.clinic.actions import Action
from ivr.commands.environment import Line, Stop, Tools, open_line
from ivr.dialogue import conversation
from ivr.dialogue.conversation import Conversation, FlowChanged
from ivr.flows.reception import RECEPTION
from ivr.phone_numbers import masked
from ivr.speech.understanding.masking import masked_words
from ivr.store.tables import Audit, Call
from ivr.store.transcripts import Transcripts

NEWEST = 50
RECENT = timedelta(days=7)
Event = Mapping[str, str | int | None]


@click.command()
@click.argument("call_id", metavar="[ID]", required=False)
@click.option("--json", "as_json", is_flag=True, help="One object per call or per event.")
@click.pass_obj
def calls(tools: Tools, call_id: str | None, *, as_json: bool) -> None:
    """The newest calls, or one call with its lines; keys and telephones are masked."""
    with open_line(tools) as line:
        if call_id is None:
            with line.database.read() as session:
                events = list(_newest(session, line))
        else:
            events = _one(line, call_id, tools.clock())
    for event in events:
        click.echo(json.dumps(event, ensure_ascii=False) if as_json else _in_words(event))


def _newest(session: Session, line: Line) -> Iterator[Event]:
    rows = session.scalars(select(Call).order_by(Call.started_at.desc()).limit(NEWEST))
    return (_summary(row, session, line) for row in rows)


def _summary(call: Call, session: Session, line: Line) -> Event:
    caller = Transcripts(session, line.vault).caller(call)
    return {
        "call": call.id,
        "started": _local(call.started_at, line.config.timezone),
        "from": masked(caller) if caller else None,
        "outcome": call.outcome if call.ended_at else "open",
        "turns": call.turn,
        "step": call.step,
    }


def _one(line: Line, call_id: str, now: datetime) -> list[Event]:
    with line.database.begin() as session:
        call = session.get(Call, call_id)
        if call is None:
            raise Stop("There is no such call.")
        session.add(Audit(at=now, who="console", what="read a call", call_id=call_id))
        events = [_summary(call, session, line)]
        for spoken in Transcripts(session, line.vault).lines(call_id):
            events += _events(spoken)
    if call.ended_at is not None:
        events.append({"end": call.outcome, "call": call_id})
    return events


def _events(line: conversation.Line) -> Sequence[Event]:
    """What was said and heard; the results of actions are no part of the dialogue."""
    match line.kind:
        case "said":
            return [{"bot": _said(said), "prompt": said["prompt"]} for said in line.payload]
        case "heard":
            return [{"caller": _heard(line.name, line.payload["heard"])}]
        case "failed":
            return [{"failed": line.name}]
        case _:
            return []


def _said(said: Mapping[str, Any]) -> str:
    secret = said.get("secret") or said["prompt"] in READ_BACK
    return masked_words(said["text"]) if secret else str(said["text"])


READ_BACK = ("identify.is_it", "person.is_it")
"""Prompts that repeat a number of the caller's."""


def _heard(kind: str, heard: Mapping[str, Any]) -> str:
    match kind:
        case "Keys":
            return f"[{masked_keys(heard['keys'], heard['closed'])}]"
        case "Utterance":
            return masked_words(str(heard["words"]))
        case "NoInput":
            return ""
        case _:
            return f"({kind})"


def masked_keys(keys: str, closed: str) -> str:
    """A menu's key as it is; others may be a part of a number keyed in several goes."""
    return keys if len(keys) == 1 and closed == "count" else "•" * len(keys)


def _in_words(event: Event) -> str:
    if "bot" in event:
        return f"  {event['bot']}"
    if "caller" in event:
        return f"> {event['caller']}"
    return "  ".join("-" if value is None else str(value) for value in event.values())


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds")


@click.command()
@click.pass_obj
def replay(tools: Tools) -> None:
    """Name the calls, open or of the last days, that today's flows would break."""
    since = tools.clock() - RECENT
    with open_line(tools) as line, line.database.read() as session:
        rows = session.scalars(select(Call).where(Call.started_at >= since)).all()
        broken = [(row, why) for row in rows if (why := _why_broken(session, line, row))]
        total = session.scalar(select(func.count()).where(Call.started_at >= since))
    for row, why in broken:
        click.echo(f"{row.id}  {'open' if row.ended_at is None else 'ended'}  {why}")
    click.echo(f"{len(broken)} of {total} calls would break.")
    if broken:
        raise SystemExit(1)


class _PastTheEnd(Exception):
    """The flow wants more than the call came to: it fits as far as it went."""


def _perform(_action: Action[Any], _line: int) -> Any:
    raise _PastTheEnd


def _why_broken(session: Session, line: Line, call: Call) -> str:
    lines = Transcripts(session, line.vault).lines(call.id)
    if any(spoken.kind == "failed" for spoken in lines):
        return ""
    started_at = call.started_at.astimezone(line.config.timezone)
    try:
        Conversation(RECEPTION, started_at, lines, _perform).turn()
    except _PastTheEnd:
        return ""
    except (FlowChanged, msgspec.ValidationError, LookupError, TypeError, ValueError) as broken:
        return type(broken).__name__
    return ""
