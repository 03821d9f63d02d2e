"""the index of the list holds what lists are filtered by and the overview counts

Revision ID: 0020
Revises: 0019
Create Date: 2026-11-27 03:05:00.000000
"""

from collections.abc import Sequence

from alembic import op
from app.core.online_schema import create_index_beside_users, run_one_by_one

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INDEX = "ix_positions_user_date"
KEYS = "positions (user_id, application_date DESC NULLS LAST, id)"


def upgrade() -> None:
    # Beside the one that is there, which serves the list until this one does.
    create_index_beside_users(f"{INDEX}_new", f"{KEYS} INCLUDE (status, company, archived, responded, offered)")
    run_one_by_one(
        f"DROP INDEX CONCURRENTLY IF EXISTS {INDEX}",
        f"ALTER INDEX IF EXISTS {INDEX}_new RENAME TO {INDEX}",
    )


def downgrade() -> None:
    op.drop_index(INDEX)
    op.execute(f"CREATE INDEX {INDEX} ON {KEYS}")
