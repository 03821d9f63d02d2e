"""What migrations need to change a big table while it is being used.

A statement that rewrites a table keeps everybody out until it is done. So a column that is computed is kept by a
trigger, whose making takes a moment, and filled in slices, each a transaction of its own. How long a migration waits
for a lock, while others queue behind it, is bounded in ``alembic/env.py``.

Whatever commits on its way can be interrupted there, so all of this can be done again.
"""

from collections.abc import Callable, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, CursorResult, TextClause, text
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


def compute_in_all_rows(
    table: str, sources: Sequence[str], columns: Sequence[str], compute: Callable[..., Sequence[Any]]
) -> None:
    """Fill columns that the application computes, in the rows that are there, slice by slice.

    ``compute`` takes the values of ``sources`` and returns those of ``columns``. A row whose sources change between
    the look at it and the writing is left to whoever changed them.
    """
    reading = text(
        f"SELECT id, {', '.join(sources)} FROM {table} WHERE id > CAST(:after AS uuid) "  # noqa: S608 - our own names
        f"ORDER BY id LIMIT {SLICE_ROWS}"
    )
    assigned = ", ".join(f"{column} = computed.{column}" for column in columns)
    unchanged = " AND ".join(f"{table}.{source} IS NOT DISTINCT FROM computed.{source}" for source in sources)
    writing = text(
        f"UPDATE {table} SET {assigned} FROM json_populate_recordset(CAST(NULL AS {table}), CAST(:rows AS json)) "  # noqa: S608
        f"AS computed WHERE {table}.id = computed.id AND {unchanged}"
    )
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        after = "00000000-0000-0000-0000-000000000000"
        while rows := connection.execute(reading, {"after": after}).mappings().all():
            computed = [
                dict(row) | dict(zip(columns, compute(*(row[source] for source in sources)), strict=True))
                for row in rows
            ]
            _patiently(connection, writing, {"rows": orjson.dumps(computed, default=str).decode()})
            after = str(rows[-1]["id"])


def create_index(name: str, table: str, columns: str, *, where: str | None = None) -> None:
    """Make an index while the table is being written to; one that was left unfinished is made anew."""
    condition = f" WHERE {where}" if where else ""
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {table} ({columns}){condition}")


def drop_index(name: str) -> None:
    """Drop an index, if it is there, while the table is being used."""
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


def drop_trigger(table: str, column: str) -> None:
    """Undo ``keep_by_trigger``; the column stays, with what is in it."""
    op.execute(f"DROP TRIGGER IF EXISTS {column} ON {table}")
    op.execute(f"DROP FUNCTION IF EXISTS {table}_{column}()")


def _write_slice(connection: Connection, statement: TextClause, after: str) -> str | None:
    last: str | None = _patiently(connection, statement, {"after": after}).scalar()
    return last


def _patiently(connection: Connection, statement: TextClause, values: dict[str, Any]) -> CursorResult[Any]:
    """Run a statement again for as long as somebody holds a row of it."""
    for _ in range(SLICE_TRIES - 1):
        try:
            return connection.execute(statement, values)
        except DBAPIError as error:
            if not is_held_up(error):
                raise
    return connection.execute(statement, values)
