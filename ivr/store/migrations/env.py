"""Alembic's entry: runs on the connection that `Database.migrating` opened."""

from __future__ import annotations

from typing import Literal

from alembic import context

from ivr.store import tables
from ivr.store.columns import Base, Moment

assert tables.Patient.metadata is Base.metadata  # noqa: S101


def render(kind: str, thing: object, _context: object) -> str | Literal[False]:
    if kind == "type" and isinstance(thing, Moment):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=render,
    transactional_ddl=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
