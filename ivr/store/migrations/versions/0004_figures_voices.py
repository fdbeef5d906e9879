"""Daily figures, people's recordings of sentences, the clinic's own pronunciations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ASKED = "status IN ('requested', 'processing')"
UNCOUNTED = "NOT counted AND ended_at IS NOT NULL"


def upgrade() -> None:
    op.create_table(
        "daily_counts",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("part", sa.String(length=32), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "measure", "name", "part", name=op.f("pk_daily_counts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pronunciations",
        sa.Column("word", sa.String(length=80), nullable=False),
        sa.Column("spelling", sa.String(length=160), nullable=False),
        sa.Column("spoken", sa.String(length=240), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_pronunciations")),
    )
    op.create_table(
        "sentence_recordings",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("wav", sa.LargeBinary(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sentence_recordings")),
    )
    op.create_table(
        "setting_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("old", sa.Text(), nullable=False),
        sa.Column("new", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting_changes")),
    )
    op.create_index(op.f("ix_setting_changes_at"), "setting_changes", ["at"])
    op.add_column(
        "calls", sa.Column("counted", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_index(
        "ix_calls_uncounted",
        "calls",
        ["ended_at"],
        sqlite_where=sa.text(UNCOUNTED),
        postgresql_where=sa.text(UNCOUNTED),
    )
    op.create_index("ix_outbox_created_at_state", "outbox", ["created_at", "kind", "state"])

    _index_cancellations("status", "requested_at", "opening_id")
    op.create_index(
        "ix_cancellations_asked",
        "cancellations",
        ["requested_at"],
        sqlite_where=sa.text(ASKED),
        postgresql_where=sa.text(ASKED),
    )


def _index_cancellations(*columns: str) -> None:
    op.drop_index("ix_cancellations_status_requested_at", table_name="cancellations")
    op.create_index("ix_cancellations_status_requested_at", "cancellations", list(columns))


def downgrade() -> None:
    op.drop_index("ix_cancellations_asked", table_name="cancellations")
    _index_cancellations("status", "requested_at")
    op.drop_index("ix_outbox_created_at_state", table_name="outbox")
    op.drop_index("ix_calls_uncounted", table_name="calls")
    op.drop_column("calls", "counted")
    op.drop_table("setting_changes")
    op.drop_table("sentence_recordings")
    op.drop_table("pronunciations")
    op.drop_table("daily_counts")
