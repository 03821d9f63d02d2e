"""Removes what has served its time: expired logins, old answers, spent counters, and what others register."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from app.core.database import Database
from app.repositories.access import DataAccess
from app.repositories.expiry import ExpiryRepository

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 600

SLICE_PAUSE_SECONDS = 0.05
"""Between two slices, so that a large sweep leaves the database to others."""

Eraser = Callable[[DataAccess], Awaitable[int]]
"""Erases a small number of rows in the transaction that it is given, and returns how many; 0 when none are left."""


class Housekeeping:
    """Sweeps at every pause, one process at a time, in slices of a transaction each.

    A process that is killed loses the slice that it was at; whichever comes next goes on from there.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._task: asyncio.Task[None] | None = None
        self.erasers: list[Eraser] = [*map(_expired_rows_of, ExpiryRepository.tables), _old_tokens]

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
        """Erase all that has expired and return how many rows there were, or stop where another process does it."""
        erased = 0
        for eraser in self.erasers:
            while count := await self._erase_slice(eraser):
                erased += count
                await asyncio.sleep(SLICE_PAUSE_SECONDS)
        return erased

    async def _erase_slice(self, eraser: Eraser) -> int:
        async with self._database.transaction() as db:
            access = DataAccess(self._database.reads, db)
            return await eraser(access) if await ExpiryRepository(access).take_turn() else 0

    async def _sweep_for_ever(self) -> None:
        while True:
            await asyncio.sleep(PAUSE_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 - not a secret
            try:
                log.info("housekeeping_done", erased=await self.sweep())
            except Exception as error:  # noqa: BLE001 - the next sweep may succeed
                log.warning("housekeeping_failed", error=type(error).__name__)


def _expired_rows_of(table: str) -> Eraser:
    async def erase(access: DataAccess) -> int:
        return await ExpiryRepository(access).delete_some(table)

    return erase


async def _old_tokens(access: DataAccess) -> int:
    return await ExpiryRepository(access).delete_old_tokens()
