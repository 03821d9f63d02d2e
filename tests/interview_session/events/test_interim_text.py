"""What the candidate is saying: shown while it is said, on every replica, and never behind its own final words."""

import asyncio
import functools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from app.core.errors import DatabaseUnavailableError
from app.core.read_pool import ReadPool
from app.interview_session.events import events
from app.interview_session.events.event_feed import Reader
from app.interview_session.events.events import Event, EventType, Source, Speaker
from app.interview_session.events.interim_text import MAX_PAYLOAD_BYTES, InterimText, InterimWatch
from app.interview_session.voice import interim_sender
from app.interview_session.voice.chronicle import Chronicle
from app.interview_session.voice.interim_sender import InterimSender
from tests.conftest import MakeApp, NewDatabase, client_of
from tests.support.event_streams import joined
from tests.support.rooms import Room, feed_of, interviewer_of, open_room, serving
from tests.support.users import sign_up
from tests.support.waiting import PATIENCE_SECONDS, until

BEGAN = datetime(2026, 5, 4, 12, tzinfo=UTC)
LATER = BEGAN + timedelta(seconds=1)
PAST_THE_LIMIT = ["word " * 5_000, "é" * 9_000, "🙂" * 3_000, '\n"\\\x00' * 3_000, "ab🙂é\n" * 2_000]


def interim(text: str, began: datetime = BEGAN) -> InterimText:
    return InterimText(text, 1, began)


def final(text: str, began: datetime, source: Source = Source.VOICE) -> Event:
    return events.transcript(
        Speaker.CANDIDATE, text, phase_sequence=1, started_at=began, ended_at=began, source=source, purpose="answer"
    )


def show(room: Room, shown: InterimText) -> None:
    """Hand a text to the readers of this process, as a notification does."""
    InterimWatch(feed_of(room.app)).look_again(shown.payload(room.session_id).partition(":")[2])


@asynccontextmanager
async def reading(room: Room, *, position: int = 0, takes_interim: bool = True) -> AsyncIterator[Any]:
    """Give a function that returns the next event of a reader's, and the reader."""
    feed = feed_of(room.app)
    last_seq = (await room.row())["last_seq"]
    reader = feed.open(room.session_id, "o", position=position, last_seq=last_seq, takes_interim=takes_interim)
    frames = reader.frames(PATIENCE_SECONDS)

    async def following() -> Event:
        async with asyncio.timeout(PATIENCE_SECONDS):
            wire = await anext(frames)
        assert wire
        return events.read_frame(wire)

    try:
        yield following, reader
    finally:
        feed.release(reader)


async def until_queued(reader: Reader, seq: int) -> None:
    """Wait until an event stands last in a reader's queue."""
    await until(lambda: reader._queue and reader._queue[-1][0] == seq)


class TestPayload:
    @pytest.mark.parametrize("text", PAST_THE_LIMIT, ids=range(len(PAST_THE_LIMIT)))
    def test_of_a_text_that_is_too_long_the_end_goes_and_as_much_of_it_as_can(self, text: str) -> None:
        session_id = uuid4()
        payload = interim(text).payload(session_id)

        sent = InterimText.from_json(payload.split(":", 2)[2]).text
        assert MAX_PAYLOAD_BYTES - len(payload.encode()) < 6  # the longest that one character takes
        assert len(payload.encode()) <= MAX_PAYLOAD_BYTES
        assert text.endswith(sent)
        assert sent

    def test_a_text_that_fits_goes_whole(self) -> None:
        shown = interim("Zwölf “quoted” words:\n🙂 and so on")

        assert InterimText.from_json(shown.payload(uuid4()).split(":", 2)[2]) == shown

    def test_half_a_character_does_not_stop_the_others(self) -> None:
        payload = interim("before \ud83d after").payload(uuid4())

        assert InterimText.from_json(payload.split(":", 2)[2]).text == "before ? after"


GARBAGE = [
    None,
    "",
    "nobody",
    "nobody:{}",
    "{id}",
    "{id}:",
    "{id}:[]",
    "{id}:null",
    '{id}:{"text": "a"}',
    '{id}:{"text": 1, "phase_sequence": 1, "started_at": "2026-05-04T12:00:00Z"}',
    '{id}:{"text": "a", "phase_sequence": "1", "started_at": "2026-05-04T12:00:00Z"}',
    '{id}:{"text": "a", "phase_sequence": 1, "started_at": "yesterday"}',
    '{id}:{"text": "a", "phase_sequence": 1, "started_at": "2026-05-04T12:00:00"}',
    '{id}:{"text": "a',
]


