"""Figures of whole months; indexes that count SMS by state and find a patient's calls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

LOCKED = "LOCK TABLE calls, daily_counts, outbox IN ACCESS EXCLUSIVE MODE"
"""In a turn's order and at once: a weaker lock that grows later waits for a turn in a ring."""
CALLS_OF = "ix_calls_patient_id_started_at_id"
MONTH = {
    "sqlite": "date(day, 'start of month')",
    "postgresql": "date_trunc('month', day)::date",
}

ADDED_UP = """
    SELECT {month}, measure, name, part, sum(count), sum(total) FROM daily_counts
    GROUP BY {month}, measure, name, part
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(LOCKED)
    op.create_table(
        "monthly_counts",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("part", sa.String(length=32), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            *("month", "measure", "name", "part"), name=op.f("pk_monthly_counts")
        ),
        sqlite_with_rowid=False,
    )
    months = ADDED_UP.format(month=MONTH[op.get_bind().dialect.name])
    op.execute(
        f"INSERT INTO monthly_counts (month, measure, name, part, count, total) {months}"
    )
    op.drop_index("ix_calls_patient_id", table_name="calls")
    op.create_index(op.f(CALLS_OF), "calls", ["patient_id", "started_at", "id"])
    op.drop_index("ix_outbox_created_at_state", table_name="outbox")
    op.create_index(op.f("ix_outbox_state_created_at"), "outbox", ["state", "created_at"])


def downgrade() -> None:
    op.drop_index(op.f(CALLS_OF), table_name="calls")
    op.create_index("ix_calls_patient_id", "calls", ["patient_id"])
    op.drop_index(op.f("ix_outbox_state_created_at"), table_name="outbox")
    op.create_index("ix_outbox_created_at_state", "outbox", ["created_at", "kind", "state"])
    op.drop_table("monthly_counts")
