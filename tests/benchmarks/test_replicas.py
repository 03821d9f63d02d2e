"""The benchmark of replicas: what it says was full follows from its figures, and PostgreSQL's work is what it did."""

import asyncio
import os
from collections import Counter

import asyncpg
import pytest

from benchmarks.postgres_work import PostgresWork, watched
from benchmarks.stretch import Stretch
from tests.conftest import NewDatabase
from tests.support.waiting import until

CORES = len(os.sched_getaffinity(0))


def stretch(work: PostgresWork, *, processes: int = 2, **shares: float) -> Stretch:
    """Return ten seconds in which each had so much of the machine."""
    cpu = {"application": 0.1, "PostgreSQL": 0.1, "nginx": 0.0, "load": 0.0, "others": 0.0} | shares
    cpu["machine"] = sum(cpu.values())
    seconds = {name: share * 10 * CORES for name, share in cpu.items()}
    return Stretch("reads", processes, done=1000, seconds=10, cpu=seconds, postgres=work)


NO_WORK = PostgresWork()
LOCKED = PostgresWork(waits=Counter({"CPU": 20, "locks": 70, "the process": 10}))
SYNCING = PostgresWork(fsync_seconds=9.5, waits=Counter({"locks": 1}))
WORKING = PostgresWork(waits=Counter({"CPU": 90, "locks": 10}))


@pytest.mark.parametrize(
    ("found", "wall"),
    [
        # One process has one core at most.
        (stretch(NO_WORK, processes=1, application=0.95 / CORES), "the CPU of the application: each process"),
        (stretch(NO_WORK, processes=2 * CORES, PostgreSQL=0.8), "the CPU of the machine, most of it PostgreSQL"),
        (stretch(LOCKED, processes=2 * CORES, others=0.7), "the CPU of the machine, most of it others"),
        (stretch(LOCKED), "locks: 70% of the busy sessions"),
        (stretch(SYNCING), "the fsync of the WAL"),
        (stretch(WORKING), "nothing that is full"),
        (stretch(NO_WORK), "nothing that is full"),
    ],
)
def test_the_wall_is_what_was_full(found: Stretch, wall: str) -> None:
    assert wall in found.wall()


async def test_postgres_tells_what_it_wrote_and_what_its_sessions_waited_for(new_database: NewDatabase) -> None:
    url = await new_database()
    holder, waiter = await asyncpg.connect(url), await asyncpg.connect(url)
    await holder.execute("CREATE TABLE counters (n int); INSERT INTO counters VALUES (0)")
    with watched(url) as work:
        await holder.execute("BEGIN; UPDATE counters SET n = n + 1")
        waiting = asyncio.create_task(waiter.execute("UPDATE counters SET n = n + 1"))
        await until(lambda: work.waits["locks"] >= 2)
        await holder.execute("COMMIT")
        await waiting
        # What a session did is told when it ends.
        await holder.close()
        await waiter.close()

    assert work.transactions >= 2
    assert 100 < work.wal_bytes < 100_000
    assert work.reason_to_wait() == "locks"
