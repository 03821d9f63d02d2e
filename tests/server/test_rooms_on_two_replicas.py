"""Rooms on two servers that share a data folder: what happens on the one is seen on the other, whoever dies."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import psutil
import pytest

from app.core.embedded_postgres import EmbeddedPostgres
from tests.support.event_streams import EventStream, Listener, joined
from tests.support.processes import AppServer, postgres_processes, scratch_folder
from tests.support.users import SignedIn, sign_in, sign_up
from tests.support.waiting import PATIENCE_SECONDS, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

SETTINGS = {"EVENT_HEARTBEAT_SECONDS": "1", "ALLOW_ANONYMOUS_ROOMS": "true"}


class Replica:
    """A server, a client of it, and the same user on each."""

    def __init__(self, server: AppServer) -> None:
        self.server = server
        self.client = httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=PATIENCE_SECONDS)

    def seen_by(self, user: SignedIn) -> SignedIn:
        return SignedIn(self.client, user.email, user.id, user.tokens)


class Room:
    """A room of a user, as it is entered through any server."""

    def __init__(self, started: dict[str, Any], user: SignedIn) -> None:
        self.id: str = started["room_id"]
        self.session_id: str = started["session_id"]
        self.token: str = started["room_token"]
        self.headers = user.headers

    async def act(self, act: str, replica: Replica, *, patiently: bool = False) -> dict[str, Any]:
        """Perform an act and return the timer's status; patiently means again while the answer is 503."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                response = await replica.client.post(f"/api/interview/{self.id}/{act}", headers=self.headers)
                if not patiently or response.status_code != 503:
                    break
        assert response.status_code == 200, response.text
        status: dict[str, Any] = response.json()["timer_status"]
        return status

    async def timer(self, replica: Replica) -> dict[str, Any]:
        response = await replica.client.get(f"/api/interview/{self.id}/timer/status", headers=self.headers)
        assert response.status_code == 200, response.text
        status: dict[str, Any] = response.json()["timer_status"]
        return status

    def listener(self, *replicas: Replica) -> Listener:
        """Return a listener that goes from one server to the next."""
        turns = iter(range(10**6))
        return Listener(
            lambda: replicas[next(turns) % len(replicas)].server.url, self.id, self.headers, silence_seconds=5
        )


@asynccontextmanager
async def replicas(folder: Path, count: int = 2, **settings: str) -> AsyncIterator[list[Replica]]:
    """Run servers on a data folder, and leave none of them behind."""
    found = [Replica(AppServer(folder, **SETTINGS | settings)) for _ in range(count)]
    try:
        await asyncio.gather(*(replica.server.ready() for replica in found))
        yield found
    finally:
        for replica in found:
            await replica.client.aclose()
            replica.server.process.kill()
            replica.server.process.wait()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with scratch_folder() as path:
        yield path


@pytest.fixture(scope="module")
async def pair(folder: Path) -> AsyncIterator[list[Replica]]:
    async with replicas(folder) as two:
        yield two


@pytest.fixture
async def user(pair: list[Replica]) -> SignedIn:
    return await sign_up(pair[0].client)


WAITING_FOR_ROOMS = """
    SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%interview_sessions%'
    HAVING count(*) = $1
"""


async def open_room(user: SignedIn, *minutes: float, instructions: str = "") -> Room:
    """Start a room of the user with phases of these lengths, each with the same instructions."""
    fields = [
        {
            "sequence": sequence,
            "question_id": f"q{sequence}",
            "question_type": "technical",
            "duration": duration,
            "question": "Why?",
            "instructions": instructions,
        }
        for sequence, duration in enumerate(minutes, 1)
    ]
    plan = await user.post("/api/v1/mock-interviews", {"title": "Rehearsal", "planner_fields": fields})
    assert plan.status_code == 201, plan.text
    body = {"room_id": f"room-{uuid4().hex[:12]}", "mock_interview_id": plan.json()["id"]}
    started = await user.post("/api/start-interview", body)
    assert started.status_code == 200, started.text
    return Room(started.json(), user)


