"""a counter of the changes that a calendar entry shows

Revision ID: 0016
Revises: 0015
Create Date: 2026-11-26 08:40:00.000000
"""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op
from app.core.clock import utc_now
from app.core.online_schema import compute_in_all_rows

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SHOWN = {
    "interviews": ("type", "place", "scheduled_date", "duration_minutes", "notes", "outcome"),
    "tasks": ("title", "due_date", "done_at"),
}
SHOWN_OF_POSITIONS = ("title", "company", "job_url")
SECONDS_PER_DAY = 86_400


def upgrade() -> None:
    # A constant default writes no row. All of it can be done again, because what follows commits.
    for table in SHOWN:
        op.add_column(
            table,
            sa.Column("calendar_sequence", sa.Integer(), server_default="0", nullable=False),
            if_not_exists=True,
        )
    op.execute("""
        CREATE OR REPLACE FUNCTION own_calendar_sequence() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            NEW.calendar_sequence := OLD.calendar_sequence + 1;
            RETURN NEW;
        END $$
    """)
    for table, shown in SHOWN.items():
        op.execute(f"""
            CREATE OR REPLACE TRIGGER calendar_sequence BEFORE UPDATE OF {", ".join(shown)} ON {table}
            FOR EACH ROW WHEN ({_differs(shown)}) EXECUTE FUNCTION own_calendar_sequence()
        """)
    op.execute("""
        CREATE OR REPLACE FUNCTION calendar_sequence_of_position() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            UPDATE interviews SET calendar_sequence = calendar_sequence + 1 WHERE position_id = NEW.id;
            UPDATE tasks SET calendar_sequence = calendar_sequence + 1 WHERE position_id = NEW.id;
            RETURN NULL;
        END $$
    """)
    op.execute(f"""
        CREATE OR REPLACE TRIGGER calendar_sequence AFTER UPDATE OF {", ".join(SHOWN_OF_POSITIONS)} ON positions
        FOR EACH ROW WHEN ({_differs(SHOWN_OF_POSITIONS)}) EXECUTE FUNCTION calendar_sequence_of_position()
    """)
    # The sequence was the seconds from an entry's creation to its last change, and calendar programs may refuse one
    # that falls. So what is there begins higher than the version before can show while both run.
    now = utc_now()
    compute_in_all_rows(
        "interviews",
        ["created_at"],
        ["calendar_sequence"],
        lambda created_at: (max(int((now - created_at).total_seconds()), 0) + SECONDS_PER_DAY,),
    )


def downgrade() -> None:
    for table in ("positions", *SHOWN):
        op.execute(f"DROP TRIGGER calendar_sequence ON {table}")
    op.execute("DROP FUNCTION calendar_sequence_of_position()")
    op.execute("DROP FUNCTION own_calendar_sequence()")
    for table in SHOWN:
        op.drop_column(table, "calendar_sequence")


def _differs(columns: Sequence[str]) -> str:
    return " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
