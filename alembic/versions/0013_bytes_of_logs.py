"""how many bytes the log of a session has

Revision ID: 0013
Revises: 0012
Create Date: 2026-11-26 04:35:00.000000
"""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # A constant default: PostgreSQL writes no row.
    op.add_column("interview_sessions", sa.Column("log_bytes", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("interview_sessions", "log_bytes")
