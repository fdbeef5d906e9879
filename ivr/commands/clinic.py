"""The clinic: its settings, and a demo clinic for a try."""

from __future__ import annotations

import click

from ivr.clinic import demo
from ivr.clinic.settings import ClinicSettings, WrongSetting
from ivr.commands.environment import Stop, Tools, moment_of, open_line


@click.group()
def clinic() -> None:
    """The clinic's settings."""


@clinic.command("set")
@click.argument("name")
@click.argument("value")
@click.pass_obj
def set_(tools: Tools, name: str, value: str) -> None:
    """Change one setting: hours, closed days, numbers, rules."""
    with open_line(tools) as line:
        try:
            with line.database.begin() as session:
                change = ClinicSettings.change(session, name, value, "console", tools.clock())
        except WrongSetting as wrong:
            raise Stop(str(wrong)) from None
    click.echo(f"{name} = {change.new}" if change else f"{name} was so already")


@click.command("demo-data")
@click.option("--now", "moment", help="The moment that everything is relative to, ISO.")
@click.pass_obj
def demo_data(tools: Tools, moment: str | None) -> None:
    """Fill the configured database with the demo clinic."""
    with open_line(tools) as line:
        now = moment_of(moment, line.config.timezone) if moment else tools.clock()
        line.database.upgrade()
        with line.database.begin() as session:
            demo.fill(session, line.vault, now)
    click.echo("The demo clinic is in.")
