"""Turns at a row: of the transactions of one process only one at a time waits for its lock.

PostgreSQL hands a lock to those that wait for it one after the other. Were ten transactions of a process among them
when the process froze, each would get the lock and be silent with it until its time is up, and the others would wait
ten times as long. Those that wait here hold no connection either.
"""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from typing import Self
from weakref import WeakValueDictionary

from app.core.database_errors import LOCK_TIMEOUT, Trouble, unavailable


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
        lock = await self.take(key)
        try:
            yield
        finally:
            lock.release()

    async def take(self, key: Hashable) -> asyncio.Lock:
        """Wait for the turn at a key, and return what is to be released at its end.

        Raises:
            DatabaseUnavailableError: those before took too long.

        """
        lock = self._locks.setdefault(key, asyncio.Lock())
        if not lock.locked():
            await lock.acquire()
            return lock
        try:
            async with asyncio.timeout(self._seconds):
                await lock.acquire()
        except TimeoutError as error:
            raise unavailable(self._trouble) from error
        return lock


class HeldTurns:
    """The turns that one transaction holds until the end of the ``with`` block around it."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._held: dict[Hashable, asyncio.Lock] = {}

    def __enter__(self) -> Self:
        """Hold nothing yet."""
        return self

    def __exit__(self, *_raised: object) -> None:
        """Let the next ones have their turns."""
        for lock in self._held.values():
            lock.release()

    async def take(self, key: Hashable) -> None:
        """Wait for the turn at a key, unless it is held already."""
        if key not in self._held:
            self._held[key] = await self._turns.take(key)
