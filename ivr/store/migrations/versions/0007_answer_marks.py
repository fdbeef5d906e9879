"""What a registrar says of an answer: understood right or wrong, and what was really said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LOCKED = "LOCK TABLE calls, daily_counts, outbox IN ACCESS EXCLUSIVE MODE"
"""In a turn's order and at once: a weaker lock that grows later waits for a turn in a ring."""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(LOCKED)
    op.create_table(
        "answer_marks",
        sa.Column("call_id", sa.String(length=36), nullable=False),
        sa.Column("line_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("right", sa.Boolean(), nullable=False),
        sa.Column("words_sealed", sa.Text(), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"],
            ["calls.id"],
            name=op.f("fk_answer_marks_call_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("call_id", "line_number", name=op.f("pk_answer_marks")),
    )
    op.create_index(op.f("ix_answer_marks_at"), "answer_marks", ["at"])


def downgrade() -> None:
    op.drop_table("answer_marks")
