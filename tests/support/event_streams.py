"""A client of event streams, as EventSource is one: it reads an endless response event by event."""

import asyncio
import json
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.waiting import PATIENCE_SECONDS, until

RECONNECT_SECONDS = 0.1


@dataclass(frozen=True)
class ReceivedEvent:
    """One event as it came over the wire; ``id`` is None where the event had none."""

    type: str
    data: dict[str, Any]
    id: int | None


class EventStream:
    """An open stream."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.retry: int | None = None
        self._events = self._parsed()

    async def next(self, *, heartbeats: bool = False) -> ReceivedEvent | None:
        """Return the next event, or None at the stream's end; heartbeats only if they are asked for."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                event = await anext(self._events, None)
                if event is None or heartbeats or event.type != "heartbeat":
                    return event

    async def must(self, kind: str) -> ReceivedEvent:
        """Return the next event, which must be of this kind."""
        event = await self.next(heartbeats=kind == "heartbeat")
        assert event is not None, f"the stream ended before {kind}"
        assert event.type == kind, event
        return event

    async def rest(self) -> list[ReceivedEvent]:
        """Return every further event up to the stream's end."""
        events = []
        while event := await self.next():
            events.append(event)
        return events

    def all(self) -> AsyncIterator[ReceivedEvent]:
        """Iterate everything that comes, heartbeats too."""
        return self._events

    async def _parsed(self) -> AsyncIterator[ReceivedEvent]:
        fields: dict[str, str] = {}
        async for line in self.response.aiter_lines():
            if line:
                name, _, value = line.partition(":")
                fields[name] = value.removeprefix(" ")
                continue
            if "retry" in fields:
                self.retry = int(fields["retry"])
            if "data" in fields:
                number = int(fields["id"]) if "id" in fields else None
                yield ReceivedEvent(fields["event"], json.loads(fields["data"]), number)
            fields = {}


@asynccontextmanager
async def listening(
    client: httpx.AsyncClient, room_id: str, *, headers: dict[str, str] | None = None, **parameters: Any
) -> AsyncIterator[EventStream]:
    """Give the event stream of a room."""
    path = f"/api/interview/{room_id}/events"
    async with client.stream("GET", path, headers=headers, params=parameters, timeout=PATIENCE_SECONDS) as response:
        assert response.status_code == 200, (response.status_code, await response.aread())
        yield EventStream(response)


@asynccontextmanager
async def joined(
    client: httpx.AsyncClient, room_id: str, *, headers: dict[str, str] | None = None, **parameters: Any
) -> AsyncIterator[EventStream]:
    """Give the event stream of a room after its ``connected``."""
    async with listening(client, room_id, headers=headers, **parameters) as stream:
        await stream.must("connected")
        yield stream


class Listener:
    """A client that comes back wherever it is let in, with the number of the last event that it got.

    ``choose`` names the server for each attempt. A server that is silent for longer than ``silence_seconds`` is left:
    it should send heartbeats more often than that. ``answers`` counts the statuses that it met.
    """

    def __init__(
        self,
        choose: Callable[[], str],
        room_id: str,
        headers: dict[str, str],
        *,
        after: int = 0,
        silence_seconds: float = PATIENCE_SECONDS,
        verify: ssl.SSLContext | bool = True,
    ) -> None:
        self.last_id = after
        self.events: list[ReceivedEvent] = []
        self.answers: Counter[int] = Counter()
        self._choose = choose
        self._path = f"/api/interview/{room_id}/events"
        self._headers = headers
        self._timeout = httpx.Timeout(silence_seconds)
        self._verify = verify

    async def listen(self) -> None:
        """Follow the room until its server says that there is nothing more to come."""
        async with httpx.AsyncClient(timeout=self._timeout, trust_env=False, verify=self._verify) as client:
            while True:
                with suppress(httpx.TransportError):
                    headers = self._headers | {"Last-Event-ID": str(self.last_id)}
                    async with client.stream("GET", self._choose() + self._path, headers=headers) as response:
                        self.answers[response.status_code] += 1
                        if response.status_code == 204:
                            return
                        assert response.status_code == 200 or response.status_code >= 500, await response.aread()
                        if response.status_code == 200:
                            await self._read(response)
                await asyncio.sleep(RECONNECT_SECONDS)

    async def until(self, kind: str) -> None:
        """Wait until an event of a kind has come, while ``listen`` runs elsewhere."""
        await until(lambda: any(event.type == kind for event in self.events))

    async def _read(self, response: httpx.Response) -> None:
        async for event in EventStream(response).all():
            if event.id is not None:
                self.events.append(event)
                self.last_id = event.id
