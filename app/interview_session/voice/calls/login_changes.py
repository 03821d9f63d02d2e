"""The news that a login has ended, for the calls that rest on one."""

import asyncio
from contextlib import suppress

from app.core.wake_ups import Subscriber
from app.repositories.users import LOGINS_TOPIC


class LoginChanges(Subscriber):
    """The news that logins have ended somewhere."""

    topic = LOGINS_TOPIC

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def look_again(self, _subject: str | None) -> None:
        """Note that there is something to look at."""
        self._changed.set()

    async def next_change(self, at_most_seconds: float) -> None:
        """Wait for news, or for that long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(at_most_seconds):
                await self._changed.wait()
        self._changed.clear()