async def execute(folder: Path, sql: str, *values: Any) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(EmbeddedPostgres(folder / "data").dsn)
    try:
        rows: list[asyncpg.Record] = await connection.fetch(sql, *values)
        return rows
    finally:
        await connection.close()


async def end_phases(folder: Path, *rooms: Room) -> None:
    """Move the rooms' time to the end of their phases, and wake the servers as a new deadline does."""
    await execute(
        folder,
        """
        WITH moved AS (
            UPDATE interview_sessions SET deadline = clock_timestamp(), wake_at = clock_timestamp()
            WHERE id = ANY($1::uuid[]) AND deadline IS NOT NULL RETURNING wake_at
        )
        SELECT pg_notify('interview_tracker', 'clock:' || floor(extract(epoch FROM min(wake_at)) * 1000)::bigint)
        FROM moved
        """,
        [room.session_id for room in rooms],
    )


async def log_of(folder: Path, room: Room) -> list[tuple[int, str]]:
    rows = await execute(
        folder, "SELECT seq, type FROM session_events WHERE session_id = $1::uuid ORDER BY seq", room.session_id
    )
    return [(row["seq"], row["type"]) for row in rows]


def kinds(log: list[tuple[int, str]]) -> list[str]:
    """Return the kinds of a log's lines, numbered without gaps, but for what was said and the report."""
    assert [seq for seq, _ in log] == list(range(1, len(log) + 1))
    return [kind for _, kind in log if kind not in {"transcript", "report_ready"}]


def heard(listener: Listener) -> list[tuple[int | None, str]]:
    return [(event.id, event.type) for event in listener.events]


async def until_logged(folder: Path, room: Room, kind: str) -> list[str]:
    async def found() -> list[str] | None:
        log = kinds(await log_of(folder, room))
        return log if kind in log else None

    log: list[str] = await until(found)
    return log


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def postmaster_pid(folder: Path) -> int:
    return int((folder / "data" / "postgres" / "postmaster.pid").read_text().split()[0])


class TestTogether:
    async def test_started_here_heard_there_paused_there(self, pair: list[Replica], user: SignedIn) -> None:
        here, there = pair
        room = await open_room(user, 5, 5)
        async with joined(there.client, room.id, headers=room.headers) as stream:
            await room.act("timer/start", here)
            assert (await stream.must("phase_started")).id == 1
            said = [(await stream.must("transcript")).data["purpose"] for _ in range(2)]
            assert said == ["greeting", "question"]
            paused = await room.act("timer/pause", there)
            assert (await stream.must("timer_paused")).id == 4

            assert await room.timer(here) == paused
            await room.act("timer/reset", here)
            await room.act("end", there)

            rest = [(event.id, event.type) for event in await stream.rest()]
            assert rest == [(5, "timer_reset"), (6, "transcript"), (7, "interview_completed"), (8, "report_ready")]

    async def test_the_same_room_started_on_both_at_once_is_one_session(
        self, pair: list[Replica], user: SignedIn
    ) -> None:
        body = {"room_id": f"room-{uuid4().hex[:12]}", "mock_interview_id": "two-minute-demo"}

        answers = await asyncio.gather(
            *(replica.seen_by(user).post("/api/start-interview", body) for replica in pair * 4)
        )

        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.json()["session_id"] for answer in answers}) == 1

    async def test_a_room_token_of_the_one_opens_the_room_on_the_other(
        self, pair: list[Replica], user: SignedIn
    ) -> None:
        room = await open_room(user, 5)
        for replica in pair:
            path = f"/api/status/{room.id}"
            assert (await replica.client.get(path, params={"token": room.token})).status_code == 200
            assert (await replica.client.get(path)).status_code == 403

    async def test_each_phase_change_happens_once(self, folder: Path, pair: list[Replica], user: SignedIn) -> None:
        rooms = [await open_room(user, 5, 5) for _ in range(12)]
        for number, room in enumerate(rooms):
            await room.act("timer/start", pair[number % 2])
        for kind in ("phase_changed", "interview_completed"):
            await end_phases(folder, *rooms)
            for room in rooms:
                await until_logged(folder, room, kind)

        for room in rooms:
            assert kinds(await log_of(folder, room)) == ["phase_started", "phase_changed", "interview_completed"]

    async def test_a_logout_on_the_one_ends_a_stream_on_the_other(self, pair: list[Replica], user: SignedIn) -> None:
        room = await open_room(user, 5)
        elsewhere = await sign_in(pair[0].client, user.email)
        async with joined(pair[1].client, room.id, headers=elsewhere.headers) as stream:
            assert (await elsewhere.post("/api/v1/auth/logout")).status_code == 200

            assert await stream.rest() == []

    async def test_acts_on_both_at_once_make_one_log_that_both_tell(
        self, folder: Path, pair: list[Replica], user: SignedIn
    ) -> None:
        room = await open_room(user, 5, 5)
        listeners = [room.listener(replica) for replica in pair]
        async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as group:
            for listener in listeners:
                group.create_task(listener.listen())
            await room.act("timer/start", pair[0])
            acts = ["timer/start", "timer/pause", "timer/start", "timer/pause", "timer/start"] * 4
            await asyncio.gather(*(room.act(act, pair[number % 2]) for number, act in enumerate(acts)))
            await room.act("end", pair[1])

        log = await log_of(folder, room)
        assert kinds(log)[-1] == "interview_completed"
        for listener in listeners:
            assert heard(listener) == log


