"""The way from the log to its readers: in order, once, whatever is lost, and no more than there is room for."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI

from app.core.errors import DatabaseUnavailableError, ExternalServiceError, RateLimitError
from app.core.notifications import CONNECTION_NAME, Notifications
from app.core.read_pool import ReadPool
from app.interview_session.events import event_feed
from app.interview_session.events.event_feed import QUEUE_BYTES, QUEUE_SIZE, EventFeed, Reader, WireEvent
from app.interview_session.events.event_log import READ_BYTES, READ_LIMIT, EventLog
from app.interview_session.events.events import frame
from app.interview_session.room.room_repository import RoomRepository
from app.repositories.access import DataAccess
from tests.conftest import MakeApp, client_of
from tests.support.rooms import Room, execute, feed_of, open_room
from tests.support.users import SignedIn, sign_up
from tests.support.waiting import PATIENCE_SECONDS, until

OWNER = "somebody"


class Follower:
    """Reads a reader's frames and keeps the numbers of their events; ``None`` stands for a frame that is none."""

    def __init__(self, reader: Reader, *, patience: float = PATIENCE_SECONDS) -> None:
        self.reader = reader
        self.frames = reader.frames(patience)

    async def next(self) -> int | None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return number_of(await anext(self.frames))

    async def waits(self) -> "asyncio.Task[int | None]":
        """Begin to read the next frame, and return when the reader has nothing and waits for it."""
        task = asyncio.create_task(self.next())
        await until(self.is_waiting)
        return task

    def is_waiting(self) -> bool:
        return self.reader._waiting is not None and not self.reader._waiting.done()

    async def take(self, count: int) -> list[int | None]:
        return [await self.next() for _ in range(count)]

    async def rest(self) -> list[int | None]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return [number_of(frame) async for frame in self.frames]


def number_of(frame: bytes | None) -> int | None:
    return int(frame.split(b"\n")[0].removeprefix(b"id: ")) if frame else None


@contextmanager
def reading(
    room: Room, *, position: int = 0, last_seq: int = 0, owner: str = OWNER, patience: float = PATIENCE_SECONDS
) -> Any:
    """Give a follower of a room's log and take its place away afterwards."""
    feed = feed_of(room.app)
    reader = feed.open(room.session_id, owner, position=position, last_seq=last_seq)
    try:
        yield Follower(reader, patience=patience)
    finally:
        feed.release(reader)


async def inject_many(room: Room, count: int) -> None:
    for number in range(count):
        await room.inject(f"remark {number}")


async def fill_log(room: Room, count: int, text: str = "") -> None:
    """Put many lines into a log at once, behind everybody's back."""
    await execute(
        room.app,
        """
        WITH lines AS (
            INSERT INTO session_events (session_id, seq, type, data, created_at)
            SELECT id, last_seq + n, 'context_injected', json_build_object('context_text', CAST(:text AS text)), now()
            FROM interview_sessions, generate_series(1, :count) AS n WHERE id = :id
        )
        UPDATE interview_sessions SET last_seq = last_seq + :count WHERE id = :id
        """,
        id=room.session_id,
        count=count,
        text=text,
    )


