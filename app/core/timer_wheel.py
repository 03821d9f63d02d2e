"""One timer for all that waits for a moment: thousands of event streams, each with a heartbeat to come.

A timer of the event loop for each would cost memory while it runs, and work whenever it is set and taken back.
"""

import asyncio
from heapq import heappop, heappush
from typing import Protocol

TICK_SECONDS = 0.05
"""Moments that are this close together are one; nobody is woken early."""


class Sleeper(Protocol):
    """Somebody who is to be woken. Being woken for nothing does no harm."""

    def wake(self) -> None:
        """Look what there is to do now."""


class TimerWheel:
    """Wakes sleepers at their moments, by the clock of the running loop."""

    def __init__(self) -> None:
        self._slots: dict[int, set[Sleeper]] = {}
        self._order: list[int] = []
        self._timer: asyncio.TimerHandle | None = None

    def wake_at(self, moment: float, sleeper: Sleeper) -> None:
        """Have somebody woken within a tick after a moment."""
        slot = _slot_of(moment)
        if slot not in self._slots:
            self._slots[slot] = set()
            heappush(self._order, slot)
            if self._order[0] == slot:
                self._set_timer()
        self._slots[slot].add(sleeper)

    def forget(self, moment: float, sleeper: Sleeper) -> None:
        """Let somebody sleep who was to be woken at a moment."""
        if sleepers := self._slots.get(_slot_of(moment)):
            sleepers.discard(sleeper)

    def stop(self) -> None:
        """Wake nobody any more."""
        self._slots.clear()
        self._order.clear()
        self._set_timer()

    def _set_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = None
        if self._order:
            self._timer = asyncio.get_running_loop().call_at(self._order[0] * TICK_SECONDS, self._turn)

    def _turn(self) -> None:
        """Wake those whose moment has come, and wait for the next. A loop may be a little early with its timers."""
        now = asyncio.get_running_loop().time()
        while self._order and self._order[0] * TICK_SECONDS <= now:
            for sleeper in self._slots.pop(heappop(self._order)):
                sleeper.wake()
        self._set_timer()


def _slot_of(moment: float) -> int:
    return int(moment / TICK_SECONDS) + 1