class TestDeaths:
    async def test_a_listener_of_a_killed_server_goes_on_at_the_other_and_loses_and_repeats_nothing(
        self, folder: Path, pair: list[Replica], user: SignedIn
    ) -> None:
        async with replicas(folder, 1) as (third,):
            room = await open_room(user, 5, 5)
            listener = room.listener(third, pair[1])
            async with asyncio.timeout(4 * PATIENCE_SECONDS), asyncio.TaskGroup() as group:
                group.create_task(listener.listen())
                await room.act("timer/start", third)
                await listener.until("phase_started")

                kill(third.server.process.pid)
                await end_phases(folder, room)

                await listener.until("phase_changed")
                await room.act("timer/pause", pair[0])
                await room.act("end", pair[1])

        log = await log_of(folder, room)
        assert kinds(log) == ["phase_started", "phase_changed", "timer_paused", "interview_completed"]
        assert heard(listener) == log
        assert listener.answers[200] > 1

    async def test_a_frozen_server_delays_nobody_else_and_repeats_nothing_when_it_thaws(
        self, folder: Path, pair: list[Replica], user: SignedIn
    ) -> None:
        async with replicas(folder, 1) as (third,):
            rooms = [await open_room(user, 5, 5) for _ in range(5)]
            for room in rooms:
                await room.act("timer/start", third)
            process = third.server.process
            process.send_signal(signal.SIGSTOP)
            try:
                await end_phases(folder, *rooms)
                for room in rooms:
                    await until_logged(folder, room, "phase_changed")
            finally:
                process.send_signal(signal.SIGCONT)
            assert (await third.client.get("/health/liveness")).status_code == 200
            for room in rooms:
                assert (await room.timer(third))["current_sequence"] == 2
                assert kinds(await log_of(folder, room)) == ["phase_started", "phase_changed"]

    @pytest.mark.parametrize("has_key", [False, True])
    async def test_a_server_frozen_in_mid_act_gives_its_rooms_up(
        self, folder: Path, pair: list[Replica], user: SignedIn, has_key: bool
    ) -> None:
        """It falls silent once PostgreSQL has done for it what it asked for.

        That is all where an act is one statement. Where its answer is remembered for a key it holds the rooms locked.
        One of the plans is bigger than what the buffer of a socket takes.
        """
        healthy, frozen = pair
        rooms = [await open_room(user, *[5] * phases, instructions="x" * 18_000) for phases in (2, 30)]
        for room in rooms:
            await room.act("timer/start", healthy)
        process = frozen.server.process
        keys = [{"Idempotency-Key": room.id} if has_key else {} for room in rooms]
        holder = await asyncpg.connect(EmbeddedPostgres(folder / "data").dsn)
        try:
            async with holder.transaction():
                await holder.execute(
                    "SELECT id FROM interview_sessions WHERE id = ANY($1::uuid[]) FOR UPDATE",
                    [room.session_id for room in rooms],
                )
                paths = [f"/api/interview/{room.id}/timer/reset" for room in rooms]
                in_mid_act = asyncio.gather(
                    *(
                        frozen.client.post(path, headers=user.headers | key)
                        for path, key in zip(paths, keys, strict=True)
                    )
                )
                await until(lambda: execute(folder, WAITING_FOR_ROOMS, len(rooms)))
                process.send_signal(signal.SIGSTOP)
            # Silence ends a transaction after two seconds; a wait for a lock would end after three.
            async with asyncio.timeout(8):
                await asyncio.gather(*(room.act("timer/pause", healthy) for room in rooms))
        finally:
            process.send_signal(signal.SIGCONT)
            await holder.close()
        assert [answer.status_code for answer in await in_mid_act] == ([503, 503] if has_key else [200, 200])

        for room in rooms:
            # There is no pause after a reset: the clock stands.
            happened = kinds(await log_of(folder, room))
            assert happened == ["phase_started", "timer_paused" if has_key else "timer_reset"]

    async def test_a_killed_database_costs_listeners_nothing(
        self, folder: Path, pair: list[Replica], user: SignedIn
    ) -> None:
        room = await open_room(user, 5, 5)
        listeners = [room.listener(*pair), room.listener(*reversed(pair))]
        async with asyncio.timeout(4 * PATIENCE_SECONDS), asyncio.TaskGroup() as group:
            for listener in listeners:
                group.create_task(listener.listen())
            await room.act("timer/start", pair[0])
            for listener in listeners:
                await listener.until("phase_started")

            kill(postmaster_pid(folder))
            await room.act("timer/pause", pair[1], patiently=True)
            await room.act("timer/start", pair[0], patiently=True)
            kill(postmaster_pid(folder))
            await room.act("timer/reset", pair[0], patiently=True)
            await room.act("end", pair[1], patiently=True)

        log = await log_of(folder, room)
        assert kinds(log) == [
            "phase_started",
            "timer_paused",
            "timer_resumed",
            "timer_reset",
            "interview_completed",
        ]
        for listener in listeners:
            assert heard(listener) == log
            assert set(listener.answers) <= {200, 204, 503}

    async def test_after_everything_was_killed_a_new_start_goes_on(self) -> None:
        with scratch_folder() as folder:
            async with replicas(folder) as first:
                user = await sign_up(first[0].client)
                running, paused, due = [await open_room(user, 5, 5) for _ in range(3)]
                for room in (running, paused, due):
                    await room.act("timer/start", first[0])
                await room.act("timer/start", first[1])
                before = await paused.act("timer/pause", first[1])
                for replica in first:
                    kill(replica.server.process.pid)
                # Nobody is there to perform it.
                await execute(
                    folder,
                    "UPDATE interview_sessions SET deadline = deadline - interval '1 hour', "
                    "wake_at = wake_at - interval '1 hour' WHERE id = $1::uuid",
                    due.session_id,
                )
                for process in postgres_processes(folder):
                    with suppress(psutil.NoSuchProcess):
                        process.kill()
                await until(lambda: not postgres_processes(folder))

            async with replicas(folder, 1) as (only,):
                assert await paused.timer(only) == before
                status = await running.timer(only)
                assert (status["is_running"], status["current_sequence"]) == (True, 1)
                await until_logged(folder, due, "phase_changed")
                status = await due.timer(only)
                assert status["current_sequence"] == 2
                assert 200 < status["remaining_time_seconds"] <= 300

                listener = due.listener(only)
                async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as group:
                    group.create_task(listener.listen())
                    await due.act("end", only)
                log = await log_of(folder, due)
                assert kinds(log) == ["phase_started", "phase_changed", "interview_completed"]
                assert heard(listener) == log


