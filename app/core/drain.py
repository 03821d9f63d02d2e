"""Going away without a request lost: first out of the load balancer, then down."""

import asyncio
import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

import structlog

log = structlog.get_logger(__name__)


class Drain:
    """Holds the first SIGTERM back for ``seconds``, while readiness already says no; then ends the streams.

    uvicorn stops accepting connections as soon as it gets the signal; a load balancer that has not noticed yet would
    send requests into the void. And it waits for open streams, which never end by themselves: ``before_end`` is
    called to end them.
    """

    def __init__(self, seconds: float) -> None:
        self.active = False
        self.before_end: list[Callable[[], None]] = []
        self._seconds = seconds
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server_handler: Callable[[int, FrameType | None], Any] | None = None

    def install(self) -> None:
        """Step in front of the server's handler, if there is one; in its main thread only."""
        handler = signal.getsignal(signal.SIGTERM)
        if callable(handler):
            self._loop = asyncio.get_running_loop()
            self._server_handler = handler
            signal.signal(signal.SIGTERM, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        assert self._loop is not None
        # Asked a second time means now.
        seconds = 0 if self.active else self._seconds
        self.active = True
        # Nothing else here: a signal handler may interrupt anything, the writing of a log line included.
        self._loop.call_soon_threadsafe(self._wait, seconds, number, frame)

    def _wait(self, seconds: float, number: int, frame: FrameType | None) -> None:
        assert self._loop is not None
        log.info("draining", seconds=seconds)
        self._loop.call_later(seconds, self._end, number, frame)

    def _end(self, number: int, frame: FrameType | None) -> None:
        assert self._server_handler is not None
        for end in self.before_end:
            end()
        self._server_handler(number, frame)
