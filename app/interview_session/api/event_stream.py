"""A room's event stream as an HTTP response."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable

import structlog
from sse_starlette import EventSourceResponse
from starlette.types import Receive, Scope, Send

from app.core.clock import iso_utc, utc_now
from app.core.database_errors import DRIVER_ERRORS
from app.core.errors import AppError, DatabaseUnavailableError
from app.interview_session.api.views import Session, snapshot
from app.interview_session.events.event_feed import EventFeed, Reader
from app.interview_session.events.events import EventType, stream_frame
from app.interview_session.room import operator_log as room_log
from app.interview_session.room.stored_phases import StoredPhase

log = structlog.get_logger(__name__)

RETRY_MILLISECONDS = 2000
"""How long a browser waits before it comes back."""


class EventStreamResponse(EventSourceResponse):
    """Streams a reader's events, and gives the reader back however the stream ends.

    Not in the generator: one that is never started has no ``finally``.
    """

    def __init__(self, feed: EventFeed, reader: Reader, frames: AsyncIterator[bytes], *, room_id: str) -> None:
        # No pings of the library's: the heartbeats of the stream itself keep proxies content.
        super().__init__(frames, ping=0)
        self._feed = feed
        self._reader = reader
        self._room_id = room_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until the client or the reader ends it."""
        reader, began, position = self._reader, time.monotonic(), self._reader.position
        room_log.stream_opened(self._room_id, reader.session_id)
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._feed.release(reader)
            seconds, events = time.monotonic() - began, reader.position - position
            room_log.stream_closed(self._room_id, reader.session_id, seconds=seconds, events=events)


def stream(
    session: Session,
    phase: StoredPhase,
    reader: Reader,
    may_stay: Callable[[], Awaitable[bool]],
    *,
    heartbeat_seconds: float,
) -> AsyncIterator[bytes]:
    """Yield ``connected``, then the reader's events, and among them a heartbeat every so often.

    Before each heartbeat the visitor's right to be there is checked again. The phase is not kept: its texts may have
    a hundred kilobytes and more, and a stream may last for hours.
    """
    connected = stream_frame(EventType.CONNECTED, snapshot(session, phase, reader.position))
    return _frames(session["room_id"], connected, reader, may_stay, heartbeat_seconds)


async def _frames(
    room_id: str,
    connected: bytes,
    reader: Reader,
    may_stay: Callable[[], Awaitable[bool]],
    heartbeat_seconds: float,
) -> AsyncIterator[bytes]:
    yield f"retry: {RETRY_MILLISECONDS}\n".encode() + connected
    del connected
    try:
        async for wire in reader.frames(heartbeat_seconds):
            if wire is not None:
                yield wire
            elif await _holds(may_stay):
                yield stream_frame(EventType.HEARTBEAT, _now_in(room_id))
            else:
                return
    except (AppError, OSError, *DRIVER_ERRORS) as error:
        log.warning("stream_failed", error=type(error).__name__)
        yield stream_frame(EventType.ERROR, {"message": "The event stream was interrupted"} | _now_in(room_id))


async def _holds(may_stay: Callable[[], Awaitable[bool]]) -> bool:
    try:
        return await may_stay()
    except DatabaseUnavailableError:
        # Nobody can tell right now. The next heartbeat asks again.
        return True


def _now_in(room_id: str) -> dict[str, str]:
    return {"room_id": room_id, "timestamp": iso_utc(utc_now())}
