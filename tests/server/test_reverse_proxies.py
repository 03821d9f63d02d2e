"""nginx and Caddy with the files of ``deploy/``, before two servers on one database.

That is an operator's PostgreSQL, reached by TLS, where one is installed, and the embedded one elsewhere.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from app.core.embedded_postgres import EmbeddedPostgres
from tests.server.test_rooms_on_two_replicas import Room, heard, open_room
from tests.support.event_streams import Listener, joined
from tests.support.processes import AppServer, free_port, installed_binaries, scratch_folder
from tests.support.proxies import Proxy, caddy, nginx
from tests.support.tls_postgres import migrate_as_operator, tls_site
from tests.support.users import SignedIn, sign_up
from tests.support.waiting import PATIENCE_SECONDS, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

POSITIONS = "/api/v1/positions"
BODY = {"title": "Engineer", "company": "Acme"}
SETTINGS = {
    "EVENT_HEARTBEAT_SECONDS": "1",
    "TRUSTED_PROXIES": "127.0.0.1/32",
    # Longer than nginx leaves a server alone that refused a connection, and Caddy needs to notice.
    "DRAIN_SECONDS": "2",
    # The log tells which of the two serves what.
    "LOG_LEVEL": "INFO",
}
StartProxy = Callable[[Path, list[int]], AbstractAsyncContextManager[Proxy]]


class Servers:
    """Two servers whose ports stay theirs, however often they are started."""

    def __init__(self, folder: Path, database_url: str | None) -> None:
        self.folder = folder
        self.database_url = database_url
        self.ports = [free_port(), free_port()]
        self.running = [self._begin(port) for port in self.ports]

    async def ready(self) -> None:
        await asyncio.gather(*(server.ready() for server in self.running))

    async def restart(self, number: int) -> None:
        """End one as a service manager does, and start it anew."""
        await asyncio.to_thread(self.running[number].stop)
        await self.begin_again(number)

    async def kill(self, number: int) -> None:
        """End one as a failing machine does."""
        self.running[number].process.kill()
        await asyncio.to_thread(self.running[number].process.wait)

    async def begin_again(self, number: int) -> None:
        self.running[number] = self._begin(self.ports[number])
        await self.running[number].ready()

    async def heal(self) -> None:
        """Start again whatever a test left dead."""
        for number, server in enumerate(self.running):
            if server.process.poll() is not None:
                await self.begin_again(number)

    def _begin(self, port: int) -> AppServer:
        database = {"DATABASE_URL": self.database_url, "AUTO_MIGRATE": "false"} if self.database_url else {}
        return AppServer(self.folder, PORT=str(port), **SETTINGS, **database)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with scratch_folder() as path:
        yield path


@pytest.fixture(scope="module")
async def database_url() -> AsyncIterator[str | None]:
    """Give a database as an operator prepares it: a role that owns nothing else, TLS, and the schema by Alembic."""
    if installed_binaries() is None:
        yield None
        return
    async with tls_site() as site:
        name = await site.new_database("template0")
        await site.run(f"CREATE ROLE tracker LOGIN PASSWORD 'secret'; GRANT CREATE ON DATABASE {name} TO tracker")
        await site.run("GRANT CREATE ON SCHEMA public TO tracker", name)
        url = (
            f"postgresql://tracker:secret@127.0.0.1:{site.server.port}/{name}"
            f"?sslmode=verify-full&sslrootcert={site.certificate}"
        )
        assert await migrate_as_operator(url) == (0, "", "")
        yield url


@pytest.fixture(scope="module")
async def servers(folder: Path, database_url: str | None) -> AsyncIterator[Servers]:
    both = Servers(folder, database_url)
    try:
        await both.ready()
        yield both
    finally:
        for server in both.running:
            server.process.kill()
            server.process.wait()


@pytest.fixture(scope="module", params=[nginx, caddy], ids=["nginx", "caddy"])
def start_proxy(request: pytest.FixtureRequest) -> StartProxy:
    start: StartProxy = request.param
    return start


@pytest.fixture(scope="module")
async def proxy(
    servers: Servers, start_proxy: StartProxy, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Proxy]:
    async with start_proxy(tmp_path_factory.mktemp("proxy"), servers.ports) as running:
        yield running


@pytest.fixture
async def user(servers: Servers, proxy: Proxy) -> AsyncIterator[SignedIn]:
    await servers.heal()
    for server in servers.running:
        await until_known(proxy, server)
    async with proxy.client() as client:
        yield await sign_up(client)


class TestTheDoor:
    async def test_it_insists_on_tls(self, proxy: Proxy) -> None:
        async with proxy.client() as client, httpx.AsyncClient(trust_env=False) as plain:
            answer = await client.get("/health")
            redirect = await plain.get(f"{proxy.plain_url}/api/v1/positions")

        assert answer.status_code == 200
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert redirect.status_code in {301, 308}
        assert redirect.headers["Location"].startswith("https://")

    @pytest.mark.parametrize(
        "spelling",
        [
            *(
                "/metrics",
                "/metrics/",
                "//metrics",
                "/METRICS",
                "/Metrics/",
                "/%6detrics",
                "/%4dETRICS",
                "/metrics?a=b",
            ),
            *(
                "/./metrics",
                "/api/../metrics",
                "/metrics/.",
                "/metrics/../metrics",
                "/%2e/metrics",
                "/api/%2e%2e/metrics",
            ),
            *(
                "/metrics%2f",
                "/%2fmetrics",
                "/.//metrics",
                "/metrics%20",
                "/metrics%00",
                "/metrics;a",
                "/metrics%3fa",
            ),
            "http://127.0.0.1/metrics",
        ],
    )
    async def test_figures_are_not_shown(self, proxy: Proxy, spelling: str) -> None:
        answer = await raw_answer(proxy, f"GET {spelling} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")

        assert b"http_requests_total" not in answer
        assert answer.split()[1] in {b"400", b"404"}, answer
        if answer.split()[1] == b"404":
            assert b"strict-transport-security: max-age" in answer.lower()

    async def test_figures_are_there_for_who_reaches_the_server_itself(self, servers: Servers) -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(f"{servers.running[0].url}/metrics")

        assert "http_requests_total" in answer.text

    async def test_a_client_that_does_not_finish_its_head_is_cut_off(self, proxy: Proxy) -> None:
        answer = await raw_answer(proxy, "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")

        assert b"healthy" not in answer

    async def test_a_head_of_more_than_it_should_have_is_refused(self, proxy: Proxy) -> None:
        async with proxy.client() as client:
            answer = await client.get("/health", headers={"X-Long": "x" * 40_000})

        assert answer.status_code in {400, 431}

    async def test_what_is_too_large_is_refused_in_the_form_of_the_application(
        self, proxy: Proxy, user: SignedIn
    ) -> None:
        answer = await user.post(POSITIONS, BODY | {"notes": "x" * 1_100_000})

        assert answer.status_code == 413
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.json()["error"]["code"] == "PAYLOAD_TOO_LARGE"
        assert answer.headers["Strict-Transport-Security"]

    async def test_a_document_may_be_larger(self, proxy: Proxy, user: SignedIn) -> None:
        file = ("cv.pdf", b"%PDF-1.7\n" + b"x" * 5_200_000)
        answer = await user.client.post(
            "/api/v1/documents", headers=user.headers, files={"file": file}, data={"kind": "cv"}
        )

        assert answer.status_code == 201, answer.text

    async def test_a_client_is_known_by_its_address_and_by_no_other(self, proxy: Proxy) -> None:
        async with proxy.client("127.0.0.2") as client:
            client.headers["X-Forwarded-For"] = "203.0.113.9"
            user = await sign_up(client)
            (login,) = (await user.get("/api/v1/auth/logins")).json()["logins"]

        assert login["address"] == "127.0.0.2"

    async def test_tokens_in_addresses_are_not_written_down(self, proxy: Proxy, user: SignedIn) -> None:
        room = await open_room(user, 5)
        feed = (await user.post("/api/v1/interviews/calendar-feed")).json()["url"]
        async with joined(user.client, room.id, token=room.token):
            pass
        path = "/api/v1/interviews/calendar.ics"
        token = httpx.URL(feed).params["token"]
        answer = await user.client.get(path, params={"token": token}, headers={"Referer": feed})
        assert answer.status_code == 200

        await until(lambda: path in proxy.logs)
        for secret in (room.token, token, user.tokens["access_token"]):
            assert secret not in proxy.logs


class TestServersThatFail:
    async def test_a_stream_goes_on_at_the_other_server(self, servers: Servers, proxy: Proxy, user: SignedIn) -> None:
        room = await open_room(user, 5)
        listener = listener_through(proxy, room)
        async with asyncio.timeout(4 * PATIENCE_SECONDS), asyncio.TaskGroup() as group:
            group.create_task(listener.listen())
            await act(user, room, "timer/start")
            await listener.until("phase_started")
            holder = next(number for number, server in enumerate(servers.running) if has_stream(server, room))
            await servers.kill(holder)
            await act(user, room, "timer/pause")
            await listener.until("timer_paused")
            await act(user, room, "end")

        assert heard(listener) == await log_of(servers, room)
        assert listener.answers[200] > 1

    async def test_a_dead_server_fails_no_request_that_can_go_to_the_other(
        self, servers: Servers, proxy: Proxy, user: SignedIn
    ) -> None:
        await servers.kill(0)

        reads = [await user.get(POSITIONS) for _ in range(6)]
        writes = [await user.post(POSITIONS, BODY) for _ in range(6)]

        assert [answer.status_code for answer in reads] == [200] * 6
        # Caddy needs a second to notice.
        refusals = {503} if proxy.name == "caddy" else set()
        assert {answer.status_code for answer in writes} - refusals == {201}
        stored = (await user.get(POSITIONS)).json()["total"]
        assert stored == sum(answer.status_code == 201 for answer in writes)

    @pytest.mark.parametrize(("method", "times"), [("GET", 2), ("POST", 1), ("PATCH", 1)])
    async def test_what_a_server_may_have_done_is_not_asked_for_twice(
        self, tmp_path: Path, start_proxy: StartProxy, method: str, times: int
    ) -> None:
        body = None if method == "GET" else BODY
        async with (
            breaking_servers() as (ports, requests),
            start_proxy(tmp_path, ports) as proxy,
            proxy.client() as client,
        ):
            answer = await client.request(method, POSITIONS, json=body)

        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == "EXTERNAL_SERVICE_ERROR"
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.headers["Strict-Transport-Security"]
        assert min(len(requests), 2) == times

    async def test_tokens_are_not_written_down_where_no_server_answers(
        self, tmp_path: Path, start_proxy: StartProxy
    ) -> None:
        token = "s3cr3t" * 6
        async with start_proxy(tmp_path, [free_port(), free_port()]) as proxy, proxy.client() as client:
            answer = await client.get("/api/interview/room-1/events", params={"token": token})
            await until(lambda: "/api/interview/room-1/events" in proxy.logs)

            assert answer.status_code == 503
            assert token not in proxy.logs

    async def test_a_restart_of_both_servers_one_by_one_fails_no_request_and_loses_no_event(
        self, servers: Servers, proxy: Proxy, user: SignedIn
    ) -> None:
        room = await open_room(user, 60)
        listener = listener_through(proxy, room)
        load = Load(proxy, user)
        async with asyncio.timeout(4 * PATIENCE_SECONDS), asyncio.TaskGroup() as group:
            group.create_task(listener.listen())
            workers = [group.create_task(load.write()), *(group.create_task(load.read()) for _ in range(3))]
            for number in range(2):
                await act(user, room, "timer/start")
                restart = group.create_task(servers.restart(number))
                while not restart.done():
                    await act(user, room, "timer/pause")
                    await act(user, room, "timer/start")
                    await asyncio.wait([restart], timeout=0.2)
            load.is_over = True
            await asyncio.wait(workers)
            await act(user, room, "end")

        assert load.failures == []
        assert load.served > 100
        stored = (await user.get(POSITIONS, page_size=1)).json()
        assert stored["total"] == load.written
        assert heard(listener) == await log_of(servers, room)


async def log_of(servers: Servers, room: Room) -> list[tuple[int, str]]:
    """Return the numbers and kinds of the lines that a room's log has."""
    connection = await asyncpg.connect(servers.database_url or EmbeddedPostgres(servers.folder / "data").dsn)
    try:
        rows = await connection.fetch(
            "SELECT seq, type FROM session_events WHERE session_id = $1::uuid ORDER BY seq", room.session_id
        )
    finally:
        await connection.close()
    return [(row["seq"], row["type"]) for row in rows]


