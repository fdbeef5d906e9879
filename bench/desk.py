"""`python -m bench.desk --folder FOLDER`: every page of the desk over a year of calls.

1,000,000 calls, 5,000,000 lines and what hangs on them, in SQLite and in PostgreSQL. In one
process, without a network: what the page itself takes. The databases are kept in the folder and
measured again where they are there already.
"""

from __future__ import annotations

import argparse
import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from flask.testing import FlaskClient
from sqlalchemy import delete, select

from bench.__main__ import _folder, desk_databases
from bench.servers import _environment
from bench.stores import PostgreSQL
from ivr import web_server
from ivr.app import create_app
from ivr.clinic import demo
from ivr.clinic.recordings import name_of
from ivr.config import Config
from ivr.rendering import Prompts
from ivr.statistics.settled import SettledMonths
from ivr.store.database import Database
from ivr.store.tables import Call, Cancellation, Registrar
from ivr.switchboard import utc_now

PAGE_MS, SEARCH_MS = 200, 500
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    path: str
    aim: int = PAGE_MS
    form: Mapping[str, str] = field(default_factory=dict)
    """What a search's form is filled in with; the page of what is found is measured."""


@dataclass(frozen=True, slots=True)
class Measured:
    page: Page
    times: tuple[float, ...]
    """Milliseconds, in order."""
    processor: float
    """Milliseconds of this process, in the middle: what a busy machine does not change."""

    def at(self, part: float) -> float:
        return self.times[min(len(self.times) - 1, int(len(self.times) * part))]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.desk", description=__doc__)
    parser.add_argument("--folder", type=Path, help="where the databases are kept")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--fill", action="store_true", help="only fill the databases")
    wanted = parser.parse_args()
    with _folder(wanted.folder) as folder:
        postgresql = PostgreSQL(folder)
        try:
            for name, url in desk_databases(folder, postgresql).items():
                _ready(Database(url))
                if not wanted.fill:
                    _measure(name, url, wanted.rounds)
        finally:
            postgresql.close()


def _ready(database: Database) -> None:
    """As it is where a worker has been running."""
    database.upgrade()
    months = SettledMonths(database, demo.ZONE)
    while months.count_next(utc_now()):
        pass
    database.close()


def _measure(name: str, url: str, rounds: int) -> None:
    app = create_app(Config.from_env(_environment(url, 8000) | {"IVR_PUBLIC_URL": "http://b"}))
    web_server.post_worker_init(None)
    database: Database = app.extensions["line"].database
    pages = list(_pages(database))
    clients = {
        role: _client(app.test_client(), database, role) for role in ("senior", "auditor")
    }
    measured = [_of(page, _who(clients, page), rounds) for page in pages]
    print(f"\n{name}\n  {'':<46}{'p50 ms':>9}{'p95 ms':>9}{'cpu ms':>9}{'aim':>6}")
    for one in measured:
        missed = "  missed" if one.at(0.95) > one.page.aim else ""
        times = f"{median(one.times):9.0f}{one.at(0.95):9.0f}{one.processor:9.0f}"
        figures = f"{times}{one.page.aim:6}"
        print(f"  {one.page.name:<46}{figures}{missed}", flush=True)
    print(f"  load average {os.getloadavg()[0]:.1f}")
    app.extensions["voice"].close()
    database.close()


def _pages(database: Database) -> Iterator[Page]:
    with database.read() as session:
        call = session.scalars(select(Call).order_by(Call.started_at.desc()).limit(1)).one()
        cancelled = session.scalars(select(Cancellation).limit(1)).one()
    sentence = name_of(next(iter(Prompts.load().sentences())))
    yield Page("today", "/")
    yield Page("today: what is live", "/live")
    yield Page("calls", "/calls/", SEARCH_MS)
    for name, value in SEARCHES:
        yield Page(f"calls by {name} {value}", "/calls/", SEARCH_MS, {name: value})
    yield Page("one call", f"/calls/{call.id}/")
    yield Page("patients", "/patients/")
    yield Page("patients by surname", "/patients/", SEARCH_MS, {"who": "Смирнова"})
    yield Page("one patient", f"/patients/{cancelled.patient_id}")
    yield Page("codes", "/codes/")
    yield Page("codes: look one up", "/codes/", SEARCH_MS, {"code": cancelled.code})
    yield Page("confirmation", f"/codes/{cancelled.id}/confirmation")
    yield Page("call-backs", "/call-backs/")
    yield Page("statistics of 30 days", "/statistics")
    today = utc_now().date()
    year = f"from={today.replace(year=today.year - 1).isoformat()}&to={today.isoformat()}"
    yield Page("statistics of a year", f"/statistics?{year}")
    yield Page("statistics as CSV", "/statistics/all.csv")
    yield Page("statistics as PNG", "/statistics/hours.png")
    yield Page("phrases", "/prompts")
    yield Page("one phrase", f"/prompts/{sentence}")
    yield Page("settings", "/settings")
    yield Page("people", "/people/")
    yield Page("journal", "/journal/", SEARCH_MS)
    yield Page("journal of one person", "/journal/?who=registrar+3", SEARCH_MS)


SEARCHES = (
    ("outcome", "cancelled"),
    ("outcome", "failed"),
    ("step", "identify"),
    ("number", "89170000001"),
    ("name", "Смирнова"),
    ("name", "Иванова"),
    ("name", "Сми"),
    ("policy", "0017"),
    ("code", "000017"),
    ("only", "person"),
    ("only", "lost"),
    ("since", "2026-01-01"),
)


def _who(clients: dict[str, FlaskClient], page: Page) -> FlaskClient:
    return clients["auditor" if page.name.startswith("journal") else "senior"]


def _client(client: FlaskClient, database: Database, role: str) -> FlaskClient:
    name = {"name": f"bench {role}", "role": role, "password_hash": "-"}
    row = Registrar(**name, created_at=utc_now())
    with database.begin() as session:
        session.execute(delete(Registrar).where(Registrar.name == row.name))
        session.add(row)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = f"{row.id}.1"
        cookie["_fresh"] = True
    return client


def _address(client: FlaskClient, page: Page) -> str:
    if not page.form:
        return f"/desk{page.path}"
    found = TOKEN.search(client.get("/desk/people/me").text)
    form = {**page.form, "csrf_token": found[1] if found else ""}
    return client.post(f"/desk{page.path}", data=form).headers["Location"]


def _of(page: Page, client: FlaskClient, rounds: int) -> Measured:
    times, processor, address = [], [], _address(client, page)
    for number in range(rounds + 1):
        began, busy = time.perf_counter(), time.process_time()
        reply = client.get(address)
        taken = 1000 * (time.perf_counter() - began)
        if reply.status_code != 200:
            raise SystemExit(f"{page.name}: {reply.status_code}")
        if number:  # the first one loads templates
            times.append(taken)
            processor.append(1000 * (time.process_time() - busy))
    return Measured(page, tuple(sorted(times)), median(processor))


if __name__ == "__main__":
    main()
