"""A candidate's side of a call with a data channel, on which it speaks RTVI as Pipecat's clients do."""

import asyncio
import json
from typing import Any

from aiortc import RTCDataChannel

from tests.support.peer import Peer
from tests.support.waiting import PATIENCE_SECONDS


class RtviClient:
    """A peer with a data channel, as Pipecat's clients have one."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.received: list[dict[str, Any]] = []
        self.channel: RTCDataChannel = peer.pc.createDataChannel("chat")
        self.channel.on("open", self._open)
        self.channel.on("message", self._receive)
        self._opened = asyncio.Event()
        self._news = asyncio.Event()
        self._pings: asyncio.Task[None] | None = None

    async def connect(self) -> "RtviClient":
        """Call the room, and say that the client is ready."""
        await self.peer.connect()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._opened.wait()
        self._pings = asyncio.create_task(self._ping())
        self.send("client-ready", {"version": "2.1.0", "about": {"library": "test"}}, id="ready")
        return self

    def send(self, kind: str, data: Any = None, **fields: Any) -> None:
        """Send a message."""
        self.send_raw(json.dumps({"label": "rtvi-ai", "type": kind, "id": "1", "data": data} | fields))

    def send_raw(self, content: str | bytes) -> None:
        """Send whatever."""
        self.channel.send(content)

    async def gets(self, kind: str, **data: Any) -> dict[str, Any]:
        """Wait for a message with such data, and return it."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                for message in self.received:
                    if message["type"] == kind and data.items() <= message.get("data", {}).items():
                        return message
                self._news.clear()
                await self._news.wait()

    def got(self, kind: str) -> list[dict[str, Any]]:
        """Return the messages of a kind so far."""
        return [message for message in self.received if message["type"] == kind]

    async def close(self) -> None:
        """Stop the pings."""
        if self._pings:
            self._pings.cancel()

    async def _ping(self) -> None:
        while True:
            self.channel.send("ping: 0")
            await asyncio.sleep(1)

    def _open(self) -> None:
        self._opened.set()

    def _receive(self, content: str) -> None:
        self.received.append(json.loads(content))
        self._news.set()
