"""Event streams over the wire: what a browser's EventSource gets, and what it costs the process."""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request

from app.core.database import Database
from app.core.errors import DatabaseUnavailableError
from app.interview_session.events.event_log import EventLog
from app.interview_session.room.room_repository import RoomRepository
from tests.conftest import MakeApp, client_of
from tests.interview_session.conftest import STREAMS_PER_USER
from tests.support.counted_reads import counted_reads
from tests.support.event_streams import EventStream, ReceivedEvent, joined, listening
from tests.support.probing import assert_envelope
from tests.support.rooms import (
    Room,
    execute,
    feed_of,
    open_anonymous_room,
    open_room,
    phases,
    serving,
    timestamp,
)
from tests.support.users import PASSWORD, SignedIn, sign_in, sign_up
from tests.support.waiting import PATIENCE_SECONDS, turns_of_the_loop, until


async def no_streams_left(app: FastAPI) -> None:
    """Wait until every place is free again."""
    await until(lambda: not feed_of(app).count)


async def ask(room: Room, client: httpx.AsyncClient, **headers: str) -> httpx.Response:
    """Ask for a stream whose answer is no stream."""
    return await client.get(f"{room.path}/events", headers=room.headers | headers)


async def seen(stream: EventStream, count: int) -> list[ReceivedEvent]:
    events = [await stream.next() for _ in range(count)]
    return [event for event in events if event is not None]


def numbers(events: list[ReceivedEvent]) -> list[int | None]:
    return [event.id for event in events]


async def run_to_the_end(room: Room) -> int:
    """Let a session of three phases run and return the number of its last event."""
    await room.act("timer/start")
    for _ in range(6):
        await room.take_next_step()
    return len(await room.log())


class TestOpening:
    async def test_the_response_is_one_that_no_proxy_holds_back(self, room: Room, web: httpx.AsyncClient) -> None:
        async with listening(web, room.id, headers=room.headers) as stream:
            headers = stream.response.headers
            assert headers["content-type"].partition(";")[0] == "text/event-stream"
            assert headers["x-accel-buffering"] == "no"
            assert headers["cache-control"] == "no-store"
            assert headers["x-request-id"]
            await stream.must("connected")
            assert stream.retry == 2000

    async def test_connected_carries_a_snapshot_and_no_id(self, room: Room, web: httpx.AsyncClient) -> None:
        await room.inject()
        await room.act("timer/start")
        # The welcome, the question, and behind it what was injected before.
        assert await room.log_types() == ["context_injected", "phase_started", *["transcript"] * 3]
        async with listening(web, room.id, headers=room.headers) as stream:
            connected = await stream.must("connected")

        timer = connected.data.pop("timer_status")
        assert connected.id is None
        assert timestamp(connected.data.pop("timestamp"))
        planner = connected.data.pop("current_planner")
        assert connected.data == {
            "room_id": room.id,
            "session_id": str(room.session_id),
            "total_planner_fields": 3,
            "last_event_id": 5,
        }
        assert timer.keys() == (await room.timer())["timer_status"].keys()
        assert (timer["is_running"], timer["current_sequence"]) == (True, 1)
        assert 0 < timer["remaining_time_seconds"] <= 900
        assert (
            planner.items() >= {"sequence": 1, "question_id": "q1", "duration": 15, "question": "Question 1?"}.items()
        )

    async def test_a_first_connection_gets_what_happens_from_then_on(
        self, room: Room, web: httpx.AsyncClient
    ) -> None:
        await room.inject("before")
        async with joined(web, room.id, headers=room.headers) as stream:
            await room.inject("after")

            event = await stream.must("context_injected")

        assert (event.id, event.data["context_text"]) == (2, "after")

    async def test_everybody_in_the_room_gets_the_same(self, app: FastAPI, web: httpx.AsyncClient) -> None:
        room = await open_anonymous_room(app, web)
        async with AsyncExitStack() as stack:
            streams = [await stack.enter_async_context(joined(web, room.id)) for _ in range(3)]
            await room.inject()
            await room.act("end")

            first, *others = [await stream.rest() for stream in streams]

        assert [(event.id, event.type) for event in first] == [
            (1, "context_injected"),
            (2, "transcript"),
            (3, "interview_completed"),
        ]
        assert others == [first, first]

    async def test_head_opens_no_stream(self, app: FastAPI, room: Room, client: httpx.AsyncClient) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            response = await client.head(f"{room.path}/events", headers=room.headers)

        assert response.content == b""
        await no_streams_left(app)


