"""`ivr understand`: what the line would take an answer for, from its words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from sqlalchemy.orm import Session

from ivr.clinic import patients
from ivr.clinic.actions import FindUpcoming, Moment
from ivr.clinic.book import Book
from ivr.clinic.patients import OWN, Linked
from ivr.commands.environment import Line, Stop, Tools, moment_of, open_line, stop_on_faults
from ivr.phone_numbers import e164
from ivr.speech import understanding
from ivr.speech.understanding import KINDS, Kind, Listed, Reading
from ivr.store import tables

Value: TypeAlias = "str | bool | int | list[int] | None"
CLINIC_TIME = "Europe/Moscow"


@dataclass(frozen=True, slots=True)
class Caller:
    """What the book knows about the calling number."""

    policies: tuple[str, ...] = ()
    born: tuple[date, ...] = ()
    listed: tuple[Listed, ...] = ()


@click.command()
@click.argument("text")
@click.option("--expect", "kind", type=click.Choice(KINDS), required=True)
@click.option("--from", "number", metavar="NUMBER", help="The calling number.")
@click.option("--now", "written", metavar="ISO", help="The moment of the call.")
@click.option("--json", "as_json", is_flag=True, help="One object.")
@click.pass_obj
def understand(  # noqa: PLR0913 - options, each by its name
    tools: Tools,
    text: str,
    kind: Kind,
    number: str | None,
    written: str | None,
    *,
    as_json: bool,
) -> None:
    """What the line would understand by TEXT; a comma is a pause."""
    if kind == "visit" and number is None:
        raise Stop("A visit is chosen from a list: say whose with --from NUMBER.")
    zone = _zone(tools)
    now = moment_of(written, zone) if written else tools.clock()
    caller = _caller(tools, number, now) if number is not None else Caller()
    readings = _readings(kind, text, caller, now.astimezone(zone).date())
    value = _value(kind, readings)
    if as_json:
        click.echo(json.dumps({"value": value, "readings": readings}, ensure_ascii=False))
        return
    click.echo("not understood" if value is None else json.dumps(value).strip('"'))
    if len(readings) > 1:
        click.echo("readings: " + ", ".join(map(str, readings)))


def _zone(tools: Tools) -> ZoneInfo:
    name = tools.env.get("IVR_TIMEZONE", CLINIC_TIME)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise Stop(f"IVR_TIMEZONE: {name!r} is no time zone.") from None


def _readings(kind: Kind, text: str, caller: Caller, today: date) -> list[str | bool | int]:
    """Best first."""
    match kind:
        case "digits" | "policy" | "code":
            return [reading.value for reading in _digits(kind, text, caller)]
        case "birth-date":
            born = understanding.birth_date(text, today, caller.born)
            return [day.isoformat() for day in born]
        case "yes-no" | "command":
            asked = understanding.yes_no if kind == "yes-no" else understanding.command
            said = asked(text)
            return [] if said is None else [said]
        case "visit":
            return [*understanding.visits(text, caller.listed, today)]


def _digits(
    kind: Literal["digits", "policy", "code"], text: str, caller: Caller
) -> list[Reading]:
    match kind:
        case "digits":
            return understanding.digits(text)
        case "policy":
            return understanding.policy(text, caller.policies)
        case "code":
            return understanding.code(text)


def _value(kind: Kind, readings: Sequence[str | bool | int]) -> Value:
    """None also where the caller has to be asked which century."""
    if not readings or (kind == "birth-date" and len(readings) > 1):
        return None
    if kind == "visit" and len(readings) > 1:
        return [int(place) for place in readings]
    return readings[0]


def _caller(tools: Tools, number: str, now: datetime) -> Caller:
    phone = e164(number)
    if phone is None:
        raise Stop(f"{number!r} is no telephone number.")
    with open_line(tools) as line, stop_on_faults(), line.database.read() as session:
        linked = patients.linked_to(session, line.vault, phone)
        return Caller(
            policies=tuple(_policy(session, line, one) for one in linked),
            born=tuple(one.born for one in linked),
            listed=_listed(session, line, linked, Moment("", 0, phone, now)),
        )


def _policy(session: Session, line: Line, linked: Linked) -> str:
    return patients.policy_of(line.vault, session.get_one(tables.Patient, linked.id))


def _listed(
    session: Session, line: Line, linked: list[Linked], moment: Moment
) -> tuple[Listed, ...]:
    """Of whose own the number is; of everybody linked to it where it is nobody's own."""
    book = Book(session, line.vault, zone=line.config.timezone)
    meant = [one for one in linked if one.link == OWN] or linked
    found = [book.perform(FindUpcoming(str(one.id)), moment).visits for one in meant]
    visits = sorted((visit for each in found for visit in each), key=lambda one: one.start)
    return tuple(Listed(one.specialty, one.doctor.last, one.start) for one in visits)
