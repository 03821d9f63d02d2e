"""One LISTEN connection per process: how replicas tell each other to look again.

A notification is a hint, never the news itself: it can be lost while the connection is re-made. So after every
(re)connect each subscriber is told to distrust what it holds.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import asyncpg
import structlog

from app.core.clock import process_clock, system_now
from app.core.metrics import FEED_RECONNECTS

log = structlog.get_logger(__name__)

CHANNEL = "interview_tracker"
CONNECTION_NAME = "interview-tracker listener"
"""The ``application_name`` of the connection, for whoever looks at ``pg_stat_activity``."""

PING_SECONDS = 2.0
PING_TIMEOUT_SECONDS = 1.0
RETRY_SECONDS = 0.2


class Subscriber:
    """Something that holds a copy of what the database says."""

    topic: str

    def look_again(self, subject: str | None) -> None:
        """Distrust the copy of one subject, or with None of all of them."""
        raise NotImplementedError


class Notifications:
    """Listens on the one channel and hands ``topic:subject`` payloads to the topic's subscribers.

    The connection is watched by a ping, because a half-open one gives no sign of its own.
    """

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection]]) -> None:
        self.connected = asyncio.Event()
        self._has_listened = False
        self._connect = connect
        self._subscribers: list[Subscriber] = []
        self._task: asyncio.Task[None] | None = None

    def subscribe(self, subscriber: Subscriber) -> None:
        """Hand the topic's notifications to this subscriber from now on."""
        self._subscribers.append(subscriber)

    def start(self) -> None:
        """Begin to listen, in a task that ``stop`` ends."""
        self._task = asyncio.create_task(self._listen_for_ever(), name="notifications")

    async def stop(self) -> None:
        """Stop listening and close the connection."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                await self._listen_once()
            except Exception as error:  # noqa: BLE001 - whatever broke, listening must go on
                log.warning("notifications_lost", error=type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)

    async def _listen_once(self) -> None:
        connection = await self._connect()
        ended = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _connection: self._note_end(ended))
            await connection.add_listener(CHANNEL, self._deliver)
            await connection.execute(f"SET application_name = '{CONNECTION_NAME}'")
            await self._compare_clocks(connection)
            if self._has_listened:
                FEED_RECONNECTS.inc()
            self._has_listened = True
            for subscriber in self._subscribers:
                subscriber.look_again(None)
            self.connected.set()
            while not ended.is_set():
                try:
                    # Not `wait_for`: before Python 3.12 it swallows a cancellation that comes with the wake-up.
                    async with asyncio.timeout(PING_SECONDS):
                        await ended.wait()
                except TimeoutError:
                    await self._compare_clocks(connection)
        finally:
            self.connected.clear()
            connection.terminate()

    async def _compare_clocks(self, connection: asyncpg.Connection) -> None:
        """Ask for a sign of life that tells the time."""
        asked_at = system_now()
        database_time = await connection.fetchval("SELECT clock_timestamp()", timeout=PING_TIMEOUT_SECONDS)
        process_clock.compare(database_time, asked_at=asked_at, answered_at=system_now())

    def _note_end(self, ended: asyncio.Event) -> None:
        # At once, not when the task gets its turn: from here on copies may be out of date.
        self.connected.clear()
        ended.set()

    def _deliver(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        topic, _, subject = str(payload).partition(":")
        for subscriber in self._subscribers:
            if subscriber.topic == topic:
                subscriber.look_again(subject)
