"""A database that the application does not own goes away, comes back, hangs, or has no room left."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.core.database import Database
from app.core.database_address import DatabaseAddress
from app.core.notifications import CONNECTION_NAME
from tests.conftest import MakeApp, client_of
from tests.support.probing import assert_envelope
from tests.support.processes import PostgresServer, any_binaries, scratch_folder
from tests.support.users import PASSWORD, SignedIn, as_read, sign_in, sign_up
from tests.support.waiting import turns_of_the_loop, until

pytestmark = pytest.mark.slow

POSITIONS = "/api/v1/positions"
ME = "/api/v1/auth/me"
LISTENERS = f"application_name = '{CONNECTION_NAME}'"
BODY = {"title": "Engineer", "company": "Acme"}
MAX_CONNECTIONS = 30
POOL_SIZE = 4
QUICK: dict[str, Any] = {
    "auto_migrate": True,
    "database_pool_size": POOL_SIZE,
    "database_read_pool_size": POOL_SIZE,
    "database_pool_timeout_seconds": 1,
    "database_connect_timeout_seconds": 1,
}


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with scratch_folder() as folder:
        server = PostgresServer(folder, any_binaries(), max_connections=str(MAX_CONNECTIONS)).start()
        yield server
        server.stop("immediate")


@pytest.fixture
async def database_url(server: PostgresServer) -> str:
    """Return the URL of an empty database on the server."""
    name = f"tests_{uuid4().hex[:12]}"
    connection = await asyncpg.connect(server.url)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return server.url.removesuffix("postgres") + name


@pytest.fixture
async def app(make_app: MakeApp, database_url: str) -> AsyncIterator[FastAPI]:
    async with make_app(database_url=database_url, **QUICK) as app:
        yield app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as http:
        yield http


def assert_away(response: httpx.Response) -> None:
    assert response.status_code == 503, response.text
    error = assert_envelope(response, "EXTERNAL_SERVICE_ERROR")
    assert error["message"] == "External service unavailable"
    assert error["details"]["service_name"] == "database"
    assert error["details"]["reason"]
    assert int(response.headers["retry-after"]) >= 1


async def ask_everything(client: httpx.AsyncClient, user: SignedIn, stranger: SignedIn) -> list[httpx.Response]:
    """Send requests of every kind that needs the database; the stranger's login is not remembered."""
    return list(
        await asyncio.gather(
            user.get(POSITIONS),
            user.get(POSITIONS, search="engineer", page=2),
            user.get(f"{POSITIONS}/{uuid4()}"),
            user.get(ME),
            user.post(POSITIONS, BODY),
            user.post(POSITIONS, BODY, **{"Idempotency-Key": "one"}),
            user.put(f"{POSITIONS}/{uuid4()}", BODY),
            user.delete(f"{POSITIONS}/{uuid4()}"),
            user.post("/api/v1/auth/logout"),
            stranger.get(POSITIONS),
            stranger.post(POSITIONS, BODY),
            client.post("/api/v1/auth/login", json={"email": user.email, "password": PASSWORD}),
            client.post("/api/v1/auth/refresh", json={"refresh_token": "x"}),
            client.post(
                "/api/v1/auth/register", json={"email": "new@example.com", "password": PASSWORD, "first_name": "A"}
            ),
        )
    )


async def assert_health(client: httpx.AsyncClient, *, well: bool) -> None:
    for path in ("/health", "/health/liveness"):
        assert (await client.get(path)).status_code == 200
    for path in ("/health/readiness", "/health/database"):
        response = await client.get(path)
        if well:
            assert response.status_code == 200, response.text
        else:
            assert_away(response)
    detailed = await client.get("/health/detailed")
    assert detailed.status_code == 200
    said = detailed.json()
    assert said["overall_status"] == said["database"]["status"] == ("healthy" if well else "unhealthy")
    assert said["database"]["connected"] is well
    assert said["database"]["info"]["status"] == ("connected" if well else "disconnected")
    assert said["api"]["status"] == "healthy"
    assert "postgres@" not in detailed.text


