"""The processes: the demo in one, the web and the worker apart."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from threading import Event, Thread

import click
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import BaseWSGIServer, make_server

from ivr import app
from ivr.clinic import demo as demo_clinic
from ivr.commands.environment import VAR, Tools, in_force, stop_on_faults
from ivr.desk import demo as demo_accounts
from ivr.store.database import Database
from ivr.store.tables import Patient
from ivr.telephony.health import SEVERAL_PROCESSES


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Instead of PORT.")
@click.pass_obj
def demo(tools: Tools, port: int | None) -> None:
    """Run the line and its worker in one process, on the demo clinic."""
    app.log_to_stderr()
    config = tools.demo(port)
    with stop_on_faults():
        _migrate(config.database_url)
        line = app.open_line(config, tools.clock)
        with line.database.begin() as session:
            if _is_empty(session):
                demo_clinic.fill(session, line.vault, tools.clock())
                demo_accounts.add(session, tools.clock())
        server = make_server(
            "127.0.0.1", config.port, app.create_app(config, tools.clock), threaded=True
        )
        _greet(server)
        _run(server, line)


@click.command()
@click.pass_obj
def web(tools: Tools) -> None:
    """Answer the carrier: Flask under gunicorn."""
    config = tools.config()
    with stop_on_faults():
        app.create_app(config, tools.clock)  # what is wrong is said here, once
    counted = VAR / f"metrics-{config.port}"
    shutil.rmtree(counted, ignore_errors=True)
    counted.mkdir(parents=True)
    env = {**in_force(tools.env, VAR), SEVERAL_PROCESSES: str(counted)}
    gunicorn = (sys.executable, "-m", "gunicorn", "-c", "python:ivr.web_server")
    os.execve(sys.executable, (*gunicorn, "ivr.app:from_environment()"), env)  # noqa: S606


@click.command()
@click.pass_obj
def worker(tools: Tools) -> None:
    """Send SMS, close silent calls, delete what has expired."""
    app.log_to_stderr()
    config = tools.config()
    stop = Event()
    _on_signals(stop)
    with stop_on_faults():
        app.worker(app.open_line(config, tools.clock)).run(stop, tools.clock)


def _migrate(database_url: str) -> None:
    database = Database(database_url)
    database.upgrade()
    database.close()


def _is_empty(session: Session) -> bool:
    return session.scalar(select(Patient.id).limit(1)) is None


def _greet(server: BaseWSGIServer) -> None:
    click.echo(f"The line: http://127.0.0.1:{server.port}/voice (what a carrier asks)")
    click.echo(f"The desk: http://127.0.0.1:{server.port}/desk")
    click.echo(f"          user {demo_accounts.FIRST}, password {demo_accounts.PASSWORD}")
    click.echo(f"          the same password: {', '.join(demo_accounts.OTHERS)}")
    click.echo("Call it:  ivr call --from +79161234567, then [000017#]")


def _run(server: BaseWSGIServer, line: app.Line) -> None:
    """Until a signal; a message in hand is finished first."""
    stop = Event()
    _on_signals(stop)
    worker_thread = Thread(target=app.worker(line).run, args=(stop, line.clock), name="worker")
    web_thread = Thread(target=server.serve_forever, name="web", daemon=True)
    for thread in (worker_thread, web_thread):
        thread.start()
    stop.wait()
    server.shutdown()
    worker_thread.join()


def _on_signals(stop: Event) -> None:
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda *_: stop.set())
