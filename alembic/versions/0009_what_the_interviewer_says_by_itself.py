"""what the interviewer says by itself, and the time that skipping saved

Revision ID: 0009
Revises: 0008
Create Date: 2026-11-25 20:50:12.000000
"""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # A constant default is kept in the catalogue: no row is written.
    op.add_column("interview_sessions", sa.Column("skipped_ms", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("interview_sessions", sa.Column("interviewer_wake_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("interview_sessions", "interviewer_wake_at")
    op.drop_column("interview_sessions", "skipped_ms")
