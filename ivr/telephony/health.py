"""Is the line alive, is it ready, and how has it been doing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory
from flask import Blueprint, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ivr.dialogue.turns import Outcome
from ivr.store.database import Database
from ivr.store.tables import Call, Outbox

WAITING = ("queued", "sending")
SEVERAL_PROCESSES = "PROMETHEUS_MULTIPROC_DIR"


def newest_migration() -> str | None:
    """The migration that this code needs."""
    config = AlembicConfig()
    config.set_main_option("script_location", "ivr.store:migrations")
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config).get_current_head()


def older_migrations() -> frozenset[str]:
    """Those that this code knows to be too old for it."""
    config = AlembicConfig()
    config.set_main_option("script_location", "ivr.store:migrations")
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head()
    return frozenset(one.revision for one in scripts.walk_revisions() if one.revision != head)


def why_not_ready(database: Database, migration: str | None) -> str:
    """One sentence; empty when the database can take a call.

    A migration newer than this code is no fault: old processes go on while new ones start.
    """
    try:
        with database.read() as session:
            at = session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except SQLAlchemyError as broken:
        return f"the database does not answer: {type(broken).__name__}"
    too_old = at is None or at in older_migrations()
    return f"the database is at migration {at}, not {migration}" if too_old else ""


@dataclass(frozen=True, slots=True)
class Health:
    database: Database
    clock: Callable[[], datetime]
    migration: str | None

    def blueprint(self) -> Blueprint:
        health = Blueprint("health", __name__)
        health.get("/health/live")(self.live)
        health.get("/health/ready")(self.ready)
        health.get("/metrics")(self.metrics)
        return health

    def live(self) -> Response:
        return _plain("alive\n")

    def ready(self) -> Response:
        why = why_not_ready(self.database, self.migration)
        return _plain(f"{why}\n", 503) if why else _plain("ready\n")

    def metrics(self) -> Response:
        figures = CollectorRegistry()
        figures.register(Figures(self.database, self.clock))
        text_of_all = generate_latest(_processes()) + generate_latest(figures)
        return Response(text_of_all, content_type=CONTENT_TYPE_LATEST)


class Figures(Collector):
    """What the database knows, the same from whichever process is asked."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def describe(self) -> list[Metric]:
        """Nothing is read while it is registered."""
        return []

    def collect(self) -> Iterator[Metric]:
        try:
            with self._database.read() as session:
                families = [_calls(session), *_outbox(session, self._clock())]
            up = 1
        except SQLAlchemyError:
            families, up = [], 0
        yield GaugeMetricFamily("ivr_database_up", "The database answers.", value=up)
        yield from families


def _calls(session: Session) -> Metric:
    family = CounterMetricFamily("ivr_calls", "Ended calls on file.", labels=["outcome"])
    rows = session.execute(
        select(Call.outcome, func.count())
        .where(Call.outcome.is_not(None))
        .group_by(Call.outcome)
    )
    counts = {row[0]: row[1] for row in rows}
    for outcome in Outcome:
        family.add_metric([outcome.value], counts.get(outcome.value, 0))
    return family


def _outbox(session: Session, now: datetime) -> Iterator[Metric]:
    waiting = Outbox.state.in_(WAITING)
    depth = session.scalar(select(func.count()).where(waiting)) or 0
    oldest = session.scalar(select(func.min(Outbox.created_at)).where(waiting))
    age = (now - oldest).total_seconds() if oldest is not None else 0.0
    yield GaugeMetricFamily("ivr_outbox_depth", "Messages not yet handed over.", value=depth)
    yield GaugeMetricFamily(
        "ivr_outbox_oldest_age_seconds", "Age of the oldest of them.", value=max(age, 0.0)
    )


def _processes() -> CollectorRegistry:
    """What the doors counted, in all processes of this machine where there are several."""
    if SEVERAL_PROCESSES not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _plain(words: str, status: int = 200) -> Response:
    return Response(words, status, content_type="text/plain; charset=utf-8")
