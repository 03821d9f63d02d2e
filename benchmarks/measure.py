"""Timed rounds: each measures every server with every kind of request once, in an order of its own."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.cpu import cpu_seconds, family, wait_until_at_rest
from benchmarks.load import drive
from benchmarks.servers import Server

WARM_UP_SECONDS = 0.7
LONG_WARM_UP_SECONDS = 5.0
LONG_WARMING = {"fastify"}
"""V8 compiles what has run often enough: the first thousand requests cost Node several times what later ones do."""


@dataclass(frozen=True)
class Case:
    """Something to measure: a server under one kind of load."""

    name: str
    kind: str
    server: Server
    requests: Sequence[bytes]


@dataclass(frozen=True)
class Sample:
    """What one case cost in one round: CPU in µs a request, latencies in ms."""

    server_us: float
    postgres_us: float
    requests_per_second: float
    p50_ms: float
    p99_ms: float


Key = tuple[str, str]
Figures = dict[Key, Sample]


def measure(cases: Sequence[Case], postgres_pid: int, *, rounds: int, seconds: float) -> Figures:
    """Return the medians of each case, by its name and kind of request.

    All servers are measured turn by turn in one run: what else the machine does then falls on all of them, and a
    ratio between two of them means something.
    """
    samples: dict[Key, list[Sample]] = {(case.name, case.kind): [] for case in cases}
    for pid in {case.server.pid for case in cases}:
        wait_until_at_rest(pid)
    for case in cases:
        is_long = case.server.name in LONG_WARMING
        drive(case.server.port, case.requests, seconds=LONG_WARM_UP_SECONDS if is_long else WARM_UP_SECONDS)
    for number in range(rounds):
        order = list(cases)
        random.Random(number).shuffle(order)
        for case in order:
            samples[case.name, case.kind].append(_sample(case, postgres_pid, seconds, start=number * 37))
    return {key: _medians(of_case) for key, of_case in samples.items()}


def _sample(case: Case, postgres_pid: int, seconds: float, *, start: int) -> Sample:
    server, postgres = family(case.server.pid), family(postgres_pid)
    server_before, postgres_before = cpu_seconds(server), cpu_seconds(postgres)
    load = drive(case.server.port, case.requests, seconds=seconds, start=start)
    server_after, postgres_after = cpu_seconds(server), cpu_seconds(postgres)
    return Sample(
        server_us=(server_after - server_before) / load.requests * 1e6,
        postgres_us=(postgres_after - postgres_before) / load.requests * 1e6,
        requests_per_second=load.requests / load.seconds,
        p50_ms=load.percentile(0.5) * 1e3,
        p99_ms=load.percentile(0.99) * 1e3,
    )


def _medians(samples: Sequence[Sample]) -> Sample:
    return Sample(
        server_us=median(sample.server_us for sample in samples),
        postgres_us=median(sample.postgres_us for sample in samples),
        requests_per_second=median(sample.requests_per_second for sample in samples),
        p50_ms=median(sample.p50_ms for sample in samples),
        p99_ms=median(sample.p99_ms for sample in samples),
    )
