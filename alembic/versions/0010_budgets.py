"""a ledger of stored bytes, the address of rooms that are nobody's, and no secrets in remembered answers

Revision ID: 0010
Revises: 0009
Create Date: 2026-11-26 04:20:00.000000
"""

# ruff: noqa: S608 - the SQL is put together from the names in this file alone.

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROW_BYTES = 200
"""What a row takes beside its texts, roughly."""

# The length of the text and not `pg_column_size`, which tells another number before and after a value is compressed:
# what was added for a row must be taken off again to the byte.
SIZES = {
    "positions": ("user_id", ["title", "company", "description", "location", "salary_range", "job_url", "source"]),
    "interviews": ("user_id", ["notes"]),
    "products": ("owner_id", ["name", "description", "category"]),
    "mock_interviews": ("user_id", ["title", "description", "planner_fields"]),
    "idempotency_keys": ("user_id", ["response_body"]),
    "interview_sessions": ("user_id", ["plan"]),
}
# Rows that know their owner by their parent, which is erased before them: taken off together with it.
CHILDREN = {
    "positions": ("status_changes", "position_id", "0"),
    "interview_sessions": ("session_events", "session_id", "octet_length(child.data::text)"),
}
CHANGEABLE = ("positions", "interviews", "products", "mock_interviews")


def upgrade() -> None:
    op.add_column("interview_sessions", sa.Column("opened_from", sa.String(length=64), nullable=True))
    op.create_index(
        "ix_interview_sessions_live_user",
        "interview_sessions",
        ["user_id"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_interview_sessions_opened_from",
        "interview_sessions",
        ["opened_from"],
        postgresql_where=sa.text("ended_at IS NULL AND opened_from IS NOT NULL"),
    )
    # Without a foreign key, which would lock the user's row: no line of the ledger waits for anything.
    op.create_table(
        "stored_bytes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("delta", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_bytes")),
    )
    op.create_index("ix_stored_bytes_user", "stored_bytes", ["user_id"], postgresql_include=["delta"])
    # An empty body says that there was an answer, and that it is not given again.
    op.execute(
        "UPDATE idempotency_keys SET response_body = '' "
        "WHERE position('calendar.ics?token='::bytea IN response_body) > 0"
    )
    for table, (owner, _) in SIZES.items():
        create_triggers(table, owner)
    for parent, (child, key, size) in CHILDREN.items():
        create_child_trigger(parent, SIZES[parent][0], child, key, size)
    create_forgetting()
    # No row can come in between: creating a trigger keeps writers out until this transaction ends.
    for table, (owner, _) in SIZES.items():
        op.execute(
            f"INSERT INTO stored_bytes (user_id, delta) SELECT {owner}, sum({size_of(table, 'stored')}) "
            f"FROM {table} stored WHERE {owner} IS NOT NULL GROUP BY {owner}"
        )
    for parent, (child, key, size) in CHILDREN.items():
        owner = SIZES[parent][0]
        op.execute(
            f"INSERT INTO stored_bytes (user_id, delta) SELECT parent.{owner}, sum({ROW_BYTES} + {size}) "
            f"FROM {child} child JOIN {parent} parent ON parent.id = child.{key} "
            f"WHERE parent.{owner} IS NOT NULL GROUP BY parent.{owner}"
        )


def size_of(table: str, row: str) -> str:
    """Return the SQL for the bytes of a row."""
    return " + ".join(
        [str(ROW_BYTES), *(f"coalesce(octet_length({row}.{name}{cast_of(name)}), 0)" for name in SIZES[table][1])]
    )


def cast_of(column: str) -> str:
    """Return what makes text, or bytes, of a column."""
    return "::text" if column in {"planner_fields", "plan"} else ""


def create_triggers(table: str, owner: str) -> None:
    """Have each statement that adds, changes or erases rows of a table add a line to the ledger."""
    op.execute(f"""
        CREATE FUNCTION count_added_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO stored_bytes (user_id, delta)
            SELECT {owner}, sum({size_of(table, "added")}) FROM added WHERE {owner} IS NOT NULL GROUP BY {owner};
            RETURN NULL;
        END $$
    """)
    op.execute(f"""
        CREATE TRIGGER count_added AFTER INSERT ON {table} REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION count_added_{table}()
    """)
    if table in CHANGEABLE:
        op.execute(f"""
            CREATE FUNCTION count_changed_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                INSERT INTO stored_bytes (user_id, delta)
                SELECT NEW.{owner}, more FROM (SELECT ({size_of(table, "NEW")}) - ({size_of(table, "OLD")})) AS it(more)
                WHERE more <> 0;
                RETURN NULL;
            END $$
        """)
        op.execute(f"""
            CREATE TRIGGER count_changed AFTER UPDATE OF {", ".join(SIZES[table][1])} ON {table}
            FOR EACH ROW EXECUTE FUNCTION count_changed_{table}()
        """)
    if table in CHILDREN:
        create_family_trigger(table, owner)
        return
    # Nothing is noted of a user who is erased in this very statement.
    op.execute(f"""
        CREATE FUNCTION count_erased_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO stored_bytes (user_id, delta)
            SELECT erased.{owner}, - sum({size_of(table, "erased")}) FROM erased
            JOIN users ON users.id = erased.{owner} GROUP BY erased.{owner};
            RETURN NULL;
        END $$
    """)
    op.execute(f"""
        CREATE TRIGGER count_erased AFTER DELETE ON {table} REFERENCING OLD TABLE AS erased
        FOR EACH STATEMENT EXECUTE FUNCTION count_erased_{table}()
    """)


def create_family_trigger(table: str, owner: str) -> None:
    """Have the deletion of a row take off its children too, while they are there."""
    child, key, size = CHILDREN[table]
    op.execute(f"""
        CREATE FUNCTION count_erased_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO stored_bytes (user_id, delta)
            SELECT users.id, - ({size_of(table, "OLD")}) - (
                SELECT coalesce(sum({ROW_BYTES} + {size}), 0) FROM {child} child WHERE child.{key} = OLD.id
            )
            FROM users WHERE users.id = OLD.{owner};
            RETURN OLD;
        END $$
    """)
    op.execute(f"""
        CREATE TRIGGER count_erased BEFORE DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION count_erased_{table}()
    """)


def create_child_trigger(parent: str, owner: str, child: str, key: str, size: str) -> None:
    """Have rows without an owner of their own counted for their parent's."""
    op.execute(f"""
        CREATE FUNCTION count_added_{child}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO stored_bytes (user_id, delta)
            SELECT parent.{owner}, sum({ROW_BYTES} + {size}) FROM added child
            JOIN {parent} parent ON parent.id = child.{key} WHERE parent.{owner} IS NOT NULL GROUP BY parent.{owner};
            RETURN NULL;
        END $$
    """)
    op.execute(f"""
        CREATE TRIGGER count_added AFTER INSERT ON {child} REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION count_added_{child}()
    """)


def create_forgetting() -> None:
    """Have a user's lines go with the user."""
    op.execute("""
        CREATE FUNCTION forget_stored_bytes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            DELETE FROM stored_bytes USING erased WHERE stored_bytes.user_id = erased.id;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER forget_stored_bytes AFTER DELETE ON users REFERENCING OLD TABLE AS erased
        FOR EACH STATEMENT EXECUTE FUNCTION forget_stored_bytes()
    """)


def downgrade() -> None:
    op.execute("DROP FUNCTION forget_stored_bytes() CASCADE")
    for table in SIZES:
        op.execute(f"DROP FUNCTION count_added_{table}() CASCADE")
        op.execute(f"DROP FUNCTION count_erased_{table}() CASCADE")
    for table in CHANGEABLE:
        op.execute(f"DROP FUNCTION count_changed_{table}() CASCADE")
    for child, _, _ in CHILDREN.values():
        op.execute(f"DROP FUNCTION count_added_{child}() CASCADE")
    op.drop_index("ix_stored_bytes_user", table_name="stored_bytes")
    op.drop_table("stored_bytes")
    op.drop_index("ix_interview_sessions_opened_from", table_name="interview_sessions")
    op.drop_index("ix_interview_sessions_live_user", table_name="interview_sessions")
    op.drop_column("interview_sessions", "opened_from")