class TestGoingAway:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    async def test_a_server_that_is_told_to_go_ends_its_streams_and_goes(
        self, folder: Path, pair: list[Replica], user: SignedIn, number: signal.Signals
    ) -> None:
        async with replicas(folder, 1) as (third,):
            room = await open_room(user, 5)
            async with (
                joined(third.client, room.id, headers=room.headers) as one,
                joined(third.client, room.id, token=room.token) as two,
            ):
                third.server.process.send_signal(number)
                assert await ended(one) == []
                assert await ended(two) == []
                await asyncio.to_thread(third.server.wait)
            # What uvicorn says when it has to break off what still runs.
            assert "graceful shutdown exceeded" not in third.server.output
            assert "Traceback" not in third.server.output
            await room.act("timer/start", pair[0])
            async with joined(pair[1].client, room.id, headers=room.headers, last_event_id=0) as stream:
                assert (await stream.must("phase_started")).id == 1

    async def test_a_draining_server_is_not_ready_and_still_serves(
        self, folder: Path, pair: list[Replica], user: SignedIn
    ) -> None:
        async with replicas(folder, 1, DRAIN_SECONDS="4") as (third,):
            room = await open_room(user, 5)
            async with joined(third.client, room.id, headers=room.headers) as stream:
                third.server.process.send_signal(signal.SIGTERM)
                await until_not_ready(third)
                alive = await third.client.get("/health/liveness")
                assert alive.status_code == 200
                # So that the next request of whoever keeps connections open goes elsewhere.
                assert alive.headers["Connection"] == "close"
                assert (await third.seen_by(user).get("/api/v1/auth/me")).status_code == 200
                await room.act("timer/start", third)
                assert (await stream.must("phase_started")).id == 1
                for number in (2, 3):
                    assert (await stream.must("transcript")).id == number

                assert await ended(stream) == []
                await asyncio.to_thread(third.server.wait)
        assert (await pair[0].client.get("/health/readiness")).status_code == 200

    async def test_a_second_signal_means_now(self, folder: Path, pair: list[Replica], user: SignedIn) -> None:
        async with replicas(folder, 1, DRAIN_SECONDS="200") as (third,):
            room = await open_room(user, 5)
            async with joined(third.client, room.id, headers=room.headers) as stream:
                third.server.process.send_signal(signal.SIGTERM)
                await until_not_ready(third)

                third.server.process.send_signal(signal.SIGTERM)

                assert await ended(stream) == []
                await asyncio.to_thread(third.server.wait)


