"""Two servers on one data folder: what holds on the one holds on the other, and neither needs the other."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from app.core.embedded_postgres import EmbeddedPostgres
from tests.support.processes import AppServer, postgres_processes, scratch_folder
from tests.support.users import PASSWORD, SignedIn, as_read, sign_in, sign_up
from tests.support.waiting import until

pytestmark = pytest.mark.slow

ME = "/api/v1/auth/me"
POSITIONS = "/api/v1/positions"
REFRESH = "/api/v1/auth/refresh"
BODY = {"title": "Engineer", "company": "Acme"}


class Pair:
    """Two servers and a client of each."""

    def __init__(self, folder: Path, servers: list[AppServer], clients: list[httpx.AsyncClient]) -> None:
        self.folder = folder
        self.servers = servers
        self.clients = clients

    async def user_on_both(self) -> tuple[SignedIn, SignedIn]:
        """Return a new user as seen through each server, its login known to both."""
        user = await sign_up(self.clients[0])
        twin = SignedIn(self.clients[1], user.email, user.id, user.tokens)
        for each in (user, twin):
            assert (await each.get(ME)).status_code == 200
        return user, twin


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with scratch_folder() as path:
        yield path


@pytest.fixture(scope="module")
async def pair(folder: Path) -> AsyncIterator[Pair]:
    # Logins are remembered so long that a revocation can only be known because it was notified.
    servers = [AppServer(folder, LOGIN_CACHE_SECONDS="300") for _ in range(2)]
    try:
        await asyncio.gather(*(server.ready() for server in servers))
        async with (
            httpx.AsyncClient(base_url=servers[0].url) as first,
            httpx.AsyncClient(base_url=servers[1].url) as second,
        ):
            yield Pair(folder, servers, [first, second])
    finally:
        for server in servers:
            server.stop()


async def refused_soon(user: SignedIn) -> None:
    async def refusal() -> httpx.Response | None:
        # Not the account itself: an erased one is not found there, whatever is still thought of its login.
        response = await user.get(POSITIONS)
        return None if response.status_code == 200 else response

    assert (await until(refusal)).status_code == 401


async def test_a_token_of_one_server_is_good_on_the_other(pair: Pair) -> None:
    user, twin = await pair.user_on_both()
    position = await user.position()

    assert (await twin.get(f"{POSITIONS}/{position['id']}")).json() == as_read(position)
    renewed = await pair.clients[1].post("/api/v1/auth/refresh", json={"refresh_token": user.tokens["refresh_token"]})
    user.tokens = renewed.json()
    assert (await user.get(ME)).status_code == 200


async def test_a_logout_holds_on_the_other_server_too(pair: Pair) -> None:
    user, twin = await pair.user_on_both()

    assert (await user.post("/api/v1/auth/logout")).status_code == 200

    await refused_soon(twin)


async def test_a_new_password_ends_the_logins_that_the_other_server_knows(pair: Pair) -> None:
    user, twin = await pair.user_on_both()
    elsewhere = await sign_in(pair.clients[1], user.email)
    assert (await elsewhere.get(ME)).status_code == 200

    body = {"current_password": PASSWORD, "new_password": "another password"}
    assert (await user.post("/api/v1/auth/change-password", body)).status_code == 200

    await refused_soon(elsewhere)
    assert (await twin.get(ME)).status_code == 200


async def test_an_erased_account_is_gone_on_the_other_server(pair: Pair) -> None:
    user, twin = await pair.user_on_both()

    assert (await user.delete(ME, {"password": PASSWORD})).status_code == 204

    await refused_soon(twin)
    assert (await twin.get(ME)).status_code == 401


async def test_a_reused_refresh_token_ends_its_login_on_both(pair: Pair) -> None:
    user, twin = await pair.user_on_both()
    first = {"refresh_token": user.tokens["refresh_token"]}
    second = (await pair.clients[0].post(REFRESH, json=first)).json()
    await pair.clients[1].post(REFRESH, json={"refresh_token": second["refresh_token"]})

    # Its successor was used, so whoever sends it has not merely lost an answer.
    await pair.clients[1].post(REFRESH, json=first)

    await refused_soon(user)
    await refused_soon(twin)


async def posted_until_served(user: SignedIn, path: str, body: Any = None) -> httpx.Response:
    """Post; again after a 503, which a transaction gets that began in the moment of the kill."""

    async def answer() -> httpx.Response | None:
        response = await user.post(path, body)
        return None if response.status_code == 503 else response

    served: httpx.Response = await until(answer)
    return served


async def test_a_killed_database_costs_no_request_and_no_data(pair: Pair) -> None:
    user, twin = await pair.user_on_both()
    positions = {(await user.position())["id"]}

    for _ in range(2):
        os.kill(postmaster_pid(pair.folder), signal.SIGKILL)
        answers = await asyncio.gather(
            *(each.get(POSITIONS) for each in (user, twin) for _ in range(3)),
            *(posted_until_served(each, POSITIONS, BODY) for each in (user, twin)),
            *(client.get("/health/readiness") for client in pair.clients),
        )

        assert sorted(answer.status_code for answer in answers) == [200] * 8 + [201] * 2, answers
        positions |= {answer.json()["id"] for answer in answers if answer.status_code == 201}
    for each in (user, twin):
        listed = (await each.get(POSITIONS)).json()["positions"]
        assert {position["id"] for position in listed} == positions


async def test_a_logout_holds_on_the_other_server_after_the_database_was_killed(pair: Pair) -> None:
    user, twin = await pair.user_on_both()
    os.kill(postmaster_pid(pair.folder), signal.SIGKILL)
    assert (await posted_until_served(user, "/api/v1/auth/logout")).status_code == 200

    await refused_soon(twin)


async def test_one_server_goes_on_when_the_other_stops_and_the_last_takes_the_database_along() -> None:
    with scratch_folder() as folder:
        servers = [AppServer(folder), AppServer(folder)]
        try:
            await asyncio.gather(*(server.ready() for server in servers))
            async with httpx.AsyncClient(base_url=servers[1].url) as client:
                user = await sign_up(client)
                half_sent = await send_half_a_request(servers[0])
                assert await asyncio.to_thread(servers[0].stop) < 15
                half_sent.close()

                position = await user.position()
                assert (await user.get(f"{POSITIONS}/{position['id']}")).json() == as_read(position)
                assert postgres_processes(folder)
            assert await asyncio.to_thread(servers[1].stop) < 15
        finally:
            for server in servers:
                server.stop()

        await until(lambda: not postgres_processes(folder))
        assert "Traceback" not in servers[1].output


async def test_the_database_is_not_open_to_the_network(pair: Pair) -> None:
    embedded = EmbeddedPostgres(pair.folder / "data")
    connection = await asyncpg.connect(embedded.dsn)
    try:
        assert await connection.fetchval("SHOW listen_addresses") == ""
    finally:
        await connection.close()


async def send_half_a_request(server: AppServer) -> asyncio.StreamWriter:
    """Keep the server waiting for a body that does not come; the connection is returned."""
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
    await writer.drain()
    return writer


def postmaster_pid(folder: Path) -> int:
    return int((folder / "data" / "postgres" / "postmaster.pid").read_text().split()[0])
