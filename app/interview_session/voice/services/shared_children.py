"""The child processes that all calls share: ended when nobody has needed them for a while, and started again."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from app.core.loading import UNUSED_SECONDS
from app.interview_session.voice.memory import memory_taken
from app.interview_session.voice.services.child_process import ChildError

log = structlog.get_logger(__name__)


class Child(Protocol):
    """One child process or several, which can be started again after a stop."""

    async def start(self) -> None:
        """Start, and wait until it can work; raise ``ChildError`` if it does not come up."""

    async def stop(self) -> None:
        """End it, if it runs."""


class SharedChildren:
    """Keeps some children as long as they are needed.

    Args:
        children: what is kept.
        are_used: tells whether somebody needs them now.
        clock: seconds that only rise.

    """

    def __init__(
        self, children: Sequence[Child], *, are_used: Callable[[], bool], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._children = children
        self._are_used = are_used
        self._clock = clock
        self._needed_at = clock()
        self._are_up = False
        self._is_open = True
        # One change at a time: who needs them while they are being ended gets others.
        self._changing = asyncio.Lock()
        self._waking: asyncio.Task[None] | None = None
        self._resting: asyncio.Task[None] | None = None

    @property
    def are_up(self) -> bool:
        """Tell whether they run."""
        return self._are_up

    async def start(self) -> None:
        """Start them side by side.

        Raises:
            ChildError: one of them does not come up; then none runs.

        """
        async with self._changing:
            await self._start()

    def expect(self) -> None:
        """Note that they are needed soon: start them if they rest, beside whatever goes on."""
        self._needed_at = self._clock()
        is_waking = self._waking is not None and not self._waking.done()
        if self._is_open and not self._are_up and not is_waking:
            self._waking = asyncio.create_task(self._wake(), name="voice_waking")

    async def ready(self, patience_seconds: float) -> bool:
        """Wait until they run, for so long at most; tell whether they do."""
        self.expect()
        if self._waking is not None and not self._are_up:
            await asyncio.wait([self._waking], timeout=patience_seconds)
        return self._are_up

    def look(self) -> None:
        """See whether they are needed; to be called every few seconds."""
        now = self._clock()
        if self._are_used():
            self._needed_at = now
        elif self._are_up and self._children and now - self._needed_at >= UNUSED_SECONDS:
            # From here on nobody is told that they run, and so nobody gets one that is about to end.
            self._are_up = False
            self._resting = asyncio.create_task(self._rest(), name="voice_resting")

    async def stop(self) -> None:
        """End them for good."""
        self._is_open = self._are_up = False
        if self._waking is not None:
            self._waking.cancel()
        tasks = [task for task in (self._waking, self._resting) if task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._stop()

    async def _start(self) -> None:
        """Start them, and see all of them through before the first failure is raised."""
        started = await asyncio.gather(*(child.start() for child in self._children), return_exceptions=True)
        failures = [result for result in started if isinstance(result, BaseException)]
        if failures:
            await self._stop()
            raise failures[0]
        self._are_up = True

    async def _stop(self) -> None:
        await asyncio.gather(*(child.stop() for child in self._children))

    async def _wake(self) -> None:
        async with self._changing:
            began = time.monotonic()
            try:
                await self._start()
            except ChildError as error:
                # There may be no memory for it just now. Whoever calls next tries again.
                log.warning("voice_not_ready", error=str(error))
                return
        seconds = round(time.monotonic() - began, 3)
        log.info("voice_ready", seconds=seconds, **await asyncio.to_thread(memory_taken))

    async def _rest(self) -> None:
        async with self._changing:
            await self._stop()
        log.info("voice_resting", unused_seconds=round(UNUSED_SECONDS))
