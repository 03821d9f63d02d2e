"""What it costs to tell a call's client what happens (RTVI): ``python -m benchmarks.rtvi``.

Two servers on one core, one with RTVI and one without, have the same calls at the same time, so that whatever else
the machine does disturbs both. Each candidate has a data channel, as Pipecat's client has.
"""

import argparse
import asyncio
import os
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import httpx

from app.core.embedded_postgres import EmbeddedPostgres
from app.core.migrations import migrate
from benchmarks.cpu import Cores, family
from benchmarks.servers import Server, running_server
from benchmarks.voice import SETTINGS, Bench
from tests.support.peer import Peer
from tests.support.rtvi_client import RtviClient

TEXT = "There are many things to think about when a service has to be reliable and fast. " * 4
"""Longer to say than a measurement takes, and over before the next one waits for silence."""

STATES = ("nobody speaks", "the candidate speaks", "the interviewer speaks")


class ClientBench(Bench):
    """Calls of candidates whose clients speak RTVI."""

    def __init__(self, server: Server, http: httpx.AsyncClient) -> None:
        super().__init__(server, http)
        self._clients: list[RtviClient] = []

    async def hang_up(self) -> None:
        """End every call."""
        await asyncio.gather(*(client.close() for client in self._clients))
        await super().hang_up()

    async def _connect(self, peer: Peer) -> None:
        self._clients.append(await RtviClient(peer).connect())


async def measure(servers: Sequence[Server], calls: int, rounds: int) -> None:
    """Print what a call costs at each server, state by state."""
    shares: dict[str, list[list[float]]] = {state: [[] for _ in servers] for state in STATES}
    async with httpx.AsyncClient(timeout=60) as with_rtvi, httpx.AsyncClient(timeout=60) as without:
        clients = (with_rtvi, without)
        for client, server in zip(clients, servers, strict=True):
            client.base_url = httpx.URL(f"http://127.0.0.1:{server.port}")
        benches = [ClientBench(server, client) for server, client in zip(servers, clients, strict=True)]
        growth = [await _memory_per_call(bench, calls) for bench in benches]
        for _ in range(rounds):
            await asyncio.gather(*(bench.quieten() for bench in benches))
            await _measure_into(shares["nobody speaks"], benches)
            for bench in benches:
                bench.answer_everywhere()
            await asyncio.sleep(0.5)
            await _measure_into(shares["the candidate speaks"], benches)
            await asyncio.gather(*(bench.quieten() for bench in benches))
            await asyncio.gather(*(bench.inject(TEXT) for bench in benches))
            await asyncio.sleep(2)
            await _measure_into(shares["the interviewer speaks"], benches)
        await asyncio.gather(*(bench.hang_up() for bench in benches))
    for state, (on, off) in shares.items():
        pairs = ", ".join(f"{a - b:+.2%}" for a, b in zip(on, off, strict=True))
        print(f"{state:25} on {median(on):.2%}, off {median(off):.2%} of a core per call; differences {pairs}")
    print(f"{'memory of a call':25} on {growth[0]:.0f} KiB, off {growth[1]:.0f} KiB")


async def _memory_per_call(bench: Bench, calls: int) -> float:
    await bench.call()
    before = bench.memory()
    for _ in range(calls - 1):
        await bench.call()
    return (bench.memory() - before) * 1e6 / 1024 / (calls - 1)


async def _measure_into(shares: list[list[float]], benches: Sequence[Bench]) -> None:
    for column, share in zip(shares, await asyncio.gather(*(bench.share() for bench in benches)), strict=True):
        column.append(share.server)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Cost of RTVI")
    parser.add_argument("--calls", type=int, default=4, help="calls at once and server (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each state (default %(default)s)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="it-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        postgres = EmbeddedPostgres(folder)
        postgres.start()
        stack.callback(postgres.stop)
        cores = Cores.available()
        asyncio.run(migrate(postgres.dsn))
        servers = [
            stack.enter_context(
                running_server("app", postgres.dsn, folder, cores, SETTINGS | {"VOICE_RTVI_ENABLED": switch})
            )
            for switch in ("true", "false")
        ]
        os.sched_setaffinity(0, cores.load)
        for server in servers:
            for ears in family(server.pid)[1:]:
                os.sched_setaffinity(ears, cores.load)
        asyncio.run(measure(servers, options.calls, options.rounds))


if __name__ == "__main__":
    main()