class TestReaders:
    @pytest.mark.parametrize("garbage", GARBAGE)
    async def test_what_cannot_be_read_is_passed_over(self, room: Room, garbage: str | None) -> None:
        async with reading(room) as (following, _):
            InterimWatch(feed_of(room.app)).look_again(garbage and garbage.replace("{id}", str(room.session_id)))
            show(room, interim("sound"))

            assert (await following()).data["text"] == "sound"

    async def test_a_text_is_an_event_without_a_number_and_holds_up_none(self, room: Room) -> None:
        async with reading(room) as (following, reader):
            show(room, interim("I have"))
            shown = await following()
            await room.inject()
            numbered = await following()

        assert shown == Event(
            EventType.TRANSCRIPT_INTERIM,
            {
                "speaker": "candidate",
                "text": "I have",
                "phase_sequence": 1,
                "started_at": "2026-05-04T12:00:00Z",
            },
        )
        assert (numbered.seq, reader.position) == (1, 1)

    async def test_a_reader_that_asked_for_none_and_one_of_another_session_get_none(
        self, room: Room, app: FastAPI
    ) -> None:
        async with reading(room, takes_interim=False) as (following, reader), reading(room) as (told, _):
            InterimWatch(feed_of(app)).look_again(interim("foreign").payload(uuid4()).partition(":")[2])
            show(room, interim("I have"))
            await room.inject()

            assert (await told()).type in {EventType.TRANSCRIPT_INTERIM, EventType.CONTEXT_INJECTED}
            assert (await following()).type is EventType.CONTEXT_INJECTED
            assert reader._interim is None

    async def test_one_that_lags_gets_the_events_and_then_the_newest_text(self, room: Room) -> None:
        async with reading(room) as (following, reader):
            await room.inject()
            await following()
            show(room, interim("I"))
            await room.inject()
            await room.inject()
            await until_queued(reader, 3)
            show(room, interim("I have"))
            show(room, interim("I have seen"))

            got = [await following() for _ in range(3)]

        assert [event.seq for event in got] == [2, 3, None]
        assert got[-1].data["text"] == "I have seen"

    async def test_a_text_never_comes_behind_the_words_that_took_its_place(self, room: Room) -> None:
        await room.act("timer/start")
        start = (await room.row())["last_seq"]
        async with reading(room, position=start) as (following, reader):
            show(room, interim("I have"))
            assert (await following()).data["text"] == "I have"
            await room.perform(lambda act: act.add(final("I have seen it.", BEGAN)))
            await until_queued(reader, start + 1)
            show(room, interim("I have seen"))

            assert (await following()).data["text"] == "I have seen it."
            show(room, interim("I have seen it"))
            show(room, interim("And then", LATER))
            assert (await following()).data["text"] == "And then"

    async def test_nor_behind_those_that_were_read_from_the_log(self, room: Room) -> None:
        await room.act("timer/start")
        await room.perform(lambda act: act.add(final("I have seen it.", BEGAN)))
        last = (await room.row())["last_seq"]
        async with reading(room, position=last - 1) as (following, _):
            show(room, interim("I have seen"))
            assert (await following()).seq == last
            show(room, interim("I have seen it"))
            show(room, interim("And then", LATER))

            assert (await following()).data["text"] == "And then"

    async def test_what_is_typed_meanwhile_changes_nothing(self, room: Room) -> None:
        await room.act("timer/start")
        last = (await room.row())["last_seq"]
        async with reading(room, position=last) as (following, _):
            await room.perform(lambda act: act.add(final("In writing", LATER, Source.TYPED)))
            assert (await following()).data["text"] == "In writing"
            show(room, interim("I have"))

            assert (await following()).data["text"] == "I have"

    async def test_a_pause_ends_it(self, room: Room) -> None:
        await room.act("timer/start")
        last = (await room.row())["last_seq"]
        async with reading(room, position=last) as (following, reader):
            await room.act("timer/pause")
            paused = await following()
            at = datetime.fromisoformat(paused.data["timestamp"])
            show(room, interim("of before the pause", at))
            assert reader._take_interim() is None
            show(room, interim("of after it", at + timedelta(seconds=1)))

            assert (await following()).data["text"] == "of after it"


