"""The places of a process for work on whole files."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import AsyncExitStack, asynccontextmanager
from weakref import WeakValueDictionary

from app.core.errors import ExternalServiceError

IMPORTS_AT_ONCE = 2
"""In one process: they take its time and its connections from whoever does anything else."""

WAIT_SECONDS = 5.0


class ImportPlaces:
    """The places of one process for imports under way, from the look at the file to the commit, and for workbooks.

    An owner has one of them at most: what else the same one wants to do with files waits, and not others for it.
    """

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(IMPORTS_AT_ONCE)
        self._turns: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def one(self, owner: Hashable) -> AsyncIterator[None]:
        """Hold one of the places, the owner's only one, for the length of a block.

        Raises:
            ExternalServiceError: none became free in time.

        """
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout(WAIT_SECONDS):
                    await held.enter_async_context(self._turns.setdefault(owner, asyncio.Lock()))
                    await held.enter_async_context(self._places)
            except TimeoutError:
                raise ExternalServiceError("imports") from None
            yield
