"""What changes with every turn of a call stands in no index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.drop_index("ix_calls_last_seen_at", table_name="calls")
    _open_calls_by("started_at")


def downgrade() -> None:
    _open_calls_by("last_seen_at")
    op.create_index("ix_calls_last_seen_at", "calls", ["last_seen_at"])


def _open_calls_by(column: str) -> None:
    op.drop_index("ix_calls_open", table_name="calls")
    op.create_index(
        "ix_calls_open", "calls", [column], sqlite_where=OPEN, postgresql_where=OPEN
    )
