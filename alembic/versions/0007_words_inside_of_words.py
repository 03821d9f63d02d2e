"""words inside of words: the search looks behind slashes and dots

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-21 15:40:12.318840
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TEXT = "title || ' ' || company || ' ' || coalesce(description, '')"
# In small letters already: PostgreSQL 18 crashes of a word that becomes too long by them.
WORDS = f"lower(translate({TEXT}, './<&', '    '))"


def upgrade() -> None:
    _replace_search_vector(WORDS)


def downgrade() -> None:
    _replace_search_vector(TEXT)


def _replace_search_vector(searched: str) -> None:
    """Compute the column anew; before version 17 PostgreSQL cannot change the expression of one that is there."""
    op.drop_column("positions", "search_vector")
    op.add_column(
        "positions",
        sa.Column(
            "search_vector",
            postgresql.TSVECTOR(),
            sa.Computed(
                f"to_tsvector('simple', {searched}) || to_tsvector('english', {searched})",
                persisted=True,
            ),
            nullable=False,
        ),
    )
