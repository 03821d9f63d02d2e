"""The servers that a storm hits: some replicas of the application and the PostgreSQL that they share."""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asyncpg

from app.core.clock import utc_now
from app.core.embedded_postgres import EmbeddedPostgres
from tests.chaos.uptime import Uptime
from tests.support.processes import AppServer

SETTINGS = {
    "RATE_LIMIT_ENABLED": "false",
    "MAX_EVENT_STREAMS_PER_USER": "100000",
    "EVENT_HEARTBEAT_SECONDS": "1",
}

BLOWS = {
    "replica killed": 4,
    "replica frozen": 1,
    "replica frozen in an act": 1,
    "replica frozen in a claim": 1,
    "postmaster killed": 2,
}
"""Each kind of blow, and how often it falls compared with the others."""

LONGEST_WAIT_FOR_A_CLAIM_SECONDS = 1.0
TIME_OF_AN_ACT_SECONDS = 0.008
TIME_TO_A_CLAIM_SECONDS = 0.02
"""How long after a deadline its claim may still be under way."""

HELD_SECONDS = 0.1
"""A transaction in which nothing has happened for so long belongs to a process that does not run."""


class Replica:
    """A place for a server; whoever is killed there is followed by another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.server = AppServer(folder, **SETTINGS)

    def url(self) -> str:
        """Return where the server is now."""
        return self.server.url

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


@dataclass(frozen=True)
class Targets:
    """What a storm aims at."""

    act: Callable[[str], Awaitable[None]]
    """Sends some act to the server at this address."""

    next_deadline: Callable[[], datetime | None]
    """Returns when the next step is due, as far as its listeners know."""


class Storm:
    """Hits one victim after the other, in an order that is the same for the same seed.

    ``held`` counts the freezes, by their kind, that caught a transaction open: its locks are in everybody's way until
    PostgreSQL ends it.
    """

    def __init__(self, folder: Path, replicas: list[Replica], uptime: Uptime, seed: int) -> None:
        self.blows: Counter[str] = Counter()
        self.held: Counter[str] = Counter()
        self._folder = folder
        self._replicas = replicas
        self._uptime = uptime
        self._random = random.Random(seed)
        self._calm = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def rage(self, seconds: float, targets: Targets) -> None:
        """Go on for so long, or until ``abate``; afterwards everything runs that was killed or frozen."""
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    while not self._calm.is_set():
                        await asyncio.sleep(self._random.uniform(0.4, 1.6))
                        await self._strike(targets)
        finally:
            await asyncio.gather(*self._tasks)

    def abate(self) -> None:
        """Let the storm end before its time."""
        self._calm.set()

    async def _strike(self, targets: Targets) -> None:
        blow = self._random.choices([*BLOWS], [*BLOWS.values()])[0]
        index = self._random.randrange(len(self._replicas))
        victim = self._replicas[index]
        if blow == "replica killed":
            victim.kill()
            self._uptime.note_blow(index)
        elif blow == "postmaster killed":
            if not self._kill_postmaster():
                return
            self._uptime.note_blow()
        else:
            await self._wait_for_the_moment(blow, victim, targets)
            victim.freeze()
            self._uptime.note_blow(index)
            self._keep(self._look_for_a_held_transaction(blow))
            # Longer than a frozen transaction may keep its locks.
            self._keep(self._thaw(index, self._random.uniform(0.3, 3)))
        self.blows[blow] += 1

    async def _wait_for_the_moment(self, blow: str, victim: Replica, targets: Targets) -> None:
        if blow == "replica frozen in an act":
            self._keep(targets.act(victim.url()))
            await asyncio.sleep(self._random.uniform(0, TIME_OF_AN_ACT_SECONDS))
        elif blow == "replica frozen in a claim" and (deadline := targets.next_deadline()):
            wait = (deadline - utc_now()).total_seconds() + self._random.uniform(0, TIME_TO_A_CLAIM_SECONDS)
            await asyncio.sleep(min(max(wait, 0), LONGEST_WAIT_FOR_A_CLAIM_SECONDS))

    async def _look_for_a_held_transaction(self, blow: str) -> None:
        """Count a freeze that caught a transaction; while the database is away there is none."""
        await asyncio.sleep(HELD_SECONDS * 1.5)
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
            connection = await asyncpg.connect(EmbeddedPostgres(self._folder / "data").dsn, timeout=1)
            try:
                self.held[blow] += await connection.fetchval(
                    "SELECT count(*) > 0 FROM pg_stat_activity WHERE state = 'idle in transaction' "
                    "AND clock_timestamp() - state_change > make_interval(secs => $1)",
                    HELD_SECONDS,
                    timeout=1,
                )
            finally:
                connection.terminate()

    async def _thaw(self, index: int, seconds: float) -> None:
        victim, server = self._replicas[index], self._replicas[index].server
        try:
            await asyncio.sleep(seconds)
        finally:
            if victim.server is server:
                victim.thaw()
                # What it answers now may have been true before it was frozen.
                self._uptime.note_blow(index)

    def _kill_postmaster(self) -> bool:
        """Kill the database server's first process; False if it is just being brought back."""
        try:
            pid = int((self._folder / "data" / "postgres" / "postmaster.pid").read_text().split()[0])
            os.kill(pid, signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError, ValueError, IndexError):
            return False
        return True

    def _keep(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
