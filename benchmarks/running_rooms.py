"""Rooms whose clocks run, and how late the application was with them."""

from dataclasses import replace
from uuid import uuid4

import asyncpg

from app.interview_session.room.phase_clock import PhaseClock
from app.interview_session.room.stored_clock import columns_of, from_ms, to_ms
from benchmarks.events import plan_of_two

PHASE_MS = 60_000
ANNOUNCED_MS = 48_000
"""When the end of such a phase is announced."""


async def insert_running_rooms(
    dsn: str, count: int, *, delay: float, spread_seconds: float, are_announced: bool = False
) -> float:
    """Store running rooms whose steps come due evenly from ``delay`` seconds on; return when the first does.

    The step is that the end of a phase is announced, or the end itself where rooms ``are_announced``. As its
    beginning each room has when its step is due, for ``lateness`` to know.
    """
    plan = plan_of_two()
    connection = await asyncpg.connect(dsn)
    now = await connection.fetchval("SELECT clock_timestamp()")
    clock = replace(PhaseClock.ready((PHASE_MS, PHASE_MS)), ending_announced=are_announced)
    first = to_ms(now) + int(delay * 1000)
    rows = []
    for number in range(count):
        due = first + int(spread_seconds * 1000) * number // count
        columns = columns_of(clock.start(due - (PHASE_MS if are_announced else ANNOUNCED_MS)))
        values = (*columns.values(), 0, "disconnected", from_ms(due), now, now)
        rows.append((uuid4(), f"bench-{number}", "bench", plan, *values))
    names = ["id", "room_id", "mock_interview_id", "plan", *columns_of(clock), "last_seq", "bot_status", "started_at"]
    await connection.copy_records_to_table(
        "interview_sessions", records=rows, columns=[*names, "created_at", "updated_at"]
    )
    await connection.execute("ANALYZE interview_sessions")
    await connection.close()
    return first / 1000


async def lateness(dsn: str) -> list[float]:
    """Return how late each room's first step was, in milliseconds."""
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch(
        """SELECT extract(epoch FROM event.created_at - session.started_at) * 1000
           FROM session_events AS event JOIN interview_sessions AS session ON session.id = event.session_id
           WHERE event.seq = 1 AND event.type IN ('phase_ending', 'phase_changed')"""
    )
    await connection.close()
    return [float(row[0]) for row in rows]


async def clear(dsn: str) -> None:
    """Erase every room."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("DELETE FROM interview_sessions")
    await connection.close()
