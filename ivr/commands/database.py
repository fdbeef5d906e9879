"""`ivr db upgrade`."""

from __future__ import annotations

import click

from ivr.app import first_settings
from ivr.commands.environment import Tools, open_line


@click.group()
def db() -> None:
    """The tables."""


@db.command()
@click.pass_obj
def upgrade(tools: Tools) -> None:
    """Bring the tables to the newest migration."""
    with open_line(tools) as line:
        line.database.upgrade()
        first_settings(line.config, line.database)
    click.echo("The tables are up to date.")