class TestRun:
    async def test_a_whole_run_arrives_as_it_is_in_the_log_and_then_the_stream_ends(
        self, room: Room, web: httpx.AsyncClient
    ) -> None:
        async with joined(web, room.id, headers=room.headers) as stream:
            last = await run_to_the_end(room)

            events = await stream.rest()

        log = await room.log()
        assert numbers(events) == list(range(1, last + 1))
        assert [(event.type, event.data) for event in events] == [(line.type, line.data) for line in log]
        assert events[-1].type == "interview_completed"

    async def test_every_act_arrives_as_it_is_in_the_log(self, room: Room, web: httpx.AsyncClient) -> None:
        async with joined(web, room.id, headers=room.headers) as stream:
            for act in ("timer/start", "timer/pause", "timer/start", "timer/reset"):
                await room.act(act)
            problem = {"room_id": room.id, "problem_text": "Sort it"}
            await room.client.post("/api/inject-problem", headers=room.headers, json=problem)
            await room.inject()
            await room.act("end")

            events = await stream.rest()

        assert [event.type for event in events] == [
            "phase_started",
            "transcript",
            "transcript",
            "timer_paused",
            "timer_resumed",
            "transcript",
            "timer_reset",
            "problem_injected",
            "context_injected",
            "transcript",
            "interview_completed",
        ]
        said = [event.data["purpose"] for event in events if event.type == "transcript"]
        assert said == ["greeting", "question", "resuming", "goodbye"]
        assert [event.data for event in events] == [line.data for line in await room.log()]

    async def test_after_the_last_event_there_is_nothing_to_come_back_for(
        self, room: Room, client: httpx.AsyncClient
    ) -> None:
        last = await run_to_the_end(room)
        for response in (
            await ask(room, client, **{"Last-Event-ID": str(last)}),
            await client.get(f"{room.path}/events", headers=room.headers, params={"last_event_id": last}),
            await ask(room, client),
        ):
            assert response.status_code == 204
            assert response.content == b""

    async def test_who_missed_the_end_gets_it_and_the_stream_ends(self, room: Room, web: httpx.AsyncClient) -> None:
        last = await run_to_the_end(room)
        for position in (0, 3, last - 1):
            async with joined(web, room.id, headers=room.headers, last_event_id=position) as stream:
                assert numbers(await stream.rest()) == list(range(position + 1, last + 1))

    async def test_a_new_session_in_the_room_begins_a_new_log(
        self, app: FastAPI, room: Room, user: SignedIn, web: httpx.AsyncClient
    ) -> None:
        last = await run_to_the_end(room)
        plan_id = (await room.row())["mock_interview_id"]
        started = await user.post("/api/start-interview", {"room_id": room.id, "mock_interview_id": plan_id})
        second = Room(app, user.client, started.json(), user.headers)
        await second.inject()

        # The id of the old log is past the end of the new one.
        after = {"Last-Event-ID": str(last)}
        async with joined(web, room.id, headers=room.headers | after) as stream:
            assert (await stream.must("context_injected")).id == 1


