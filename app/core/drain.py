"""Going away without a request or a call lost: first out of the load balancer, then down."""

import asyncio
import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

import structlog

log = structlog.get_logger(__name__)

LINGER_SECONDS = 0.5
"""So long those are still served who connected in the moment in which the server stopped to listen."""

LOOK_SECONDS = 0.2
"""Between two looks whether the last call has ended."""


class Drain:
    """Holds the first SIGTERM back until nobody is left to be cut off, or until the time is up.

    uvicorn stops accepting connections as soon as it gets the signal, and closes those that are idle: a load balancer
    that has not noticed yet would send requests into the void. So

    1. for ``seconds`` everything is served while readiness says no, and each answer closes its connection;
    2. then no more connections are accepted, which sends even a load balancer elsewhere that asks nobody;
    3. what ``under_way`` counts, the calls, may end by itself, up to ``call_seconds`` after the signal;
    4. streams, which never end by themselves, are ended by ``before_end``, and the server gets its signal.

    A second signal means now. So does SIGINT, with which only streams are ended before the server gets it.
    """

    def __init__(self, seconds: float, call_seconds: float = 0) -> None:
        self.active = False
        self.is_ending = False
        self.before_end: list[Callable[[], None]] = []
        self.under_way: list[Callable[[], int]] = []
        self._seconds = seconds
        self._call_seconds = call_seconds
        self._hurry = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._draining: asyncio.Task[None] | None = None
        self._server_handler: Callable[[int, FrameType | None], Any] | None = None

    def install(self) -> None:
        """Step in front of the server's handler, if there is one; in its main thread only."""
        handler = signal.getsignal(signal.SIGTERM)
        if callable(handler):
            self._loop = asyncio.get_running_loop()
            self._server_handler = handler
            signal.signal(signal.SIGTERM, self._on_signal)
            if signal.getsignal(signal.SIGINT) == handler:
                signal.signal(signal.SIGINT, self._on_interrupt)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        assert self._loop is not None
        is_second = self.active
        self.active = True
        # Nothing else here: a signal handler may interrupt anything, the writing of a log line included.
        if is_second:
            self._loop.call_soon_threadsafe(self._hurry.set)
        else:
            self._loop.call_soon_threadsafe(self._begin, number, frame)

    def _on_interrupt(self, number: int, frame: FrameType | None) -> None:
        assert self._loop is not None
        assert self._server_handler is not None
        self._loop.call_soon_threadsafe(self._end_streams)
        self._server_handler(number, frame)

    def _begin(self, number: int, frame: FrameType | None) -> None:
        self._draining = asyncio.create_task(self._drain(number, frame), name="drain")

    async def _drain(self, number: int, frame: FrameType | None) -> None:
        began = time.monotonic()
        try:
            log.info("draining", seconds=self._seconds, call_seconds=self._call_seconds)
            await self._pause(self._seconds)
            if self._seconds or self._call_seconds:
                self._stop_listening()
                await self._pause(LINGER_SECONDS)
            await self._until_nothing_is_under_way(began + self._call_seconds)
        finally:
            self._end(number, frame)

    async def _until_nothing_is_under_way(self, deadline: float) -> None:
        told = 0
        while (count := sum(each() for each in self.under_way)) and not self._hurry.is_set():
            if (left := deadline - time.monotonic()) <= 0:
                log.warning("drain_cut_short", calls=count)
                return
            if count != told:
                told = count
                log.info("draining_calls", calls=count, seconds=round(left))
            await self._pause(min(LOOK_SECONDS, left))

    async def _pause(self, seconds: float) -> None:
        """Wait, but for no longer than there is patience."""
        try:
            async with asyncio.timeout(seconds):
                await self._hurry.wait()
        except TimeoutError:
            pass

    def _stop_listening(self) -> None:
        # The handler is a method of uvicorn's server, which would close what listens only together with idle
        # connections. Of another server's handler nothing is known, and it does both at once.
        for listener in getattr(getattr(self._server_handler, "__self__", None), "servers", ()):
            listener.close()

    def _end(self, number: int, frame: FrameType | None) -> None:
        assert self._server_handler is not None
        self._end_streams()
        self._server_handler(number, frame)

    def _end_streams(self) -> None:
        self.is_ending = True
        for end in self.before_end:
            end()
