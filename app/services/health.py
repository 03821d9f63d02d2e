"""Whether the parts of the system answer."""

import asyncio
from typing import Any

from app.core.clock import utc_now
from app.core.database import Database, masked_url
from app.core.errors import DatabaseUnavailableError

ATTEMPTS = 3
FIRST_PAUSE_SECONDS = 0.1


class HealthService:
    """Looks after the database for the probes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def require_database(self) -> None:
        """Return if the database answers; it is asked up to three times, at growing pauses.

        Raises:
            DatabaseUnavailableError: it does not.

        """
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(FIRST_PAUSE_SECONDS * 2**attempt)
            if await self._answers():
                return
        raise DatabaseUnavailableError

    async def database(self) -> dict[str, Any]:
        """Return the state of the database, well or not."""
        try:
            await self.require_database()
        except DatabaseUnavailableError:
            connected = False
        else:
            connected = True
        return {
            "status": "healthy" if connected else "unhealthy",
            "connected": connected,
            "info": {
                "status": "connected" if connected else "disconnected",
                "url": masked_url(self._database.dsn),
                "engine_info": self._database.pool_figures(),
            },
            "timestamp": utc_now(),
        }

    async def _answers(self) -> bool:
        try:
            async with asyncio.timeout(self._database.settings.database_connect_timeout_seconds):
                await self._database.ping()
        except (DatabaseUnavailableError, TimeoutError):
            return False
        return True