class TestOrder:
    async def test_a_reader_gets_what_is_in_the_log_and_then_what_comes(self, room: Room) -> None:
        await inject_many(room, 3)
        with reading(room, position=1, last_seq=3) as follower:
            assert await follower.take(2) == [2, 3]
            await inject_many(room, 2)
            assert await follower.take(2) == [4, 5]

    async def test_readers_that_come_in_the_midst_of_writing_miss_and_repeat_nothing(self, room: Room) -> None:
        written = 0

        async def write() -> None:
            nonlocal written
            for _ in range(10):
                await room.inject()
                written += 1

        async def come_and_read(position: int) -> list[int]:
            await until(lambda: written >= 3 * position)
            session = await RoomRepository(DataAccess(room.app.state.runtime.database.reads)).find(room.id)
            assert session is not None
            begin = min(position, session["last_seq"])
            with reading(room, position=begin, last_seq=session["last_seq"], owner=str(position)) as follower:
                return [begin, *(number for number in await follower.rest() if number)]

        readers = [asyncio.create_task(come_and_read(position)) for position in range(12)]
        await asyncio.gather(*(write() for _ in range(4)))
        await room.act("end")

        for seen in await asyncio.gather(*readers):
            # The last two are the goodbye and the end.
            assert seen == list(range(seen[0], 43))

    async def test_a_log_of_any_length_is_read_to_its_end(self, room: Room) -> None:
        count = 2 * READ_LIMIT + 7
        await fill_log(room, count)
        with reading(room, position=1, last_seq=count) as follower:
            assert await follower.take(count - 1) == list(range(2, count + 1))

    async def test_a_log_of_exactly_one_read_is_too(self, room: Room) -> None:
        await fill_log(room, READ_LIMIT)
        with reading(room, last_seq=READ_LIMIT) as follower:
            assert await follower.take(READ_LIMIT) == list(range(1, READ_LIMIT + 1))
            await room.inject()
            assert await follower.next() == READ_LIMIT + 1

    async def test_the_session_s_last_event_ends_the_reading(self, room: Room) -> None:
        await inject_many(room, 2)
        with reading(room, last_seq=2) as live:
            assert await live.take(2) == [1, 2]
            await room.act("end")
            # The goodbye, and then the end.
            assert await live.rest() == [3, 4]
        with reading(room, position=1, last_seq=4) as late:
            assert await late.rest() == [2, 3, 4]

    async def test_a_reader_with_nothing_to_read_says_so(self, room: Room) -> None:
        feed = feed_of(room.app)
        reader = feed.open(room.session_id, OWNER, position=0, last_seq=0)
        follower = Follower(reader, patience=0.01)

        assert await follower.take(3) == [None, None, None]
        await room.inject()
        assert 1 in await follower.take(100)

        feed.release(reader)

    async def test_a_reader_that_always_has_something_to_read_says_so_as_well(self, room: Room) -> None:
        seen: list[int | None] = []
        with reading(room, patience=0.05) as follower:
            while None not in seen and len(seen) < 1_000_000:
                # The next one is there before the reader asks for it.
                seq = len(seen) + 1
                follower.reader.push(WireEvent(seq, "context_injected", f"id: {seq}\n\n".encode()))
                seen.append(await follower.next())

        assert seen == [*range(1, len(seen)), None]
        assert len(seen) > 1

    async def test_a_reader_of_a_long_log_says_so_as_well(self, room: Room) -> None:
        await fill_log(room, 20)
        seen: list[int | None] = []
        with reading(room, last_seq=20, patience=600) as follower:
            while 20 not in seen:
                seen.append(await follower.next())
                # As if it took longer than the pause between two of them.
                follower.reader._beat_at -= 6000

        assert [number for number in seen if number] == list(range(1, 21))
        assert None in seen

    async def test_what_a_slow_consumer_let_pass_is_said_once(self, room: Room) -> None:
        with reading(room, patience=600) as follower:
            follower.reader.push(WireEvent(1, "context_injected", b"id: 1\n\n"))
            assert await follower.next() == 1
            follower.reader._beat_at -= 6000
            follower.reader.push(WireEvent(2, "context_injected", b"id: 2\n\n"))

            assert await follower.take(2) == [None, 2]

    async def test_a_nudge_makes_a_waiting_reader_look_around_and_loses_nothing(self, room: Room) -> None:
        with reading(room) as follower:
            waiting = await follower.waits()
            follower.reader.nudge()
            assert await waiting is None
            await room.inject()
            assert await follower.next() == 1

    async def test_a_nudge_comes_before_what_is_queued(self, room: Room) -> None:
        with reading(room) as follower:
            await room.inject()
            assert await follower.next() == 1
            await inject_many(room, 3)
            follower.reader.nudge()
            assert await follower.take(4) == [None, 2, 3, 4]

    async def test_only_the_owner_s_readers_are_nudged(self, room: Room) -> None:
        feed = feed_of(room.app)
        with reading(room, owner="one") as mine, reading(room, owner="other") as theirs:
            first, second = await mine.waits(), await theirs.waits()
            feed.nudge_readers("one")
            assert await first is None
            assert not second.done()
            feed.nudge_readers(None)
            assert await second is None


