"""The web processes under measurement, on gunicorn as the line runs it, and what they weigh."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.client import PUBLIC_URL, TOKEN
from bench.stores import DATA_KEY

ROOT = Path(__file__).parents[1]
UP = 60.0
"""Seconds that a server may take to come up."""


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    port: int
    master: int
    """Process id."""

    def rss(self) -> float:
        """MB of the heaviest of its processes."""
        children = Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split()
        return max(_rss(pid) for pid in (str(self.master), *children))


@dataclass(frozen=True, slots=True)
class Load:
    callers: int
    think: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Measured:
    turns_per_second: float
    p50: float
    """Milliseconds."""
    p95: float


def _rss(pid: str) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def serving(name: str, app: str, folder: Path, url: str = "") -> Iterator[Server]:
    port = free_port()
    with (folder / f"{name.replace(' ', '-')}.log").open("w") as log:
        running = subprocess.Popen(
            (sys.executable, "-m", "gunicorn", "-c", "python:ivr.web_server", app),
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                **_environment(url, port),
            },
            cwd=folder,
            start_new_session=True,
            stdout=log,
            stderr=log,
        )
    try:
        until_it_listens(running, port)
        yield Server(name, port, running.pid)
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def _environment(url: str, port: int) -> dict[str, str]:
    return {
        "PORT": str(port),
        "IVR_DATABASE_URL": url,
        "IVR_SECRET_KEY": "s" * 32,
        "IVR_DATA_KEY": urlsafe_b64encode(DATA_KEY).decode(),
        "IVR_PUBLIC_URL": PUBLIC_URL,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "IVR_LINE_NUMBER": "+78001234567",
        "IVR_TRANSFER_TO": "+74950000001",
    }


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def until_it_listens(running: subprocess.Popen[bytes], port: int) -> None:
    ends = time.monotonic() + UP
    while time.monotonic() < ends and running.poll() is None:
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("a server did not come up; see its log")


class Callers:
    """Starts the client's process; every call of a run is a patient who has not called yet."""

    def __init__(self) -> None:
        self._first: dict[str, int] = {}

    def measure(self, server: Server, load: Load, spent: int) -> Measured:
        """`spent`: patients that the run may use up at most."""
        first = self._first.get(server.name, 0)
        self._first[server.name] = first + spent
        words = (server.port, load.callers, load.think, load.seconds, first)
        done = subprocess.run(
            (sys.executable, "-m", "bench.client", *map(str, words)),
            cwd=ROOT,
            check=True,
            capture_output=True,
            timeout=load.seconds + 60,
        )
        seen = json.loads(done.stdout)
        if seen["wrong"] > len(seen["turns"]) * 0.05:
            raise SystemExit(f"{server.name}: {seen['wrong']} answers without a question")
        turns = sorted(seen["turns"])
        return Measured(len(turns) / seen["seconds"], _part(turns, 0.5), _part(turns, 0.95))


def _part(ordered: list[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]
