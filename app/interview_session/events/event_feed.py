"""From the log to its listeners: one LISTEN a process, one read of a log for all its readers, a bounded queue each.

A notification only says "look again". Every reader knows the number of the last event it has passed on, and numbers
rise by one: what it holds twice it drops, what it lacks it reads from the log. So a lost wake-up delays an event and
never loses one.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import UUID

import structlog

from app.core.errors import DatabaseUnavailableError, ExternalServiceError, RateLimitError
from app.core.notifications import Subscriber
from app.core.reads import Reads
from app.interview_session.events.event_log import READ_LIMIT, ROOM_TOPIC, EventLog
from app.interview_session.events.events import EventType, frame
from app.repositories.access import DataAccess

log = structlog.get_logger(__name__)

QUEUE_SIZE = 256
"""Events that a reader may be behind before it is cut off; it can come back with its last id."""

POLL_SECONDS = 5.0
"""A look at every followed log at least this often, whatever wake-ups were lost."""

RETRY_SECONDS = 0.2


class Reader:
    """One listener's place in a session's log. Iterate ``frames``; ``None`` says that it is time to look around."""

    def __init__(self, feed: "EventFeed", session_id: UUID, owner: str, position: int, *, is_over: bool) -> None:
        self.session_id = session_id
        self.owner = owner
        self.position = position
        self.closed = False
        self._is_over = is_over
        self._feed = feed
        self._queue: deque[tuple[int, str, bytes]] = deque()
        self._news = asyncio.Event()
        self._nudged = False
        self._beat_seconds = 0.0
        self._beat_at = 0.0

    async def frames(self, beat_seconds: float) -> AsyncIterator[bytes | None]:
        """Yield each event's wire form after the reader's position, in order, once; then wait for more.

        Yields None every ``beat_seconds``, whether or not events come, and after a ``nudge``. Ends after the
        session's last event, and when the reader was closed.
        """
        self._beat_seconds = beat_seconds
        self._beat_at = asyncio.get_running_loop().time() + beat_seconds
        async for replayed in self._replay():
            yield replayed
        while not self.closed:
            if self._nudged or self._take_beat():
                self._nudged = False
                yield None
                continue
            if not self._queue:
                await self._wait_for_news()
                continue
            seq, kind, wire = self._queue.popleft()
            if seq > self.position + 1:
                async for missed in self._replay():
                    yield missed
            if seq == self.position + 1:
                self.position = seq
                yield wire
                if kind == EventType.INTERVIEW_COMPLETED:
                    return

    def push(self, seq: int, kind: str, wire: bytes) -> None:
        """Hand over an event; a reader that is too far behind is closed."""
        if len(self._queue) >= QUEUE_SIZE:
            log.info("stream_too_slow", session_id=str(self.session_id))
            self.close()
        else:
            self._queue.append((seq, kind, wire))
            self._news.set()

    def nudge(self) -> None:
        """Have the iteration yield None soon, for its consumer to look around."""
        self._nudged = True
        self._news.set()

    def close(self) -> None:
        """End the iteration, at once."""
        self.closed = True
        self._queue.clear()
        self._news.set()

    def _take_beat(self) -> bool:
        """Tell whether a beat is due; those that a slow consumer let pass count as one."""
        now = asyncio.get_running_loop().time()
        if now < self._beat_at:
            return False
        self._beat_at += self._beat_seconds * ((now - self._beat_at) // self._beat_seconds + 1)
        return True

    async def _wait_for_news(self) -> None:
        """Wait for an event, a nudge, the end, or the next beat."""
        self._news.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._beat_at):
                await self._news.wait()

    async def _replay(self) -> AsyncIterator[bytes | None]:
        """Yield what the log has after the position, and the beats; close the reader at the end of one that is over.

        What was typed in the last moment may follow the event of the session's end.
        """
        while True:
            rows = await self._feed.log.after(self.session_id, self.position)
            for row in rows:
                if self.closed:
                    return
                self.position = row["seq"]
                yield frame(row["type"], row["data"], row["seq"])
                self._is_over = self._is_over or row["type"] == EventType.INTERVIEW_COMPLETED
                if self._take_beat():
                    yield None
            if len(rows) < READ_LIMIT:
                if self._is_over:
                    self.close()
                return


class EventFeed(Subscriber):
    """The readers of this process."""

    topic = ROOM_TOPIC

    def __init__(self, reads: Reads, *, max_readers: int, max_readers_per_owner: int) -> None:
        self.log = EventLog(DataAccess(reads))
        self._max_readers = max_readers
        self._max_readers_per_owner = max_readers_per_owner
        self._readers: defaultdict[UUID, set[Reader]] = defaultdict(set)
        self._known: dict[UUID, int] = {}
        self._owners: defaultdict[str, int] = defaultdict(int)
        self._count = 0
        self._stale: set[UUID] = set()
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def count(self) -> int:
        """Return how many readers there are."""
        return self._count

    def start(self) -> None:
        """Begin to follow the logs, in a task that ``stop`` ends."""
        self._task = asyncio.create_task(self._follow_for_ever(), name="event_feed")

    async def stop(self) -> None:
        """Close every reader and stop following."""
        self.close_readers()
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def close_readers(self) -> None:
        """Close every reader."""
        for readers in list(self._readers.values()):
            for reader in list(readers):
                reader.close()

    def nudge_readers(self, owner: str | None) -> None:
        """Have the consumers of one owner's readers look around, or with None all consumers."""
        for readers in self._readers.values():
            for reader in readers:
                if owner in {None, reader.owner}:
                    reader.nudge()

    def nudge_session(self, session_id: UUID) -> None:
        """Have the consumers of one session's readers look around."""
        for reader in self._readers.get(session_id, ()):
            reader.nudge()

    def open(self, session_id: UUID, owner: str, *, position: int, last_seq: int, is_over: bool = False) -> Reader:
        """Return a new reader that begins after ``position``; whoever opens it must ``release`` it.

        ``last_seq`` is the number of the log's last event when it was looked at, ``is_over`` whether the session has
        ended.

        Raises:
            RateLimitError: the owner has too many readers in this process.
            ExternalServiceError: the process has.

        """
        if self._owners[owner] >= self._max_readers_per_owner:
            raise RateLimitError(retry_after=5)
        if self._count >= self._max_readers:
            raise ExternalServiceError("event-streams")
        reader = Reader(self, session_id, owner, position, is_over=is_over)
        self._readers[session_id].add(reader)
        self._known.setdefault(session_id, last_seq)
        self._owners[owner] += 1
        self._count += 1
        return reader

    def release(self, reader: Reader) -> None:
        """Forget a reader."""
        readers = self._readers.get(reader.session_id, set())
        if reader not in readers:
            return
        readers.discard(reader)
        self._count -= 1
        self._owners[reader.owner] -= 1
        if not self._owners[reader.owner]:
            del self._owners[reader.owner]
        if not readers:
            del self._readers[reader.session_id]
            self._known.pop(reader.session_id, None)
            self._stale.discard(reader.session_id)

    def look_again(self, subject: str | None) -> None:
        """Have one session's log read again, if somebody here follows it; with None all of them."""
        if subject is None:
            self._stale.update(self._known)
        elif (session_id := UUID(subject)) in self._known:
            self._stale.add(session_id)
        if self._stale:
            self._woken.set()

    async def _follow_for_ever(self) -> None:
        while True:
            try:
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._woken.wait()
                if not self._woken.is_set():
                    self._stale.update(self._known)
                self._woken.clear()
                await self._pass_on_news()
            except Exception as error:
                log.warning("event_feed_failed", exc_info=not isinstance(error, DatabaseUnavailableError))
                self._stale.update(self._known)
                self._woken.set()
                await asyncio.sleep(RETRY_SECONDS)

    async def _pass_on_news(self) -> None:
        """Read the stale logs in one statement and hand each event to every reader of its session."""
        stale, self._stale = self._stale, set()
        known = {session_id: seq for session_id in stale if (seq := self._known.get(session_id)) is not None}
        if not known:
            return
        for row in await self.log.news(known):
            session_id, seq, kind = row["session_id"], row["seq"], row["type"]
            if session_id not in self._known:
                continue
            self._known[session_id] = seq
            wire = frame(kind, row["data"], seq)
            for reader in self._readers[session_id]:
                reader.push(seq, kind, wire)