class TestResuming:
    @pytest.fixture
    async def room(self, app: FastAPI, user: SignedIn) -> Room:
        """Give a room with ten events in its log."""
        room = await open_room(app, user)
        for number in range(1, 11):
            await room.inject(f"remark {number}")
        return room

    async def resumed(
        self, room: Room, web: httpx.AsyncClient, count: int, header: str | None = None, **parameters: Any
    ) -> list[int | None]:
        headers = room.headers | ({"Last-Event-ID": header} if header is not None else {})
        async with joined(web, room.id, headers=headers, **parameters) as stream:
            return numbers(await seen(stream, count))

    async def test_everything_after_the_last_id_comes_in_order_and_once(
        self, room: Room, web: httpx.AsyncClient
    ) -> None:
        async with joined(web, room.id, headers=room.headers | {"Last-Event-ID": "4"}) as stream:
            replayed = await seen(stream, 6)
            await room.inject("live")
            live = await stream.must("context_injected")

        assert numbers(replayed) == [5, 6, 7, 8, 9, 10]
        assert [event.data["context_text"] for event in replayed] == [f"remark {number}" for number in range(5, 11)]
        assert live.id == 11

    async def test_the_last_id_may_be_in_the_address(self, room: Room, web: httpx.AsyncClient) -> None:
        assert await self.resumed(room, web, 3, last_event_id=7) == [8, 9, 10]
        assert await self.resumed(room, web, 10, last_event_id=0) == list(range(1, 11))

    async def test_the_header_is_asked_before_the_address(self, room: Room, web: httpx.AsyncClient) -> None:
        assert await self.resumed(room, web, 2, "8", last_event_id=3) == [9, 10]
        assert await self.resumed(room, web, 10, "0", last_event_id=9) == list(range(1, 11))

    @pytest.mark.parametrize(
        "header",
        ["", "abc", "-1", "1.5", "0x5", "1 2", "²", "٣", "1e1", "None", "[1]", "9" * 20, "9" * 4301, "1" * 60_000],
    )
    async def test_a_header_that_is_no_number_is_as_good_as_none(
        self, room: Room, web: httpx.AsyncClient, header: str
    ) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            headers = httpx.Headers(room.headers | {"Last-Event-ID": header}, encoding="utf-8")
            async with web.stream("GET", f"{room.path}/events", headers=headers) as response:
                stream = EventStream(response)
                assert (await stream.must("connected")).data["last_event_id"] == 10
                await room.inject("new")
                assert (await stream.must("context_injected")).id == 11
        assert await self.resumed(room, web, 3, "rubbish", last_event_id=8) == [9, 10, 11]

    @pytest.mark.parametrize("header", ["11", "99999", str(2**63 - 1), str(2**63), "9" * 19])
    async def test_an_id_that_the_log_has_not_come_to_gets_the_whole_log(
        self, room: Room, web: httpx.AsyncClient, header: str
    ) -> None:
        assert await self.resumed(room, web, 10, header) == list(range(1, 11))

    @pytest.mark.parametrize("header", ["4", "004"])
    async def test_spellings_of_a_number(self, room: Room, web: httpx.AsyncClient, header: str) -> None:
        assert await self.resumed(room, web, 6, header) == [5, 6, 7, 8, 9, 10]

    @pytest.mark.parametrize("value", ["abc", "-1", "1.5", "1e1", str(2**63), "9" * 5000, "\x00", "null", "[]"])
    async def test_an_address_with_no_number_is_refused(
        self, room: Room, client: httpx.AsyncClient, value: str
    ) -> None:
        response = await client.get(f"{room.path}/events", headers=room.headers, params={"last_event_id": value})

        assert response.status_code == 422, response.text
        assert set(assert_envelope(response, "VALIDATION_ERROR")["field_errors"]) == {"last_event_id"}

    async def test_a_client_that_is_cut_off_again_and_again_misses_and_repeats_nothing(
        self, room: Room, web: httpx.AsyncClient
    ) -> None:
        async def write() -> None:
            for number in range(40):
                await room.inject(f"more {number}")
            await room.act("end")

        writer = asyncio.create_task(write())
        got: list[int] = []
        after: dict[str, str] = {"Last-Event-ID": "10"}
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                async with web.stream("GET", f"{room.path}/events", headers=room.headers | after) as response:
                    if response.status_code == 204:
                        break
                    stream = EventStream(response)
                    await stream.must("connected")
                    for _ in range(3):
                        if event := await stream.next():
                            assert event.id is not None
                            got.append(event.id)
                if got:
                    after = {"Last-Event-ID": str(got[-1])}
        await writer

        # The last two are the goodbye and the end.
        assert got == list(range(11, 53))


