"""One connection per process for wake-ups: it listens to what the others announce, and tells them what happened here.

A notification is a hint, never the news itself: it can be lost while the connection is re-made, or with a process
that dies before it has sent it. So after every (re)connect each subscriber is told to distrust what it holds, and
what must not be late is looked at once a second all the same.

Notifications are sent after the commit and in batches, because PostgreSQL lets one transaction with a ``NOTIFY``
commit at a time, and each would write its changes to the disk while the others wait. A transaction that does nothing
but notify has nothing to write. What must hold everywhere at the moment of the commit, such as a logout, is notified
in its own transaction.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import asyncpg
import structlog

from app.core.clock import process_clock, system_now
from app.core.metrics import FEED_RECONNECTS
from app.core.wake_ups import Subscriber, WakeUps

log = structlog.get_logger(__name__)

CHANNEL = "interview_tracker"
CONNECTION_NAME = "interview-tracker listener"
"""The ``application_name`` of the connection, for whoever looks at ``pg_stat_activity``."""

PING_SECONDS = 2.0
ANSWER_SECONDS = 1.0
"""A connection that takes longer to answer is given up."""

RETRY_SECONDS = 0.2
TICK_SECONDS = 0.003
"""From one batch to the next; what is committed meanwhile shares one ``NOTIFY``."""

MOST_TOPICS = 500
"""In one batch. Each is a notification of its own, as the version before expects; a topic has far less than the
8,000 bytes that PostgreSQL takes."""

FLUSH_SECONDS = 1.0
"""So long the end of a process waits for its last batch."""

_NOTIFY = "SELECT pg_notify($1, topic) FROM unnest($2::text[]) AS topic"


class Notifications:
    """Hands ``topic:subject`` payloads from the one channel to the subscribers, and those of this process to it.

    The connection is watched by a ping, because a half-open one gives no sign of its own.
    """

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection]], wake_ups: WakeUps) -> None:
        self.connected = asyncio.Event()
        self._has_listened = False
        self._connect = connect
        self._wake_ups = wake_ups
        self._own_pid = 0
        self._task: asyncio.Task[None] | None = None

    def subscribe(self, subscriber: Subscriber) -> None:
        """Hand the topic's notifications to this subscriber from now on."""
        self._wake_ups.subscribe(subscriber)

    def start(self) -> None:
        """Begin to listen and to send, in a task that ``stop`` ends."""
        self._task = asyncio.create_task(self._work_for_ever(), name="notifications")

    async def stop(self) -> None:
        """Send what is waiting, if that is possible soon, and close the connection."""
        if self._task is None:
            return
        if self.connected.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(FLUSH_SECONDS):
                    await self._wake_ups.all_sent.wait()
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _work_for_ever(self) -> None:
        while True:
            try:
                await self._work()
            except Exception as error:  # noqa: BLE001 - whatever broke, listening must go on
                log.warning("notifications_lost", error=type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)

    async def _work(self) -> None:
        """Listen and send for as long as one connection lasts."""
        connection = await self._connect()
        ended = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _connection: self._note_end(ended))
            self._own_pid = connection.get_server_pid()
            await connection.add_listener(CHANNEL, self._deliver)
            await connection.execute(f"SET application_name = '{CONNECTION_NAME}'")
            await self._compare_clocks(connection)
            if self._has_listened:
                FEED_RECONNECTS.inc()
            self._has_listened = True
            self._wake_ups.distrust_all()
            self.connected.set()
            while not ended.is_set():
                await self._send_until_ping(connection, ended)
                if not ended.is_set():
                    await self._compare_clocks(connection)
        finally:
            self.connected.clear()
            connection.terminate()

    async def _send_until_ping(self, connection: asyncpg.Connection, ended: asyncio.Event) -> None:
        """Send what comes until the next ping is due, or the connection has ended."""
        now = asyncio.get_running_loop().time
        ping_at = now() + PING_SECONDS
        while now() < ping_at and not ended.is_set():
            # Not `wait_for`: before Python 3.12 it swallows a cancellation that comes with the wake-up.
            with suppress(TimeoutError):
                async with asyncio.timeout_at(ping_at):
                    await self._wake_ups.unsent.wait()
            if self._wake_ups.unsent.is_set() and not ended.is_set():
                await self._send_some(connection)
                await asyncio.sleep(TICK_SECONDS)

    async def _send_some(self, connection: asyncpg.Connection) -> None:
        """Send a batch; it goes on waiting if that fails."""
        with self._wake_ups.sending(MOST_TOPICS) as topics:
            if topics:
                await connection.execute(_NOTIFY, CHANNEL, topics, timeout=ANSWER_SECONDS)

    async def _compare_clocks(self, connection: asyncpg.Connection) -> None:
        """Ask for a sign of life that tells the time."""
        asked_at = system_now()
        database_time = await connection.fetchval("SELECT clock_timestamp()", timeout=ANSWER_SECONDS)
        process_clock.compare(database_time, asked_at=asked_at, answered_at=system_now())

    def _note_end(self, ended: asyncio.Event) -> None:
        # At once, not when the task gets its turn: from here on copies may be out of date.
        self.connected.clear()
        ended.set()
        # Whoever waits for something to send finds the end instead.
        self._wake_ups.unsent.set()

    def _deliver(self, _connection: object, pid: int, _channel: str, payload: object) -> None:
        # What happened here was delivered when it was committed.
        if pid != self._own_pid:
            self._wake_ups.deliver(str(payload))
