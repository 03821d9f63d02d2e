"""The figures that nobody keeps in passing: asked for when somebody reads the metrics."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from app.core.database import Database
from app.core.drain import Drain
from app.core.errors import DatabaseUnavailableError
from app.core.metrics import (
    DATABASE_CONNECTIONS,
    DATABASE_CONNECTIONS_MAX,
    NOTIFICATIONS_CONNECTED,
    READY,
)
from app.core.notifications import Notifications
from app.services.health import HealthService

log = structlog.get_logger(__name__)

REFRESH_SECONDS = 2.0
"""Figures that take longer are left out: a scraper waits for ten seconds, and the others are worth having."""


Refresh = Callable[[], Awaitable[None]]


class Gauges:
    """Brings the gauges of a process up to date. Scrapes that come together share one refreshment."""

    def __init__(self, database: Database, notifications: Notifications, health: HealthService, drain: Drain) -> None:
        self._database = database
        self._notifications = notifications
        self._health = health
        self._drain = drain
        self._refreshing: asyncio.Task[None] | None = None
        self._figures: list[tuple[Refresh, Callable[[], None]]] = []
        self.add(self._refresh_process)
        self.add(self._refresh_readiness, forget=lambda: READY.set(0))

    def add(self, refresh: Refresh, *, forget: Callable[[], None] = lambda: None) -> None:
        """Have ``refresh`` called for each scrape, and ``forget`` where it fails: no figure is better than an old."""
        self._figures.append((refresh, forget))

    async def refresh(self) -> None:
        """Ask for every figure, for no longer than ``REFRESH_SECONDS``."""
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._refresh_all(), name="gauges")
        # A scraper that gives up takes the figures from no other.
        await asyncio.shield(self._refreshing)

    async def stop(self) -> None:
        """Stop asking."""
        if self._refreshing:
            self._refreshing.cancel()
            await asyncio.gather(self._refreshing, return_exceptions=True)

    async def _refresh_all(self) -> None:
        await asyncio.gather(*(_in_time(refresh, forget) for refresh, forget in self._figures))

    async def _refresh_process(self) -> None:
        for name, lane in self._database.lanes.items():
            figures = lane.connection_figures()
            DATABASE_CONNECTIONS.labels(name, "in_use").set(figures.in_use)
            DATABASE_CONNECTIONS.labels(name, "idle").set(figures.idle)
            DATABASE_CONNECTIONS_MAX.labels(name).set(figures.most)
        NOTIFICATIONS_CONNECTED.set(self._notifications.connected.is_set())

    async def _refresh_readiness(self) -> None:
        await self._health.require_writable()
        READY.set(not self._drain.active)


async def _in_time(refresh: Refresh, forget: Callable[[], None]) -> None:
    try:
        async with asyncio.timeout(REFRESH_SECONDS):
            await refresh()
    except Exception as error:
        # One figure that cannot be found out must not take the others along.
        forget()
        is_expected = isinstance(error, DatabaseUnavailableError | TimeoutError)
        log.warning("figures_missing", error=type(error).__name__, exc_info=not is_expected)
