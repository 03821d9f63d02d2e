"""``python -m benchmarks.replicas``: what 1, 2 and 4 processes do on one PostgreSQL, and what stops them.

nginx stands before them, where it is installed. On each number of processes come: reads (one position, a page of a
list, the overview, in equal parts), acts in rooms over HTTP, the same acts without HTTP by as many processes, and
phases of rooms that end. Everything runs on this machine and is gone afterwards; figures are printed, never asserted.
"""

import argparse
import asyncio
import logging
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import structlog

from app.interview_session.room.phase_clock import LATE_AFTER_MS
from benchmarks.cpu import Cores
from benchmarks.database import BenchmarkDatabase, benchmark_database
from benchmarks.dataset import Account, fill
from benchmarks.events import paused_rooms, percentile, rate_of, write_events
from benchmarks.load import drive_all, post_request
from benchmarks.nginx import nginx_program, running_nginx
from benchmarks.postgres_work import time_fsyncs
from benchmarks.running_rooms import clear, insert_running_rooms, lateness
from benchmarks.servers import Server, running_server
from benchmarks.stretch import Counting, Group, Stretch
from benchmarks.workload import GET, LIST, OVERVIEW, requests_of

USERS = 200
POSITIONS = 200
CLIENTS = 32
ROOMS = 512
"""So many that two clients are hardly ever in one."""

ENDS_A_SECOND = 200
WARM_UP_SECONDS = 1.5
# Without a voice, which is loaded beside serving for most of a minute.
SETTINGS = {"ALLOW_ANONYMOUS_ROOMS": "true", "MAX_SESSION_EVENTS": "100000000", "VOICE_ENABLED": "false"}


def main() -> None:
    """Run what the command line asks for."""
    options = _options()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    try:
        with benchmark_database() as database:
            _say(f"filling: {USERS} users with {POSITIONS} positions each")
            before = asyncio.run(_size(database.dsn))
            accounts = asyncio.run(fill(database.dsn, [POSITIONS] * USERS, seed=1))
            kib = (asyncio.run(_size(database.dsn)) - before) / USERS / 1024
            asyncio.run(time_fsyncs(database.dsn))
            print(f"\ndisk: {kib:,.0f} KiB a user with {POSITIONS} positions and what belongs to them")
            _measure(database, accounts, options)
    except KeyboardInterrupt:
        sys.exit("stopped")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replicas", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each figure (default: %(default)s)")
    parser.add_argument(
        "--replicas", type=int, nargs="+", default=[1, 2, 4], help="numbers of processes (default: 1 2 4)"
    )
    return parser.parse_args()


def _measure(database: BenchmarkDatabase, accounts: Sequence[Account], options: argparse.Namespace) -> None:
    program = nginx_program()
    cores = sorted(os.sched_getaffinity(0))
    print(f"{len(cores)} cores, which PostgreSQL, the processes and the load generator share")
    print("nginx stands before the processes" if program else "nginx is not installed: clients ask the processes")
    reads = [request for kind in (GET, LIST, OVERVIEW) for request in requests_of(kind, accounts)[:USERS]]
    random.Random(1).shuffle(reads)
    found: dict[str, list[Stretch]] = {}
    everywhere = Cores(set(cores), set(cores), set(cores))
    with ExitStack() as stack:
        servers: list[Server] = []
        for count in sorted(options.replicas):
            while len(servers) < count:
                one = running_server("app", database.dsn, database.folder, everywhere, SETTINGS)
                servers.append(stack.enter_context(one))
            print(f"\n{count} process{'es' if count > 1 else ''}")
            with ExitStack() as proxies:
                ports, proxy = [server.port for server in servers], None
                if program:
                    nginx = running_nginx(program, ports, database.folder / f"nginx-{count}")
                    proxy = proxies.enter_context(nginx)
                    ports = [proxy.port]
                group = Group(database, servers, proxy.pid if proxy else None, (ports * CLIENTS)[:CLIENTS])
                for stretch in _stretches(group, reads, options.seconds):
                    found.setdefault(stretch.name, []).append(stretch)
                    print(stretch.line(), flush=True)
            print(_clocks(database.dsn), flush=True)
    print()
    for stretches in found.values():
        print(_verdict(stretches))


