"""search words by a trigger: as 0007 leaves them now, for databases that went through it before

Revision ID: 0012
Revises: 0011
Create Date: 2026-11-26 04:25:00.000000
"""

from collections.abc import Sequence

from app.core.online_schema import keep_by_trigger

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WORDS = "lower(translate(NEW.title || ' ' || NEW.company || ' ' || coalesce(NEW.description, ''), './<&', '    '))"


def upgrade() -> None:
    # What is in the generated column is right, so that nothing has to be computed.
    keep_by_trigger(
        "positions",
        "search_vector",
        f"to_tsvector('simple', {WORDS}) || to_tsvector('english', {WORDS})",
        sources=["title", "company", "description"],
    )


def downgrade() -> None:
    # The version before works with the trigger, too.
    pass
