"""A small pool of raw asyncpg connections for single statements outside a transaction.

asyncpg's own pool wraps each connection in a proxy and resets it after each use, which together cost more than
the statement of a typical read. Here the connection used last is handed out first, as it is: a read leaves
nothing behind that would need a reset.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import asyncpg

from app.core.database_errors import (
    CONNECTION_LOST,
    NO_FREE_CONNECTION,
    STALE_PLAN,
    STATEMENT_TIMEOUT,
    as_unavailable,
    unavailable,
)


class ReadPool:
    """At most ``size`` connections, opened when needed; who waits longer than the time-out gets a 503."""

    def __init__(
        self, connect: Callable[[], Awaitable[asyncpg.Connection]], *, size: int, timeout_seconds: float
    ) -> None:
        self.size = size
        self.opened = 0
        self._connect = connect
        self.timeout_seconds = timeout_seconds
        self._idle: list[asyncpg.Connection] = []
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def idle(self) -> int:
        """Return how many open connections wait for work."""
        return len(self._idle)

    @property
    def has_room(self) -> bool:
        """Tell whether a statement would get a connection without waiting for another one."""
        return bool(self._idle) or self.opened < self.size

    async def fetch(self, sql: str, arguments: Sequence[Any]) -> list[asyncpg.Record]:
        """Run one reading statement and return its rows.

        A read that lost its connection is tried once more on a fresh one: nothing can have happened twice.

        Raises:
            DatabaseUnavailableError: no connection to be had in time, the second one was lost too, or the statement
                ran out of time; its reason says which.
            asyncpg.PostgresError: the server refused the statement.

        """
        try:
            return await self._fetch_again(sql, arguments)
        except (*CONNECTION_LOST, asyncpg.PostgresError) as error:
            if answer := as_unavailable(error):
                raise answer from error
            raise

    async def close(self) -> None:
        """Close the idle connections; those at work are closed when they come back."""
        self.size = 0
        while self._idle:
            await self._idle.pop().close(timeout=2)
            self.opened -= 1

    async def _fetch_again(self, sql: str, arguments: Sequence[Any]) -> list[asyncpg.Record]:
        try:
            return await self._fetch_once(sql, arguments)
        except (*CONNECTION_LOST, asyncpg.InterfaceError):
            self._drop_idle()
            return await self._fetch_once(sql, arguments)
        except STALE_PLAN:
            # asyncpg has forgotten every plan by now. It tries once itself; a second change may be on its heels.
            return await self._fetch_once(sql, arguments)

    async def _fetch_once(self, sql: str, arguments: Sequence[Any]) -> list[asyncpg.Record]:
        connection = self._take_idle() or await self._wait_for_one()
        try:
            rows: list[asyncpg.Record] = await connection.fetch(sql, *arguments)
        except asyncpg.PostgresError:
            self._give_back(connection)
            raise
        except BaseException as error:
            # Cancelled, timed out or broken: what the connection would say next is not known.
            connection.terminate()
            self._give_back(connection)
            if isinstance(error, TimeoutError):
                raise unavailable(STATEMENT_TIMEOUT) from error
            raise
        self._give_back(connection)
        return rows

    def _take_idle(self) -> asyncpg.Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
            self.opened -= 1
        return None

    async def _wait_for_one(self) -> asyncpg.Connection:
        try:
            async with asyncio.timeout(self.timeout_seconds):
                while True:
                    if connection := self._take_idle():
                        return connection
                    if self.opened < self.size:
                        return await self._open()
                    turn = asyncio.get_running_loop().create_future()
                    self._waiting.append(turn)
                    try:
                        await turn
                    except asyncio.CancelledError:
                        if turn.done() and not turn.cancelled():
                            self._wake_next()
                        raise
        except TimeoutError as error:
            raise unavailable(NO_FREE_CONNECTION) from error

    async def _open(self) -> asyncpg.Connection:
        self.opened += 1
        try:
            return await self._connect()
        except BaseException:
            self.opened -= 1
            self._wake_next()
            raise

    def _give_back(self, connection: asyncpg.Connection) -> None:
        if self.size == 0:
            connection.terminate()
        if connection.is_closed():
            self.opened -= 1
        else:
            self._idle.append(connection)
        self._wake_next()

    def _wake_next(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    def _drop_idle(self) -> None:
        """Forget every idle connection: when one broke, the server went, and so did they."""
        while self._idle:
            self._idle.pop().terminate()
            self.opened -= 1
