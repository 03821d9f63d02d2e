"""A database that changes, waits or has no room: victims are answered, with success or with 503 and its reason."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.services import health
from tests.conftest import MakeApp, client_of
from tests.support.probing import assert_envelope
from tests.support.users import SignedIn, sign_up
from tests.support.waiting import until

POSITIONS = "/api/v1/positions"
BODY = {"title": "Engineer", "company": "Acme"}


@pytest.fixture(autouse=True)
def soon_ready_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "REFUSAL_SECONDS", 0.2)


@pytest.fixture(scope="module")
async def app(make_app: MakeApp) -> AsyncIterator[FastAPI]:
    """Run an application whose database the tests may spoil."""
    async with make_app(database_lock_timeout_seconds=0.2, database_pool_size=4) as app:
        yield app


@pytest.fixture(scope="module")
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of that application."""
    async with client_of(app) as http:
        yield http


@asynccontextmanager
async def connected(app: FastAPI) -> AsyncIterator[asyncpg.Connection]:
    """Give a connection of somebody else's."""
    connection = await asyncpg.connect(app.state.runtime.database.dsn)
    try:
        yield connection
    finally:
        await connection.close()


def assert_not_now(response: httpx.Response, reason: str) -> None:
    assert response.status_code == 503, response.text
    error = assert_envelope(response, "EXTERNAL_SERVICE_ERROR")
    assert error["details"] == {"service_name": "database", "reason": reason}
    assert int(response.headers["retry-after"]) >= 1


async def ready(client: httpx.AsyncClient) -> bool:
    return (await client.get("/health/readiness")).status_code == 200


class TestSchemaThatChanges:
    async def test_no_write_and_no_read_fails_after_an_alteration(
        self, app: FastAPI, client: httpx.AsyncClient
    ) -> None:
        user = await sign_up(client)
        for change in ("ALTER status TYPE text", "ALTER status TYPE varchar(20)"):
            # One each, so that none waits for another's lock.
            paths = [f"{POSITIONS}/{(await user.position())['id']}" for _ in range(4)]
            # Every connection has its plans of these statements.
            await asyncio.gather(*(self.everything(user, path) for path in paths))
            async with connected(app) as other:
                await other.execute(f"ALTER TABLE positions {change}")

            answers = await asyncio.gather(*(self.everything(user, path) for path in paths))

            assert {status for statuses in answers for status in statuses} == {200, 201}

    async def everything(self, user: SignedIn, path: str) -> list[int]:
        answers = [
            await user.post(POSITIONS, BODY),
            await user.patch(path, {"title": "Developer"}),
            await user.put(f"{path}/status", {"status": "offer"}),
            await user.get(path),
            await user.get(POSITIONS, search="developer"),
        ]
        return [answer.status_code for answer in answers]

    async def test_two_that_wait_for_each_other_are_both_served(
        self, app: FastAPI, client: httpx.AsyncClient
    ) -> None:
        user = await sign_up(client)
        position = await user.position()
        async with connected(app) as other:
            await other.execute(
                """
                CREATE SEQUENCE tries;
                CREATE FUNCTION lose_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF nextval('tries') = 1 THEN RAISE EXCEPTION 'simulated' USING ERRCODE = '40P01'; END IF;
                    RETURN new;
                END $$;
                CREATE TRIGGER lose_once BEFORE UPDATE ON positions FOR EACH ROW EXECUTE FUNCTION lose_once();
                """
            )
            try:
                answer = await user.patch(f"{POSITIONS}/{position['id']}", {"title": "Developer"})
                tries = await other.fetchval("SELECT last_value FROM tries")
            finally:
                await other.execute("DROP FUNCTION lose_once CASCADE; DROP SEQUENCE tries")

        assert (answer.status_code, answer.json()["title"], tries) == (200, "Developer", 2)


class TestLocks:
    async def test_a_wait_for_a_lock_ends(self, app: FastAPI, client: httpx.AsyncClient) -> None:
        user = await sign_up(client)
        position = await user.position()
        path = f"{POSITIONS}/{position['id']}"
        async with connected(app) as other, other.transaction():
            await other.execute("SELECT 1 FROM positions WHERE id = $1 FOR UPDATE", position["id"])

            # More than there are connections: none of them waits for another's whole time.
            async with asyncio.timeout(10):
                answers = await asyncio.gather(*(user.patch(path, {"title": "Late"}) for _ in range(4)))
            assert (await user.get(path)).json()["title"] == "Engineer"

        for answer in answers:
            assert_not_now(answer, "lock_timeout")
        assert (await user.patch(path, {"title": "Late"})).status_code == 200

    async def test_a_statement_that_runs_for_too_long_is_ended(self, make_app: MakeApp) -> None:
        async with make_app(database_statement_timeout_seconds=0.5) as app, client_of(app) as client:
            user = await sign_up(client)
            async with connected(app) as other, other.transaction():
                # Reads wait for nobody but for whoever alters their table; it stands for any statement that is slow.
                await other.execute("LOCK TABLE positions IN ACCESS EXCLUSIVE MODE")
                answers = await asyncio.gather(user.get(POSITIONS), user.post(POSITIONS, BODY))

            for answer in answers:
                assert_not_now(answer, "statement_timeout")
            assert (await user.post(POSITIONS, BODY)).status_code == 201