@asynccontextmanager
async def lively_replica(app: FastAPI, make_app: MakeApp, seconds: float) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of another replica, whose heartbeats come so often."""
    async with (
        make_app(database_url=app.state.runtime.database.dsn, event_heartbeat_seconds=seconds) as lively,
        serving(lively) as address,
        httpx.AsyncClient(base_url=address) as web,
    ):
        yield web


class TestHeartbeats:
    async def test_heartbeats_come_between_events_without_an_id(
        self, app: FastAPI, make_app: MakeApp, room: Room
    ) -> None:
        async with (
            lively_replica(app, make_app, 0.05) as web,
            joined(web, room.id, headers=room.headers) as stream,
        ):
            first = await stream.must("heartbeat")
            await stream.must("heartbeat")
            await room.inject()
            event = await stream.must("context_injected")
            after = await stream.must("heartbeat")

        assert event.id == 1
        for heartbeat in (first, after):
            assert heartbeat.id is None
            assert heartbeat.data.keys() == {"room_id", "timestamp"}
            assert heartbeat.data["room_id"] == room.id
            assert timestamp(heartbeat.data["timestamp"])

    async def test_they_do_not_ask_for_the_room(self, app: FastAPI, make_app: MakeApp, room: Room) -> None:
        """The feed looks once a second at all rooms that have listeners, in one statement."""
        async with (
            lively_replica(app, make_app, 0.02) as web,
            joined(web, room.id, headers=room.headers) as stream,
        ):
            await stream.must("heartbeat")
            with counted_reads() as read:
                for _ in range(10):
                    await stream.must("heartbeat")

        assert not [sql for sql in read.statements if "room_id" in sql]

    async def test_a_stream_of_an_erased_session_ends_among_them(
        self, app: FastAPI, make_app: MakeApp, room: Room, user: SignedIn
    ) -> None:
        async with (
            lively_replica(app, make_app, 0.05) as web,
            joined(web, room.id, token=room.token) as stream,
        ):
            await stream.must("heartbeat")
            assert (await user.delete(f"/api/v1/sessions/{room.session_id}")).status_code == 204

            assert await stream.rest() == []


class TestErasure:
    """Heartbeats are minutes apart here: what ends a stream is the news of the erasure."""

    async def test_an_erased_session_ends_its_streams_and_no_others(
        self, app: FastAPI, room: Room, user: SignedIn, web: httpx.AsyncClient
    ) -> None:
        other = await open_room(app, user)
        async with (
            joined(web, room.id, headers=user.headers) as mine,
            joined(web, room.id, token=room.token) as by_room_token,
            joined(web, other.id, headers=user.headers) as elsewhere,
        ):
            assert (await user.delete(f"/api/v1/sessions/{room.session_id}")).status_code == 204

            assert await mine.rest() == []
            assert await by_room_token.rest() == []
            await other.inject()
            assert (await elsewhere.must("context_injected")).id == 1


class TestRevocation:
    """Heartbeats are minutes apart here: what ends a stream is the news of the revocation."""

    async def test_a_logout_ends_the_streams_of_that_login_and_no_others(
        self, room: Room, user: SignedIn, web: httpx.AsyncClient
    ) -> None:
        elsewhere = await sign_in(user.client, user.email)
        async with (
            joined(web, room.id, headers=user.headers) as mine,
            joined(web, room.id, headers=elsewhere.headers) as twin,
            joined(web, room.id, token=room.token) as by_room_token,
        ):
            assert (await user.post("/api/v1/auth/logout")).status_code == 200

            assert await mine.rest() == []
            room.headers = elsewhere.headers
            await room.inject()
            assert (await twin.must("context_injected")).id == 1
            assert await by_room_token.rest() == []
        assert (await web.get(f"{room.path}/events", headers=user.headers)).status_code == 401

    async def test_a_new_password_ends_the_streams_of_other_logins(
        self, room: Room, user: SignedIn, web: httpx.AsyncClient
    ) -> None:
        elsewhere = await sign_in(user.client, user.email)
        async with (
            joined(web, room.id, headers=user.headers) as mine,
            joined(web, room.id, headers=elsewhere.headers) as twin,
        ):
            body = {"current_password": PASSWORD, "new_password": "another password"}
            assert (await user.post("/api/v1/auth/change-password", body)).status_code == 200

            assert await twin.rest() == []
            await room.inject()
            assert (await mine.must("context_injected")).id == 1

    async def test_an_erased_account_ends_all_streams_of_its_rooms(
        self, room: Room, user: SignedIn, web: httpx.AsyncClient
    ) -> None:
        async with (
            joined(web, room.id, headers=user.headers) as mine,
            joined(web, room.id, token=room.token) as by_room_token,
        ):
            assert (await user.delete("/api/v1/auth/me", {"password": PASSWORD})).status_code == 204

            assert await mine.rest() == []
            assert await by_room_token.rest() == []

    async def test_another_user_s_logout_ends_nothing(
        self, room: Room, other_user: SignedIn, web: httpx.AsyncClient
    ) -> None:
        async with joined(web, room.id, headers=room.headers) as stream:
            await other_user.post("/api/v1/auth/logout")
            await room.inject()

            assert (await stream.must("context_injected")).id == 1


class TestCost:
    async def test_open_streams_hold_no_database_connection(
        self, app: FastAPI, room: Room, web: httpx.AsyncClient
    ) -> None:
        database: Database = app.state.runtime.database
        nobodys = await open_anonymous_room(app, web)
        async with AsyncExitStack() as stack:
            streams = [
                await stack.enter_async_context(joined(web, each.id, headers=each.headers))
                for each in (room, nobodys)
                for _ in range(STREAMS_PER_USER)
            ]
            await until(lambda: not database.pool_figures()["checked_out"])
            shown = (await web.get("/health/detailed")).json()["database"]["info"]["engine_info"]
            assert shown["checked_out"] == 0

            # More streams than connections, and all of them are served.
            await asyncio.gather(room.inject(), nobodys.inject())
            for stream in streams:
                assert (await stream.must("context_injected")).id == 1

    async def test_a_user_has_so_many_streams_and_a_closed_one_makes_room(
        self, app: FastAPI, room: Room, user: SignedIn, other_user: SignedIn, web: httpx.AsyncClient
    ) -> None:
        await no_streams_left(app)
        second = await open_room(app, user)
        theirs = await open_room(app, other_user)
        async with AsyncExitStack() as stack:
            for number in range(STREAMS_PER_USER - 1):
                opening = joined(web, (room, second)[number % 2].id, headers=user.headers)
                await stack.enter_async_context(opening)
            async with joined(web, room.id, token=room.token):
                refused = await ask(room, web)
                assert refused.status_code == 429, refused.text
                error = assert_envelope(refused, "RATE_LIMIT_ERROR")
                assert str(error["details"]["retry_after"]) == refused.headers["retry-after"]
                await stack.enter_async_context(joined(web, theirs.id, headers=other_user.headers))
            await until(lambda: feed_of(app).count <= STREAMS_PER_USER)

            await stack.enter_async_context(joined(web, room.id, headers=user.headers))
        await no_streams_left(app)

    async def test_a_process_has_so_many_streams(self, app: FastAPI, make_app: MakeApp, user: SignedIn) -> None:
        url = app.state.runtime.database.dsn
        async with (
            make_app(database_url=url, max_event_streams=2, allow_anonymous_rooms=True) as small,
            serving(small) as address,
            httpx.AsyncClient(base_url=address) as web,
        ):
            rooms = [await open_anonymous_room(small, web) for _ in range(3)]
            async with joined(web, rooms[0].id):
                async with joined(web, rooms[1].id):
                    refused = await ask(rooms[2], web)
                    assert refused.status_code == 503, refused.text
                    assert_envelope(refused, "EXTERNAL_SERVICE_ERROR")
                    assert int(refused.headers["retry-after"]) >= 1
                await until(lambda: feed_of(small).count == 1)
                async with joined(web, rooms[2].id):
                    pass

    async def test_refused_and_ended_streams_take_no_place(
        self, app: FastAPI, room: Room, web: httpx.AsyncClient
    ) -> None:
        await room.act("end")
        for _ in range(STREAMS_PER_USER + 1):
            assert (await ask(room, web)).status_code == 204
            assert (await web.get(f"{room.path}/events")).status_code == 403
        await no_streams_left(app)

    async def test_a_client_that_goes_away_before_the_first_byte_leaves_nothing(
        self, app: FastAPI, room: Room
    ) -> None:
        sent: list[Any] = []

        async def receive() -> dict[str, str]:
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        for _ in range(STREAMS_PER_USER + 1):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await app(scope_of(room), receive, send)
            assert feed_of(app).count == 0

        assert all(message.get("status", 200) == 200 for message in sent)

    async def test_a_request_cancelled_at_any_moment_leaves_nothing(self, app: FastAPI, room: Room) -> None:
        async def receive() -> dict[str, str]:
            return await asyncio.Future()

        async def send(_message: Any) -> None:
            await turns_of_the_loop(1)

        for ticks in range(60):
            request = asyncio.create_task(app(scope_of(room), receive, send))
            await turns_of_the_loop(ticks)
            request.cancel()
            await asyncio.gather(request, return_exceptions=True)
            assert feed_of(app).count == 0, ticks

    async def test_a_client_whose_connection_breaks_at_any_byte_leaves_nothing(
        self, app: FastAPI, room: Room
    ) -> None:
        async def receive() -> dict[str, str]:
            return await asyncio.Future()

        # The head, then ``connected``, then an event.
        for count in range(3):
            left = count

            async def send(_message: Any) -> None:
                nonlocal left
                left -= 1
                if left < 0:
                    raise OSError("the connection is broken")

            async with asyncio.timeout(PATIENCE_SECONDS):
                request = asyncio.create_task(app(scope_of(room), receive, send))
                await room.inject()
                await asyncio.gather(request, return_exceptions=True)
            assert feed_of(app).count == 0

    async def test_an_open_stream_keeps_nothing_of_its_request_and_one_task_beside_it(
        self, app: FastAPI, room: Room
    ) -> None:
        before = asyncio.all_tasks()
        client = DirectClient()
        scope = scope_of(room)
        request = asyncio.create_task(app(scope, client.receive, client.send))
        await until(lambda: client.has_got(b"event: connected"))
        await until(lambda: len(asyncio.all_tasks() - before) == 2)
        gc.collect()

        held = [thing for thing in gc.get_objects() if isinstance(thing, Request) and thing.scope is scope]

        assert held == []
        assert not [name for name in scope if "stack" in name]
        client.leave()
        await request

    async def test_a_client_that_has_gone_is_noticed_whatever_its_stream_is_at(
        self, app: FastAPI, room: Room
    ) -> None:
        waiting, sending = DirectClient(), DirectClient(stuck_at=b"event: context_injected")
        requests = [asyncio.create_task(app(scope_of(room), each.receive, each.send)) for each in (waiting, sending)]
        await until(lambda: waiting.has_got(b"event: connected") and sending.has_got(b"event: connected"))
        await room.inject()
        await sending.stuck.wait()

        for client in (waiting, sending):
            client.leave()

        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.gather(*requests)
        await no_streams_left(app)

    async def test_who_takes_nothing_delays_nobody(self, app: FastAPI, room: Room, web: httpx.AsyncClient) -> None:
        slow = DirectClient(stuck_at=b"event: context_injected")
        request = asyncio.create_task(app(scope_of(room), slow.receive, slow.send))
        await until(lambda: slow.has_got(b"event: connected"))
        async with joined(web, room.id, headers=room.headers) as stream:
            await room.inject()
            await slow.stuck.wait()
            for number in range(2, 6):
                await room.inject()
                assert (await stream.must("context_injected")).id == number - 1

        assert not request.done()
        slow.leave()
        await request


class TestFailures:
    async def test_a_database_that_goes_away_interrupts_the_stream_and_the_client_resumes(
        self, room: Room, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await room.inject()
        for failure in (DatabaseUnavailableError(), ConnectionResetError(), TimeoutError()):

            async def failing(*_arguments: object, error: Exception = failure) -> Any:
                raise error

            with monkeypatch.context() as patch:
                patch.setattr(EventLog, "after", failing)
                async with joined(web, room.id, headers=room.headers, last_event_id=0) as stream:
                    error = await stream.must("error")
                    assert error.id is None
                    assert error.data.keys() == {"message", "room_id", "timestamp"}
                    assert await stream.rest() == []

        async with joined(web, room.id, headers=room.headers, last_event_id=0) as stream:
            assert (await stream.must("context_injected")).id == 1

    async def test_a_login_that_nobody_can_check_right_now_keeps_its_stream(
        self, app: FastAPI, room: Room, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def failing(*_arguments: object) -> Any:
            raise DatabaseUnavailableError

        async with joined(web, room.id, headers=room.headers) as stream:
            with monkeypatch.context() as patch:
                patch.setattr(RoomRepository, "find", failing)
                feed_of(app).nudge_readers(None)
                await stream.must("heartbeat")

            await room.inject()
            assert (await stream.must("context_injected")).id == 1

    async def test_streams_end_at_once_when_the_process_goes_and_resume_elsewhere(
        self, app: FastAPI, room: Room, web: httpx.AsyncClient
    ) -> None:
        await room.inject()
        async with joined(web, room.id, headers=room.headers) as stream:
            feed_of(app).close_readers()

            assert await stream.rest() == []
        await room.inject()
        async with joined(web, room.id, headers=room.headers, last_event_id=1) as stream:
            assert (await stream.must("context_injected")).id == 2

    async def test_a_process_that_goes_takes_no_more(
        self, app: FastAPI, room: Room, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(app.state.runtime.drain, "is_ending", True)

        refused = await ask(room, client)

        assert refused.status_code == 503
        assert_envelope(refused, "EXTERNAL_SERVICE_ERROR")


async def test_an_open_stream_holds_no_plan(app: FastAPI, user: SignedIn, web: httpx.AsyncClient) -> None:
    mark = f"Only here: {user.id}"
    room = await open_room(app, user, planner_fields=[field | {"paraphrase": mark} for field in phases(5)])
    async with joined(web, room.id, headers=room.headers):
        gc.collect()

        held = [thing for thing in gc.get_objects() if isinstance(thing, dict) and thing.get("paraphrase") == mark]

    assert held == []


class TestStalledClients:
    @pytest.fixture
    async def impatient(self, make_app: MakeApp) -> AsyncIterator[FastAPI]:
        async with make_app(send_timeout_seconds=0.5) as app:
            yield app

    async def test_a_client_that_does_not_read_is_cut_off_and_resumes_without_a_loss(
        self, impatient: FastAPI
    ) -> None:
        room = await open_room(impatient, await sign_up(client_of(impatient)))
        text, count = "x" * 20_000, 900
        await fill_log(room, count, text)
        async with serving(impatient) as address, httpx.AsyncClient(base_url=address) as web:
            with stalled_connection(room, address) as connection:
                await until(lambda: feed_of(impatient).count)
                await no_streams_left(impatient)
                received = await asyncio.to_thread(read_all, connection)

            # The last event may have come in part; what was on its way is lost with the connection.
            last = max(int(line[4:]) for line in received.splitlines() if line.startswith(b"id: ")) - 1
            assert 0 <= last < count
            async with joined(web, room.id, headers=room.headers, last_event_id=last) as stream:
                events = await seen(stream, count - last)

        assert numbers(events) == list(range(last + 1, count + 1))
        assert {event.data["context_text"] for event in events} == {text}


async def fill_log(room: Room, count: int, text: str) -> None:
    """Put many long lines into a log at once."""
    await execute(
        room.app,
        """
        WITH lines AS (
            INSERT INTO session_events (session_id, seq, type, data, created_at)
            SELECT :id, n, 'context_injected', json_build_object('context_text', CAST(:text AS text)), now()
            FROM generate_series(1, :count) AS n
        )
        UPDATE interview_sessions SET last_seq = :count WHERE id = :id
        """,
        id=room.session_id,
        count=count,
        text=text,
    )


def scope_of(room: Room) -> dict[str, Any]:
    """Return the request for a room's stream as a server hands it to the application."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": f"{room.path}/events",
        "raw_path": f"{room.path}/events".encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"authorization", room.headers["Authorization"].encode())],
        "client": ("127.0.0.1", 50000),
        "server": ("test", 80),
    }