async def eventually_well(client: httpx.AsyncClient) -> None:
    async def is_ready() -> bool:
        return (await client.get("/health/readiness")).status_code == 200

    await until(is_ready)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_while_it_is_down_all_is_503_and_afterwards_all_is_well(
    server: PostgresServer, client: httpx.AsyncClient, mode: str
) -> None:
    user, stranger = await sign_up(client), await sign_up(client)
    position = await user.position()
    await assert_health(client, well=True)

    await asyncio.to_thread(server.stop, mode)
    try:
        for response in await ask_everything(client, user, stranger):
            assert_away(response)
        await assert_health(client, well=False)
    finally:
        await asyncio.to_thread(server.start)
    await eventually_well(client)

    assert (await user.get(f"{POSITIONS}/{position['id']}")).json() == as_read(position)
    assert (await user.get(POSITIONS)).json()["total"] == 1
    assert (await user.post(POSITIONS, BODY)).status_code == 201
    assert (await stranger.get(POSITIONS)).status_code == 200
    await assert_health(client, well=True)


async def test_the_health_report_stars_out_user_and_password(client: httpx.AsyncClient) -> None:
    info = (await client.get("/health/detailed")).json()["database"]["info"]

    assert info["url"].startswith("postgresql://***:***@127.0.0.1:")


async def test_requests_during_a_restart_end_in_success_or_503_and_lose_nothing(
    server: PostgresServer, client: httpx.AsyncClient
) -> None:
    user = await sign_up(client)
    statuses: Counter[str] = Counter()
    created: set[str] = set()
    stop = asyncio.Event()

    async def keep_asking(write: bool) -> None:
        while not stop.is_set():
            response = await (user.post(POSITIONS, BODY) if write else user.get(POSITIONS, per_page=1))
            statuses[f"{'write' if write else 'read'} {response.status_code}"] += 1
            if response.status_code == 201:
                created.add(response.json()["id"])
            elif response.status_code != 200:
                assert_away(response)

    async def until_both_are_served() -> None:
        before = statuses.copy()
        await until(lambda: all(statuses[kind] > before[kind] for kind in ("read 200", "write 201")))

    workers = [asyncio.create_task(keep_asking(write)) for write in (True, True, False, False, False)]
    for mode in ("fast", "immediate"):
        await until_both_are_served()
        await asyncio.to_thread(server.stop, mode)
        await asyncio.to_thread(server.start)
    await until_both_are_served()
    stop.set()
    await asyncio.gather(*workers)

    assert set(statuses) == {"read 200", "read 503", "write 201", "write 503"}
    await eventually_well(client)
    pages = 1 + len(created) // 100
    kept = [
        position["id"]
        for page in range(1, pages + 2)
        for position in (await user.get(POSITIONS, page=page, per_page=100)).json()["positions"]
    ]
    assert created <= set(kept)
    assert len(kept) <= len(created) + statuses["write 503"]


async def test_a_server_that_hangs_is_503_too(server: PostgresServer, make_app: MakeApp, database_url: str) -> None:
    async with (
        make_app(database_url=database_url, **QUICK, database_statement_timeout_seconds=0.5) as app,
        client_of(app) as client,
    ):
        user = await sign_up(client)
        await user.position()
        server.signal(signal.SIGSTOP)
        try:
            async with asyncio.timeout(30):
                answers = await asyncio.gather(
                    user.get(POSITIONS),
                    user.get(ME),
                    user.post(POSITIONS, BODY),
                    client.post("/api/v1/auth/login", json={"email": user.email, "password": PASSWORD}),
                    client.get("/health/readiness"),
                )
                assert (await client.get("/health/liveness")).status_code == 200
        finally:
            server.signal(signal.SIGCONT)
        for answer in answers:
            assert_away(answer)
        await eventually_well(client)

        assert (await user.get(POSITIONS)).status_code == 200
        assert (await user.post(POSITIONS, BODY)).status_code == 201