@pytest.fixture
async def own(make_app: MakeApp) -> AsyncIterator[Room]:
    """Give a running room in an application of its own."""
    async with make_app() as app:
        await until(app.state.runtime.notifications.connected.is_set)
        room = await open_room(app, await sign_up(client_of(app)))
        await room.act("timer/start")
        yield room


class TestSending:
    async def test_one_replica_s_text_reaches_the_streams_of_all(
        self, make_app: MakeApp, new_database: NewDatabase
    ) -> None:
        url = await new_database()
        async with AsyncExitStack() as stack:
            apps = [await stack.enter_async_context(make_app(database_url=url)) for _ in range(2)]
            room = await open_room(apps[0], await sign_up(client_of(apps[0])))
            other = await open_room(apps[0], await sign_up(client_of(apps[0])))
            streams = []
            for app in apps:
                await until(app.state.runtime.notifications.connected.is_set)
                base = await stack.enter_async_context(serving(app))
                http = await stack.enter_async_context(httpx.AsyncClient(base_url=base))
                streams.append(await stack.enter_async_context(joined(http, room.id, token=room.token)))
            foreign = await stack.enter_async_context(joined(http, other.id, token=other.token))
            sender = InterimSender(apps[0].state.runtime.database, room.session_id)
            sender.start()
            for count in range(1, 51):
                sender.show(interim("🙂" * 3_000 + " word" * count))

            for stream in streams:
                shown = await stream.must("transcript_interim")
                assert shown.id is None
                # The first forty-nine were old before they could leave.
                assert shown.data["text"].endswith("🙂" + " word" * 50)
            await room.inject()
            for stream in streams:
                assert (await stream.must("context_injected")).id == 1
            await other.inject()
            await foreign.must("context_injected")
            await sender.stop()

    async def test_what_is_dropped_in_time_is_not_sent(self, own: Room) -> None:
        sender = InterimSender(own.app.state.runtime.database, own.session_id)
        last = (await own.row())["last_seq"]
        async with reading(own, position=last) as (following, _):
            sender.show(interim("of words that are final by now"))
            sender.drop()
            sender.start()
            sender.show(interim("of the next ones"))

            assert (await following()).data["text"] == "of the next ones"
        await sender.stop()

    async def test_a_failing_database_ends_nothing(self, own: Room, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(interim_sender, "PAUSE_SECONDS", 0.0)
        failures: list[Exception] = [
            DatabaseUnavailableError(),
            ConnectionResetError("a broken pipe"),
            TimeoutError(),
            asyncpg.InterfaceError("closed"),
            asyncpg.AdminShutdownError("bye"),
        ]
        real = ReadPool.fetch

        async def failing(pool: ReadPool, sql: str, arguments: Any) -> Any:
            if failures and "pg_notify" in sql:
                raise failures.pop()
            return await real(pool, sql, arguments)

        monkeypatch.setattr(ReadPool, "fetch", failing)
        sender = InterimSender(own.app.state.runtime.database, own.session_id)
        sender.start()
        for left in reversed(range(len(failures))):
            sender.show(interim("lost"))
            await until(functools.partial(has_length, failures, left))
        async with reading(own, position=(await own.row())["last_seq"]) as (following, _):
            sender.show(interim("arrives"))
            assert (await following()).data["text"] == "arrives"
        await sender.stop()

    async def test_final_words_do_not_wait_for_a_text_that_is_stuck(
        self, own: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stuck = asyncio.Event()
        real = ReadPool.fetch

        async def sticking(pool: ReadPool, sql: str, arguments: Any) -> Any:
            if "pg_notify" in sql:
                stuck.set()
                await asyncio.Event().wait()
            return await real(pool, sql, arguments)

        monkeypatch.setattr(ReadPool, "fetch", sticking)
        # So that only the end of the chronicle can end it.
        monkeypatch.setattr(interim_sender, "SEND_SECONDS", 600.0)
        chronicle = Chronicle(own.app.state.runtime.database, own.session_id, interviewer_of(own.app))
        chronicle.start()
        chronicle.show_interim(interim("I have seen"))
        await stuck.wait()
        chronicle.note(final("I have seen it.", BEGAN))

        await until(lambda: logged(own, "I have seen it."))
        await chronicle.stop()


def has_length(failures: list[Exception], length: int) -> bool:
    return len(failures) == length


async def logged(room: Room, text: str) -> bool:
    return any(line.data.get("text") == text for line in await room.log())
