"""CPU time of processes, and the cores on which they run.

A process's clock counts in nanoseconds; the usual counters (``times``, ``psutil``) count ticks of 10 ms, which is
more than a PostgreSQL process uses in a whole measurement.
"""

import os
import time
from contextlib import suppress
from dataclasses import dataclass

import psutil

LOADING_SECONDS = 120.0
AT_REST = 0.05
"""Seconds of a core in a second that a server may take by itself: the application has clocks to look at."""


@dataclass(frozen=True)
class Cores:
    """Where to run what: the server has a core of its own, so that nothing else disturbs its caches."""

    server: set[int]
    load: set[int]
    database: set[int]

    @classmethod
    def available(cls) -> "Cores":
        """Share out the cores of this process. With two, PostgreSQL shares the load generator's."""
        cores = sorted(os.sched_getaffinity(0))
        return cls({cores[0]}, {cores[-1]}, set(cores[1:-1]) or {cores[-1]})


def family(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]


def cpu_seconds(pids: list[int]) -> float:
    """Return the CPU time, user and system, that the processes have used so far, by threads that have ended too."""
    return sum(_nanoseconds(pid) for pid in pids) / 1e9


def wait_until_at_rest(pid: int) -> None:
    """Wait until a server does nothing more: it may answer before all is loaded."""
    deadline = time.monotonic() + LOADING_SECONDS
    used = float("inf")
    while used > AT_REST and time.monotonic() < deadline:
        before = cpu_seconds(family(pid))
        time.sleep(1)
        used = cpu_seconds(family(pid)) - before


def _nanoseconds(pid: int) -> int:
    # A process may end meanwhile: what it used is lost to both readings alike.
    with suppress(OSError):
        return time.clock_gettime_ns(_clock_of(pid))
    return 0


def _clock_of(pid: int) -> int:
    """Return what ``clock_getcpuclockid`` of the C library does, which Python gives for threads only."""
    return ~pid << 3 | 2