async def test_connections_that_were_ended_in_silence_cost_no_request(
    app: FastAPI, client: httpx.AsyncClient, database_url: str
) -> None:
    user = await sign_up(client)
    for _ in range(5):
        await asyncio.gather(
            *(user.get(POSITIONS) for _ in range(3)), *(user.post(POSITIONS, BODY) for _ in range(3))
        )

        assert await end_connections(database_url) >= 2
        answers = await asyncio.gather(
            *(user.get(POSITIONS) for _ in range(3)), *(user.post(POSITIONS, BODY) for _ in range(3))
        )

        assert sorted(answer.status_code for answer in answers) == [200] * 3 + [201] * 3
    # The application works in the background too, so one may be out just now; one that is lost never comes back.
    await until(lambda: app.state.runtime.database.pool_figures()["checked_out"] == 0)


async def test_when_every_connection_of_a_pool_is_busy_others_are_told_503(
    app: FastAPI, client: httpx.AsyncClient, database_url: str
) -> None:
    user = await sign_up(client)
    database = app.state.runtime.database

    async with AsyncExitStack() as stack:
        for _ in range(POOL_SIZE):
            db = await stack.enter_async_context(database.transaction())
            await db.execute(text("SELECT 1"))
        assert_away(await user.post(POSITIONS, BODY))
        assert (await user.get(POSITIONS)).status_code == 200
    assert (await user.post(POSITIONS, BODY)).status_code == 201

    holder = await asyncpg.connect(database_url)
    await holder.execute("SELECT pg_advisory_lock(1)")
    wait = "SELECT pg_advisory_lock_shared(1)"
    busy = [asyncio.create_task(database.reads.pool.fetch(wait, ())) for _ in range(POOL_SIZE)]
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    await until(lambda: holder.fetchval(f"{waiting} HAVING count(*) = {POOL_SIZE}"))
    assert_away(await user.get(POSITIONS))
    await holder.close()
    await asyncio.gather(*busy)
    assert (await user.get(POSITIONS)).status_code == 200


