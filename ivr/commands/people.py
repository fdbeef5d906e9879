"""The people behind the line: their accounts, and whom they have promised to call back."""

from __future__ import annotations

import json
from collections.abc import Mapping

import click
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ivr.clinic.patients import PHONE
from ivr.commands.environment import Line, Stop, Tools, open_line
from ivr.desk.accounts import SHORTEST_PASSWORD, hashed
from ivr.desk.rights import Role
from ivr.store.tables import Audit, CallbackRequest, Registrar


@click.group()
def registrar() -> None:
    """The accounts of the registrars."""


@registrar.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.password_option(help="Asked for where it is not given.")
@click.pass_obj
def add(tools: Tools, name: str, role: str, password: str) -> None:
    """Add an account; the password is asked for and kept as a hash."""
    if len(password) < SHORTEST_PASSWORD:
        raise Stop(f"The password must have at least {SHORTEST_PASSWORD} characters.")
    now = tools.clock()
    account = Registrar(name=name, role=role, password_hash=hashed(password), created_at=now)
    with open_line(tools) as line:
        try:
            with line.database.begin() as session:
                session.add(account)
                session.add(Audit(at=now, who="console", what=f"added account {name}: {role}"))
        except IntegrityError:
            raise Stop(f"There is an account {name} already.") from None
    click.echo(f"{name} is {role}")


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="One object per request.")
@click.pass_context
def callbacks(context: click.Context, *, as_json: bool) -> None:
    """The call-back requests that nobody has answered yet, oldest first."""
    if context.invoked_subcommand:
        return
    tools: Tools = context.obj
    with open_line(tools) as line, line.database.begin() as session:
        waiting = select(CallbackRequest).where(CallbackRequest.state != "done")
        rows = session.scalars(waiting.order_by(CallbackRequest.created_at))
        events = [_event(line, row) for row in rows]
        what = f"listed {len(events)} call-back requests"
        session.add(Audit(at=tools.clock(), who="console", what=what))
    for event in events:
        click.echo(json.dumps(event, ensure_ascii=False) if as_json else _in_words(event))


@callbacks.command("done")
@click.argument("number", type=int)
@click.pass_obj
def done(tools: Tools, number: int) -> None:
    """The person has been called back."""
    with open_line(tools) as line, line.database.begin() as session:
        row = session.get(CallbackRequest, number, with_for_update=True)
        if row is None or row.state == "done":
            raise Stop(f"There is no open call-back request {number}.")
        row.state, row.version = "done", row.version + 1
        row.registrar, row.changed_at = "console", tools.clock()
        what = f"call-back request {number} done"
        session.add(
            Audit(at=tools.clock(), who="console", what=what, patient_id=row.patient_id)
        )
    click.echo(f"{number} is done")


def _event(line: Line, row: CallbackRequest) -> Mapping[str, str | int | bool]:
    return {
        "request": row.id,
        "asked": row.created_at.astimezone(line.config.timezone).isoformat(timespec="seconds"),
        "phone": line.vault.open(PHONE, row.phone_sealed),
        "on_file": row.on_file,
        "reason": row.reason,
        "level": row.level,
        "call": row.call_id,
        "note": row.recording,
    }


def _in_words(event: Mapping[str, str | int | bool]) -> str:
    known = "on file" if event["on_file"] else "not on file"
    return "  ".join(
        str(part)
        for part in (
            *(event["request"], event["asked"], event["phone"], known),
            *(event["reason"], event["call"], event["note"]),
        )
        if part != ""
    )
