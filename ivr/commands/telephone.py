"""`ivr call`: a telephone in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from typing import TextIO

import click
from sqlalchemy import select

from ivr import app
from ivr.commands.environment import Stop, Tools, stop_on_faults
from ivr.commands.recordings import Recordings
from ivr.dialogue.turns import Outcome
from ivr.phone_numbers import e164
from ivr.store.tables import Call
from ivr.telephony.terminal import Screen, Telephone


@click.command()
@click.option("--from", "caller", metavar="NUMBER", help="The calling number; none: hidden.")
@click.option("--script", type=click.File(encoding="utf-8"), help="Lines that answer the line.")
@click.option("--json", "as_json", is_flag=True, help="One object per event.")
@click.pass_obj
def call(tools: Tools, caller: str | None, script: TextIO | None, *, as_json: bool) -> None:
    """Call the line: `[12#]` keys, `<a.wav>` sound, other words speech, empty: silence."""
    number = e164(caller) if caller else None
    if caller and number is None:
        raise Stop(f"{caller!r} is no telephone number.")
    with stop_on_faults():
        line = app.open_line(tools.config(), tools.clock)
        with closing(line.database):
            source = script or sys.stdin
            screen = Screen(_write, as_json=as_json, echo=not source.isatty())
            telephone = Telephone(
                line.switchboard,
                screen,
                lambda ended: _outcome(line, ended),
                recording=Recordings(tools).heard,
                by_voice=line.config.speech != "off",
            )
            telephone.ring(number, _lines(source))


def _outcome(line: app.Line, call_id: str) -> Outcome:
    with line.database.read() as session:
        outcome = session.scalar(select(Call.outcome).where(Call.id == call_id))
    return Outcome(outcome or Outcome.HUNG_UP)


def _lines(source: TextIO) -> Iterator[str]:
    """One at a time, with a prompt where a person types them."""
    typed = source.isatty()
    while True:
        if typed:
            click.echo("> ", nl=False)
        line = source.readline()
        if not line:
            return
        yield line.rstrip("\r\n")


def _write(line: str) -> None:
    click.echo(line)
    sys.stdout.flush()