class Load:
    """What users do meanwhile: they read and write, each request on a connection of its client."""

    def __init__(self, proxy: Proxy, user: SignedIn) -> None:
        self.failures: list[str] = []
        self.served = 0
        self.written = 0
        self.is_over = False
        self._proxy = proxy
        self._user = user

    async def read(self) -> None:
        await self._repeat("GET", 200)

    async def write(self) -> None:
        await self._repeat("POST", 201)

    async def _repeat(self, method: str, expected: int) -> None:
        body = BODY if method == "POST" else None
        async with self._proxy.client() as client:
            while not self.is_over:
                try:
                    answer = await client.request(method, POSITIONS, json=body, headers=self._user.headers)
                except httpx.TransportError as error:
                    self.failures.append(f"{method} {error!r}")
                    continue
                self.served += 1
                self.written += method == "POST"
                if answer.status_code != expected:
                    self.failures.append(f"{method} {answer.status_code} {answer.text[:200]}")


async def act(user: SignedIn, room: Room, name: str) -> None:
    answer = await user.post(f"/api/interview/{room.id}/{name}")
    assert answer.status_code == 200, answer.text


def listener_through(proxy: Proxy, room: Room) -> Listener:
    return Listener(lambda: proxy.url, room.id, room.headers, silence_seconds=5, verify=proxy.trust())


