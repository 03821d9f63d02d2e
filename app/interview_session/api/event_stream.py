"""A room's event stream as an HTTP response.

sse-starlette's response runs three tasks for a stream and keeps all that was around the request. Of it this takes the
head. The rest is one task beside the server's, which notices that the client has gone; heartbeats are the reader's,
the time limit of what is sent is that of every answer, and at the process's end the feed closes its readers.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from typing import Protocol

import structlog
from sse_starlette import EventSourceResponse
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from app.api.continuations import continue_later
from app.api.middleware.head_requests import wants_head_alone
from app.core.clock import iso_utc, utc_now
from app.core.database_errors import DRIVER_ERRORS
from app.core.errors import AppError, DatabaseUnavailableError
from app.core.request_context import current_request
from app.interview_session.api.views import Session, snapshot
from app.interview_session.events.event_feed import EventFeed, Reader
from app.interview_session.events.events import EventType, stream_frame
from app.interview_session.room import operator_log as room_log
from app.interview_session.room.stored_phases import StoredPhase

log = structlog.get_logger(__name__)

RETRY_MILLISECONDS = 2000
"""How long a browser waits before it comes back."""


class MayStay(Protocol):
    """Tells whether the visitor may stay; see ``dependencies.may_stay``."""

    def __call__(self, *, is_room_in_doubt: bool) -> Awaitable[bool]:
        """Tell it."""


class RoomStream:
    """What an open stream goes on with: its reader's events, and among them a heartbeat every so often.

    Before each heartbeat the visitor's login is checked again. That the room is still there the feed looks after, for
    all its readers at once, and nudges those whose room is not. There are thousands of these, so it holds
    nothing of the request but its id and user, for the log. The reader is given back however the stream ends.
    """

    __slots__ = ("_began", "_feed", "_first", "_heartbeat_seconds", "_may_stay", "_reader", "_request", "_room_id")

    def __init__(
        self,
        feed: EventFeed,
        reader: Reader,
        may_stay: MayStay,
        *,
        room_id: str,
        heartbeat_seconds: float,
    ) -> None:
        self._feed = feed
        self._reader = reader
        self._may_stay = may_stay
        self._room_id = room_id
        self._heartbeat_seconds = heartbeat_seconds
        self._request = current_request.get()
        self._began = time.monotonic()
        self._first = reader.position
        room_log.stream_opened(room_id, reader.session_id)

    async def run(self, receive: Receive, send: Send) -> None:
        """Stream until the client or the reader ends it."""
        token = current_request.set(self._request)
        connected = asyncio.timeout(None)
        watch = asyncio.create_task(_expire_when_gone(receive, connected))
        try:
            async with connected:
                await self._send_all(send)
        except TimeoutError:
            if not connected.expired():
                raise
        except Exception:
            log.exception("request_failed")
            raise
        finally:
            watch.cancel()
            self.abandon()
            current_request.reset(token)

    def abandon(self) -> None:
        """Give the reader back."""
        self._feed.release(self._reader)
        seconds, events = time.monotonic() - self._began, self._reader.position - self._first
        room_log.stream_closed(self._room_id, self._reader.session_id, seconds=seconds, events=events)

    async def _send_all(self, send: Send) -> None:
        async with aclosing(self._frames()) as frames:
            async for wire in frames:
                await send({"type": "http.response.body", "body": wire, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _frames(self) -> AsyncGenerator[bytes]:
        try:
            async for wire in self._reader.frames(self._heartbeat_seconds):
                if wire is not None:
                    yield wire
                elif await self._holds():
                    yield stream_frame(EventType.HEARTBEAT, _now_in(self._room_id))
                else:
                    return
        except (AppError, OSError, *DRIVER_ERRORS) as error:
            log.warning("stream_failed", error=type(error).__name__)
            message = {"message": "The event stream was interrupted"} | _now_in(self._room_id)
            yield stream_frame(EventType.ERROR, message)

    async def _holds(self) -> bool:
        try:
            return await self._may_stay(is_room_in_doubt=self._reader.was_nudged)
        except DatabaseUnavailableError:
            # Nobody can tell right now. The next heartbeat asks again.
            return True


class EventStreamResponse(EventSourceResponse):
    """Begins a stream with ``connected``, and leaves the rest of it for later.

    Of the phase nothing is kept: its texts may have a hundred kilobytes and more, and a stream may last for hours.
    """

    def __init__(self, session: Session, phase: StoredPhase, reader: Reader, stream: RoomStream) -> None:
        super().__init__(iter(()), ping=0)
        retry = f"retry: {RETRY_MILLISECONDS}\n".encode()
        self._connected = retry + stream_frame(EventType.CONNECTED, snapshot(session, phase, reader.position))
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what comes first."""
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": self._connected, "more_body": True})
        except BaseException:
            self._stream.abandon()
            raise
        if wants_head_alone(Request(scope)):
            self._stream.abandon()
        else:
            continue_later(scope, self._stream)


async def _expire_when_gone(receive: Receive, connected: asyncio.Timeout) -> None:
    """Read what else the client sends, and have the stream cut off when it has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
    connected.reschedule(asyncio.get_running_loop().time())


def _now_in(room_id: str) -> dict[str, str]:
    return {"room_id": room_id, "timestamp": iso_utc(utc_now())}
