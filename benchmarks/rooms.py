"""``python -m benchmarks.rooms``: what practice rooms cost, each figure beside its floor.

Open event streams (memory, time for one event to reach all), running clocks (lateness, CPU while nothing is due), and
events through the log. Everything runs on this machine and is gone afterwards; figures are printed, never asserted.
"""

import argparse
import asyncio
import logging
import resource
import time
from collections.abc import Mapping

import asyncpg
import httpx
import psutil
import structlog

from benchmarks.cpu import Cores, wait_until_at_rest
from benchmarks.database import BenchmarkDatabase, benchmark_database
from benchmarks.events import measure_log, percentile
from benchmarks.running_rooms import clear, insert_running_rooms, lateness
from benchmarks.servers import Server, running_server

SETTINGS = {
    "ALLOW_ANONYMOUS_ROOMS": "true",
    "MAX_EVENT_STREAMS_PER_USER": "100000",
    "MAX_EVENT_STREAMS": "100000",
    # It is loaded beside serving, for most of a minute.
    "VOICE_ENABLED": "false",
}
CONNECT_BATCH = 20
SPREAD_SECONDS = 20
SETTLE_SECONDS = 2.0
IDLE_SECONDS = 5.0
AIM_KIB = 25
AIM_LAST_MS = 300
"""From one event to the last of 5,000 listeners."""


def main() -> None:
    """Run every part."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rooms", description=__doc__)
    parser.add_argument("--streams", type=int, default=5_000)
    parser.add_argument("--rooms", type=int, default=10_000)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    _raise_open_files(options.streams * 2 + 1000)
    cores = Cores.available()
    with benchmark_database() as database:
        _measure_streams(database, cores, options.streams)
        _measure_clocks(database, cores, options.rooms)
        measure_log(database)


def _raise_open_files(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if hard < 0 else min(wanted, hard), hard))


# Event streams


def _measure_streams(database: BenchmarkDatabase, cores: Cores, count: int) -> None:
    print(f"\n{count:,} open event streams of one room in one process")
    with running_server("app", database.dsn, database.folder, cores, SETTINGS) as server:
        base = f"http://127.0.0.1:{server.port}"
        body = {"room_id": "bench", "mock_interview_id": "two-minute-demo"}
        httpx.post(f"{base}/api/start-interview", json=body).raise_for_status()
        # The first room has what understands answers loaded, beside serving.
        wait_until_at_rest(server.pid)
        emit = ("/api/inject-custom-context", {"room_id": "bench", "context_text": "x" * 180})
        asyncio.run(_follow(server, count, "/api/interview/bench/events", emit))
    with running_server("stream_floor", database.dsn, database.folder, cores, {}) as server:
        asyncio.run(_follow(server, count, "/events", ("/emit", {})))


async def _follow(server: Server, count: int, path: str, emit: tuple[str, Mapping[str, str]]) -> None:
    process = psutil.Process(server.pid)
    before = process.memory_info().rss
    streams = await _open_streams(server.port, path, count)
    await asyncio.sleep(SETTLE_SECONDS)
    per_stream = (process.memory_info().rss - before) / count / 1024
    arrivals: list[float] = []
    readers = [asyncio.create_task(_next_event(reader, arrivals)) for reader, _ in streams]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=30) as client:
        cpu_before = sum(process.cpu_times()[:2])
        began = time.perf_counter()
        (await client.post(emit[0], json=dict(emit[1]))).raise_for_status()
    await asyncio.wait_for(asyncio.gather(*readers), 60)
    cpu = (sum(process.cpu_times()[:2]) - cpu_before) / count * 1e6
    delays = sorted((arrival - began) * 1000 for arrival in arrivals)
    for _, writer in streams:
        writer.close()
    print(
        f"  {server.name:13} {per_stream:6.1f} KiB a stream (aim {AIM_KIB}); one event to all: "
        f"half after {delays[len(delays) // 2]:.0f} ms, the last after {delays[-1]:.0f} ms (aim {AIM_LAST_MS}), "
        f"CPU {cpu:.0f} µs each"
    )


async def _open_streams(port: int, path: str, count: int) -> list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    async def open_one() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n".encode())
        await reader.readuntil(b"event: connected")
        await reader.readuntil(b"\n\n")
        return reader, writer

    streams = []
    for start in range(0, count, CONNECT_BATCH):
        batch = (open_one() for _ in range(min(CONNECT_BATCH, count - start)))
        streams += await asyncio.gather(*batch)
    return streams


async def _next_event(reader: asyncio.StreamReader, arrivals: list[float]) -> None:
    await reader.readuntil(b"event: context_injected")
    arrivals.append(time.perf_counter())


# Running clocks


def _measure_clocks(database: BenchmarkDatabase, cores: Cores, count: int) -> None:
    print(f"\n{count:,} rooms with running clocks, whose first step is due within {SPREAD_SECONDS} s")
    asyncio.run(clear(database.dsn))
    with running_server("app", database.dsn, database.folder, cores, SETTINGS) as server:
        first = asyncio.run(_insert(database.dsn, count, delay=IDLE_SECONDS + 3))
        idle = _cpu_share(server, IDLE_SECONDS)
        time.sleep(max(0.0, first + SPREAD_SECONDS + 3 - time.time()))
        late = asyncio.run(lateness(database.dsn))
        print(
            f"  {'app':13} performed {len(late):,} of {count:,}; late p50 {percentile(late, 50):.1f} ms, "
            f"p99 {percentile(late, 99):.1f} ms; CPU while none is due {idle:.1f} %"
        )
    asyncio.run(clear(database.dsn))
    asyncio.run(_clock_floor(database.dsn, count))


async def _insert(dsn: str, count: int, *, delay: float) -> float:
    return await insert_running_rooms(dsn, count, delay=delay, spread_seconds=SPREAD_SECONDS)


def _cpu_share(server: Server, seconds: float) -> float:
    process = psutil.Process(server.pid)
    before = sum(process.cpu_times()[:2])
    time.sleep(seconds)
    return (sum(process.cpu_times()[:2]) - before) / seconds * 100


async def _clock_floor(dsn: str, count: int) -> None:
    """Do the database's part alone: claim what is due, move it on, write the event and what is said to it."""
    first = await _insert(dsn, count, delay=1)
    connection = await asyncpg.connect(dsn)
    late: list[float] = []
    while len(late) < count and time.time() < first + SPREAD_SECONDS + 10:
        async with connection.transaction():
            rows = await connection.fetch(
                """SELECT id, extract(epoch FROM clock_timestamp() - wake_at)::float8 AS late FROM interview_sessions
                   WHERE wake_at <= clock_timestamp() ORDER BY wake_at LIMIT 100 FOR UPDATE SKIP LOCKED"""
            )
            ids = [row["id"] for row in rows]
            await connection.execute(
                "UPDATE interview_sessions SET wake_at = NULL, last_seq = last_seq + 2 WHERE id = ANY($1)", ids
            )
            await connection.execute(
                """INSERT INTO session_events (session_id, seq, type, data, created_at)
                   SELECT id, line.seq, line.type, '{}', now() FROM unnest($1::uuid[]) AS id,
                          (VALUES (1, 'phase_ending'), (2, 'transcript')) AS line(seq, type)""",
                ids,
            )
            late += [row["late"] * 1000 for row in rows]
        if not rows:
            await asyncio.sleep(0.002)
    await connection.close()
    print(f"  {'bare asyncpg':13} late p50 {percentile(late, 50):.1f} ms, p99 {percentile(late, 99):.1f} ms")


if __name__ == "__main__":
    main()
