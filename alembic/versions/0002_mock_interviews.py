"""mock interviews

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-20 18:42:01.185270
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:

    op.create_table(
        "mock_interviews",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("position_id", sa.Uuid(), nullable=True),
        sa.Column("interview_id", sa.Uuid(), nullable=True),
        sa.Column("planner_fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["interview_id"],
            ["interviews.id"],
            name=op.f("fk_mock_interviews_interview_id_interviews"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["position_id"],
            ["positions.id"],
            name=op.f("fk_mock_interviews_position_id_positions"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_mock_interviews_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mock_interviews")),
    )
    op.create_index(op.f("ix_mock_interviews_interview_id"), "mock_interviews", ["interview_id"], unique=False)
    op.create_index(op.f("ix_mock_interviews_position_id"), "mock_interviews", ["position_id"], unique=False)
    op.create_index(
        "ix_mock_interviews_user_created", "mock_interviews", ["user_id", "created_at", "id"], unique=False
    )


def downgrade() -> None:

    op.drop_index("ix_mock_interviews_user_created", table_name="mock_interviews")
    op.drop_index(op.f("ix_mock_interviews_position_id"), table_name="mock_interviews")
    op.drop_index(op.f("ix_mock_interviews_interview_id"), table_name="mock_interviews")
    op.drop_table("mock_interviews")
