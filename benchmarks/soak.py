"""``python -m benchmarks.soak``: whether an event still costs the same when the log has millions of others.

The log is filled as rooms would fill it, many sessions beside each other. At each mark events are written and read as
the application does. Times depend on the machine; the blocks that it touches do not.
"""

import argparse
import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from statistics import median
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from app.core.config import Settings
from app.core.database import Database
from app.interview_session.events.event_log import EventLog
from app.interview_session.room.room_repository import LOOK, save_unchanged
from app.repositories.access import DataAccess
from benchmarks.database import benchmark_database
from benchmarks.event_writer import changed_by_one_event
from benchmarks.events import paused_rooms

EVENTS_OF_A_SESSION = 200
SESSIONS_AT_ONCE = 500
LIVE_ROOMS = 50
MEASURED = 500
MARKS = 5


def main() -> None:
    """Fill a log and look at its costs at five marks."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--events", type=int, default=500_000, help="events in the end (default: %(default)s)")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with benchmark_database() as database:
        asyncio.run(_soak(database.dsn, options.events))


async def _soak(dsn: str, events: int) -> None:
    heads = {"events": 10, "write": 8, "blocks": 6, "read": 8, "look": 8, "heap": 8, "index": 8}
    print("  ".join(f"{name:>{width}}" for name, width in heads.items()))
    rooms = await paused_rooms(dsn, LIVE_ROOMS)
    connection = await asyncpg.connect(dsn)
    database = Database(dsn, Settings(_env_file=None))
    filled = 0
    for mark in range(MARKS + 1):
        while filled < events * mark // MARKS:
            filled += await _fill(connection)
        await connection.execute("CHECKPOINT")
        await _measure(connection, EventLog(DataAccess(database.reads)), rooms, filled)
    await database.close()
    await connection.close()


async def _fill(connection: asyncpg.Connection) -> int:
    """Add sessions that are over, whose events came in turns; return how many events."""
    done: str = await connection.execute(
        """
        WITH added AS (
            INSERT INTO interview_sessions (id, room_id, mock_interview_id, plan, state, sequence, ending_announced,
                last_seq, bot_status, created_at, updated_at, ended_at)
            SELECT gen_random_uuid(), 'soak-' || n, 'bench', '{}', 'completed', 1, true, $1, 'disconnected', now(),
                now(), now()
            FROM generate_series(1, $2::int) AS n RETURNING id
        )
        INSERT INTO session_events (session_id, seq, type, data, created_at)
        SELECT id, seq, 'transcript', json_build_object('seq', seq, 'text', repeat('word ', 40)), now()
        FROM generate_series(1, $1::int) AS seq, added ORDER BY seq
        """,
        EVENTS_OF_A_SESSION,
        SESSIONS_AT_ONCE,
    )
    return int(done.rsplit(maxsplit=1)[-1])


async def _measure(connection: asyncpg.Connection, log: EventLog, rooms: list[UUID], filled: int) -> None:
    store = save_unchanged(lines=1).compiled

    async def write(number: int) -> None:
        room = {"session_id": rooms[number % LIVE_ROOMS]}
        row = await connection.fetchrow(LOOK.compiled.sql, *LOOK.compiled.arguments(room))
        assert row is not None
        assert await connection.fetch(store.sql, *store.arguments(changed_by_one_event(row)))

    before = await _blocks(connection)
    written = await _times(write)
    after = await _blocks(connection)
    last = await connection.fetch("SELECT id, last_seq FROM interview_sessions WHERE id = ANY($1)", rooms)
    one_behind = {row["id"]: row["last_seq"] - 1 for row in last}
    first = dict([*one_behind.items()][:1])
    read = await _times(lambda _number: log.news(first))
    look = await _times(lambda _number: log.behind(one_behind))
    sizes = await connection.fetchrow(
        "SELECT pg_relation_size('session_events') AS heap, pg_indexes_size('session_events') AS index"
    )
    assert sizes is not None
    blocks = (after - before) / MEASURED
    print(
        f"{filled:10,}  {written:5.2f} ms  {blocks:6.1f}  {read:5.2f} ms  {look:5.2f} ms  "
        f"{sizes['heap'] / 2**20:5.0f} MB  {sizes['index'] / 2**20:5.0f} MB",
        flush=True,
    )


async def _times(do: Callable[[int], Awaitable[Any]]) -> float:
    """Return the median of the milliseconds that something takes."""
    taken = []
    for number in range(MEASURED):
        began = time.perf_counter()
        await do(number)
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken)


async def _blocks(connection: asyncpg.Connection) -> int:
    """Return how many blocks of tables and indexes statements have touched so far."""
    await connection.execute("SELECT pg_stat_force_next_flush()")
    blocks: int = await connection.fetchval(
        """SELECT sum(heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit)::bigint
           FROM pg_statio_user_tables"""
    )
    return blocks


if __name__ == "__main__":
    main()
