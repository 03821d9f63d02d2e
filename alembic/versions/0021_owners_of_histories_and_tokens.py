"""whose each entry of a history and each refresh token is, in the row itself

Revision ID: 0021
Revises: 0020
Create Date: 2026-11-27 07:00:00.000000
"""

# ruff: noqa: S608 - the SQL is put together from the names in this file alone.

from collections.abc import Iterator, Sequence

from alembic import op
from app.core.online_schema import SLICE_ROWS, run_in_slices, run_one_by_one

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

PARENTS = {"status_changes": ("positions", "position_id"), "refresh_tokens": ("logins", "login_id")}
ROW_BYTES = 200
"""As in the ledger's other tables."""


def upgrade() -> None:
    for table, (parent, reference) in PARENTS.items():
        run_one_by_one(
            # Without a foreign key, which would lock the user's row; the parent's is enough to erase it by.
            f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS user_id uuid",
            *trigger(table, parent, reference),
        )
        fill(table, parent, reference)
        run_one_by_one(
            f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {table}_owned, "
            f"ADD CONSTRAINT {table}_owned CHECK (user_id IS NOT NULL) NOT VALID",
            f"ALTER TABLE {table} VALIDATE CONSTRAINT {table}_owned",
            f"ALTER TABLE {table} ALTER COLUMN user_id SET NOT NULL, DROP CONSTRAINT {table}_owned",
        )
    # Only now: until all rows were filled, an entry whose note was changed might have had no user.
    run_one_by_one(
        *ledger(
            "SELECT child.user_id, sum({bytes}) FROM added child GROUP BY child.user_id",
            "VALUES (NEW.user_id, {change})",
        )
    )


def trigger(table: str, parent: str, reference: str) -> Iterator[str]:
    """Give what has the user of a row filled in by the version before, which does not name it."""
    yield f"""
        CREATE OR REPLACE FUNCTION {table}_user_id() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            NEW.user_id := (SELECT user_id FROM {parent} WHERE id = NEW.{reference});
            RETURN NEW;
        END $$
    """
    yield f"""
        CREATE OR REPLACE TRIGGER user_id BEFORE INSERT ON {table}
        FOR EACH ROW WHEN (NEW.user_id IS NULL) EXECUTE FUNCTION {table}_user_id()
    """


def fill(table: str, parent: str, reference: str) -> None:
    """Fill the rows that were there before the trigger."""
    run_in_slices(f"""
        WITH slice AS (
            SELECT id, user_id FROM {parent} WHERE id > CAST(:after AS uuid) ORDER BY id LIMIT {SLICE_ROWS}
        ), written AS (
            UPDATE {table} SET user_id = slice.user_id FROM slice
            WHERE {table}.{reference} = slice.id AND {table}.user_id IS NULL
        )
        SELECT CAST(id AS text) FROM slice ORDER BY id DESC LIMIT 1
    """)


def ledger(added: str, changed: str) -> Iterator[str]:
    """Give the functions by which the ledger counts entries of histories: how it finds those added, and one changed."""
    lines = {
        "added": added.format(bytes=f"{ROW_BYTES} + coalesce(octet_length(child.note), 0)"),
        "changed": changed.format(change="coalesce(octet_length(NEW.note), 0) - coalesce(octet_length(OLD.note), 0)"),
    }
    for kind, found in lines.items():
        yield f"""
            CREATE OR REPLACE FUNCTION count_{kind}_status_changes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                INSERT INTO stored_bytes (user_id, delta)
                {found};
                RETURN NULL;
            END $$
        """


def downgrade() -> None:
    functions = ledger(
        "SELECT parent.user_id, sum({bytes}) FROM added child "
        "JOIN positions parent ON parent.id = child.position_id GROUP BY parent.user_id",
        "SELECT user_id, {change} FROM positions WHERE id = NEW.position_id",
    )
    for sql in functions:
        op.execute(sql)
    for table in PARENTS:
        op.execute(f"DROP FUNCTION {table}_user_id() CASCADE")
        op.drop_column(table, "user_id")
