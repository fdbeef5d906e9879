"""The processes: the demo in one, the web and the worker apart."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from socket import create_server, socket
from threading import Event, Thread

import click
from a2wsgi import WSGIMiddleware
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.types import ASGIApp
from uvicorn import Server

from ivr import app, media
from ivr.clinic import demo as demo_clinic
from ivr.commands.environment import VAR, Stop, Tools, in_force, stop_on_faults
from ivr.desk import demo as demo_accounts
from ivr.speech.recogniser import ModelMissing
from ivr.speech.voice_activity import VadMissing
from ivr.store.database import Database
from ivr.store.tables import Patient
from ivr.telephony.health import SEVERAL_PROCESSES

WEB_THREADS = 10


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
        web = app.create_app(config, tools.clock)
        served = _with_speech(line, WSGIMiddleware(web, workers=WEB_THREADS))  # type: ignore[arg-type]
        with _bound("127.0.0.1", config.port) as bound:
            _greet(config.port)
            _run(media.server(served), bound, line)


@click.command("media")
@click.pass_obj
def media_command(tools: Tools) -> None:
    """Serve the media socket: speech both ways. Told to stop, it sees its calls off."""
    app.log_to_stderr()
    config = tools.config()
    if config.speech == "off":
        raise Stop("IVR_SPEECH=off: there is nothing to serve.")
    with stop_on_faults(), _bound("0.0.0.0", config.media_port) as bound:  # noqa: S104
        try:
            served = media.media_server(app.open_line(config, tools.clock))
        except (ModelMissing, VadMissing) as missing:
            raise Stop(f"{missing}.") from None
        leave = partial(served.leave, config.media_leave)
        media.server(served.app(), leave).run(sockets=[bound])


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


def _with_speech(line: app.Line, web: ASGIApp) -> ASGIApp:
    """Web and media socket in one; without a model the web alone, and callers are told."""
    if line.config.speech == "off" or not app.has_model(line.config):
        return web
    try:
        return media.media_app(line, web)
    except (ModelMissing, VadMissing) as missing:
        click.echo(f"No speech: {missing}.", err=True)
        return web


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket]:
    try:
        bound = create_server((host, port))
    except OSError as taken:
        raise Stop(f"Port {port} cannot be had: {taken.strerror}.") from None
    with bound:
        yield bound


def _greet(port: int) -> None:
    click.echo(f"The line: http://127.0.0.1:{port}/voice (what a carrier asks)")
    click.echo(f"A phone:  http://127.0.0.1:{port}/phone")
    click.echo(f"The desk: http://127.0.0.1:{port}/desk")
    click.echo(f"          user {demo_accounts.FIRST}, password {demo_accounts.PASSWORD}")
    click.echo(f"          the same password: {', '.join(demo_accounts.OTHERS)}")
    click.echo("Call it:  ivr call --from +79161234567, then [000017#]")


def _run(server: Server, bound: socket, line: app.Line) -> None:
    """Until a signal; a message in hand is finished first."""
    stop = Event()
    _on_signals(stop)
    worker_thread = Thread(target=app.worker(line).run, args=(stop, line.clock), name="worker")
    web_thread = Thread(target=server.run, args=([bound],), name="web", daemon=True)
    for thread in (worker_thread, web_thread):
        thread.start()
    stop.wait()
    server.should_exit = True
    web_thread.join()
    worker_thread.join()


def _on_signals(stop: Event) -> None:
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda *_: stop.set())
