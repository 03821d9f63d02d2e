"""When somebody could have performed what was due: lateness then is the application's own, otherwise the storm's."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import httpx

from app.core.clock import utc_now

LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 1.0


class Uptime:
    """Notes the times at which no replica was ready.

    A replica counts as down from the moment of a blow until it has answered its readiness, which asks the database,
    to a question that was put after the blow.
    """

    def __init__(self, replicas: int) -> None:
        self._blows = [0] * replicas
        self._ready = [False] * replicas
        self._gaps: list[tuple[datetime, datetime]] = []
        self._down_since: datetime | None = utc_now()
        self._began = utc_now()

    def note_blow(self, replica: int | None = None) -> None:
        """Count a replica as down, or all of them: without their database they can do nothing."""
        for index in range(len(self._ready)) if replica is None else [replica]:
            self._blows[index] += 1
            self._ready[index] = False
        if self._down_since is None and not any(self._ready):
            self._down_since = utc_now()

    async def watch(self, replica: int, url: Callable[[], str]) -> None:
        """Ask one replica over and over, at the address where it is now."""
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as client:
            while True:
                blows = self._blows[replica]
                try:
                    ready = (await client.get(f"{url()}/health/readiness")).status_code == 200
                except httpx.TransportError:
                    ready = False
                if ready and blows == self._blows[replica]:
                    self.note_ready(replica)
                await asyncio.sleep(LOOK_SECONDS)

    def note_ready(self, replica: int) -> None:
        """Count a replica as up."""
        self._ready[replica] = True
        if self._down_since is not None:
            self._gaps.append((self._down_since, utc_now()))
            self._down_since = None

    def was_up(self, start: datetime, end: datetime) -> bool:
        """Tell whether some replica was ready during the whole of a time."""
        gaps = [*self._gaps, *([(self._down_since, utc_now())] if self._down_since else [])]
        return not any(since <= end and start <= until for since, until in gaps)

    def share(self) -> float:
        """Return the share of the time so far in which some replica was ready."""
        now = utc_now()
        down = sum((until - since for since, until in self._gaps), now - now)
        if self._down_since:
            down += now - self._down_since
        return 1 - down / (now - self._began)
