"""The desk: marks, notes, checks, call-backs that are taken, accounts that can be blocked."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TO_TELL = "(called_off AND NOT told_off) OR moved_at IS NOT NULL"
OVER = "ended_at IS NOT NULL"
MOMENT = sa.DateTime(timezone=True)


def _number(name: str, first: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default=first, nullable=False)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False)


def _name(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=80), server_default="", nullable=False)


Columns = tuple[sa.Column[Any], ...]


def _columns() -> dict[str, Columns]:
    return {
        "calls": (
            _flag("wanted_person"),
            _number("misunderstood", "0"),
            sa.Column("handled_at", MOMENT, nullable=True),
            _name("handled_by"),
        ),
        "visits": (sa.Column("moved_at", MOMENT, nullable=True),),
        "callback_requests": (
            _number("version", "1"),
            _name("registrar"),
            sa.Column("changed_at", MOMENT, nullable=True),
            _number("not_reached", "0"),
            sa.Column("note_sealed", sa.Text(), server_default="", nullable=False),
        ),
        "registrars": (
            _flag("blocked"),
            _number("epoch", "1"),
            sa.Column("signed_in_at", MOMENT, nullable=True),
        ),
    }


INDEXES = (
    ("ix_cancellations_code", "cancellations", ["code"]),
    ("ix_audit_who_at", "audit", ["who", "at"]),
)


def upgrade() -> None:
    for table, columns in _columns().items():
        for column in columns:
            op.add_column(table, column)
    for name, table, names in INDEXES:
        op.create_index(op.f(name), table, names)
    op.create_index(
        "ix_visits_to_tell",
        "visits",
        ["start"],
        sqlite_where=sa.text(TO_TELL),
        postgresql_where=sa.text(TO_TELL),
    )
    op.create_index(
        "ix_calls_step_started_at",
        "calls",
        ["step", "started_at"],
        sqlite_where=sa.text(OVER),
        postgresql_where=sa.text(OVER),
    )
    _create_tables()


def _create_tables() -> None:
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=36), nullable=True),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("text_sealed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index(op.f("ix_notes_call_id"), "notes", ["call_id"])
    op.create_index(op.f("ix_notes_patient_id"), "notes", ["patient_id"])
    op.create_table(
        "handled",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject", name=op.f("pk_handled")),
    )
    op.create_table(
        "caller_checks",
        sa.Column("call_id", sa.String(length=36), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.id"], name=op.f("fk_caller_checks_patient_id")
        ),
        sa.PrimaryKeyConstraint("call_id", "patient_id", name=op.f("pk_caller_checks")),
    )


def downgrade() -> None:
    for table in ("caller_checks", "handled", "notes"):
        op.drop_table(table)
    op.drop_index("ix_calls_step_started_at", table_name="calls")
    op.drop_index("ix_visits_to_tell", table_name="visits")
    for name, table, _names in INDEXES:
        op.drop_index(op.f(name), table_name=table)
    for table, columns in _columns().items():
        for column in columns:
            op.drop_column(table, column.name)
