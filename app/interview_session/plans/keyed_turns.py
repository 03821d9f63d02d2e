"""One at a time for each key, so that what one has made need not be made by those who wait."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager


class KeyedTurns:
    """A lock for each key that somebody holds or waits for; the others take no memory."""

    def __init__(self) -> None:
        self._locks: dict[Hashable, asyncio.Lock] = {}
        self._users: dict[Hashable, int] = {}

    def count(self, key: Hashable) -> int:
        """Return how many hold the key or wait for it."""
        return self._users.get(key, 0)

    @asynccontextmanager
    async def turn(self, key: Hashable) -> AsyncIterator[bool]:
        """Hold the key for the length of a block; give whether somebody else had it before."""
        lock = self._locks.setdefault(key, asyncio.Lock())
        self._users[key] = self._users.get(key, 0) + 1
        has_to_wait = self._users[key] > 1
        try:
            async with lock:
                yield has_to_wait
        finally:
            self._users[key] -= 1
            if not self._users[key]:
                del self._users[key], self._locks[key]
