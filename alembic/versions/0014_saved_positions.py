"""saved positions without a date, notes of status changes, keys of duplicates, time zones of accounts

Revision ID: 0014
Revises: 0013
Create Date: 2026-11-26 08:00:00.000000
"""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op
from app.core.online_schema import compute_in_all_rows, create_index_beside_users, run_one_by_one
from app.models.likeness import address_key, job_key

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LIST_INDEX = "ix_positions_user_date"


def upgrade() -> None:
    # None of these writes a row.
    run_one_by_one(
        "ALTER TABLE users ADD COLUMN IF NOT EXISTS timezone varchar(64)",
        "ALTER TABLE status_changes ADD COLUMN IF NOT EXISTS note varchar(500)",
        "ALTER TABLE positions ADD COLUMN IF NOT EXISTS job_key bigint, ADD COLUMN IF NOT EXISTS address_key bigint, "
        "ALTER COLUMN application_date DROP NOT NULL",
    )
    create_index_beside_users("ix_positions_user_saved", "positions (user_id, id) WHERE status = 'saved'")
    create_index_beside_users("ix_positions_user_job", "positions (user_id, job_key)")
    create_index_beside_users(
        "ix_positions_user_address", "positions (user_id, address_key) WHERE address_key IS NOT NULL"
    )
    create_index_beside_users(f"{LIST_INDEX}_new", "positions (user_id, application_date DESC NULLS LAST, id)")
    run_one_by_one(
        f"DROP INDEX CONCURRENTLY IF EXISTS {LIST_INDEX}",
        f"ALTER INDEX IF EXISTS {LIST_INDEX}_new RENAME TO {LIST_INDEX}",
    )
    compute_in_all_rows(
        "positions",
        ["title", "company", "job_url"],
        ["job_key", "address_key"],
        lambda title, company, job_url: (job_key(company, title), address_key(job_url)),
    )


def downgrade() -> None:
    op.execute("UPDATE positions SET application_date = CAST(created_at AS date) WHERE application_date IS NULL")
    op.execute("UPDATE positions SET status = 'applied' WHERE status = 'saved'")
    op.execute("UPDATE status_changes SET from_status = 'applied' WHERE from_status = 'saved'")
    op.execute("UPDATE status_changes SET to_status = 'applied' WHERE to_status = 'saved'")
    op.alter_column("positions", "application_date", nullable=False)
    op.drop_index(LIST_INDEX)
    op.create_index(LIST_INDEX, "positions", ["user_id", sa.text("application_date DESC"), "id"])
    op.drop_index("ix_positions_user_address")
    op.drop_index("ix_positions_user_job")
    op.drop_index("ix_positions_user_saved")
    op.drop_column("positions", "address_key")
    op.drop_column("positions", "job_key")
    op.drop_column("status_changes", "note")
    op.drop_column("users", "timezone")