async def test_who_stops_waiting_for_a_connection_leaves_none_behind(app: FastAPI, client: httpx.AsyncClient) -> None:
    user = await sign_up(client)
    database = app.state.runtime.database

    for turns in range(0, 100, 10):
        tasks = [asyncio.create_task(user.get(POSITIONS)) for _ in range(20)]
        tasks += [asyncio.create_task(user.post(POSITIONS, BODY)) for _ in range(20)]
        await turns_of_the_loop(turns)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def both_are_served() -> bool:
        answers = {(await user.get(POSITIONS)).status_code, (await user.post(POSITIONS, BODY)).status_code}
        return answers == {200, 201}

    # The server may still be busy with the connections that were given up.
    await until(both_are_served)
    await until(lambda: database.pool_figures()["checked_out"] == 0)
    answers = await asyncio.gather(*(user.get(POSITIONS) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    await until(lambda: database.pool_figures()["checked_out"] == 0)
    assert database.reads.pool.opened <= POOL_SIZE


async def test_a_server_without_room_for_connections_is_503(
    client: httpx.AsyncClient, app: FastAPI, database_url: str
) -> None:
    user = await sign_up(client)

    async with full(database_url) as fill:
        async with asyncio.timeout(30):
            while (await user.get(POSITIONS)).status_code != 503:
                # The application's connections are the last that are free, and it works in the background, too.
                app.state.runtime.database.reads.pool._drop_idle()
                await app.state.runtime.database.engine.dispose()
                await fill()
        assert_away(await user.get(POSITIONS))
        assert_away(await user.post(POSITIONS, BODY))
        assert_away(await client.get("/health/readiness"))
    await eventually_well(client)

    assert (await user.get(POSITIONS)).status_code == 200
    assert (await user.post(POSITIONS, BODY)).status_code == 201


class TestRevocationWithoutNotifications:
    @pytest.fixture
    async def replicas(
        self, make_app: MakeApp, database_url: str, request: pytest.FixtureRequest
    ) -> AsyncIterator[list[FastAPI]]:
        """Give two, which remember logins for as long as the test says."""
        settings = {"database_url": database_url, "login_cache_seconds": request.param, **QUICK}
        async with make_app(**settings) as first, make_app(**settings) as second:
            for replica in (first, second):
                await until(replica.state.runtime.notifications.connected.is_set)
            yield [first, second]

    @pytest.mark.parametrize("replicas", [300], indirect=True)
    async def test_a_logout_holds_though_the_listener_was_killed(
        self, replicas: list[FastAPI], database_url: str
    ) -> None:
        async with client_of(replicas[0]) as first, client_of(replicas[1]) as second:
            user = await sign_up(first)
            twin = SignedIn(second, user.email, user.id, user.tokens)
            assert (await twin.get(ME)).status_code == 200

            assert await end_connections(database_url, LISTENERS) == 2
            assert (await user.post("/api/v1/auth/logout")).status_code == 200

            await until_refused(twin)
            await self.assert_listening_again(first, replicas[1])

    @pytest.mark.parametrize("replicas", [2], indirect=True)
    async def test_a_logout_holds_though_the_listener_cannot_come_back(
        self, replicas: list[FastAPI], database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def refused() -> Any:
            raise OSError

        async with client_of(replicas[0]) as first, client_of(replicas[1]) as second:
            user = await sign_up(first)
            twin = SignedIn(second, user.email, user.id, user.tokens)
            assert (await twin.get(ME)).status_code == 200

            with monkeypatch.context() as patched:
                patched.setattr(replicas[1].state.runtime.notifications, "_connect", refused)
                await end_connections(database_url, LISTENERS)
                assert (await user.post("/api/v1/auth/logout")).status_code == 200

                await until_refused(twin)

    async def assert_listening_again(self, client: httpx.AsyncClient, replica: FastAPI) -> None:
        await until(replica.state.runtime.notifications.connected.is_set)
        user = await sign_up(client)
        async with client_of(replica) as other:
            twin = await sign_in(other, user.email)
            assert (await twin.get(ME)).status_code == 200
            session = SignedIn(client, twin.email, twin.id, twin.tokens)
            await session.post("/api/v1/auth/logout")
            await until_refused(twin)


async def test_a_start_waits_for_a_server_that_is_starting_too(
    server: PostgresServer, make_app: MakeApp, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.to_thread(server.stop)
    real, tries = Database.open, []

    async def counted(
        database: Database, address: DatabaseAddress, limits: dict[str, str] | None = None
    ) -> asyncpg.Connection:
        tries.append(address)
        return await real(database, address, limits)

    async def start_late() -> None:
        # The second try shows that the first found nobody.
        await until(lambda: len(tries) > 1)
        await asyncio.to_thread(server.start)

    monkeypatch.setattr(Database, "open", counted)
    soon = asyncio.create_task(start_late())
    async with make_app(database_url=database_url, **QUICK) as app, client_of(app) as client:
        assert (await client.get("/health/readiness")).status_code == 200
    await soon


async def until_refused(user: SignedIn) -> None:
    async def is_refused() -> bool:
        return (await user.get(ME)).status_code != 200

    await until(is_refused)


async def end_connections(url: str, condition: str = "true") -> int:
    """End the application's connections that meet a condition, see them gone, and return their number."""
    connection = await asyncpg.connect(url)
    try:
        ended = await connection.fetch(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            f"WHERE datname = current_database() AND application_name LIKE 'interview-tracker%' AND {condition}"
        )
        return len(ended)
    finally:
        await connection.close()


@asynccontextmanager
async def full(url: str) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Use up every connection that the server has to give, and those kept for superusers too; give what does it."""
    async with AsyncExitStack() as stack:

        async def fill() -> None:
            for _ in range(MAX_CONNECTIONS + 1):
                try:
                    connection = await asyncpg.connect(url)
                except asyncpg.TooManyConnectionsError:
                    return
                stack.push_async_callback(connection.close)

        await fill()
        yield fill
