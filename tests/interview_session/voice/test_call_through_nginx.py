"""A call whose offer goes through nginx, with the file of ``deploy/nginx``, to a server that is told to end."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.conftest import NewDatabase
from tests.server.test_rooms_on_two_replicas import open_room
from tests.support.peer import Peer
from tests.support.processes import AppServer, scratch_folder
from tests.support.proxies import nginx
from tests.support.users import sign_up
from tests.support.waiting import until

pytestmark = pytest.mark.slow


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch_folder() as path:
        yield path


@pytest.fixture
async def server(folder: Path, new_database: NewDatabase) -> AsyncIterator[AppServer]:
    settings = {"VOICE_ENABLED": "true", "DRAIN_SECONDS": "2", "CALL_DRAIN_SECONDS": "200"}
    running = AppServer(folder, DATABASE_URL=await new_database(), **settings)
    try:
        yield await running.ready()
    finally:
        running.process.kill()
        running.process.wait()


async def test_a_call_goes_on_until_it_ends_though_its_server_takes_no_other(
    server: AppServer, tmp_path: Path
) -> None:
    async with nginx(tmp_path, [server.port, server.port]) as proxy, proxy.client() as client:
        user = await sign_up(client)
        room, other_room = [await open_room(user, 5) for _ in range(2)]
        peer, too_late = (Peer(client, each.id, each.headers) for each in (room, other_room))
        try:
            await peer.connect()
            await peer.hears_speech()

            server.process.send_signal(signal.SIGTERM)

            async def is_draining() -> bool:
                return (await client.get("/health/readiness")).status_code == 503

            await until(is_draining)
            refusal = await too_late.offer()
            assert refusal.status_code == 503
            assert refusal.json()["error"]["details"] == {"service_name": "voice", "reason": "draining"}
            assert int(refusal.headers["Retry-After"]) > 0

            await until(lambda: not is_listening(server.port))
            await peer.hears_silence()
            assert server.process.poll() is None
            assert peer.pc.connectionState == "connected"

            await peer.close()
            await asyncio.to_thread(server.wait)
        finally:
            await peer.close()
            await too_late.close()
    assert "Traceback" not in server.output


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