def _stretches(group: Group, reads: Sequence[bytes], seconds: float) -> Iterator[Stretch]:
    yield _driven("reads", group, reads, seconds)
    asyncio.run(paused_rooms(group.database.dsn, ROOMS))
    texts = [orjson.dumps({"room_id": f"bench-{number}", "context_text": "x" * 180}) for number in range(ROOMS)]
    acts = [post_request("/api/inject-custom-context", text) for text in texts]
    yield _driven("acts over HTTP", group, acts, seconds)
    yield _written(group, seconds / 2)


def _driven(name: str, group: Group, requests: Sequence[bytes], seconds: float) -> Stretch:
    drive_all(group.ports, requests, seconds=WARM_UP_SECONDS)
    logged = [path.stat().st_size for path in group.logs]
    with Counting(group) as counted:
        load = drive_all(group.ports, requests, seconds=seconds)
    queries = [
        line["queries"]
        for path, offset in zip(group.logs, logged, strict=True)
        for line in _lines_after(path, offset)
        if line.get("event") == "request"
    ]
    statements = sum(queries) / len(queries) if queries else None
    return Stretch(name, group.count, load.requests, load.seconds, counted.cpu, counted.work, statements, load)


def _written(group: Group, seconds: float) -> Stretch:
    """Have as many processes write by themselves, each its share of the rooms, while those that serve rest."""
    rooms = asyncio.run(paused_rooms(group.database.dsn, CLIENTS))
    shares = [rooms[number :: group.count] for number in range(group.count)]
    counting = Counting(group)
    written = asyncio.run(write_events(group.database.dsn, shares, seconds, meanwhile=counting))
    counting.cpu["application"] = sum(one["cpu_seconds"] for one in written)
    done = sum(one["events"] for one in written)
    return Stretch("acts without HTTP", group.count, done, done / rate_of(written), counting.cpu, counting.work)


def _lines_after(path: Path, offset: int) -> Iterator[dict[str, Any]]:
    with path.open("rb") as log:
        log.seek(offset)
        for line in log:
            if line.startswith(b"{"):
                yield orjson.loads(line)


def _clocks(dsn: str) -> str:
    seconds = 5
    count = ENDS_A_SECOND * seconds
    asyncio.run(clear(dsn))
    first = asyncio.run(insert_running_rooms(dsn, count, delay=2, spread_seconds=seconds, are_announced=True))
    time.sleep(max(0.0, first + seconds + 2 - time.time()))
    late = asyncio.run(lateness(dsn))
    too_late = sum(one > LATE_AFTER_MS for one in late) + count - len(late)
    return (
        f"  ends of phases, {ENDS_A_SECOND} a second: {len(late):,} of {count:,}; "
        f"late p50 {percentile(late, 50):.0f} ms, p99 {percentile(late, 99):.0f} ms, "
        f"by more than {LATE_AFTER_MS} ms {too_late / count:.1%}"
    )


def _verdict(stretches: Sequence[Stretch]) -> str:
    """Return where the wall is, and what the CPU of each says of other machines."""
    best = max(stretches, key=lambda stretch: stretch.rate)
    application, postgres = best.each("application"), best.each("PostgreSQL")
    return (
        f"the wall of {best.name}: at {best.rate:,.0f} a second, with {best.processes} "
        f"process{'es' if best.processes > 1 else ''}, {best.wall()}\n"
        f"    by its CPU alone a core of PostgreSQL carries {1e6 / postgres:,.0f} a second, "
        f"and {application / postgres:.1f} processes with a core each keep it busy"
    )


async def _size(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    size: int = await connection.fetchval("SELECT pg_database_size(current_database())")
    await connection.close()
    return size


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


if __name__ == "__main__":
    main()
