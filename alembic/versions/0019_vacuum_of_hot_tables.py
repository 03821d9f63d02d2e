"""when the tables of the rooms are vacuumed

Revision ID: 0019
Revises: 0018
Create Date: 2026-11-27 02:40:00.000000
"""

from collections.abc import Sequence

from alembic import op
from app.core.online_schema import run_one_by_one

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# By default a table is vacuumed when a fifth of it is dead, or new. A fifth of all sessions that ever were is more than
# all that are live, whose rows are written again and again; a fifth of a log of millions is one long piece of work
# instead of many short ones.
SETTINGS = {
    "interview_sessions": {"autovacuum_vacuum_scale_factor": "0.01", "autovacuum_vacuum_threshold": "1000"},
    "report_jobs": {"autovacuum_vacuum_scale_factor": "0.01", "autovacuum_vacuum_threshold": "1000"},
    "session_events": {
        "autovacuum_vacuum_scale_factor": "0.05",
        "autovacuum_vacuum_insert_scale_factor": "0",
        "autovacuum_vacuum_insert_threshold": "200000",
    },
}


def upgrade() -> None:
    # Neither reads nor writes wait for this kind of lock.
    run_one_by_one(
        *(
            f"ALTER TABLE {table} SET ({', '.join(f'{name} = {value}' for name, value in settings.items())})"
            for table, settings in SETTINGS.items()
        )
    )


def downgrade() -> None:
    for table, settings in SETTINGS.items():
        op.execute(f"ALTER TABLE {table} RESET ({', '.join(settings)})")
