"""language of plans, and what a practice plan was made from

Revision ID: 0008
Revises: 0007
Create Date: 2026-11-25 20:50:03.417756
"""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # A constant default is kept once for all rows that are there: no row is rewritten.
    op.add_column("mock_interviews", sa.Column("language", sa.String(length=2), server_default="en", nullable=False))
    op.add_column("mock_interviews", sa.Column("practice_key", sa.String(length=64), nullable=True))
    # Of the rows that are there none is in it.
    op.create_index(
        "ix_mock_interviews_practice",
        "mock_interviews",
        ["interview_id", "practice_key"],
        unique=False,
        postgresql_where=sa.text("practice_key IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_mock_interviews_practice", table_name="mock_interviews")
    op.drop_column("mock_interviews", "practice_key")
    op.drop_column("mock_interviews", "language")
