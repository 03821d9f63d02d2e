"""reports of sessions: the jobs that make them, verdicts of the candidate's own, and what plans practise again

Revision ID: 0017
Revises: 0016
Create Date: 2026-11-26 12:00:00.000000
"""

# ruff: noqa: S608 - the SQL is put together from the names in this file alone.

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op
from app.core.online_schema import run_one_by_one

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROW_BYTES = 200
"""What a row takes beside its texts, roughly; as in the ledger's other tables."""

SIZES = {
    "report_jobs": [],
    "session_reports": ["report::text"],
    "self_assessments": ["criteria::text", "note"],
    "verdict_disputes": ["criterion", "note"],
}


def upgrade() -> None:
    # By itself, so that nobody waits for this table while what follows waits for another. It writes no row.
    run_one_by_one(
        "ALTER TABLE mock_interviews ADD COLUMN IF NOT EXISTS retry_of_session_id uuid, "
        "ADD COLUMN IF NOT EXISTS retry_of_sequence integer"
    )
    op.create_table(
        "report_jobs",
        session(),
        owner(nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim_id", sa.Uuid(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(100), nullable=True),
    )
    op.create_index(
        "ix_report_jobs_due_at", "report_jobs", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL")
    )
    op.create_table(
        "session_reports",
        session(),
        owner(nullable=True),
        sa.Column("report", postgresql.JSONB(), nullable=False),
        sa.Column("earlier_session_id", sa.Uuid(), nullable=True),
        sa.Column("earlier_sequence", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "self_assessments",
        session(),
        owner(nullable=False),
        sa.Column("criteria", postgresql.JSONB(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "verdict_disputes",
        session(),
        sa.Column("sequence", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("criterion", sa.String(500), primary_key=True, nullable=False),
        owner(nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("model", sa.String(200), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )
    for table, texts in SIZES.items():
        op.create_index(f"ix_{table}_user_id", table, ["user_id"])
        count_in_ledger(table, texts)


def session() -> sa.Column[Any]:
    """Return the column of the session that a row is erased with."""
    key = sa.ForeignKey("interview_sessions.id", ondelete="CASCADE")
    return sa.Column("session_id", sa.Uuid(), key, primary_key=True, nullable=False)


def owner(*, nullable: bool) -> sa.Column[Any]:
    """Return the column of the session's user.

    Without a foreign key, which would lock the user's row: the clocks of rooms wait for nobody. The session's own
    key has the row erased with its user.
    """
    return sa.Column("user_id", sa.Uuid(), nullable=nullable)


def count_in_ledger(table: str, texts: Sequence[str]) -> None:
    """Have each statement that adds, changes or erases rows of a table add a line to the ledger."""
    functions = {
        "added": f"SELECT user_id, sum({size_of(texts, 'added')}) FROM added WHERE user_id IS NOT NULL "
        "GROUP BY user_id",
        # Nothing is noted of a user who is erased in this very statement.
        "erased": f"SELECT erased.user_id, - sum({size_of(texts, 'erased')}) FROM erased "
        "JOIN users ON users.id = erased.user_id GROUP BY erased.user_id",
    }
    if texts:
        functions["changed"] = (
            f"SELECT NEW.user_id, more FROM (SELECT ({size_of(texts, 'NEW')}) - ({size_of(texts, 'OLD')})) AS it(more) "
            "WHERE more <> 0 AND NEW.user_id IS NOT NULL"
        )
    for kind, lines in functions.items():
        op.execute(f"""
            CREATE FUNCTION count_{kind}_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                INSERT INTO stored_bytes (user_id, delta) {lines};
                RETURN NULL;
            END $$
        """)
    op.execute(f"""
        CREATE TRIGGER count_added AFTER INSERT ON {table} REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION count_added_{table}()
    """)
    op.execute(f"""
        CREATE TRIGGER count_erased AFTER DELETE ON {table} REFERENCING OLD TABLE AS erased
        FOR EACH STATEMENT EXECUTE FUNCTION count_erased_{table}()
    """)
    if texts:
        columns = ", ".join(column.partition("::")[0] for column in texts)
        op.execute(f"""
            CREATE TRIGGER count_changed AFTER UPDATE OF {columns} ON {table}
            FOR EACH ROW EXECUTE FUNCTION count_changed_{table}()
        """)


def size_of(texts: Sequence[str], row: str) -> str:
    """Return the SQL for the bytes of a row."""
    return " + ".join([str(ROW_BYTES), *(f"coalesce(octet_length({row}.{text}), 0)" for text in texts)])


def downgrade() -> None:
    op.drop_column("mock_interviews", "retry_of_sequence")
    op.drop_column("mock_interviews", "retry_of_session_id")
    for table, texts in SIZES.items():
        op.drop_table(table)
        for kind in ("added", "erased", *(["changed"] if texts else [])):
            op.execute(f"DROP FUNCTION count_{kind}_{table}()")
