"""The servers that a storm hits: some replicas of the application and the PostgreSQL that they share."""

import asyncio
import os
import random
import signal
from collections import Counter
from contextlib import suppress
from pathlib import Path

from tests.support.processes import AppServer

SETTINGS = {
    "RATE_LIMIT_ENABLED": "false",
    "MAX_EVENT_STREAMS_PER_USER": "100000",
    "EVENT_HEARTBEAT_SECONDS": "1",
}


class Replica:
    """A place for a server; whoever is killed there is followed by another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.server = AppServer(folder, **SETTINGS)

    def kill(self) -> None:
        """End the server without a word, and start the next."""
        self.stop()
        self.server = AppServer(self._folder, **SETTINGS)

    def freeze(self) -> None:
        self.server.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.server.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End the server without a word; a frozen one ends as well."""
        self.server.process.kill()
        self.server.process.wait()


class Storm:
    """Hits one victim after the other, by a random that is always the same for one seed."""

    def __init__(self, folder: Path, replicas: list[Replica], seed: int) -> None:
        self.blows: Counter[str] = Counter()
        self._folder = folder
        self._replicas = replicas
        self._random = random.Random(seed)
        self._thawing: set[asyncio.Task[None]] = set()

    async def rage(self, seconds: float) -> None:
        """Go on for so long; afterwards everything runs that was killed or frozen."""
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    while True:
                        await asyncio.sleep(self._random.uniform(0.4, 1.6))
                        self._strike()
        finally:
            await asyncio.gather(*self._thawing)

    def _strike(self) -> None:
        blow = self._random.choices(("replica killed", "replica frozen", "postmaster killed"), (4, 3, 2))[0]
        victim = self._random.choice(self._replicas)
        if blow == "replica killed":
            victim.kill()
        elif blow == "replica frozen":
            victim.freeze()
            # Longer than a frozen transaction may keep its locks.
            task = asyncio.create_task(self._thaw(victim, self._random.uniform(0.3, 3)))
            self._thawing.add(task)
            task.add_done_callback(self._thawing.discard)
        elif not self._kill_postmaster():
            return
        self.blows[blow] += 1

    async def _thaw(self, victim: Replica, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
        finally:
            victim.thaw()

    def _kill_postmaster(self) -> bool:
        """Kill the database server's first process; False if it is just being brought back."""
        try:
            pid = int((self._folder / "data" / "postgres" / "postmaster.pid").read_text().split()[0])
            os.kill(pid, signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError, ValueError, IndexError):
            return False
        return True
