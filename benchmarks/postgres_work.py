"""What PostgreSQL does while something is measured: its counters before and after, and what its sessions wait for."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import asyncpg

SAMPLE_SECONDS = 0.04

# Each session adds to these counters once a second or so: what it did in the last second before is counted too, and
# what it did in the last second of all is not. The position in the log is exact.
_COUNTERS = """
    SELECT
        (SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()) AS transactions,
        (pg_current_wal_insert_lsn() - '0/0')::bigint AS wal_bytes,
        (SELECT sum(fsyncs)::bigint FROM pg_stat_io WHERE object = 'wal') AS fsyncs,
        (SELECT sum(fsync_time) / 1000 FROM pg_stat_io WHERE object = 'wal') AS fsync_seconds
"""
_WAITS = """
    SELECT coalesce(wait_event_type, '') AS kind, coalesce(wait_event, '') AS event, count(*) AS sessions
    FROM pg_stat_activity
    WHERE datname = current_database() AND state = 'active' AND backend_type = 'client backend'
        AND pid <> pg_backend_pid()
    GROUP BY 1, 2
"""


@dataclass
class PostgresWork:
    """Counts of a stretch; ``waits`` tells of the sessions that were at a statement, by what they waited for.

    They are seen many times a second: each sight of each session counts once. "CPU" is those that waited for nothing.
    """

    transactions: int = 0
    wal_bytes: int = 0
    fsyncs: int = 0
    fsync_seconds: float = 0.0
    waits: Counter[str] = field(default_factory=Counter)

    def share(self, reason: str) -> float:
        """Return the share of one reason in all sights of busy sessions."""
        return self.waits[reason] / max(1, self.waits.total())

    def reason_to_wait(self) -> str | None:
        """Return what most of the busy sessions waited for, unless they worked or the process kept them waiting."""
        return next((name for name, _ in self.waits.most_common(1) if name not in {"CPU", "the process"}), None)


async def time_fsyncs(dsn: str) -> None:
    """Have the server take the time of each ``fsync`` of its log."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("ALTER SYSTEM SET track_wal_io_timing = on")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


@contextmanager
def watched(dsn: str) -> Iterator[PostgresWork]:
    """Count until the block ends."""
    work = PostgresWork()
    is_over = threading.Event()
    has_begun = threading.Event()
    watcher = threading.Thread(target=lambda: asyncio.run(_watch(dsn, work, has_begun, is_over)), daemon=True)
    watcher.start()
    try:
        has_begun.wait(10)
        yield work
    finally:
        is_over.set()
        watcher.join()


async def _watch(dsn: str, work: PostgresWork, has_begun: threading.Event, is_over: threading.Event) -> None:
    connection = await asyncpg.connect(dsn)
    before = await connection.fetchrow(_COUNTERS)
    has_begun.set()
    while not is_over.is_set():
        for row in await connection.fetch(_WAITS):
            work.waits[_reason(row["kind"], row["event"])] += row["sessions"]
        await asyncio.sleep(SAMPLE_SECONDS)
    after = await connection.fetchrow(_COUNTERS)
    assert before is not None
    assert after is not None
    for name in before.keys():  # noqa: SIM118 - a record's iterator gives its values
        setattr(work, name, after[name] - before[name])
    await connection.close()


def _reason(kind: str, event: str) -> str:
    if not kind:
        return "CPU"
    if event.lower().startswith("wal"):
        return "write and fsync of the WAL"
    return {"Lock": "locks", "LWLock": f"inner lock {event}", "Client": "the process"}.get(kind, f"{kind} {event}")
