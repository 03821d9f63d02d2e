"""Cuts off clients that do not read their answers.

A server hands an answer to the socket and keeps in memory what the socket does not take. So a client that asks for
much and reads nothing would hold all that for as long as it likes, with nobody in the process who waits for it.
"""

import asyncio
import socket
import struct
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger(__name__)

PIECE_BYTES = 64 * 1024
"""A body goes out in pieces of so many bytes, the next when the socket has taken most of the last."""

_RESET_AT_CLOSE = struct.pack("ii", 1, 0)
"""``struct linger``: lingering is on, for no time."""


class SlowReaderMiddleware:
    """Sends bodies piece by piece, and breaks the connection of a client that leaves one unread for too long.

    It stands outside of all others: what they do to the answer is done. To them such a client is one that has left.
    """

    def __init__(self, app: ASGIApp, *, timeout_seconds: float) -> None:
        self.app = app
        self._limits = _Limits(timeout_seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on but the server's patience."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await self.app(scope, receive, _PatientSend(scope, send, self._limits).send)


class _PatientSend:
    """Sends the messages of one answer."""

    __slots__ = ("_is_cut_off", "_limits", "_scope", "_send")

    def __init__(self, scope: Scope, send: Send, limits: "_Limits") -> None:
        self._scope = scope
        self._send = send
        self._limits = limits
        self._is_cut_off = False

    async def send(self, message: Message) -> None:
        """Send a message, a long body in pieces."""
        body = message.get("body", b"")
        if message["type"] == "http.response.body" and len(body) > PIECE_BYTES:
            for begin in range(0, len(body), PIECE_BYTES):
                piece = bytes(body[begin : begin + PIECE_BYTES])
                await self._send_in_time({"type": message["type"], "body": piece, "more_body": True})
            # The end of the answer waits for its last piece, too.
            message = {"type": message["type"], "body": b"", "more_body": message.get("more_body", False)}
        await self._send_in_time(message)

    async def _send_in_time(self, message: Message) -> None:
        if self._is_cut_off:
            # Whoever makes the answer may wait for nothing else; it has to hear that its client is gone.
            await asyncio.sleep(0)
            return
        if _takes_at_once(self._send):
            await self._send(message)
            return
        limit = self._limits.begin()
        try:
            async with limit:
                await self._send(message)
        except TimeoutError:
            self._is_cut_off = True
            log.info("reader_too_slow", route=getattr(self._scope.get("route"), "path", None))
            await _break_connection(self._send)
        finally:
            self._limits.end(limit)


class _Limits:
    """The time limits of all that is being sent. They are equally long, so one timer does, for the oldest.

    Most of what is sent does not wait at all: a timer for each would be set and taken back for nothing.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._ends: dict[asyncio.Timeout, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> asyncio.Timeout:
        """Return a limit that begins now, to be entered at once."""
        limit = asyncio.timeout(None)
        loop = asyncio.get_running_loop()
        self._ends[limit] = ends_at = loop.time() + self._seconds
        if self._timer is None:
            self._timer = loop.call_at(ends_at, self._look)
        return limit

    def end(self, limit: asyncio.Timeout) -> None:
        """Forget a limit: the message is sent, or has failed."""
        self._ends.pop(limit, None)

    def _look(self) -> None:
        """Let those run out whose time is up, and look again when it is up for the next."""
        loop, self._timer = asyncio.get_running_loop(), None
        while self._ends:
            limit, ends_at = next(iter(self._ends.items()))
            if ends_at > loop.time():
                self._timer = loop.call_at(ends_at, self._look)
                return
            del self._ends[limit]
            limit.reschedule(ends_at)


def _takes_at_once(send: Send) -> bool:
    """Tell whether the server is sure not to wait: Uvicorn does so only while the socket is full."""
    flow: Any = getattr(getattr(send, "__self__", None), "flow", None)
    return flow is not None and not flow.write_paused


async def _break_connection(send: Send) -> None:
    """Drop a connection with all that was not read. ASGI has no word for it, so this knows Uvicorn's.

    Merely closed, a connection lasts until its client has read what this process and the kernel still hold.

    Raises:
        TimeoutError: the server is another one, and can only be told that the answer failed.

    """
    transport: Any = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise TimeoutError
    if connection := transport.get_extra_info("socket"):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
    transport.abort()
    # The server hears of it in the next turn of the loop.
    await asyncio.sleep(0)
