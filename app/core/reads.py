"""Reads without the ORM: a statement composed in SQLAlchemy Core, compiled once at its first use, run by asyncpg.

A repository keeps its statements as module constants, or builds each shape of a filtered list once behind
``functools.lru_cache``. Parameters are ``bindparam``s, so that one text serves every value and PostgreSQL's
prepared plan is found again.
"""

import asyncio
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import asyncpg
from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.sql.compiler import SQLCompiler

from app.core.database_errors import NO_FREE_CONNECTION, unavailable
from app.core.read_pool import ReadPool
from app.core.request_context import count_query

MOST_OF_ONE_USER = 2
"""Statements at once. Each may look at all that its user has, on a core and a connection that everybody shares."""

_DIALECT = asyncpg_dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement as the driver takes it: its text, the names of its parameters in order, and values fixed in it."""

    sql: str
    names: Sequence[str]
    fixed: Mapping[str, Any]

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """Return the values of the parameters in their order."""
        if self.fixed:
            values = {**self.fixed, **values}
        return [values[name] for name in self.names]


class Statement:
    """A statement that is compiled once."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement

    @cached_property
    def compiled(self) -> Compiled:
        """Return it as the driver takes it. Not before it is used: to compile all of them would hold up the start."""
        compiled = self._statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
        assert isinstance(compiled, SQLCompiler)
        return Compiled(
            sql=compiled.string,
            names=tuple(compiled.positiontup or ()),
            fixed={name: value for name, value in compiled.params.items() if value is not None},
        )


class Read(Statement):
    """A statement that reads.

    One that ``is_of_login`` waits for no other of its user: what ends a login must not wait for what that login does.
    """

    def __init__(self, statement: Executable, *, is_of_login: bool = False) -> None:
        super().__init__(statement)
        self.is_of_login = is_of_login


class _Lane(asyncio.Semaphore):
    """Where one user's reads wait for each other, as long as there are any."""

    reads = 0


class Reads:
    """Runs compiled reads, each in a transaction of its own; of one user (``user_id``) only a few at a time."""

    def __init__(self, pool: ReadPool) -> None:
        self.pool = pool
        self._lanes: dict[Hashable, _Lane] = {}

    async def all(self, read: Read, **values: Any) -> list[asyncpg.Record]:
        """Return every row.

        Raises:
            DatabaseUnavailableError: see ``ReadPool.fetch``; or the user's other reads took too long.

        """
        count_query()
        compiled = read.compiled
        arguments = compiled.arguments(values)
        if read.is_of_login or (user_id := values.get("user_id")) is None:
            return await self.pool.fetch(compiled.sql, arguments)
        lane = self._lanes.get(user_id)
        if lane is None:
            lane = self._lanes[user_id] = _Lane(MOST_OF_ONE_USER)
        lane.reads += 1
        try:
            await self._enter(lane)
            try:
                return await self.pool.fetch(compiled.sql, arguments)
            finally:
                lane.release()
        finally:
            lane.reads -= 1
            if not lane.reads:
                del self._lanes[user_id]

    async def first(self, read: Read, **values: Any) -> asyncpg.Record | None:
        """Return the first row, or None."""
        rows = await self.all(read, **values)
        return rows[0] if rows else None

    async def _enter(self, lane: asyncio.Semaphore) -> None:
        if not lane.locked():
            await lane.acquire()
            return
        try:
            async with asyncio.timeout(self.pool.timeout_seconds):
                await lane.acquire()
        except TimeoutError as error:
            raise unavailable(NO_FREE_CONNECTION) from error
