"""A transaction as repositories see it that write without the ORM, and what is to happen once it is committed."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, cast

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import DatabaseUnavailableError
from app.core.reads import Statement
from app.core.request_context import count_query
from app.core.turns import HeldTurns

SpanOf = Callable[[str], AbstractContextManager[None]]

TRANSACTION = "transaction"
"""Where a database session keeps the transaction that it is."""


class Transaction:
    """One transaction, from the first statement in it to its commit, which is ``Database``'s.

    ``span`` is what each of its statements is run in.
    """

    def __init__(self, turns: HeldTurns, span: SpanOf) -> None:
        self.topics: dict[str, None] = {}
        self.followers: list[Callable[[], object]] = []
        self._turns = turns
        self._span = span

    async def take_turn(self, key: Hashable) -> None:
        """Wait for this process' turn at a key, and keep it until the transaction has ended.

        Raises:
            DatabaseUnavailableError: those before took too long.

        """
        await self._turns.take(key)

    async def all(self, statement: Statement, **values: Any) -> list[asyncpg.Record]:
        """Run a statement on the bare connection and return every row.

        Raises:
            DatabaseUnavailableError: the connection was lost, or the statement took too long.
            asyncpg.PostgresError: the server refused the statement.

        """
        return await self._fetch(await self.connection(), statement, values)

    async def first(self, statement: Statement, **values: Any) -> asyncpg.Record | None:
        """Run a statement and return its first row, or None."""
        rows = await self.all(statement, **values)
        return rows[0] if rows else None

    async def look(self, statement: Statement, **values: Any) -> asyncpg.Record | None:
        """Return the first row of a read that need not see the same data as what follows, nor hold it."""
        return await self.first(statement, **values)

    async def all_at_once(self, statement: Statement, **values: Any) -> list[asyncpg.Record]:
        """Run what may be the only statement that writes here, and return every row."""
        return await self.all(statement, **values)

    def announce(self, topics: Iterable[str]) -> None:
        """Have every process look again at topics (``topic:subject``) once this is committed."""
        self.topics |= dict.fromkeys(topics)

    def after_commit(self, do: Callable[[], object]) -> None:
        """Have something done in this process once this is committed; what is rolled back never was."""
        self.followers.append(do)

    async def connection(self) -> asyncpg.Connection:
        """Return the bare connection that the transaction runs on; the first call begins it."""
        raise NotImplementedError

    async def _fetch(
        self, connection: asyncpg.Connection, statement: Statement, values: Mapping[str, Any]
    ) -> list[asyncpg.Record]:
        count_query()
        compiled = statement.compiled
        try:
            with self._span(compiled.sql):
                return await connection.fetch(compiled.sql, *compiled.arguments(values))
        except (TimeoutError, ConnectionError) as error:
            raise DatabaseUnavailableError from error


class SessionTransaction(Transaction):
    """The transaction of a database session: the ORM's statements and bare ones on one connection."""

    def __init__(self, turns: HeldTurns, span: SpanOf, db: AsyncSession) -> None:
        super().__init__(turns, span)
        self._db = db

    async def connection(self) -> asyncpg.Connection:
        """Return the session's connection."""
        connection = await (await self._db.connection()).get_raw_connection()
        return cast("asyncpg.Connection", connection.driver_connection)


def no_span(_sql: str) -> AbstractContextManager[None]:
    """Return what a statement is run in where there are no traces."""
    return _NO_SPAN


_NO_SPAN = nullcontext()


def transaction_of(db: AsyncSession) -> Transaction:
    """Return the transaction that a database session is."""
    transaction: Transaction = db.info[TRANSACTION]
    return transaction
