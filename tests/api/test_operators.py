"""Metrics and the details of the health: who may see them, however the path is spelt."""

import logging

import httpx
import pytest

from app.core.config import ConfigurationError
from tests.conftest import MakeApp, client_of
from tests.support.users import sign_up

TOKEN = "scrape-me-but-nobody-else"
WITH_TOKEN = {"Authorization": f"Bearer {TOKEN}"}
PRODUCTION = {"environment": "production", "jwt_secret_key": "k" * 32}
OPERATORS = ("/metrics", "/health/detailed", "/health/database")
PROBES = ("/health", "/health/liveness", "/health/readiness")
SPELLINGS = [
    # Whole addresses: a path that begins with two slashes would be taken for a host.
    f"http://test{path}"
    for path in (
        *("/metrics", "/metrics/", "//metrics", "/metrics//", "///metrics///", "/%6detrics", "/%2Fmetrics"),
        *("/METRICS", "/./metrics", "/x/../metrics", "/metrics?", "/metrics;a", "/metrics%20", "/metrics%00"),
        *("/health/../metrics", "/health/detailed/", "/health//detailed", "/health/%64etailed", "//health/database/"),
    )
]


async def test_a_local_start_lets_everybody_see(client: httpx.AsyncClient) -> None:
    for path in (*OPERATORS, *PROBES):
        assert (await client.get(path)).status_code == 200


async def test_production_shows_nobody_what_no_setting_allows(make_app: MakeApp) -> None:
    async with make_app(**PRODUCTION) as app, client_of(app) as client:
        user = await sign_up(client)
        unknown = (await client.get("/nothing-here")).json()["error"]

        for path in (*OPERATORS, *SPELLINGS):
            for headers in ({}, user.headers, {"Authorization": "Bearer "}):
                answer = await client.get(path, headers=headers)
                assert answer.status_code == 404, path
                assert answer.json()["error"] | {"timestamp": ""} == unknown | {"timestamp": ""}
            assert (await client.head(path)).status_code == 404
        for path in PROBES:
            assert (await client.get(path)).status_code == 200


async def test_a_token_is_asked_for_however_the_path_is_spelt(make_app: MakeApp) -> None:
    async with make_app(metrics_token=TOKEN, **PRODUCTION) as app, client_of(app) as client:
        user = await sign_up(client)

        for path in (*OPERATORS, *SPELLINGS):
            # Not in the address either, where it would end in a log.
            for address in (path, f"{path.rstrip('?')}?token={TOKEN}"):
                assert (await client.get(address)).status_code in {403, 404}, path
            assert (await client.get(path, headers={"Authorization": f"Bearer {TOKEN}x"})).status_code in {401, 404}
        for token in ("", "x", TOKEN[:-1], TOKEN.upper(), "é" * 20, user.tokens["access_token"]):
            answer = await client.get("/metrics", headers=[(b"Authorization", f"Bearer {token}".encode())])
            assert answer.status_code == (401 if token else 403)
        for path in OPERATORS:
            assert (await client.get(path, headers=WITH_TOKEN)).status_code == 200
            assert (await client.head(path, headers=WITH_TOKEN)).status_code == 200
        for path in PROBES:
            assert (await client.get(path)).status_code == 200
        # It opens nothing else.
        assert (await client.get("/api/v1/positions", headers=WITH_TOKEN)).status_code == 401


@pytest.mark.parametrize("token", [None, TOKEN])
async def test_a_port_of_their_own_leaves_the_users_port_with_what_a_token_opens(
    make_app: MakeApp, token: str | None, unused_tcp_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "uvicorn.error")
    async with make_app(metrics_port=unused_tcp_port, metrics_token=token) as app, client_of(app) as client:
        for path in OPERATORS:
            assert (await client.get(path)).status_code == (404 if token is None else 403)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{unused_tcp_port}", trust_env=False) as own:
            for path in OPERATORS:
                assert (await own.get(path)).status_code == (200 if token is None else 403)
                assert (await own.get(path, headers=WITH_TOKEN)).status_code == 200
                assert (await own.get(f"{path}/", headers=WITH_TOKEN)).status_code == 200
            for path in PROBES:
                assert (await own.get(path)).status_code == 200
            # Users have nothing to look for there.
            answer = await own.get("/api/v1/positions")
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "RESOURCE_NOT_FOUND")
            assert answer.headers["cache-control"] == "no-store"
    # The port is free again with the end of the process' application.
    with pytest.raises(httpx.ConnectError):
        await httpx.AsyncClient(trust_env=False).get(f"http://127.0.0.1:{unused_tcp_port}/health")
    # The start and the end of the process are told by the server of the users alone.
    assert [record for record in caplog.records if record.name == "uvicorn.error"] == []


async def test_an_address_that_is_not_this_machine_stops_the_start(make_app: MakeApp, unused_tcp_port: int) -> None:
    for host, reason in (("203.0.113.1", "Cannot assign requested address"), ("no-such-host.invalid", "[^(]*")):
        line = rf"^METRICS_HOST, METRICS_PORT: {host}:{unused_tcp_port} cannot be listened on \({reason}\)$"
        with pytest.raises(ConfigurationError, match=line):
            async with make_app(metrics_host=host, metrics_port=unused_tcp_port):
                pass
