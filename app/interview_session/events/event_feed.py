"""From the log to its listeners: one LISTEN per process, one read of a log for all its readers, a bounded queue each.

A notification only says "look again". Every reader knows the number of the last event it has passed on, and numbers
rise by one: what it holds twice it drops, what it lacks it reads from the log. So a lost wake-up delays an event and
never loses one. A reader that takes its time has its queue emptied when it is full, and goes on from the log, in
small batches: what a slow reader has still to get lies in the database and not in this process.

Interim texts pass beside all that. They have no number and no place in the log; a reader that has events to pass on
holds the newest one back, and drops it if one of them has made it old.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
import orjson
import structlog

from app.core.budgets import Limit
from app.core.errors import DatabaseUnavailableError, ExternalServiceError
from app.core.reads import Reads
from app.core.timer_wheel import TimerWheel
from app.core.wake_ups import Subscriber
from app.interview_session.events.event_log import NEWS_LIMIT, ROOM_TOPIC, EventLog, may_have_more
from app.interview_session.events.events import EventType, Source, Speaker, frame
from app.repositories.access import DataAccess

log = structlog.get_logger(__name__)

QUEUE_SIZE = 64
"""Events that wait for a reader in this process at most."""

QUEUE_BYTES = 64 * 1024
"""Bytes of events that wait for a reader at most; one event may have more."""

LOOK_SECONDS = 1.0
"""From one look at all followed sessions to the next, whatever wake-ups were lost."""

RETRY_SECONDS = 0.2

REPORT_WAIT_SECONDS = 30.0
"""So long the readers of a session that has ended wait for its report."""

_END_INTERIM = {
    EventType.TIMER_PAUSED,
    EventType.TIMER_RESET,
    EventType.BOT_CONNECTED,
    EventType.BOT_DISCONNECTED,
}
"""Events after which nobody hears what the candidate was saying."""


class WireEvent(NamedTuple):
    """An event as it goes over the wire, made once for all readers of its session.

    Behind it no interim text is passed on of words that began up to ``interim_ended_at``.
    """

    seq: int
    kind: str
    wire: bytes
    interim_ended_at: datetime | None = None


class Reader:
    """One listener's place in a session's log. Iterate ``frames``; ``None`` says that it is time to look around.

    ``was_nudged`` tells then whether somebody had it look around, or only time has passed.

    There are thousands in a process, each with next to nothing of its own while it waits.
    """

    __slots__ = (
        "_beat_at",
        "_beat_seconds",
        "_ends_at",
        "_feed",
        "_has_report",
        "_interim",
        "_interim_ended_at",
        "_is_over",
        "_nudged",
        "_queue",
        "_queued_bytes",
        "_report_seconds",
        "_takes_interim",
        "_waiting",
        "closed",
        "owner",
        "position",
        "session_id",
        "was_nudged",
    )

    def __init__(
        self,
        feed: "EventFeed",
        session_id: UUID,
        owner: str,
        position: int,
        *,
        is_over: bool,
        takes_interim: bool = False,
        report_seconds: float = 0.0,
    ) -> None:
        self.session_id = session_id
        self.owner = owner
        self.position = position
        self.closed = False
        self.was_nudged = False
        self._is_over = is_over
        self._report_seconds = report_seconds
        self._has_report = False
        self._ends_at: float | None = None
        self._takes_interim = takes_interim
        self._interim: tuple[datetime, bytes] | None = None
        self._interim_ended_at: datetime | None = None
        self._feed = feed
        # Short, and a deque takes half a kilobyte when it is empty.
        self._queue: list[WireEvent] = []
        self._queued_bytes = 0
        self._waiting: asyncio.Future[None] | None = None
        self._nudged = False
        self._beat_seconds = 0.0
        self._beat_at = 0.0

    async def frames(self, beat_seconds: float) -> AsyncIterator[bytes | None]:
        """Yield each event's wire form after the reader's position, in order, once; then wait for more.

        Yields None every ``beat_seconds``, whether or not events come, and after a ``nudge``. Ends after the
        session's end, with its report where that was to be waited for, and when the reader was closed.
        """
        if self._is_over:
            self._note_end()
        self._beat_seconds = beat_seconds
        self._beat_at = asyncio.get_running_loop().time() + beat_seconds
        self._feed.wheel.wake_at(self._beat_at, self)
        async for replayed in self._replay():
            yield replayed
        while not self.closed:
            if self._is_to_look_around():
                yield None
                continue
            if not self._queue:
                if interim := self._take_interim():
                    yield interim
                elif self._has_waited_enough():
                    return
                else:
                    await self._next_wake()
                continue
            seq, kind, wire, interim_ended_at = self._queue.pop(0)
            self._queued_bytes -= len(wire)
            if seq > self.position + 1:
                async for missed in self._replay():
                    yield missed
            if seq == self.position + 1:
                self.position = seq
                self._end_interim(interim_ended_at)
                yield wire
                self._note_kind(kind)
                if self._has_all():
                    return

    def push(self, event: WireEvent) -> None:
        """Hand over an event, in the place of those that wait already if there are too many: the log has them."""
        size = len(event.wire)
        if len(self._queue) >= QUEUE_SIZE or self._queued_bytes + size > QUEUE_BYTES:
            self._empty_queue()
        self._queue.append(event)
        self._queued_bytes += size
        self.wake()

    def show_interim(self, started_at: datetime, wire: bytes) -> None:
        """Hand over an interim text of words that began at a moment, in place of one that was not yet passed on."""
        if self._takes_interim and not self.closed:
            self._interim = started_at, wire
            self.wake()

    def nudge(self) -> None:
        """Have the iteration yield None soon, for its consumer to look around."""
        self._nudged = True
        self.wake()

    def close(self) -> None:
        """End the iteration, at once."""
        self.closed = True
        self._empty_queue()
        self._interim = None
        self.wake()

    def release(self) -> None:
        """Have no beat any more."""
        self._feed.wheel.forget(self._beat_at, self)

    def wake(self) -> None:
        """Have the iteration look what there is, if it waits."""
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(None)

    def _empty_queue(self) -> None:
        self._queue.clear()
        self._queued_bytes = 0

    def _take_interim(self) -> bytes | None:
        """Return the interim text that is waiting, unless it has become old."""
        interim, self._interim = self._interim, None
        if interim is None or (self._interim_ended_at and interim[0] <= self._interim_ended_at):
            return None
        return interim[1]

    def _end_interim(self, ended_at: datetime | None) -> None:
        if ended_at and (self._interim_ended_at is None or self._interim_ended_at < ended_at):
            self._interim_ended_at = ended_at

    def _is_to_look_around(self) -> bool:
        """Tell whether there was a nudge, or a beat is due."""
        self.was_nudged, self._nudged = self._nudged, False
        return self._take_beat() or self.was_nudged

    def _take_beat(self) -> bool:
        """Tell whether a beat is due; those that a slow consumer let pass count as one."""
        now = asyncio.get_running_loop().time()
        if now < self._beat_at:
            return False
        self._beat_at += self._beat_seconds * ((now - self._beat_at) // self._beat_seconds + 1)
        self._feed.wheel.wake_at(self._beat_at, self)
        return True

    def _next_wake(self) -> asyncio.Future[None]:
        """Return what is done when there is an event, a nudge, the end, or the next beat."""
        self._waiting = asyncio.get_running_loop().create_future()
        return self._waiting

    def _note_kind(self, kind: str) -> None:
        if kind == EventType.INTERVIEW_COMPLETED:
            self._note_end()
        elif kind == EventType.REPORT_READY:
            self._has_report = True

    def _note_end(self) -> None:
        """Begin to wait for the report of a session that has ended."""
        self._is_over = True
        self._ends_at = asyncio.get_running_loop().time() + self._report_seconds
        self._feed.wheel.wake_at(self._ends_at, self)

    def _has_all(self) -> bool:
        """Tell whether nothing is waited for after what was passed on."""
        return self._is_over and (self._has_report or not self._report_seconds)

    def _has_waited_enough(self) -> bool:
        return self._ends_at is not None and asyncio.get_running_loop().time() >= self._ends_at

    async def _replay(self) -> AsyncIterator[bytes | None]:
        """Yield what the log has after the position, and the beats; close the reader where nothing more is to come.

        What was typed in the last moment may follow the event of the session's end, and even its report.
        """
        while rows := await self._feed.log.after(self.session_id, self.position):
            for row in rows:
                if self._is_to_look_around():
                    yield None
                if self.closed:
                    return
                self.position = row["seq"]
                self._end_interim(_interim_ended_at(row["type"], row["data"]))
                yield frame(row["type"], row["data"], row["seq"])
                self._note_kind(row["type"])
        if self._has_all():
            self.close()


class EventFeed(Subscriber):
    """The readers of this process."""

    topic = ROOM_TOPIC

    def __init__(self, reads: Reads, *, max_readers: int, max_readers_per_owner: int) -> None:
        self.log = EventLog(DataAccess(reads))
        self.report_wait_seconds = REPORT_WAIT_SECONDS
        self.wheel = TimerWheel()
        self._max_readers = max_readers
        self._max_readers_per_owner = max_readers_per_owner
        self._readers: defaultdict[UUID, set[Reader]] = defaultdict(set)
        self._known: dict[UUID, int] = {}
        self._owners: defaultdict[str, int] = defaultdict(int)
        self._count = 0
        self._stale: set[UUID] = set()
        self._look_at = 0.0
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
        self.wheel.stop()
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

    def is_read(self, session_id: UUID) -> bool:
        """Tell whether a session has a reader here."""
        return session_id in self._known

    def show_interim(self, session_id: UUID, started_at: datetime, wire: bytes) -> None:
        """Hand an interim text of words that began at a moment to the session's readers that take such."""
        for reader in self._readers.get(session_id, ()):
            reader.show_interim(started_at, wire)

    def open(
        self,
        session_id: UUID,
        owner: str,
        *,
        position: int,
        last_seq: int,
        is_over: bool = False,
        takes_interim: bool = False,
        report_seconds: float = 0.0,
    ) -> Reader:
        """Return a new reader that begins after ``position``; whoever opens it must ``release`` it.

        ``last_seq`` is the number of the log's last event when it was looked at, ``is_over`` whether the session has
        ended, ``takes_interim`` whether interim texts are wanted among the events. For ``report_seconds`` after the
        session's end the reader waits for the session's report.

        Raises:
            RateLimitError: the owner has too many readers in this process.
            ExternalServiceError: the process has.

        """
        if self._owners[owner] >= self._max_readers_per_owner:
            raise Limit.EVENT_STREAMS.over(self._max_readers_per_owner)
        if self._count >= self._max_readers:
            raise ExternalServiceError("event-streams")
        reader = Reader(
            self,
            session_id,
            owner,
            position,
            is_over=is_over,
            takes_interim=takes_interim,
            report_seconds=report_seconds,
        )
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
        reader.release()
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
            self._look_at = 0.0
            self._woken.set()
        elif (session_id := UUID(subject)) in self._known:
            self._stale.add(session_id)
            self._woken.set()

    async def _follow_for_ever(self) -> None:
        while True:
            try:
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(self._look_at):
                        await self._woken.wait()
                self._woken.clear()
                if asyncio.get_running_loop().time() >= self._look_at:
                    await self._look_at_all()
                await self._pass_on_news()
            except Exception as error:
                log.warning("event_feed_failed", exc_info=not isinstance(error, DatabaseUnavailableError))
                # What was stale is found again.
                self._look_at = 0.0
                await asyncio.sleep(RETRY_SECONDS)

    async def _look_at_all(self) -> None:
        """Find the followed logs that have news nobody told of, and the sessions that are gone."""
        self._look_at = asyncio.get_running_loop().time() + LOOK_SECONDS
        if not self._known:
            return
        for session_id, is_erased in (await self.log.behind(self._known)).items():
            if is_erased:
                self.nudge_session(session_id)
            else:
                self._stale.add(session_id)

    async def _pass_on_news(self) -> None:
        """Hand each event of the stale logs to every reader of its session, a part of some at a time."""
        while self._stale:
            stale, self._stale = [*self._stale], set()
            for begin in range(0, len(stale), NEWS_LIMIT):
                some = stale[begin : begin + NEWS_LIMIT]
                known = {session_id: seq for session_id in some if (seq := self._known.get(session_id)) is not None}
                if not known:
                    continue
                rows = await self.log.news(known)
                for row in rows:
                    self._pass_on(row)
                self._stale.update(may_have_more(rows) & self._known.keys())

    def _pass_on(self, row: asyncpg.Record) -> None:
        session_id, seq, kind = row["session_id"], row["seq"], row["type"]
        if session_id not in self._known:
            return
        self._known[session_id] = seq
        event = WireEvent(seq, kind, frame(kind, row["data"], seq), _interim_ended_at(kind, row["data"]))
        for reader in self._readers[session_id]:
            reader.push(event)


def _interim_ended_at(kind: str, data: str) -> datetime | None:
    """Return up to which moment words must have begun for an event to make their interim text old."""
    if kind in _END_INTERIM:
        return datetime.fromisoformat(orjson.loads(data)["timestamp"])
    if kind == EventType.TRANSCRIPT:
        entry = orjson.loads(data)
        if (entry["speaker"], entry["source"]) == (Speaker.CANDIDATE, Source.VOICE):
            return datetime.fromisoformat(entry["started_at"])
    return None
