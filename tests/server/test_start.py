"""How a server starts: what it refuses to start with, what it shows, and on which database."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from app.application import StartMiddleware
from app.services.housekeeping import Housekeeping
from tests.conftest import MakeApp, NewDatabase, client_of
from tests.support.probing import all_operations, own_ids
from tests.support.processes import (
    PROJECT_ROOT,
    AppServer,
    FreshAppServer,
    PostgresServer,
    installed_binaries,
    scratch_folder,
)
from tests.support.users import PASSWORD, SignedIn, sign_in, sign_up

pytestmark = pytest.mark.slow

LONG_KEY = "k" * 32
NOWHERE = "postgresql://nobody:hunter2@127.0.0.1:1/nothing"
DOCUMENTATION = ("/docs", "/redoc", "/openapi.json")
REFUSED: dict[str, dict[str, str]] = {
    "DATABASE_URL must be set": {"ENV": "production", "JWT_SECRET_KEY": LONG_KEY},
    "JWT_SECRET_KEY must be at least 32 bytes": {
        "ENV": "production",
        "DATABASE_URL": NOWHERE,
        "JWT_SECRET_KEY": "hunter2-is-too-short",
    },
    "TRUSTED_PROXIES": {"TRUSTED_PROXIES": "10.0.0.0/8, everyone"},
    "DATABASE_URL: must begin with postgresql://": {"DATABASE_URL": "mysql://nobody:hunter2@127.0.0.1/nothing"},
    "DATA_DIR: cannot run PostgreSQL in /proc/nope": {"DATA_DIR": "/proc/nope"},
    "DATA_DIR: the signing key cannot be kept there": {
        "DATA_DIR": "/dev/null",
        "DATABASE_URL": NOWHERE,
        "AUTO_MIGRATE": "false",
    },
}

REFUSED_AFRESH = {"TRUSTED_PROXIES", "DATA_DIR: cannot run PostgreSQL in /proc/nope"}
"""One that is found when the application is loaded, and one that is found when it is started."""


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch_folder() as path:
        yield path


@pytest.mark.parametrize("sentence", REFUSED)
async def test_a_setting_that_is_missing_or_wrong_ends_the_start_with_one_line_that_names_it(
    folder: Path, sentence: str
) -> None:
    begun = FreshAppServer if sentence in REFUSED_AFRESH else AppServer
    server = begun(folder, **REFUSED[sentence])
    try:
        assert await asyncio.to_thread(server.wait) != 0
    finally:
        server.stop()

    # uvicorn says that it has begun before anybody opens the database.
    lines = [line for line in server.output.splitlines() if "[info " not in line and '"level": "info"' not in line]
    assert len(lines) == 1, server.output
    is_json = REFUSED[sentence].get("ENV") == "production"
    assert lines[0].startswith('{"event": "configuration_error"' if is_json else "Configuration error: ")
    assert sentence in lines[0]
    assert "hunter2" not in lines[0]
    assert not (folder / "data").exists()


async def test_another_failure_of_the_start_is_reported_to_the_server() -> None:
    async def lifespan_fails(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "lifespan.startup.failed", "message": "why"})
        raise ZeroDivisionError

    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None:
        sent.append(message)

    with pytest.raises(ZeroDivisionError):
        await StartMiddleware(lifespan_fails)({"type": "lifespan"}, receive, send)
    assert sent == [{"type": "lifespan.startup.failed", "message": "why"}]


async def test_a_lifespan_that_is_broken_off_is_no_failure() -> None:
    async def lifespan_is_broken_off(_scope: Scope, _receive: Receive, send: Send) -> None:
        try:
            raise asyncio.CancelledError
        except asyncio.CancelledError:
            # As Starlette does, with the traceback.
            await send({"type": "lifespan.shutdown.failed", "message": "Traceback"})
            raise

    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "lifespan.shutdown"}

    async def send(message: Message) -> None:
        sent.append(message)

    await StartMiddleware(lifespan_is_broken_off)({"type": "lifespan"}, receive, send)
    assert sent == []


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize("port", ["99999", "65536", "0", "abc", "-1", "8000x", "100000000000000000000"])
def test_make_run_refuses_a_port_that_cannot_be(port: str) -> None:
    # Without the look at what is installed, which is not what is tested.
    command = ["make", "--assume-old=.venv/.installed", "run", f"PORT={port}"]
    result = subprocess.run(
        command,
        cwd=PROJECT_ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )

    assert result.returncode != 0
    assert result.stderr.splitlines()[0] == "PORT must be a number from 1 to 65535"
    assert result.stdout == ""


async def test_production_shows_no_documentation_and_local_does(folder: Path, new_database: NewDatabase) -> None:
    production = FreshAppServer(
        folder,
        ENV="production",
        DATABASE_URL=await new_database(),
        JWT_SECRET_KEY=LONG_KEY,
        LOG_LEVEL="INFO",
        VOICE_ENABLED="true",
    )
    local = FreshAppServer(folder, DATABASE_URL=await new_database())
    try:
        await asyncio.gather(production.ready(), local.ready())
        async with httpx.AsyncClient() as client:
            for path in DOCUMENTATION:
                hidden = await client.get(production.url + path)
                assert hidden.status_code == 404
                assert hidden.json()["error"]["code"] == "RESOURCE_NOT_FOUND"
                assert (await client.get(local.url + path)).status_code == 200
            assert "docs" not in (await client.get(production.url)).json()
            assert (await client.get(local.url)).json()["docs"] == "/docs"
        async with httpx.AsyncClient(base_url=production.url) as client:
            user = await sign_up(client)
            assert (await user.post("/api/v1/positions", {"title": "A", "company": "B"})).status_code == 201
            assert (await client.get("/health")).headers.get("server") is None
            secrets = (PASSWORD, user.tokens["access_token"], user.tokens["refresh_token"], LONG_KEY)
    finally:
        for server in (production, local):
            await asyncio.to_thread(server.stop)
    # Told to end, which is no failure; `make` would report one.
    assert production.wait() == 0
    assert not any(secret in production.output for secret in secrets)
    lines = production.output.splitlines()
    assert lines
    assert all(line.startswith("{") for line in lines)


async def test_an_unreadable_request_is_survived(folder: Path, new_database: NewDatabase) -> None:
    server = await FreshAppServer(folder, DATABASE_URL=await new_database()).ready()
    try:
        for raw in (
            b"\x00\x01\x02\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
            b"POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
            b"POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n",
            b"GET /api/v1/positions?search=\xff\xfe HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \xff\r\n\r\n",
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(raw)
            writer.write_eof()
            async with asyncio.timeout(10):
                answer = await reader.read(65536)
            writer.close()
            assert b" 50" not in answer[:20]
        async with httpx.AsyncClient(base_url=server.url) as client:
            assert (await client.get("/health/readiness")).status_code == 200
    finally:
        await asyncio.to_thread(server.stop)
    assert "Traceback" not in server.output


@pytest.fixture(scope="module")
async def installed(make_app: MakeApp) -> AsyncIterator[httpx.AsyncClient]:
    """Run the application on the PostgreSQL that the machine has."""
    binaries = installed_binaries()
    assert binaries
    with scratch_folder() as folder:
        server = PostgresServer(folder, binaries).start()
        async with (
            make_app(database_url=server.url, auto_migrate=True, rate_limit_enabled=True) as app,
            client_of(app) as client,
        ):
            assert await Housekeeping(app.state.runtime.database).sweep() == 0
            yield client
        server.stop()


@pytest.mark.skipif(installed_binaries() is None, reason="no PostgreSQL is installed on this machine")
class TestInstalledPostgres:
    """The whole application on a PostgreSQL of an operator's, older than the embedded one."""

    @pytest.fixture
    async def user(self, installed: httpx.AsyncClient) -> SignedIn:
        return await sign_up(installed)

    async def test_accounts(self, installed: httpx.AsyncClient, user: SignedIn) -> None:
        again = await sign_in(installed, user.email.upper())
        wrong = await installed.post("/api/v1/auth/login", json={"email": user.email, "password": "wrong"})
        assert wrong.status_code == 401
        body = {"current_password": PASSWORD, "new_password": "another password"}
        assert (await user.post("/api/v1/auth/change-password", body)).status_code == 200
        refused = await installed.post("/api/v1/auth/refresh", json={"refresh_token": again.tokens["refresh_token"]})
        assert refused.status_code == 401
        assert (await user.delete("/api/v1/auth/me", {"password": "another password"})).status_code == 204

    async def test_positions_and_interviews(self, user: SignedIn) -> None:
        ids = await own_ids(user)
        path = f"/api/v1/positions/{ids['position_id']}"
        other = await user.position(title="Python Engineer", company="Ärger & Söhne", tags=["remote"])
        assert (await user.put(f"{path}/status", {"status": "offer"})).status_code == 200
        assert (await user.put(f"/api/v1/interviews/{ids['interview_id']}/outcome", {"outcome": "failed"})).is_success
        found = await user.get(
            "/api/v1/positions", search="engineers pyth", company="söhne", tag="remote", sort_by="company"
        )
        assert [position["id"] for position in found.json()["positions"]] == [other["id"]]
        history = (await user.get(f"{path}/history")).json()["history"]
        assert [entry["to_status"] for entry in history] == ["applied", "offer", "rejected"]

    async def test_a_repeated_creation(self, user: SignedIn) -> None:
        body = {"title": "Engineer", "company": "Acme"}
        answers = [await user.post("/api/v1/positions", body, **{"Idempotency-Key": "one"}) for _ in range(2)]
        assert answers[0].content == answers[1].content

    async def test_every_reading_endpoint(self, user: SignedIn) -> None:
        ids = await own_ids(user)
        await user.post("/api/v1/interviews/calendar-feed")
        for operation in all_operations():
            if operation.method == "GET" and operation.needs_token:
                url = operation.url(**{name: ids[name] for name in (*operation.ids, "name")})
                parameters: dict[str, Any] = operation.required_query()
                response = await user.get(url, **parameters)
                assert response.status_code == 200, (str(operation), response.text)
