"""words inside of words: the search looks behind slashes and dots

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-21 15:40:12.318840
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op
from app.core.online_schema import drop_trigger, keep_by_trigger, run_trigger_on_all_rows

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SOURCES = ["title", "company", "description"]
TEXT = "title || ' ' || company || ' ' || coalesce(description, '')"
# In small letters already: PostgreSQL 18 crashes on a word that becomes too long by them.
WORDS = "lower(translate(NEW.title || ' ' || NEW.company || ' ' || coalesce(NEW.description, ''), './<&', '    '))"


def upgrade() -> None:
    # Not a generated column any more: before version 17 PostgreSQL cannot change the expression of one, and later
    # ones keep everybody out of the table while they do.
    keep_by_trigger(
        "positions",
        "search_vector",
        f"to_tsvector('simple', {WORDS}) || to_tsvector('english', {WORDS})",
        sources=SOURCES,
    )
    run_trigger_on_all_rows("positions", "title")


def downgrade() -> None:
    # The way back does lock the table while it computes the column anew.
    drop_trigger("positions", "search_vector")
    op.drop_column("positions", "search_vector")
    op.add_column(
        "positions",
        sa.Column(
            "search_vector",
            postgresql.TSVECTOR(),
            sa.Computed(f"to_tsvector('simple', {TEXT}) || to_tsvector('english', {TEXT})", persisted=True),
            nullable=False,
        ),
    )
