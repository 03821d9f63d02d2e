"""``python -m benchmarks.events``: what the log of the rooms takes, and how soon listeners elsewhere have it.

Each replica is a process of its own. The floor beside it does the same statements by the driver alone, and wakes
nobody.
Part of ``python -m benchmarks.rooms``.
"""

import argparse
import asyncio
import json
import logging
import subprocess
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from statistics import median, quantiles
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import structlog

from app.core.config import PROJECT_ROOT, Settings
from app.core.database import Database
from app.core.notifications import Notifications
from app.interview_session.events.event_feed import EventFeed, Reader
from app.interview_session.plans.template_catalogue import template
from benchmarks.database import BenchmarkDatabase, benchmark_database

SECONDS = 2.0
ROUNDS = 3
WRITERS = (8, 32)
PACED_ROOMS = 20
PACED_PAUSE_SECONDS = 0.1
MAX_LINE_BYTES = 1 << 26
AIM_RATE = 2_000
AIM_CPU_RATIO = 2.0
AIM_MS = (5, 25)


def main() -> None:
    """Measure on a database of its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.events", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long each figure (default: %(default)s)")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with benchmark_database() as database:
        measure_log(database, options.seconds)


def measure_log(database: BenchmarkDatabase, seconds: float = SECONDS) -> None:
    """Print the rates of one and of two replicas, the CPU of an act, and the latencies."""
    print("\nevents through the log, each writer in a room of its own, each event one transaction")
    for writers in WRITERS:
        rooms = asyncio.run(paused_rooms(database.dsn, writers))
        floor, app, two = _in_rounds(
            partial(write_events, database.dsn, [rooms], seconds, is_bare=True),
            partial(write_events, database.dsn, [rooms], seconds),
            partial(write_events, database.dsn, [rooms[::2], rooms[1::2]], seconds),
        )
        rates = [median(map(rate_of, rounds)) for rounds in (app, two, floor)]
        act, bare = (median(map(_cpu, rounds)) for rounds in (app, floor))
        print(
            f"  {writers:2} writers: app {rates[0]:,.0f} a second, two replicas {rates[1]:,.0f} (aim {AIM_RATE:,}), "
            f"bare asyncpg {rates[2]:,.0f}\n"
            f"              CPU of an act {act:.0f} µs, {act / bare:.2f} × bare asyncpg's (aim {AIM_CPU_RATIO:.0f})"
        )
    print("\nfrom the commit of an event to its listener in another process")
    for name, pause_seconds, writers in (
        ("paced", PACED_PAUSE_SECONDS, PACED_ROOMS),
        ("full speed", 0.0, WRITERS[0]),
    ):
        rooms = asyncio.run(paused_rooms(database.dsn, writers))
        delays, written = asyncio.run(_latency(database.dsn, rooms, seconds, pause_seconds))
        print(
            f"  {name:10} {written:,.0f} events a second: p50 {percentile(delays, 50):.1f} ms, "
            f"p99 {percentile(delays, 99):.1f} ms, the last {max(delays):.0f} ms (aim {AIM_MS[0]} and {AIM_MS[1]})"
        )


def _in_rounds(*measure: Callable[[], Coroutine[Any, Any, list[dict[str, Any]]]]) -> list[list[list[dict[str, Any]]]]:
    """Measure in turns, so that what the machine does besides meets all alike; return the rounds of each."""
    rounds = [[asyncio.run(one()) for one in measure] for _ in range(ROUNDS)]
    return [*map(list, zip(*rounds, strict=True))]


async def paused_rooms(dsn: str, count: int) -> list[UUID]:
    """Store rooms in a pause, in which nobody says anything: each act is one event."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("DELETE FROM interview_sessions")
    rooms = [uuid4() for _ in range(count)]
    await connection.executemany(
        """INSERT INTO interview_sessions (id, room_id, mock_interview_id, plan, state, sequence, remaining_ms,
               ending_announced, last_seq, bot_status, started_at, created_at, updated_at)
           VALUES ($1, $2, 'bench', $3, 'paused', 1, 48000, false, 0, 'disconnected', now(), now(), now())""",
        [(room, f"bench-{number}", plan_of_two()) for number, room in enumerate(rooms)],
    )
    await connection.close()
    return rooms


