"""The floor of event streams: bare ASGI, a queue for each stream, every event to all of them. No log, no database."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]

FRAME = b'id: 1\nevent: context_injected\ndata: {"context_text": "' + b"x" * 180 + b'"}\n\n'
HEARTBEAT_SECONDS = 30.0

_queues: set[asyncio.Queue[bytes]] = set()


async def app(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Serve ``/health``, ``/events`` and ``POST /emit``."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["path"] == "/events":
        await _stream(send)
    else:
        if scope["path"] == "/emit":
            for queue in _queues:
                queue.put_nowait(FRAME)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{}"})


async def _live(receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _stream(send: Callable[[Message], Awaitable[None]]) -> None:
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"event: connected\ndata: {}\n\n", "more_body": True})
    queue: asyncio.Queue[bytes] = asyncio.Queue(256)
    _queues.add(queue)
    try:
        while True:
            try:
                frame = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
            except TimeoutError:
                frame = b"event: heartbeat\ndata: {}\n\n"
            await send({"type": "http.response.body", "body": frame, "more_body": True})
    finally:
        _queues.discard(queue)
