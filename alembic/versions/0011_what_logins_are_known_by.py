"""what logins are known by, and which refresh token came of which

Revision ID: 0011
Revises: 0010
Create Date: 2026-11-26 04:10:00.000000
"""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # Without a default: no row is written.
    op.add_column("logins", sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("logins", sa.Column("address", sa.String(length=64), nullable=True))
    op.add_column("logins", sa.Column("user_agent", sa.String(length=300), nullable=True))
    op.add_column("refresh_tokens", sa.Column("parent_hash", sa.LargeBinary(length=32), nullable=True))
    op.add_column("refresh_tokens", sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("refresh_tokens", "superseded_at")
    op.drop_column("refresh_tokens", "parent_hash")
    op.drop_column("logins", "user_agent")
    op.drop_column("logins", "address")
    op.drop_column("logins", "last_used_at")