class TestLosses:
    @pytest.fixture
    async def own(self, make_app: MakeApp) -> AsyncIterator[Room]:
        """Give a room in an application of its own, for what would disturb others."""
        async with make_app() as app:
            await until(app.state.runtime.notifications.connected.is_set)
            yield await open_room(app, await sign_up(client_of(app)))

    async def test_without_a_single_wake_up_events_still_arrive(
        self, own: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(event_feed, "LOOK_SECONDS", 0.05)
        feed = feed_of(own.app)
        feed._woken.set()  # so that the poll that is under way ends
        monkeypatch.setattr(feed, "look_again", lambda _subject: None)
        with reading(own) as follower:
            await inject_many(own, 3)
            assert await follower.take(3) == [1, 2, 3]

    async def test_what_a_process_told_nobody_because_it_died_arrives_within_about_a_second(
        self, own: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is committed by another replica that never notifies, and by this one whose announcement gets lost."""
        with reading(own) as follower:
            for write in (fill_log(own, 1), self.inject_unannounced(own, monkeypatch)):
                live = await follower.waits()
                await write
                committed_at = asyncio.get_running_loop().time()
                assert await live
                assert asyncio.get_running_loop().time() - committed_at < event_feed.LOOK_SECONDS + 1

    async def inject_unannounced(self, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(room.app.state.runtime.database.wake_ups, "announce", lambda _topics: None)
            await room.inject()

    async def test_readers_of_a_session_that_was_erased_without_a_word_look_around(self, own: Room) -> None:
        with reading(own) as follower:
            live = await follower.waits()
            await execute(own.app, "DELETE FROM interview_sessions WHERE id = :id", id=own.session_id)
            assert await live is None
            # By which a stream knows that it has to ask for its room.
            assert follower.reader.was_nudged

    async def test_one_statement_looks_at_all_sessions_and_only_what_has_news_is_read(
        self, own: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        user = await sign_up(client_of(own.app))
        others = [await open_room(own.app, user) for _ in range(3)]
        feed = feed_of(own.app)
        looks: list[dict[UUID, int]] = []
        read: list[dict[UUID, int]] = []
        behind, news = EventLog.behind, EventLog.news

        async def looking(log: EventLog, known: dict[UUID, int]) -> Any:
            looks.append(dict(known))
            return await behind(log, known)

        async def reading_news(log: EventLog, known: dict[UUID, int]) -> Any:
            read.append(dict(known))
            return await news(log, known)

        monkeypatch.setattr(EventLog, "behind", looking)
        monkeypatch.setattr(EventLog, "news", reading_news)
        with ExitStack() as stack:
            followers = [stack.enter_context(reading(room, owner=room.id)) for room in (own, *others)]
            live = await followers[0].waits()
            await fill_log(own, 1)
            feed.look_again(None)
            assert await live == 1
        assert len(looks[-1]) == len(others) + 1
        assert read == [{own.session_id: 0}]

    async def test_after_the_connection_for_wake_ups_was_lost_what_came_meanwhile_arrives(
        self, own: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(event_feed, "LOOK_SECONDS", 600.0)
        feed_of(own.app)._woken.set()
        notifications: Notifications = own.app.state.runtime.notifications
        connect, gate = notifications._connect, asyncio.Event()

        async def connect_when_told() -> Any:
            await gate.wait()
            return await connect()

        monkeypatch.setattr(notifications, "_connect", connect_when_told)
        with reading(own) as follower:
            await own.inject()
            assert await follower.next() == 1
            await execute(
                own.app,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                f"WHERE datname = current_database() AND application_name = '{CONNECTION_NAME}'",
            )
            await until(lambda: not notifications.connected.is_set())
            await fill_log(own, 2)
            gate.set()
            # Logins are distrusted too: the reader is told to look around.
            assert [number for number in await follower.take(3) if number] == [2, 3]

    async def test_a_failed_read_is_tried_again_soon(self, own: Room, monkeypatch: pytest.MonkeyPatch) -> None:
        real = EventLog.news
        failures: list[Exception] = [DatabaseUnavailableError(), OSError("a broken pipe"), RuntimeError("a bug")]

        async def failing(log: EventLog, known: dict[UUID, int]) -> Any:
            if failures:
                raise failures.pop()
            return await real(log, known)

        monkeypatch.setattr(EventLog, "news", failing)
        monkeypatch.setattr(event_feed, "LOOK_SECONDS", 600.0)
        feed_of(own.app)._woken.set()
        with reading(own) as follower:
            live = await follower.waits()
            await own.inject()
            assert await live == 1
        assert not failures

    async def test_what_a_reader_lacks_it_reads_from_the_log_and_what_it_has_it_drops(self, room: Room) -> None:
        await inject_many(room, 6)
        with reading(room, position=6, last_seq=6) as follower:
            waiting = await follower.waits()
            follower.reader.push(WireEvent(5, "context_injected", b"id: 5\n\n"))
            await fill_log(room, 3)
            follower.reader.push(WireEvent(9, "context_injected", b"id: 9\n\n"))
            assert await waiting == 7
            assert await follower.take(2) == [8, 9]
            await room.inject()
            assert await follower.next() == 10


class TestLane:
    async def test_replays_and_news_are_read_with_the_users_connections(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        database = room.app.state.runtime.database
        used: list[ReadPool] = []
        fetch = ReadPool.fetch

        async def noting(pool: ReadPool, sql: str, arguments: Any) -> Any:
            if "session_events" in sql:
                used.append(pool)
            return await fetch(pool, sql, arguments)

        monkeypatch.setattr(ReadPool, "fetch", noting)
        await fill_log(room, 3)
        with reading(room, last_seq=3) as follower:
            assert await follower.take(3) == [1, 2, 3]
            replayed = len(used)
            live = await follower.waits()
            await fill_log(room, 1)
            feed_of(room.app).look_again(str(room.session_id))
            assert await live == 4

        assert 0 < replayed < len(used)
        assert set(used) == {database.reads.pool}


class TestLimits:
    async def test_a_reader_far_behind_keeps_little_here_and_goes_on_from_the_log(self, room: Room) -> None:
        with reading(room) as slow, reading(room, owner="quick") as quick:
            await room.inject()
            assert await slow.next() == 1
            assert await quick.next() == 1
            last = 1 + 3 * QUEUE_SIZE
            await fill_log(room, last - 2, "x" * 3_000)
            await room.inject()
            assert await quick.take(last - 1) == list(range(2, last + 1))

            assert sum(len(wire) for _, _, wire, _ in slow.reader._queue) <= QUEUE_BYTES
            assert await slow.take(last - 1) == list(range(2, last + 1))

    async def test_many_readers_that_do_not_read_hold_a_small_part_of_a_large_log(
        self, app: FastAPI, room: Room, other_user: SignedIn
    ) -> None:
        theirs = await open_room(app, other_user)
        text, count = "x" * 50_000, 200
        await fill_log(room, count, text)
        tracemalloc.start()
        try:
            with ExitStack() as stack:
                unread = [
                    stack.enter_context(reading(room, last_seq=count, owner=str(number))) for number in range(20)
                ]
                assert [await follower.next() for follower in unread] == [1] * 20
                held, _ = tracemalloc.get_traced_memory()
                with reading(theirs, owner="victim") as victim:
                    await theirs.inject()
                    assert await victim.next() == 1
        finally:
            tracemalloc.stop()

        # Each may hold one read and the event that it gave.
        assert held < 20 * 3 * READ_BYTES

    async def test_news_of_many_sessions_come_in_parts_and_completely(self, app: FastAPI, user: SignedIn) -> None:
        rooms = [await open_room(app, user) for _ in range(3)]
        with ExitStack() as stack:
            followers = [stack.enter_context(reading(room, owner=room.id)) for room in rooms]
            waiting = [await follower.waits() for follower in followers]
            for room in rooms:
                await fill_log(room, 3 * READ_LIMIT, "x" * 10_000)

            feed_of(app).look_again(None)

            assert [await task for task in waiting] == [1] * 3
            for follower in followers:
                assert await follower.take(3 * READ_LIMIT - 1) == list(range(2, 3 * READ_LIMIT + 1))

    async def test_one_read_takes_as_many_bytes_as_it_may_and_one_event_at_least(self, room: Room) -> None:
        await fill_log(room, 3, "x" * (READ_BYTES + 1))
        await fill_log(room, 2 * READ_LIMIT, "x")
        log = feed_of(room.app).log

        reads = [[row["seq"] for row in await log.after(room.session_id, seq)] for seq in (0, 1, 3)]

        assert reads == [[1], [2], list(range(4, 4 + READ_LIMIT))]
        assert [row["seq"] for row in await log.news({room.session_id: 1})] == [2]

    async def test_a_closed_reader_ends_at_once(self, room: Room) -> None:
        await fill_log(room, 100)
        with reading(room, last_seq=100) as replaying, reading(room, position=100, last_seq=100) as waiting:
            assert await replaying.take(2) == [1, 2]
            last = await waiting.waits()

            feed_of(room.app).close_readers()

            with pytest.raises(StopAsyncIteration):
                await last
            assert await replaying.rest() == []
            assert replaying.reader.position == 2

    async def test_each_owner_and_the_process_have_their_limits(self, app: FastAPI, room: Room) -> None:
        feed = EventFeed(app.state.runtime.database.reads, max_readers=3, max_readers_per_owner=2)
        first, second = (feed.open(room.session_id, "a", position=0, last_seq=0) for _ in range(2))
        with pytest.raises(RateLimitError):
            feed.open(room.session_id, "a", position=0, last_seq=0)
        third = feed.open(room.session_id, "b", position=0, last_seq=0)
        with pytest.raises(ExternalServiceError):
            feed.open(room.session_id, "b", position=0, last_seq=0)
        assert feed.count == 3

        feed.release(first)
        feed.release(first)

        assert feed.count == 2
        fourth = feed.open(room.session_id, "a", position=0, last_seq=0)
        with pytest.raises(RateLimitError):
            feed.open(room.session_id, "a", position=0, last_seq=0)
        for reader in (second, third, fourth):
            feed.release(reader)
        assert feed.count == 0

    async def test_nothing_is_kept_of_readers_that_have_gone(self, app: FastAPI, room: Room) -> None:
        feed = EventFeed(app.state.runtime.database.reads, max_readers=9, max_readers_per_owner=9)
        readers = [feed.open(room.session_id, owner, position=0, last_seq=0) for owner in "abc"]
        feed.look_again(str(room.session_id))
        for reader in readers * 2:
            feed.release(reader)

        assert not feed._readers
        assert not feed._known
        assert not feed._owners
        assert not feed._stale

    async def test_an_event_s_wire_form_is_made_once_for_all_readers(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made: list[bytes] = []

        def counted(*arguments: Any) -> bytes:
            made.append(frame(*arguments))
            return made[-1]

        monkeypatch.setattr(event_feed, "frame", counted)
        with ExitStack() as stack:
            followers = [stack.enter_context(reading(room, owner=str(number))) for number in range(5)]
            waiting = [asyncio.create_task(anext(follower.frames)) for follower in followers]
            await until(lambda: all(follower.is_waiting() for follower in followers))
            await room.inject()
            got = await asyncio.gather(*waiting)

        [wire] = made
        assert all(each is wire for each in got)

    async def test_readers_that_wait_share_one_timer(self, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
        loop = asyncio.get_running_loop()
        call_at, moments = loop.call_at, list[float]()

        def noting(moment: float, *arguments: Any, **options: Any) -> asyncio.TimerHandle:
            moments.append(moment)
            return call_at(moment, *arguments, **options)

        patience = 5000.0
        with ExitStack() as stack:
            followers = [
                stack.enter_context(reading(room, owner=str(number), patience=patience)) for number in range(20)
            ]
            monkeypatch.setattr(loop, "call_at", noting)
            waiting = [await follower.waits() for follower in followers]
            await room.inject()
            assert [await task for task in waiting] == [1] * 20
            waiting = [await follower.waits() for follower in followers]
            assert sum(moment > loop.time() + patience / 2 for moment in moments) <= 1
            feed_of(room.app).close_readers()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def test_one_read_serves_all_readers_and_none_is_made_for_nobody(
        self, app: FastAPI, room: Room, user: SignedIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = EventLog.news
        asked: list[set[UUID]] = []

        async def counted(log: EventLog, known: dict[UUID, int]) -> Any:
            asked.append(set(known))
            return await real(log, known)

        monkeypatch.setattr(EventLog, "news", counted)
        unheard = await open_room(app, user)
        with reading(room, owner="a") as one, reading(room, owner="b") as two, reading(room, owner="c") as three:
            await unheard.inject()
            await room.inject()
            for follower in (one, two, three):
                assert await follower.next() == 1
            # They may have found it by themselves, when they began, before the wake-up was heard.
            await until(lambda: asked)
        # One for the three, and perhaps the look that comes every few seconds.
        assert len(asked) < 3
        assert all(sessions == {room.session_id} for sessions in asked)