class TestNoWrites:
    async def test_a_full_disk_is_503_and_not_ready(self, app: FastAPI, client: httpx.AsyncClient) -> None:
        user = await sign_up(client)
        assert await ready(client)
        async with connected(app) as other:
            await other.execute(
                """
                CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
                END $$;
                CREATE TRIGGER no_space BEFORE INSERT ON positions EXECUTE FUNCTION no_space();
                """
            )
            try:
                answers = await asyncio.gather(*(user.post(POSITIONS, BODY) for _ in range(8)))
                readiness = await client.get("/health/readiness")
                reading = await user.get(POSITIONS)
            finally:
                await other.execute("DROP FUNCTION no_space CASCADE")

        for answer in (*answers, readiness):
            assert_not_now(answer, "disk_full")
        assert reading.status_code == 200
        await until(lambda: ready(client))
        assert (await user.post(POSITIONS, BODY)).status_code == 201

    async def test_a_database_that_only_reads_is_not_ready_before_anybody_writes(
        self, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(health, "WRITABLE_SECONDS", 0)
        async with make_app() as app, client_of(app) as client:
            user = await sign_up(client)
            made = await user.position()
            position = (await user.get(f"{POSITIONS}/{made['id']}")).json()
            async with connected(app) as other:
                name = await other.fetchval("SELECT current_database()")
                await other.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
                await end_connections(other)
                await until(lambda: refused(client))
                answers = [await user.post(POSITIONS, BODY), await client.get("/health/readiness")]
                detailed = (await client.get("/health/detailed")).json()
                reading = await user.get(f"{POSITIONS}/{position['id']}")
                await other.execute("SET default_transaction_read_only = off")
                await other.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
                await end_connections(other)

            for answer in answers:
                assert_not_now(answer, "read_only")
            assert reading.json() == position
            assert (detailed["overall_status"], detailed["database"]["connected"]) == ("unhealthy", True)
            await until(lambda: ready(client))
            assert (await user.post(POSITIONS, BODY)).status_code == 201


async def refused(client: httpx.AsyncClient) -> bool:
    return not await ready(client)


async def end_connections(connection: asyncpg.Connection) -> None:
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )


class TestLanes:
    async def test_users_cannot_hold_what_the_process_needs(self, app: FastAPI, client: httpx.AsyncClient) -> None:
        """Every connection of users' is busy: the probes and the clocks go on."""
        database = app.state.runtime.database
        async with connected(app) as other:
            await other.execute("SELECT pg_advisory_lock(1)")
            wait = "SELECT pg_advisory_lock_shared(1)"
            busy = [asyncio.create_task(database.reads.pool.fetch(wait, ())) for _ in range(database.reads.pool.size)]
            writing = [asyncio.create_task(write(database, "SELECT 1")) for _ in range(4)]
            await until(lambda: database.reads.pool.opened - database.reads.pool.idle == len(busy))
            try:
                async with asyncio.timeout(10):
                    assert (await client.get("/health/readiness")).status_code == 200
                    await app.state.rooms.runner.perform_due()
            finally:
                for task in (*busy, *writing):
                    task.cancel()
                await asyncio.gather(*busy, *writing, return_exceptions=True)

    async def test_one_login_takes_no_more_connections_than_it_needs(self, make_app: MakeApp) -> None:
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        async with (
            make_app(database_pool_size=3, database_lock_timeout_seconds=30) as app,
            client_of(app) as client,
            connected(app) as other,
        ):
            attacker, victim = await sign_up(client), await sign_up(client)
            refresh, spent = "/api/v1/auth/refresh", {"refresh_token": attacker.tokens["refresh_token"]}
            async with other.transaction():
                await other.execute("SELECT FROM logins WHERE user_id = $1 FOR UPDATE", UUID(attacker.id))
                renewals = [
                    asyncio.create_task(request)
                    for _ in range(10)
                    for request in (client.post(refresh, json=spent), attacker.post(refresh))
                ]
                async with connected(app) as watcher:
                    await until(lambda: watcher.fetchval(f"{waiting} HAVING count(*) > 1"))
                    made = await victim.post(POSITIONS, BODY)
                    assert await watcher.fetchval(waiting) == 2
            answers = await asyncio.gather(*renewals)

        assert made.status_code == 201
        assert {answer.status_code for answer in answers} == {200}

    async def test_many_probes_look_once(self, app: FastAPI, client: httpx.AsyncClient) -> None:
        reads = app.state.runtime.database.reserved.reads.pool

        answers = await asyncio.gather(*(client.get("/health/readiness") for _ in range(50)))

        assert {answer.status_code for answer in answers} == {200}
        assert reads.opened <= 2


async def write(database: Any, sql: str) -> None:
    async with database.transaction() as db:
        await db.execute(text(sql))
        await asyncio.Event().wait()
