"""SQLAlchemy's pool, which also lends its connections bare: for transactions that need no ORM.

To take a connection out of SQLAlchemy and to put it back costs as much as four statements. What is lent here is
counted like what the ORM uses, so that both share one limit.
"""

from typing import Any, cast

import asyncpg
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry
from sqlalchemy.util.concurrency import greenlet_spawn


class LendingPool(AsyncAdaptedQueuePool):
    """Hands out the entries of its connections; whoever gets one gives it back with ``take_back``."""

    async def lend(self) -> ConnectionPoolEntry:
        """Return an entry whose connection is open, as far as this process knows.

        What opening a connection raises is passed on, and so is SQLAlchemy's ``TimeoutError``.
        """
        entry = self._take_idle() or cast("ConnectionPoolEntry", await greenlet_spawn(self._do_get))
        try:
            if entry.dbapi_connection is not None and connection_of(entry).is_closed():
                entry.invalidate()
            if entry.dbapi_connection is None:
                # Not in the interface that SQLAlchemy declares for its entries; its own pools go by it.
                await greenlet_spawn(cast("Any", entry).get_connection)
        except BaseException:
            self.take_back(entry)
            raise
        return entry

    def take_back(self, entry: ConnectionPoolEntry) -> None:
        """Have an entry for the next one; its connection is in no transaction, or was invalidated."""
        self._do_return_conn(entry)

    def _do_get(self) -> ConnectionPoolEntry:
        # Its own way to wait for an entry makes a task, also where there is one.
        return self._take_idle() or super()._do_get()

    def _take_idle(self) -> ConnectionPoolEntry | None:
        return self._pool.get(block=False) if not self._pool.empty() else None


def connection_of(entry: ConnectionPoolEntry) -> asyncpg.Connection:
    """Return the bare connection of an entry that has one."""
    return cast("asyncpg.Connection", entry.driver_connection)
