"""What migrations need to change a big table while it is being used.

A statement that rewrites a table keeps everybody out until it is done. So a column that is computed is kept by a
trigger, whose making takes a moment, and filled in slices, each a transaction of its own. How long a migration waits
for a lock, while others queue behind it, is bounded in ``alembic/env.py``.

A migration that works outside of one transaction may be broken off halfway, and is then run again from its beginning:
everything in it must be such that it can be done twice.
"""

import random
import time
from collections.abc import Callable, Sequence
from typing import Any

import orjson
from sqlalchemy import CursorResult, TextClause, text
from sqlalchemy.exc import DBAPIError

from alembic import op
from app.core.database_errors import is_held_up

SLICE_ROWS = 200
"""Whoever writes one of these rows waits for the slice: a fraction of a second."""
TRIES = 100
PAUSE_SECONDS = 0.3
"""Those who queued behind a statement that gave up get in meanwhile."""
INDEX_PATIENCE = "10min"


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
    # Rows that come in behind the slice are computed already.
    run_in_slices(f"""
        WITH slice AS (
            SELECT id FROM {table} WHERE id > CAST(:after AS uuid) ORDER BY id LIMIT {SLICE_ROWS} FOR NO KEY UPDATE
        ), written AS (
            UPDATE {table} SET {source} = {table}.{source} FROM slice WHERE {table}.id = slice.id
        )
        SELECT CAST(id AS text) FROM slice ORDER BY id DESC LIMIT 1
    """)  # noqa: S608 - names out of migrations


def run_in_slices(sql: str) -> None:
    """Go once over a whole table in the order of its ids, each slice a transaction of its own.

    ``sql`` works on the next few rows whose ids are above ``:after``, and returns the id of the last as text, or no
    row once there is none left.
    """
    statement = text(sql)
    with op.get_context().autocommit_block():
        after: str | None = "00000000-0000-0000-0000-000000000000"
        while after is not None:
            after = _execute_patiently(statement, {"after": after}).scalar()


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
        after = "00000000-0000-0000-0000-000000000000"
        while rows := _execute_patiently(reading, {"after": after}).mappings().all():
            computed = [
                dict(row) | dict(zip(columns, compute(*(row[source] for source in sources)), strict=True))
                for row in rows
            ]
            _execute_patiently(writing, {"rows": orjson.dumps(computed, default=str).decode()})
            after = str(rows[-1]["id"])


def run_one_by_one(*statements: str) -> None:
    """Run statements, each a transaction of its own: none keeps its table locked while the next waits for another."""
    with op.get_context().autocommit_block():
        for sql in statements:
            _execute_patiently(text(sql))


def create_index_beside_users(name: str, definition: str) -> None:
    """Build an index while its table is written to; ``definition`` is what follows ``ON`` in SQL."""
    set_limit = text("SELECT set_config('lock_timeout', :limit, false)")
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        limit = connection.execute(text("SHOW lock_timeout")).scalar_one()
        # It waits for transactions that are older, and nobody has to queue behind it.
        connection.execute(set_limit, {"limit": INDEX_PATIENCE})
        try:
            # One that was broken off has left an index that nobody may use.
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {definition}")
        finally:
            connection.execute(set_limit, {"limit": limit})


def drop_trigger(table: str, column: str) -> None:
    """Undo ``keep_by_trigger``; the column stays, with what is in it."""
    op.execute(f"DROP TRIGGER IF EXISTS {column} ON {table}")
    op.execute(f"DROP FUNCTION IF EXISTS {table}_{column}()")


def _execute_patiently(statement: TextClause, values: dict[str, str] | None = None) -> CursorResult[Any]:
    for tries_left in reversed(range(TRIES)):
        try:
            return op.get_bind().execute(statement, values)
        except DBAPIError as error:
            if not (tries_left and is_held_up(error)):
                raise
        time.sleep(PAUSE_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 - not a secret
    raise AssertionError
