"""practice rooms

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-20 18:44:54.969581
"""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "interview_sessions",
        sa.Column("room_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("mock_interview_id", sa.String(length=64), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=True),
        sa.Column("interview_id", sa.Uuid(), nullable=True),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remaining_ms", sa.Integer(), nullable=True),
        sa.Column("ending_announced", sa.Boolean(), nullable=False),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("bot_status", sa.String(length=20), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=20), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["interview_id"],
            ["interviews.id"],
            name=op.f("fk_interview_sessions_interview_id_interviews"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["position_id"],
            ["positions.id"],
            name=op.f("fk_interview_sessions_position_id_positions"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_interview_sessions_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview_sessions")),
    )
    op.create_index(op.f("ix_interview_sessions_interview_id"), "interview_sessions", ["interview_id"], unique=False)
    op.create_index(op.f("ix_interview_sessions_position_id"), "interview_sessions", ["position_id"], unique=False)
    op.create_index("ix_interview_sessions_room", "interview_sessions", ["room_id", "created_at"], unique=False)
    op.create_index("ix_interview_sessions_user", "interview_sessions", ["user_id", "created_at"], unique=False)
    op.create_index(
        "ix_interview_sessions_wake_at",
        "interview_sessions",
        ["wake_at"],
        unique=False,
        postgresql_where=sa.text("wake_at IS NOT NULL"),
    )
    op.create_index(
        "uq_interview_sessions_live_room",
        "interview_sessions",
        ["room_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "session_events",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["interview_sessions.id"],
            name=op.f("fk_session_events_session_id_interview_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", "seq", name=op.f("pk_session_events")),
    )


def downgrade() -> None:
    op.drop_table("session_events")
    op.drop_index(
        "uq_interview_sessions_live_room",
        table_name="interview_sessions",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(
        "ix_interview_sessions_wake_at",
        table_name="interview_sessions",
        postgresql_where=sa.text("wake_at IS NOT NULL"),
    )
    op.drop_index("ix_interview_sessions_user", table_name="interview_sessions")
    op.drop_index("ix_interview_sessions_room", table_name="interview_sessions")
    op.drop_index(op.f("ix_interview_sessions_position_id"), table_name="interview_sessions")
    op.drop_index(op.f("ix_interview_sessions_interview_id"), table_name="interview_sessions")
    op.drop_table("interview_sessions")
