"""notes, tasks, contacts and documents, counted in the ledger of stored bytes

Revision ID: 0015
Revises: 0014
Create Date: 2026-11-26 08:20:00.000000
"""

# ruff: noqa: S608 - the SQL is put together from the names in this file alone.

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROW_BYTES = 200
"""What a row takes beside its texts, roughly; as in the ledger's other tables."""

SIZES = {
    "notes": ["text"],
    "tasks": ["title"],
    "contacts": ["name", "company", "role", "email", "phone", "profile_url", "notes"],
    "contact_positions": [],
    # Not the files: those have a budget of their own.
    "documents": ["name", "url", "file_name"],
    "document_positions": [],
}

POSITION_TEXTS = ["title", "company", "description", "location", "salary_range", "job_url", "source"]


def upgrade() -> None:
    op.create_table(
        "notes",
        *owned(),
        position(nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_notes_position", "notes", ["position_id", "occurred_at", "id"])
    op.create_index("ix_notes_user", "notes", ["user_id", "position_id", "occurred_at"])
    op.create_table(
        "tasks",
        *owned(),
        position(nullable=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index("ix_tasks_user_due", "tasks", ["user_id", "due_date", "created_at", "id"])
    op.create_index("ix_tasks_position", "tasks", ["position_id", "due_date", "id"])
    op.create_table(
        "contacts",
        *owned(),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("company", sa.String(200), nullable=True),
        sa.Column("role", sa.String(200), nullable=True),
        sa.Column("email", sa.String(320), nullable=True),
        sa.Column("phone", sa.String(100), nullable=True),
        sa.Column("profile_url", sa.String(2000), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
    )
    op.create_index("ix_contacts_user_name", "contacts", ["user_id", sa.text("lower(name)"), "id"])
    op.create_table(
        "documents",
        *owned(),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("url", sa.String(2000), nullable=True),
        sa.Column("file_name", sa.String(200), nullable=True),
        sa.Column("media_type", sa.String(100), nullable=True),
        sa.Column("size_bytes", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.LargeBinary(32), nullable=True),
    )
    op.create_index(
        "ix_documents_user", "documents", ["user_id", "created_at", "id"], postgresql_include=["size_bytes"]
    )
    op.create_table(
        "document_chunks",
        reference("document_id", "documents", primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, nullable=False),
        reference("user_id", "users"),
        sa.Column("data", sa.LargeBinary(), nullable=False),
    )
    # A file is compressed already, and trying it costs time.
    op.execute("ALTER TABLE document_chunks ALTER COLUMN data SET STORAGE EXTERNAL")
    op.create_index("ix_document_chunks_user_id", "document_chunks", ["user_id"])
    for table, parent in (("contact_positions", "contact"), ("document_positions", "document")):
        op.create_table(
            table,
            reference(f"{parent}_id", f"{parent}s", primary_key=True),
            reference("position_id", "positions", primary_key=True),
            reference("user_id", "users"),
        )
        op.create_index(f"ix_{table}_position_id", table, ["position_id"])
        op.create_index(f"ix_{table}_user", table, ["user_id"])
    for table, texts in SIZES.items():
        count_in_ledger(table, texts)
    count_history(" + coalesce(octet_length(child.note), 0)")
    op.execute("""
        CREATE FUNCTION count_changed_status_changes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO stored_bytes (user_id, delta)
            SELECT user_id, coalesce(octet_length(NEW.note), 0) - coalesce(octet_length(OLD.note), 0)
            FROM positions WHERE id = NEW.position_id;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER count_changed AFTER UPDATE OF note ON status_changes
        FOR EACH ROW EXECUTE FUNCTION count_changed_status_changes()
    """)


def count_history(note_bytes: str) -> None:
    """Have the ledger count status changes with or without their notes, when they are added and with their position."""
    op.execute(f"""
        CREATE OR REPLACE FUNCTION count_added_status_changes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO stored_bytes (user_id, delta)
            SELECT parent.user_id, sum({ROW_BYTES}{note_bytes}) FROM added child
            JOIN positions parent ON parent.id = child.position_id GROUP BY parent.user_id;
            RETURN NULL;
        END $$
    """)
    op.execute(f"""
        CREATE OR REPLACE FUNCTION count_erased_positions() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO stored_bytes (user_id, delta)
            SELECT users.id, - ({size_of(POSITION_TEXTS, "OLD")}) - (
                SELECT coalesce(sum({ROW_BYTES}{note_bytes}), 0) FROM status_changes child
                WHERE child.position_id = OLD.id
            )
            FROM users WHERE users.id = OLD.user_id;
            RETURN OLD;
        END $$
    """)


def owned() -> list[sa.Column[Any]]:
    """Return the columns of a resource that belongs to a user."""
    return [
        sa.Column("id", sa.Uuid(), primary_key=True, nullable=False),
        reference("user_id", "users"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    ]


def position(*, nullable: bool) -> sa.Column[Any]:
    """Return the column of the position that a row is erased with."""
    return reference("position_id", "positions", nullable=nullable)


def reference(name: str, table: str, *, nullable: bool = False, primary_key: bool = False) -> sa.Column[Any]:
    """Return a column of ids of another table, with whose rows the row is erased."""
    key = sa.ForeignKey(f"{table}.id", ondelete="CASCADE")
    return sa.Column(name, sa.Uuid(), key, nullable=nullable, primary_key=primary_key)


def size_of(texts: Sequence[str], row: str) -> str:
    """Return the SQL for the bytes of a row."""
    return " + ".join([str(ROW_BYTES), *(f"coalesce(octet_length({row}.{name}), 0)" for name in texts)])


def count_in_ledger(table: str, texts: Sequence[str]) -> None:
    """Have each statement that adds, changes or erases rows of a table add a line to the ledger."""
    functions = {
        "added": f"SELECT user_id, sum({size_of(texts, 'added')}) FROM added GROUP BY user_id",
        # Nothing is noted of a user who is erased in this very statement.
        "erased": f"SELECT erased.user_id, - sum({size_of(texts, 'erased')}) FROM erased "
        "JOIN users ON users.id = erased.user_id GROUP BY erased.user_id",
    }
    if texts:
        functions["changed"] = (
            f"SELECT NEW.user_id, more FROM (SELECT ({size_of(texts, 'NEW')}) - ({size_of(texts, 'OLD')})) AS it(more) "
            "WHERE more <> 0"
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
        op.execute(f"""
            CREATE TRIGGER count_changed AFTER UPDATE OF {", ".join(texts)} ON {table}
            FOR EACH ROW EXECUTE FUNCTION count_changed_{table}()
        """)


def downgrade() -> None:
    op.execute("DROP FUNCTION count_changed_status_changes() CASCADE")
    count_history("")
    for table in ("document_positions", "document_chunks", "documents", "contact_positions", "contacts"):
        op.drop_table(table)
    for table in ("tasks", "notes"):
        op.drop_table(table)
    for table, texts in SIZES.items():
        for kind in ("added", "erased", *(["changed"] if texts else [])):
            op.execute(f"DROP FUNCTION count_{kind}_{table}()")