class TestLogs:
    @pytest.mark.parametrize("log_format", ["human", "json"])
    async def test_no_token_gets_into_the_log(
        self,
        folder: Path,
        pair: list[Replica],
        user: SignedIn,
        log_format: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        # With the server's own access log, as the plain command starts it.
        monkeypatch.setattr("tests.support.processes.UVICORN_OPTIONS", ("--timeout-graceful-shutdown", "5"))
        async with replicas(folder, 1, LOG_LEVEL="DEBUG", LOG_FORMAT=log_format) as (third,):
            room = await open_room(user, 5)
            tokens = {"token": room.token}
            async with joined(third.client, room.id, token=room.token):
                pass
            stale = {"token": user.tokens["access_token"]}
            for path in ("timer/status", "events", "no-such-path"):
                for parameters in (tokens, stale, {"token": "x" * 40}):
                    async with third.client.stream(
                        "GET", f"/api/interview/{room.id}/{path}", params=parameters
                    ) as response:
                        assert response.status_code in {200, 401, 404}
            await third.client.get(f"/api/interview/{room.id}/events", params=tokens | {"last_event_id": "x"})
            await third.client.post(f"/api/interview/{room.id}/end", params=tokens)
            await third.seen_by(user).get("/api/v1/auth/me")
            third.server.stop()
            output = third.server.output

        assert "/api/interview/{room_id}/events" in output
        secrets = [room.token, *user.tokens.values(), "x" * 40]
        for secret in secrets:
            if isinstance(secret, str) and len(secret) > 20:
                assert secret not in output
                assert secret[-20:] not in output
        assert "token=" not in output


async def until_not_ready(replica: Replica) -> None:
    async def refusal() -> httpx.Response | None:
        answer = await replica.client.get("/health/readiness")
        return None if answer.status_code == 200 else answer

    assert (await until(refusal)).status_code == 503


async def ended(stream: EventStream) -> list[Any]:
    """Return what still comes before the end of a stream, however it ends."""
    try:
        return await stream.rest()
    except httpx.RemoteProtocolError:
        return []
