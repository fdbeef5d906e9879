"""Indexes of who waits for a call back and of the openings that cancellations gave back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

LOCKED = "LOCK TABLE calls, cancellations, callback_requests IN ACCESS EXCLUSIVE MODE"
"""In a turn's order and at once: a weaker lock that grows later waits for a turn in a ring."""
WAITING, FREED = "ix_callback_requests_waiting", "ix_cancellations_freed"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(LOCKED)
    _index(WAITING, "callback_requests", ["created_at"], "state != 'done'")
    columns = ["requested_at", "opening_id"]
    _index(FREED, "cancellations", columns, "status = 'cancelled'")


def downgrade() -> None:
    op.drop_index(FREED, table_name="cancellations")
    op.drop_index(WAITING, table_name="callback_requests")


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(
        name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )
