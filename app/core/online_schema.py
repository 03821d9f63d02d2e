"""What migrations need to change a big table while it is being used.

A statement that rewrites a table keeps everybody out until it is done. So a column that is computed is kept by a
trigger, whose making takes a moment, and filled in slices, each a transaction of its own. How long a migration waits
for a lock, while others queue behind it, is bounded in ``alembic/env.py``.
"""

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.exc import DBAPIError

from alembic import op
from app.core.database_errors import is_held_up

SLICE_ROWS = 200
"""Whoever writes one of these rows waits for the slice: a fraction of a second."""
SLICE_TRIES = 100


def keep_by_trigger(table: str, column: str, expression: str, *, sources: list[str]) -> None:
    """Have a column computed from others of its row whenever one of these is written, from now on.

    ``expression`` is SQL over the columns of ``sources``, each as ``NEW.name``. A column that PostgreSQL generates
    becomes a plain one with what is in it. All of it can be done again, and over an earlier expression.
    """
    op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} DROP EXPRESSION IF EXISTS")
    op.execute(f"""
        CREATE OR REPLACE FUNCTION {table}_{column}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            NEW.{column} := {expression};
            RETURN NEW;
        END $$
    """)
    op.execute(f"""
        CREATE OR REPLACE TRIGGER {column} BEFORE INSERT OR UPDATE OF {", ".join(sources)} ON {table}
        FOR EACH ROW EXECUTE FUNCTION {table}_{column}()
    """)


def run_trigger_on_all_rows(table: str, source: str) -> None:
    """Have the trigger of ``keep_by_trigger`` compute its column in the rows that are there, slice by slice.

    ``source`` is one of the trigger's columns, which is written as it is.
    """
    # Once over the whole table in the order of its ids; rows that come in behind the slice are computed already.
    statement = text(f"""
        WITH slice AS (
            SELECT id FROM {table} WHERE id > CAST(:after AS uuid) ORDER BY id LIMIT {SLICE_ROWS} FOR NO KEY UPDATE
        ), written AS (
            UPDATE {table} SET {source} = {table}.{source} FROM slice WHERE {table}.id = slice.id
        )
        SELECT CAST(id AS text) FROM slice ORDER BY id DESC LIMIT 1
    """)  # noqa: S608 - names out of migrations
    with op.get_context().autocommit_block():
        after: str | None = "00000000-0000-0000-0000-000000000000"
        while after is not None:
            after = _write_slice(op.get_bind(), statement, after)


def drop_trigger(table: str, column: str) -> None:
    """Undo ``keep_by_trigger``; the column stays, with what is in it."""
    op.execute(f"DROP TRIGGER IF EXISTS {column} ON {table}")
    op.execute(f"DROP FUNCTION IF EXISTS {table}_{column}()")


def _write_slice(connection: Connection, statement: TextClause, after: str) -> str | None:
    for tries_left in reversed(range(SLICE_TRIES)):
        try:
            last: str | None = connection.execute(statement, {"after": after}).scalar()
        except DBAPIError as error:
            if not (tries_left and is_held_up(error)):
                raise
        else:
            return last
    return None
