"""Notices that somebody has waited too long for a child process that works for many."""

import asyncio
from collections.abc import Callable

SLOW_SECONDS = 3.0
"""Nobody waits longer without a word in the log."""


class Stall:
    """One speaker's or listener's wait.

    Args:
        note: called once for each wait that takes too long, while it goes on.

    """

    def __init__(self, note: Callable[[], None]) -> None:
        self._note = note
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, *, after_seconds: float = 0.0) -> None:
        """Begin to wait, now or later; another wait that is under way is over."""
        self.end()
        self._timer = asyncio.get_running_loop().call_later(after_seconds + SLOW_SECONDS, self._note)

    def end(self) -> None:
        """Wait no longer."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
