"""Removes what has served its time: expired logins, old answers, spent counters."""

import asyncio
import random
from contextlib import suppress

import structlog

from app.core.database import Database
from app.repositories.access import DataAccess
from app.repositories.expiry import BATCH, ExpiryRepository

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 600


class Housekeeping:
    """Sweeps at every pause, in each process; the pauses are uneven so that replicas take turns."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to sweep, in a task that ``stop`` ends."""
        self._task = asyncio.create_task(self._sweep_for_ever(), name="housekeeping")

    async def stop(self) -> None:
        """Stop sweeping."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def sweep(self) -> int:
        """Erase all that has expired and return how many rows there were."""
        erased = 0
        more = True
        while more:
            more = False
            async with self._database.transaction() as db:
                expiry = ExpiryRepository(DataAccess(self._database.reads, db))
                for table in expiry.tables:
                    count = await expiry.delete_some(table)
                    erased += count
                    more = more or count == BATCH
        return erased

    async def _sweep_for_ever(self) -> None:
        while True:
            await asyncio.sleep(PAUSE_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 - not a secret
            try:
                log.info("housekeeping_done", erased=await self.sweep())
            except Exception as error:  # noqa: BLE001 - the next sweep may succeed
                log.warning("housekeeping_failed", error=type(error).__name__)
