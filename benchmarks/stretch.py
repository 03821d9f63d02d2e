"""A stretch of one kind of work on some processes and their PostgreSQL: what it cost whom, and what was full."""

import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

from benchmarks.cpu import cpu_seconds, family
from benchmarks.database import BenchmarkDatabase
from benchmarks.load import Load
from benchmarks.postgres_work import PostgresWork, watched
from benchmarks.servers import Server

FULL = 0.85
"""A core, a machine or a disk that is busy for more of the time is full."""

MEASURED = ("application", "PostgreSQL", "nginx", "load")


@dataclass(frozen=True)
class Group:
    """Processes on one PostgreSQL; each client asks one of ``ports``."""

    database: BenchmarkDatabase
    servers: Sequence[Server]
    proxy_pid: int | None
    ports: Sequence[int]

    @property
    def count(self) -> int:
        """Return how many processes there are."""
        return len(self.servers)

    @property
    def logs(self) -> list[Path]:
        """Return what the processes write down of their requests."""
        return [self.database.folder / f"{server.name}-{server.port}.log" for server in self.servers]

    def cpu(self) -> dict[str, float]:
        """Return the seconds of CPU that each has used so far."""
        busy = psutil.cpu_times()
        return {
            "application": sum(cpu_seconds(family(server.pid)) for server in self.servers),
            "PostgreSQL": cpu_seconds(family(self.database.pid)),
            "nginx": cpu_seconds(family(self.proxy_pid)) if self.proxy_pid else 0.0,
            "load": time.process_time(),
            "machine": sum(busy) - busy.idle - busy.iowait,
        }


class Counting:
    """The seconds of CPU and the work of PostgreSQL from its beginning to its end, where both are known."""

    def __init__(self, group: Group) -> None:
        self._group = group
        self._stack = ExitStack()
        self.cpu: dict[str, float] = {}

    def __enter__(self) -> Self:
        """Begin."""
        self.work = self._stack.enter_context(watched(self._group.database.dsn))
        self.cpu = self._group.cpu()
        return self

    def __exit__(self, *_reason: object) -> None:
        """End."""
        after = self._group.cpu()
        self.cpu = {name: after[name] - self.cpu[name] for name in after}
        self._stack.close()


@dataclass
class Stretch:
    """What came of some seconds with one kind of work on some processes."""

    name: str
    processes: int
    done: int
    seconds: float
    cpu: dict[str, float]
    postgres: PostgresWork
    statements: float | None = None
    load: Load | None = None

    @property
    def rate(self) -> float:
        """Return how much was done a second."""
        return self.done / self.seconds

    def each(self, name: str) -> float:
        """Return the microseconds of CPU of one request or event."""
        return self.cpu[name] / self.done * 1e6

    def line(self) -> str:
        """Return the figures as text."""
        work = self.postgres
        parts = ", ".join(f"{name} {self.each(name):,.0f}" for name in MEASURED)
        latency = ""
        if self.load:
            latency = f"; p50 {self.load.percentile(0.5) * 1e3:.1f} ms, p99 {self.load.percentile(0.99) * 1e3:.1f} ms"
        statements = "" if self.statements is None else f"{self.statements:.1f} statements, "
        waits = ", ".join(f"{reason} {work.share(reason):.0%}" for reason, _ in work.waits.most_common(4))
        return (
            f"  {self.name}: {self.rate:,.0f} a second{latency}\n"
            f"      CPU µs each: {parts}\n"
            f"      PostgreSQL, each: {statements}{work.transactions / self.done:.2f} transactions, "
            f"{work.wal_bytes / self.done:,.0f} bytes of WAL, {work.fsyncs / self.done:.2f} fsyncs "
            f"(under way {work.fsync_seconds / self.seconds:.0%} of the time)\n"
            f"      its busy sessions were at: {waits}\n"
            f"      stopped by {self.wall()}"
        )

    def wall(self) -> str:
        """Return what was full."""
        cores = len(os.sched_getaffinity(0))
        of_process = self.cpu["application"] / self.seconds / self.processes
        shares = {name: self.cpu[name] / self.seconds / cores for name in MEASURED}
        # Other work of the machine is in the way too, and is nobody's whom we measure.
        shares["others"] = max(0.0, self.cpu["machine"] / self.seconds / cores - sum(shares.values()))
        told = ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
        if self.postgres.fsync_seconds / self.seconds >= FULL:
            return "the fsync of the WAL: one is nearly always under way"
        if of_process >= FULL:
            return f"the CPU of the application: each process keeps a core busy for {of_process:.0%} of the time"
        if sum(shares.values()) >= FULL:
            return f"the CPU of the machine, most of it {max(shares, key=lambda name: shares[name])} ({told})"
        if reason := self.postgres.reason_to_wait():
            return f"{reason}: {self.postgres.share(reason):.0%} of the busy sessions wait for it"
        return f"nothing that is full; of the CPU {told}"
