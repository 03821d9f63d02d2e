"""Sends what the candidate is saying to all listeners of a room, while it is being said.

Best effort, beside everything that matters: in a task of its own, in no transaction, at most a few times per second.
"""

import asyncio
from contextlib import suppress
from uuid import UUID

import structlog

from app.core.database import Database
from app.core.database_errors import DRIVER_ERRORS
from app.core.errors import AppError
from app.core.notifications import CHANNEL
from app.interview_session.events.interim_text import InterimText

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 0.3
"""From one text to the next; what came between them is left out, because the next one has it too."""

SEND_SECONDS = 2.0
"""A text that has not left by then is old."""


class InterimSender:
    """Sends the newest text of one session."""

    def __init__(self, database: Database, session_id: UUID) -> None:
        self._database = database
        self._session_id = session_id
        self._newest: InterimText | None = None
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to send, in a task that ``stop`` ends."""
        self._task = asyncio.create_task(self._send_for_ever(), name="interim_texts")

    async def stop(self) -> None:
        """End; what has not been sent is dropped."""
        if self._task is None:
            return
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    def show(self, interim: InterimText) -> None:
        """Send a text soon, in place of one that is still waiting."""
        self._newest = interim
        self._news.set()

    def drop(self) -> None:
        """Send nothing of what is waiting: the final words are on their way."""
        self._newest = None

    async def _send_for_ever(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            interim, self._newest = self._newest, None
            if interim is not None:
                await self._send(interim)
                await asyncio.sleep(PAUSE_SECONDS)

    async def _send(self, interim: InterimText) -> None:
        arguments = (CHANNEL, interim.payload(self._session_id))
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._database.reads.pool.fetch("SELECT pg_notify($1, $2)", arguments)
        except (AppError, OSError, TimeoutError, *DRIVER_ERRORS) as error:
            log.debug("interim_text_lost", session_id=str(self._session_id), error=type(error).__name__)
