"""Reads without the ORM: a statement composed in SQLAlchemy Core, compiled once, run by asyncpg.

A repository keeps its statements as module constants, or builds each shape of a filtered list once behind
``functools.lru_cache``. Parameters are ``bindparam``s, so that one text serves every value and PostgreSQL's
prepared plan is found again.
"""

from collections.abc import Sequence
from typing import Any

import asyncpg
from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.sql.compiler import SQLCompiler

from app.core.read_pool import ReadPool
from app.core.request_context import count_query

_DIALECT = asyncpg_dialect()  # type: ignore[no-untyped-call]


class Read:
    """A reading statement as text, the names of its parameters in order, and the values fixed in it."""

    __slots__ = ("fixed", "names", "sql")

    def __init__(self, statement: Executable) -> None:
        compiled = statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
        assert isinstance(compiled, SQLCompiler)
        self.fixed = {name: value for name, value in compiled.params.items() if value is not None}
        self.sql = compiled.string
        self.names: Sequence[str] = tuple(compiled.positiontup or ())


class Reads:
    """Runs compiled reads, each in a transaction of its own."""

    def __init__(self, pool: ReadPool) -> None:
        self.pool = pool

    async def all(self, read: Read, **values: Any) -> list[asyncpg.Record]:
        """Return every row."""
        count_query()
        if read.fixed:
            values = read.fixed | values
        return await self.pool.fetch(read.sql, [values[name] for name in read.names])

    async def first(self, read: Read, **values: Any) -> asyncpg.Record | None:
        """Return the first row, or None."""
        rows = await self.all(read, **values)
        return rows[0] if rows else None
