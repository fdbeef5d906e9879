"""The commands: `ivr …`."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import click

from ivr.commands.calls import calls, replay
from ivr.commands.clinic import clinic, demo_data
from ivr.commands.database import db
from ivr.commands.doctor import doctor
from ivr.commands.ear import ear
from ivr.commands.environment import Tools
from ivr.commands.exchange import export, import_
from ivr.commands.hear import hear
from ivr.commands.people import callbacks, registrar
from ivr.commands.processes import demo, media_command, web, worker
from ivr.commands.telephone import call
from ivr.commands.understand import understand
from ivr.commands.voice import prompts, say


def clock() -> datetime:
    return datetime.now(UTC)


@click.group()
@click.pass_context
def main(context: click.Context) -> None:
    """A clinic's telephone line."""
    context.obj = context.obj or Tools(os.environ, clock)


for command in (
    *(demo, web, media_command, worker, call, calls, replay),
    *(db, demo_data, import_, export),
    *(registrar, callbacks),
    *(clinic, prompts, say, understand, hear, ear, doctor),
):
    main.add_command(command)

if __name__ == "__main__":
    main()
