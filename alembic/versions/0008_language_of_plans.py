"""language of plans, and what a practice plan was made from

Revision ID: 0008
Revises: 0007
Create Date: 2026-11-25 20:50:03.417756
"""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op
from app.core.online_schema import create_index_beside_users

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # A constant default is kept once for all rows that are there: no row is rewritten. All of it can be done again,
    # because building an index beside users commits.
    op.add_column(
        "mock_interviews",
        sa.Column("language", sa.String(length=2), server_default="en", nullable=False),
        if_not_exists=True,
    )
    op.add_column(
        "mock_interviews", sa.Column("practice_key", sa.String(length=64), nullable=True), if_not_exists=True
    )
    create_index_beside_users(
        "ix_mock_interviews_practice", "mock_interviews (interview_id, practice_key) WHERE practice_key IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_index("ix_mock_interviews_practice", table_name="mock_interviews")
    op.drop_column("mock_interviews", "practice_key")
    op.drop_column("mock_interviews", "language")
