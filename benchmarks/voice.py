"""What a call costs and how fast it answers, with the keyless services: ``python -m benchmarks.voice``.

The server, its voice and its ears share one core; the candidates, whose cost does not count, have the others. With
``--profile`` it also prints in which functions the server's process spends its time. See ``docs/voice.md``.
"""

import argparse
import asyncio
import json
import os
import signal
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median, quantiles
from uuid import uuid4

import httpx
import psutil

from app.core.embedded_postgres import EmbeddedPostgres
from app.core.migrations import migrate
from benchmarks.cpu import Cores, cpu_seconds, family
from benchmarks.servers import Server, running_server
from tests.support.peer import RATE, Peer
from tests.support.voices import hibari
from tests.support.waiting import until

FULL_SHARE = 0.7
LEAST_CALLS = 12
MOST_MEGABYTES = 2.0
WINDOW_SECONDS = 5.0
LISTENING_SECONDS = 12.0
"""Longer, because the ears decode a piece of some seconds at a time."""

CONVERSATION_SECONDS = 40.0
BETWEEN_CANDIDATES_SECONDS = 1.3
"""People do not begin to speak in the same instant."""

REPLY_SECONDS = 6.0
CHILDREN = {"voice": "voice_process", "ears": "ear_process"}
"""The children of the server by a part of their command line; what is neither counts as the server."""

PROFILED_FUNCTIONS = 25
PROBE_SECONDS = 0.02
LONG_TEXT = "There are many things to think about when a service has to be reliable and fast. " * 5
ANSWER = "I worked with a small team on a new system for our company and we measured how fast it was. " * 2
SETTINGS = {
    "VOICE_ENABLED": "true",
    "ALLOW_ANONYMOUS_ROOMS": "true",
    "ALLOW_PRIVATE_ICE_CANDIDATES": "true",
    "MAX_CONNECTIONS": "100",
}


@dataclass(frozen=True)
class Share:
    """How much of a core a call takes in the server's process, in the voice's and in the ears'."""

    server: float
    voice: float
    ears: float

    @property
    def total(self) -> float:
        """Return what a call takes altogether."""
        return self.server + self.voice + self.ears

    def __str__(self) -> str:
        return f"{self.total:.1%} of a core: server {self.server:.1%}, voice {self.voice:.1%}, ears {self.ears:.1%}"


class Bench:
    """Calls at one server."""

    def __init__(self, server: Server, http: httpx.AsyncClient) -> None:
        self._process = psutil.Process(server.pid)
        self._http = http
        self._answer = hibari(ANSWER, rate=RATE)
        self.peers: list[Peer] = []

    async def call(self) -> float:
        """Begin a call; return the seconds from its offer to the first sound of speech."""
        room = f"bench-{uuid4().hex[:8]}"
        plan = {"room_id": room, "mock_interview_id": "behavioral"}
        (await self._http.post("/api/start-interview", json=plan)).raise_for_status()
        peer = Peer(self._http, room)
        self.peers.append(peer)
        await self._connect(peer)
        return await peer.hears_speech()

    async def inject(self, text: str) -> None:
        """Give every interviewer something to say."""
        for peer in self.peers:
            body = {"room_id": peer.room_id, "context_text": text}
            (await self._http.post("/api/inject-custom-context", json=body)).raise_for_status()

    async def change_phase(self, peer: Peer) -> float:
        """Have the phase begin anew while nobody speaks; return the seconds until its question is heard."""
        await self._timer(peer, "reset")
        await peer.hears_silence()
        since = time.monotonic()
        await self._timer(peer, "start")
        return await peer.hears_speech(since=since)

    async def reply(self, peer: Peer) -> float:
        """Say something; return the seconds from its end to the reply."""
        await peer.hears_silence()
        await peer.say(self._answer)
        return await peer.hears_speech(since=time.monotonic())

    def answer_everywhere(self) -> None:
        """Have every candidate speak for the length of the window."""
        for peer in self.peers:
            peer.microphone.say(self._answer * 2)

    async def quieten(self) -> None:
        """Have nobody speak: the candidates stop, and have their reply."""
        for peer in self.peers:
            peer.microphone.stop_speaking()
        await asyncio.sleep(2)
        await asyncio.gather(*(peer.hears_silence(lasting=1.5) for peer in self.peers))

    async def share(self, seconds: float = WINDOW_SECONDS) -> Share:
        """Measure for a while."""
        before, began = self._cpu(), time.monotonic()
        await asyncio.sleep(seconds)
        after, seconds = self._cpu(), time.monotonic() - began
        return Share(*((end - start) / seconds / len(self.peers) for start, end in zip(before, after, strict=True)))

    async def share_of_conversations(self) -> Share:
        """Measure candidates and interviewers who speak in turn: each candidate answers, and is replied to."""
        before, began = self._cpu(), time.monotonic()
        await asyncio.gather(*(self._converse(peer, number) for number, peer in enumerate(self.peers)))
        after, seconds = self._cpu(), time.monotonic() - began
        return Share(*((end - start) / seconds / len(self.peers) for start, end in zip(before, after, strict=True)))

    async def probe(self) -> list[float]:
        """Return the seconds that each answer to a request that does nothing took, for a while."""
        times: list[float] = []
        ends = time.monotonic() + WINDOW_SECONDS
        while (began := time.monotonic()) < ends:
            (await self._http.get("/health/liveness")).raise_for_status()
            times.append(time.monotonic() - began)
            await asyncio.sleep(PROBE_SECONDS)
        return times

    def memory(self) -> float:
        """Return the server's memory in MB."""
        return self._process.memory_info().rss / 1e6

    async def hang_up(self) -> None:
        """End every call."""
        await asyncio.gather(*(peer.close() for peer in self.peers))

    async def _connect(self, peer: Peer) -> None:
        await peer.connect()

    async def _converse(self, peer: Peer, number: int) -> None:
        await asyncio.sleep(number * BETWEEN_CANDIDATES_SECONDS)
        ends = time.monotonic() + CONVERSATION_SECONDS
        while time.monotonic() < ends:
            await peer.say(self._answer)
            # An interviewer who has asked everything may say no more.
            with suppress(TimeoutError):
                async with asyncio.timeout(REPLY_SECONDS):
                    await peer.hears_speech(since=time.monotonic())
            await peer.hears_silence(lasting=1.0)

    def _cpu(self) -> tuple[float, float, float]:
        groups = processes(self._process.pid)
        return cpu_seconds(groups["server"]), cpu_seconds(groups["voice"]), cpu_seconds(groups["ears"])

    async def _timer(self, peer: Peer, act: str) -> None:
        (await self._http.post(f"/api/interview/{peer.room_id}/timer/{act}")).raise_for_status()


