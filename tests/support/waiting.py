"""Waiting for what a test means.

A test that sleeps and then looks is wrong on a slow machine, and slow on a fast one. So a test names what it waits
for, with ``until``; the few that prove that something does *not* happen say why and for how long, with
``nothing_happens``. ``tests/test_honesty.py`` refuses any other sleep.
"""

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any

PATIENCE_SECONDS = 60.0
"""How long to wait for what must come: a busy machine is no failure."""
POLL_SECONDS = 0.01


async def until(condition: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """Ask again and again until a condition, plain or awaitable, is true, and return its value.

    Raises:
        TimeoutError: it was never true in that time.

    """
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if inspect.isawaitable(found):
                found = await found
            if found:
                return found
            await asyncio.sleep(POLL_SECONDS)


def until_blocking(condition: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """Do the same where no loop runs, or in a thread beside it.

    Raises:
        TimeoutError: the condition was never true in that time.

    """
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(POLL_SECONDS)
    return found


async def nothing_happens(seconds: float, *, because: str) -> None:
    """Let real time pass in which something must not happen; the caller looks afterwards.

    ``because`` says why no event can stand for it. It is for readers only.
    """
    assert because
    await asyncio.sleep(seconds)


async def turns_of_the_loop(count: int) -> None:
    """Let the other tasks of this loop run so many times, to interrupt them at that moment."""
    for _ in range(count):
        await asyncio.sleep(0)
