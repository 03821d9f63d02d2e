"""What calls that have ended leave in memory: ``python -m benchmarks.ended_calls``.

Each call is in a room of its own, hears the first words, and hangs up. The memory is that of the server process after
each fifty calls, once all have hung up. See ``docs/voice.md``.
"""

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

import httpx

from app.core.embedded_postgres import EmbeddedPostgres
from app.core.migrations import migrate
from benchmarks.cpu import Cores
from benchmarks.servers import Server, running_server
from benchmarks.voice import SETTINGS, Bench

PER_FIGURE = 50


async def measure(server: Server, calls: int, at_once: int) -> None:
    """Make so many calls and print the memory in between."""
    no_reuse = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=60, limits=no_reuse) as http:
        bench = Bench(server, http)
        print(f"{0:6} calls {bench.memory():7.1f} MB", flush=True)
        for made in range(at_once, calls + 1, at_once):
            await asyncio.gather(*(bench.call() for _ in range(at_once)))
            await bench.hang_up()
            bench.peers.clear()
            if made % PER_FIGURE < at_once:
                print(f"{made:6} calls {bench.memory():7.1f} MB", flush=True)


def main() -> None:
    """Read the options, start the servers, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--at-once", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="it-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        database = EmbeddedPostgres(folder / "data")
        database.start()
        try:
            asyncio.run(migrate(database.dsn))
            everywhere = os.sched_getaffinity(0)
            cores = Cores(everywhere, everywhere, everywhere)
            with running_server("app", database.dsn, folder, cores, SETTINGS) as server:
                asyncio.run(measure(server, options.calls, options.at_once))
        finally:
            database.stop()


if __name__ == "__main__":
    main()
