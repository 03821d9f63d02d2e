"""A transaction without the ORM: its statements and the two commands around them, on a connection of the ORM's pool.

Where one statement is all that it writes, that statement is the whole transaction, and no command is sent.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import asyncpg
from sqlalchemy.pool import ConnectionPoolEntry

from app.core.database_errors import CONNECTION_LOST, DRIVER_ERRORS, INTERRUPTED, unavailable
from app.core.errors import DatabaseUnavailableError
from app.core.lending_pool import LendingPool, connection_of
from app.core.reads import Statement
from app.core.transaction import SpanOf, Transaction
from app.core.turns import HeldTurns

Answer = TypeVar("Answer")

_DEAD = (DatabaseUnavailableError, *CONNECTION_LOST, asyncpg.InterfaceError)
"""What a connection raises first that died unnoticed."""


class BareTransaction(Transaction):
    """A transaction on a connection that the pool of the ORM has lent."""

    def __init__(self, turns: HeldTurns, span: SpanOf, pool: LendingPool) -> None:
        super().__init__(turns, span)
        self._pool = pool
        self._entry: ConnectionPoolEntry | None = None
        self._has_begun = False

    async def look(self, statement: Statement, **values: Any) -> asyncpg.Record | None:
        """Return the first row of a read, without beginning the transaction for it."""
        rows = await self._on_living_connection(lambda connection: self._fetch(connection, statement, values))
        return rows[0] if rows else None

    async def all_at_once(self, statement: Statement, **values: Any) -> list[asyncpg.Record]:
        """Run a statement, and return every row; PostgreSQL commits it by itself if it is the first that writes.

        Nothing may be written before it and called off afterwards.
        """
        if self._entry is None or self._has_begun:
            return await self.all(statement, **values)
        try:
            return await self._fetch(connection_of(self._entry), statement, values)
        except asyncpg.PostgresError:
            raise
        except BaseException:
            # Cancelled, timed out or broken: what the connection would say next is not known.
            self._entry.invalidate()
            raise

    async def connection(self) -> asyncpg.Connection:
        """Return the connection; the first call begins."""
        if not self._has_begun:
            await self._on_living_connection(lambda connection: _run(connection, "BEGIN"))
            self._has_begun = True
        assert self._entry is not None
        return connection_of(self._entry)

    async def commit(self) -> None:
        """Commit what there is, if anything was begun."""
        if self._entry and self._has_begun and await _run(connection_of(self._entry), "COMMIT") != "COMMIT":
            # PostgreSQL answers so where a statement had failed, whoever caught the error.
            raise unavailable(INTERRUPTED)

    async def end(self) -> None:
        """Roll back what was not committed, and give the connection back."""
        if self._entry is None:
            return
        try:
            if self._has_begun and connection_of(self._entry).is_in_transaction():
                await _run(connection_of(self._entry), "ROLLBACK")
        except (DatabaseUnavailableError, *DRIVER_ERRORS):
            # A connection that is lost has rolled back. What led here is told, and not this.
            self._entry.invalidate()
        except BaseException:
            self._entry.invalidate()
            raise
        finally:
            self._pool.take_back(self._entry)

    async def _on_living_connection(self, do: Callable[[asyncpg.Connection], Awaitable[Answer]]) -> Answer:
        """Do what changes nothing, on a connection that is kept: one that died unnoticed shows, and is replaced."""
        if self._entry is not None:
            return await do(connection_of(self._entry))
        for tries_left in reversed(range(self._pool.size() + 1)):
            entry = await self._pool.lend()
            try:
                done = await do(connection_of(entry))
            except BaseException as error:
                entry.invalidate()
                self._pool.take_back(entry)
                if not (tries_left and isinstance(error, _DEAD)):
                    raise
            else:
                self._entry = entry
                return done
        raise AssertionError


async def _run(connection: asyncpg.Connection, command: str) -> str:
    """Run one of the commands that a transaction is made of, and return what PostgreSQL answers."""
    try:
        return await connection.execute(command)
    except (TimeoutError, ConnectionError) as error:
        raise DatabaseUnavailableError from error