class DirectClient:
    """A client without a server between: it takes what is sent until it comes to a part where it sticks."""

    def __init__(self, *, stuck_at: bytes | None = None) -> None:
        self.stuck = asyncio.Event()
        self._stuck_at = stuck_at
        self._received = b""
        self._has_left = asyncio.Event()

    async def receive(self) -> dict[str, str]:
        await self._has_left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        body: bytes = message.get("body", b"")
        if self._stuck_at and self._stuck_at in body:
            self.stuck.set()
            await asyncio.Event().wait()
        self._received += body

    def has_got(self, part: bytes) -> bool:
        return part in self._received

    def leave(self) -> None:
        self._has_left.set()


def stalled_connection(room: Room, address: str) -> socket.socket:
    """Ask for a stream from its beginning with next to no room for its bytes, and read none of them."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(PATIENCE_SECONDS)
    connection.connect(("127.0.0.1", int(address.rpartition(":")[2])))
    authorization = room.headers["Authorization"]
    request = f"GET {room.path}/events?last_event_id=0 HTTP/1.1\r\nHost: a\r\nAuthorization: {authorization}\r\n\r\n"
    connection.sendall(request.encode())
    return connection


def read_all(connection: socket.socket) -> bytes:
    """Read what is left of a connection that the other side has given up."""
    received = b""
    with suppress(ConnectionResetError):
        while data := connection.recv(65536):
            received += data
    return received
