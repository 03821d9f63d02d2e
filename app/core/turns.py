"""Turns at a row: of the transactions of one process only one at a time waits for its lock.

PostgreSQL hands a lock to those that wait for it one after the other. Were ten transactions of a process among them
when the process froze, each would get the lock and be silent with it until its time is up, and the others would wait
ten times as long. Those that wait here hold no connection either.
"""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Self
from weakref import WeakValueDictionary

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database_errors import LOCK_TIMEOUT, Trouble, unavailable

HELD = "held_turns"
"""Where a transaction's session keeps the turns that it holds."""


class Turns:
    """The queues of one process, one per key; nobody waits in one for longer than ``seconds``.

    Who would is told of ``trouble``.
    """

    def __init__(self, seconds: float, trouble: Trouble = LOCK_TIMEOUT) -> None:
        self._seconds = seconds
        self._trouble = trouble
        self._locks: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, key: Hashable) -> AsyncIterator[None]:
        """Hold the turn at a key for the length of a block.

        Raises:
            DatabaseUnavailableError: those before took too long.

        """
        lock = self._locks.setdefault(key, asyncio.Lock())
        try:
            async with asyncio.timeout(self._seconds):
                await lock.acquire()
        except TimeoutError as error:
            raise unavailable(self._trouble) from error
        try:
            yield
        finally:
            lock.release()


class HeldTurns:
    """The turns that one transaction holds until the end of the ``async with`` block around it."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._keys: set[Hashable] = set()
        self._at_end = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Hold nothing yet."""
        return self

    async def __aexit__(self, *_raised: object) -> None:
        """Let the next ones have their turns."""
        await self._at_end.aclose()

    async def take(self, key: Hashable) -> None:
        """Wait for the turn at a key, unless it is held already."""
        if key not in self._keys:
            await self._at_end.enter_async_context(self._turns.of(key))
            self._keys.add(key)


async def take_turn(db: AsyncSession, key: Hashable) -> None:
    """Wait for this process' turn at a key, and keep it until the transaction has ended.

    Raises:
        DatabaseUnavailableError: those before took too long.

    """
    held: HeldTurns = db.info[HELD]
    await held.take(key)
