"""CPU time of processes, and the cores on which they run.

The kernel's scheduler counts in nanoseconds; the usual counters (``times``, ``psutil``) count ticks of 10 ms, which
is more than a PostgreSQL process uses in a whole measurement.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil


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
    """Return the CPU time, user and system, that the processes' threads have used so far."""
    return sum(_nanoseconds(pid) for pid in pids) / 1e9


def _nanoseconds(pid: int) -> int:
    total = 0
    # A thread or a process may end meanwhile: what it used is lost to both readings alike.
    with suppress(FileNotFoundError, ProcessLookupError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            total += int((thread / "schedstat").read_text().split()[0])
    return total
