"""The places of a process for work on whole files."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.core.errors import ExternalServiceError

IMPORTS_AT_ONCE = 2
"""In one process: they take its time and its connections from whoever does anything else."""

WAIT_SECONDS = 5.0


class ImportPlaces:
    """The places of one process for imports under way, from the look at the file to the commit, and for workbooks."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(IMPORTS_AT_ONCE)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Hold one of the places for the length of a block.

        Raises:
            ExternalServiceError: none became free in time.

        """
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise ExternalServiceError("imports") from None
        try:
            yield
        finally:
            self._places.release()
