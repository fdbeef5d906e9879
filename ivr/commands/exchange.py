"""Files from and for the clinic's own system."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ivr.clinic.csv_files import Problem
from ivr.clinic.exports import export_cancellations
from ivr.clinic.imports import Imported, import_patients, import_visits
from ivr.commands.environment import Stop, Tools, moment_of, open_line

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group("import")
def import_() -> None:
    """Load a file of the clinic's system: whole, or nothing of it."""


@import_.command("patients")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.pass_obj
def patients(tools: Tools, file: Path, *, dry_run: bool) -> None:
    """Add patients or bring them up to date."""
    with open_line(tools) as line, line.database.begin() as session:
        imported = import_patients(session, line.vault, file, dry_run=dry_run)
    _tell(imported, dry_run=dry_run)


@import_.command("visits")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--full", is_flag=True, help="A visit that is not in FILE is cancelled.")
@click.pass_obj
def visits(tools: Tools, file: Path, *, dry_run: bool, full: bool) -> None:
    """Bring the copies of visits up to date; a cancelled one acknowledges a request."""
    with open_line(tools) as line, line.database.begin() as session:
        imported = import_visits(
            session,
            line.vault,
            file,
            line.config.timezone,
            tools.clock(),
            full=full,
            dry_run=dry_run,
            line_number=line.config.line_number,
        )
    _tell(imported, dry_run=dry_run)


@click.group()
def export() -> None:
    """Write a file for the clinic's system."""


@export.command("cancellations")
@click.option("--since", "written", help="Only what was asked for since then, ISO.")
@click.pass_obj
def cancellations(tools: Tools, written: str | None) -> None:
    """Write every request that the clinic has not answered, as CSV on stdout."""
    with open_line(tools) as line:
        zone = line.config.timezone
        since = moment_of(written, zone) if written else None
        with line.database.begin() as session:
            table = export_cancellations(session, line.vault, zone, tools.clock(), since)
    sys.stdout.buffer.write(table.encode())
    sys.stdout.flush()


def _tell(imported: Imported, *, dry_run: bool) -> None:
    for problem in imported.problems:
        click.echo(_sentence(problem), err=True)
    if imported.problems:
        raise Stop("Nothing was loaded.")
    counts = ", ".join(f"{what} {count}" for what, count in imported.counts.items())
    click.echo(("Would be: " if dry_run else "") + (counts or "nothing to do"))


def _sentence(problem: Problem) -> str:
    return f"line {problem.line}: {problem.reason}"