def has_stream(server: AppServer, room: Room) -> bool:
    return any("stream opened" in line and room.id in line for line in server.output.splitlines())


async def until_known(proxy: Proxy, server: AppServer) -> None:
    """Wait until the proxy gives requests to a server, which it may have left alone for a while."""
    before = server.output.count("/health/liveness")
    async with proxy.client() as client:

        async def got_one() -> bool:
            await client.get("/health/liveness")
            return server.output.count("/health/liveness") > before

        await until(got_one)


async def raw_answer(proxy: Proxy, request: str) -> bytes:
    """Send bytes as they are, which a client would put right first, and return all that comes back."""
    port = httpx.URL(proxy.url).port
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=proxy.trust())
    writer.write(request.encode())
    await writer.drain()
    async with asyncio.timeout(PATIENCE_SECONDS):
        try:
            return await reader.read(-1)
        except (ConnectionError, ssl.SSLError):
            return b""
        finally:
            writer.close()


@asynccontextmanager
async def breaking_servers() -> AsyncIterator[tuple[list[int], list[bytes]]]:
    """Run two servers that read a request and break the connection; give their ports and what they read."""
    requests: list[bytes] = []

    async def break_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if b"/health/readiness" in head:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        else:
            requests.append(head)
        writer.close()

    async with AsyncExitStack() as stack:
        listening: list[Any] = [
            await stack.enter_async_context(await asyncio.start_server(break_off, "127.0.0.1", 0)) for _ in range(2)
        ]
        yield [server.sockets[0].getsockname()[1] for server in listening], requests