def plan_of_two() -> str:
    """Return a plan of two phases, a minute each, as JSON."""
    demo = template("two-minute-demo")
    assert demo is not None
    fields = [field.model_dump(mode="json") | {"duration": 1} for field in demo.planner_fields[:2]]
    return json.dumps({"title": demo.title, "planner_fields": fields})


async def write_events(
    dsn: str,
    shares: Sequence[Sequence[UUID]],
    seconds: float,
    *,
    pause_seconds: float = 0.0,
    is_bare: bool = False,
    meanwhile: AbstractContextManager[Any] | None = None,
) -> list[dict[str, Any]]:
    """Have each share of the rooms written to by a process of its own; return what each did (``Written``).

    All begin together, once all are ready; from then on until all have ended ``meanwhile`` is entered.
    """
    processes: list[Process] = []
    try:
        for rooms in shares:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "benchmarks.event_writer",
                cwd=PROJECT_ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                limit=MAX_LINE_BYTES,
            )
            processes.append(process)
            task = {"dsn": dsn, "rooms": [*map(str, rooms)], "seconds": seconds, "pause_seconds": pause_seconds}
            _pipes(process)[0].write(json.dumps(task | {"is_bare": is_bare}).encode() + b"\n")
        for process in processes:
            await _pipes(process)[1].readline()
        with meanwhile or nullcontext():
            for process in processes:
                _pipes(process)[0].write(b"\n")
            said = [await _pipes(process)[1].readline() for process in processes]
        await asyncio.gather(*(process.communicate(b"") for process in processes))
    finally:
        # Only where whoever measures was told to stop.
        for process in processes:
            if process.returncode is None:
                process.kill()
                await process.communicate()
    return [json.loads(written) for written in said]


def _pipes(process: Process) -> tuple[asyncio.StreamWriter, asyncio.StreamReader]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


async def _latency(dsn: str, rooms: list[UUID], seconds: float, pause_seconds: float) -> tuple[list[float], float]:
    """Follow rooms here that another process writes to; return the delays in milliseconds, and events per second."""
    database = Database(dsn, Settings(_env_file=None))
    feed = EventFeed(database.reads, max_readers=len(rooms), max_readers_per_owner=len(rooms))
    notifications = Notifications(database.connect_directly, database.wake_ups)
    notifications.subscribe(feed)
    feed.start()
    notifications.start()
    await notifications.connected.wait()
    arrivals: dict[tuple[str, int], float] = {}
    readers = [feed.open(room, "bench", position=0, last_seq=0) for room in rooms]
    following = [asyncio.create_task(_note_arrivals(reader, arrivals)) for reader in readers]
    (written,) = await write_events(dsn, [rooms], seconds, pause_seconds=pause_seconds)
    async with asyncio.timeout(10):
        while len(arrivals) < written["events"] + len(rooms):
            await asyncio.sleep(0.01)
    await feed.stop()
    await asyncio.gather(*following)
    await notifications.stop()
    await database.close()
    delays = [(arrivals[room, seq] - committed) * 1000 for room, seq, committed in written["commits"]]
    return delays, written["events"] / written["seconds"]


async def _note_arrivals(reader: Reader, arrivals: dict[tuple[str, int], float]) -> None:
    async for frame in reader.frames(60.0):
        if frame:
            arrivals[str(reader.session_id), reader.position] = time.monotonic()


def rate_of(written: Sequence[dict[str, Any]]) -> float:
    """Return the events a second of all writers together."""
    return sum(float(one["events"] / one["seconds"]) for one in written)


def _cpu(written: Sequence[dict[str, Any]]) -> float:
    """Return the microseconds of CPU that one event took its process."""
    return float(sum(one["cpu_seconds"] for one in written) / sum(one["events"] for one in written) * 1e6)


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the value under which so many percent of the values are."""
    return quantiles(values, n=100)[percent - 1] if len(values) > 1 else 0.0


if __name__ == "__main__":
    main()
