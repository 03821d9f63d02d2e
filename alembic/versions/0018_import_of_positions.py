"""which import a position came with

Revision ID: 0018
Revises: 0017
Create Date: 2026-11-26 16:10:00.000000
"""

from collections.abc import Sequence

from alembic import op
from app.core.online_schema import create_index_beside_users, run_one_by_one

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INDEX = "ix_positions_user_import"


def upgrade() -> None:
    # A column without a default writes no row.
    run_one_by_one("ALTER TABLE positions ADD COLUMN IF NOT EXISTS import_id uuid")
    create_index_beside_users(INDEX, "positions (user_id, import_id) WHERE import_id IS NOT NULL")


def downgrade() -> None:
    op.drop_index(INDEX)
    op.drop_column("positions", "import_id")