def processes(pid: int) -> dict[str, list[int]]:
    """Return the numbers of a server's process and of its children, by what they do."""
    groups: dict[str, list[int]] = {"server": [], "voice": [], "ears": []}
    for number in family(pid):
        line = " ".join(psutil.Process(number).cmdline())
        groups[next((name for name, module in CHILDREN.items() if module in line), "server")].append(number)
    return groups


async def measure(server: Server, calls: int, profile: Path | None) -> list[tuple[str, str]]:
    """Return the figures, each with its name; the profile of a profiled server is written to its file."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=30) as http:
        bench = Bench(server, http)
        first = [await bench.call()]
        memory = bench.memory()
        first += [await bench.call() for _ in range(calls - 1)]
        per_call = (bench.memory() - memory) / max(1, calls - 1)
        changes = [await bench.change_phase(peer) for peer in bench.peers]
        replies = [await bench.reply(peer) for peer in bench.peers[:4]]
        await asyncio.gather(*(peer.hears_silence(lasting=1.5) for peer in bench.peers))
        idle = await bench.share()
        bench.answer_everywhere()
        await asyncio.sleep(0.5)
        listening = await bench.share(LISTENING_SECONDS)
        await bench.quieten()
        await bench.inject(LONG_TEXT)
        await asyncio.sleep(2)
        speaking = await bench.share()
        probes = await bench.probe()
        await bench.quieten()
        if profile:
            os.kill(server.pid, signal.SIGUSR1)
        in_turn = await bench.share_of_conversations()
        if profile:
            os.kill(server.pid, signal.SIGUSR2)
            await until(profile.exists)
        await bench.hang_up()
    groups = processes(server.pid)
    return [
        ("calls, which share each of the processes", str(calls)),
        ("CPU of a call, nobody speaks", str(idle)),
        ("CPU of a call, the candidate speaks", str(listening)),
        ("CPU of a call, the interviewer speaks", str(speaking)),
        ("CPU of a call, they speak in turn", str(in_turn)),
        (
            f"calls per core at {FULL_SHARE:.0%} that speak and hear in turn",
            f"{FULL_SHARE / in_turn.total:.1f}  (aim: at least {LEAST_CALLS})",
        ),
        (
            "calls per core of the server's process alone",
            f"{FULL_SHARE / in_turn.server:.1f}",
        ),
        (
            "a probe while all interviewers speak",
            f"median {median(probes) * 1000:.1f} ms, p99 {quantiles(probes, n=100)[98] * 1000:.1f} ms",
        ),
        ("offer to first sound", _seconds(first)),
        ("phase event to first sound", _seconds(changes)),
        ("end of an answer to the reply, at the default patience", _seconds(replies)),
        ("memory of a call in the server's process", f"{per_call:.1f} MB  (aim: at most {MOST_MEGABYTES})"),
        *((f"memory of the process: {name}", f"{_megabytes(numbers):.0f} MB") for name, numbers in groups.items()),
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Cost and speed of voice calls")
    parser.add_argument("--calls", type=int, default=4, help="calls at once (default %(default)s)")
    parser.add_argument(
        "--profile", action="store_true", help="also print where the server's process spends its time"
    )
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="it-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        profile = folder / "profile.json" if options.profile else None
        settings = SETTINGS | ({"PROFILE_FILE": str(profile)} if profile else {})
        postgres = EmbeddedPostgres(folder)
        postgres.start()
        cores = Cores.available()
        try:
            asyncio.run(migrate(postgres.dsn))
            application = "profiled" if profile else "app"
            with running_server(application, postgres.dsn, folder, cores, settings) as server:
                os.sched_setaffinity(0, cores.load)
                for label, value in asyncio.run(measure(server, options.calls, profile)):
                    print(f"{label:60} {value}")
            if profile:
                _print_profile(json.loads(profile.read_text()))
        finally:
            postgres.stop()


def _print_profile(shares: Mapping[str, Mapping[str, float]]) -> None:
    for title, functions in shares.items():
        print(f"\nCPU of the server's process while they speak in turn, {title}")
        for name, share in list(functions.items())[:PROFILED_FUNCTIONS]:
            print(f"  {share:6.1%}  {name}")


def _megabytes(numbers: Sequence[int]) -> float:
    return sum(psutil.Process(number).memory_info().rss for number in numbers) / 1e6


def _seconds(times: Sequence[float]) -> str:
    return f"median {median(times):.2f} s, mean {mean(times):.2f} s, worst {max(times):.2f} s"


if __name__ == "__main__":
    main()
