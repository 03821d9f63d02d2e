"""Whether the parts of the system answer."""

import asyncio
import math
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import structlog

from app.core.clock import utc_now
from app.core.database import Database
from app.core.database_errors import DRIVER_ERRORS
from app.core.errors import DatabaseUnavailableError

log = structlog.get_logger(__name__)

ATTEMPTS = 3
FIRST_PAUSE_SECONDS = 0.1
ANSWER_SECONDS = 2.0
"""A probe waits for three or so. Requests may have more patience with their own statements."""

WRITABLE_SECONDS = 10.0
"""So long nothing is written again to see whether it can be."""

REFUSAL_SECONDS = 5.0
"""After a write that failed for want of room, or a connection, traffic stays away for at least so long."""


class HealthService:
    """Looks after the database for the probes; one per process.

    Probes need no token, so that anybody can send them. Those that come together share one look.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._looking: asyncio.Task[None] | None = None
        self._checking_writes: asyncio.Task[None] | None = None
        self._written_at = -math.inf

    async def require_database(self) -> None:
        """Return if the database answers; it is asked up to three times, at growing pauses.

        Raises:
            DatabaseUnavailableError: it does not.

        """
        if self._looking is None or self._looking.done():
            self._looking = _shared(self._look())
        await asyncio.shield(self._looking)

    async def require_writable(self) -> None:
        """Return if the database answers and can be written to.

        Raises:
            DatabaseUnavailableError: it cannot, for the reason that it gives.

        """
        await self.require_database()
        if self._checking_writes is None or self._checking_writes.done():
            self._checking_writes = _shared(self._check_writes())
        await asyncio.shield(self._checking_writes)

    async def database(self) -> dict[str, Any]:
        """Return the state of the database, well or not."""
        connected = writable = False
        with suppress(DatabaseUnavailableError):
            await self.require_database()
            connected = True
            await self.require_writable()
            writable = True
        return {
            "status": "healthy" if writable else "unhealthy",
            "connected": connected,
            "info": {
                "status": "connected" if connected else "disconnected",
                "url": self._database.address.masked,
                "engine_info": self._database.pool_figures(),
            },
            "timestamp": utc_now(),
        }

    async def _look(self) -> None:
        answer = DatabaseUnavailableError()
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_SECONDS):
                for attempt in range(ATTEMPTS):
                    if attempt:
                        await asyncio.sleep(FIRST_PAUSE_SECONDS * 2**attempt)
                    try:
                        return await self._database.ping()
                    except DatabaseUnavailableError as error:
                        answer = error
                    except DRIVER_ERRORS as error:
                        log.warning("database_refuses", error=type(error).__name__)
        raise answer

    async def _check_writes(self) -> None:
        now = asyncio.get_running_loop().time()
        refusal = self._database.last_refusal
        if refusal and now - refusal.at < REFUSAL_SECONDS:
            raise refusal.error
        if now - self._written_at >= WRITABLE_SECONDS or (refusal and refusal.at > self._written_at):
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self._database.probe_write()
            except TimeoutError as error:
                raise DatabaseUnavailableError from error
            self._written_at = now


def _shared(look: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Return a task whose outcome several may ask for, or nobody any more."""
    task = asyncio.create_task(look, name="health_look")
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    return task
