"""A call through a real TURN server, set up by ``deploy/coturn``, with credentials that the application makes."""

import asyncio
import os
import re
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription

from tests.conftest import MakeApp
from tests.interview_session.voice.conftest import VOICE, open_voice_room
from tests.support.peer import Peer
from tests.support.processes import PROJECT_ROOT, free_port
from tests.support.rooms import serving
from tests.support.users import sign_up
from tests.support.waiting import PATIENCE_SECONDS, until

pytestmark = pytest.mark.slow
COTURN = PROJECT_ROOT / "deploy" / "coturn"
SECRET = "shared-with-coturn"
_CANDIDATE_OF_ANOTHER_KIND = re.compile(r"a=candidate:(?!.* typ relay).*\r\n")


@asynccontextmanager
async def turn_server(folder: Path) -> AsyncIterator[int]:
    """Run coturn on the loopback interface and give its port."""
    if shutil.which("turnserver") is None:
        pytest.skip("coturn is not installed")
    port = free_port()
    options = {
        "listening-port": str(port),
        "listening-ip": "127.0.0.1",
        "relay-ip": "127.0.0.1",
    }
    secret = folder / "turn_shared_secret"
    secret.write_text(SECRET + "\n")
    environment = {
        "PATH": os.environ["PATH"],
        "TURN_CONFIG": str(COTURN / "turnserver.conf"),
        "TURN_SECRET_FILE": str(secret),
        "TURN_RUN_DIR": str(folder),
        "TURN_REALM": "turn.example.com",
        # Its own network is no business of a candidate's, unless it is said to be.
        "TURN_ALLOWED_PEERS": "127.0.0.1-127.0.0.1",
    }
    process = await asyncio.create_subprocess_exec(
        "/bin/sh",
        str(COTURN / "start.sh"),
        "--allow-loopback-peers",
        *(f"--{name}={value}" for name, value in options.items()),
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _listens(port)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def _listens(port: int) -> None:
    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    await until(answers)


class RelayedPeer(Peer):
    """A peer that neither tells nor learns any address but those of the relay."""

    def use(self, servers: list[dict[str, Any]]) -> None:
        """Take the ICE servers that the application named."""
        self.pc = RTCPeerConnection(RTCConfiguration([RTCIceServer(**server) for server in servers]))
        self.pc.addTrack(self.microphone)
        self.pc.on("track", self._listen)
        self.pc.on("connectionstatechange", self._look)

    async def connect(self, **fields: Any) -> "Peer":
        await self.pc.setLocalDescription(await self.pc.createOffer())
        sdp = _relayed(self.pc.localDescription.sdp)
        response = await self.offer(sdp=sdp, **fields)
        assert response.status_code == 200, response.text
        answer = response.json()
        await self.pc.setRemoteDescription(RTCSessionDescription(_relayed(answer["sdp"]), answer["type"]))
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._connected.wait()
        return self


def _relayed(sdp: str) -> str:
    relayed = _CANDIDATE_OF_ANOTHER_KIND.sub("", sdp)
    assert " typ relay" in relayed
    return relayed


async def test_a_call_goes_through_a_relay_where_nothing_else_is_let_through(
    make_app: MakeApp, tmp_path: Path
) -> None:
    async with turn_server(tmp_path) as port:
        settings = {"turn_servers": [f"turn:127.0.0.1:{port}?transport=udp"], "turn_shared_secret": SECRET}
        async with (
            make_app(**VOICE, **settings) as app,
            serving(app) as url,
            httpx.AsyncClient(base_url=url, timeout=20) as http,
        ):
            room = await open_voice_room(app, await sign_up(http))
            peer = RelayedPeer(http, room.id, room.headers)
            servers = await http.get(f"{room.path}/ice-servers", headers=room.headers)
            peer.use(servers.json()["ice_servers"])
            try:
                await peer.connect()
                await peer.hears_speech()
            finally:
                await peer.close()
