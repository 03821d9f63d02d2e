"""A transaction without the ORM: three commands around its statements, on a connection that the ORM's pool lends."""

import asyncpg
from sqlalchemy.pool import ConnectionPoolEntry

from app.core.database_errors import CONNECTION_LOST, DRIVER_ERRORS, INTERRUPTED, unavailable
from app.core.errors import DatabaseUnavailableError
from app.core.lending_pool import LendingPool, connection_of
from app.core.transaction import SpanOf, Transaction
from app.core.turns import HeldTurns

_DEAD = (DatabaseUnavailableError, *CONNECTION_LOST, asyncpg.InterfaceError)
"""What the first command raises on a connection that died unnoticed."""


class BareTransaction(Transaction):
    """A transaction on a connection that the pool of the ORM has lent."""

    def __init__(self, turns: HeldTurns, span: SpanOf, pool: LendingPool) -> None:
        super().__init__(turns, span)
        self._pool = pool
        self._entry: ConnectionPoolEntry | None = None

    async def connection(self) -> asyncpg.Connection:
        """Return the connection; the first call lends it and begins."""
        if self._entry is None:
            self._entry = await self._begin()
        return connection_of(self._entry)

    async def commit(self) -> None:
        """Commit what there is, if anything was begun."""
        if self._entry and await _run(self._entry, "COMMIT") != "COMMIT":
            # PostgreSQL answers so where a statement had failed, whoever caught the error.
            raise unavailable(INTERRUPTED)

    async def end(self) -> None:
        """Roll back what was not committed, and give the connection back."""
        if self._entry is None:
            return
        try:
            if connection_of(self._entry).is_in_transaction():
                await _run(self._entry, "ROLLBACK")
        except (DatabaseUnavailableError, *DRIVER_ERRORS):
            # A connection that is lost has rolled back. What led here is told, and not this.
            self._entry.invalidate()
        except BaseException:
            self._entry.invalidate()
            raise
        finally:
            self._pool.take_back(self._entry)

    async def _begin(self) -> ConnectionPoolEntry:
        """Begin on a connection that lives: one that died unnoticed shows here, where another can still be tried."""
        for tries_left in reversed(range(self._pool.size() + 1)):
            entry = await self._pool.lend()
            try:
                await _run(entry, "BEGIN")
            except BaseException as error:
                entry.invalidate()
                self._pool.take_back(entry)
                if not (tries_left and isinstance(error, _DEAD)):
                    raise
            else:
                return entry
        raise AssertionError


async def _run(entry: ConnectionPoolEntry, command: str) -> str:
    """Run one of the commands that a transaction is made of, and return what PostgreSQL answers."""
    try:
        return await connection_of(entry).execute(command)
    except (TimeoutError, ConnectionError) as error:
        raise DatabaseUnavailableError from error
