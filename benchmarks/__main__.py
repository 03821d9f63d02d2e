"""``python -m benchmarks``: what a request costs, compared with the floor, the usual way and other frameworks.

Everything runs on this machine, in about ten minutes, and is gone afterwards but for the packages of the other
frameworks. The figures are printed and never asserted: the exit code is 0 whatever they are.
"""

import argparse
import asyncio
import logging
import os
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack

import structlog

from benchmarks.comparison import check_answers
from benchmarks.cpu import Cores
from benchmarks.database import BenchmarkDatabase, benchmark_database, exit_on_sigterm
from benchmarks.dataset import Account, fill
from benchmarks.measure import Case, measure
from benchmarks.peers.programs import PEERS, peer_command
from benchmarks.report import aims, comparison_table, growth_table, standings
from benchmarks.servers import COMPARED, running_server
from benchmarks.workload import AGENDA, ATTENTION, KINDS, TIMELINE, requests_of
from tests.support.installing import NotInstallableError

USERS = 1000
POSITIONS = 200
LARGE_USERS = (5_000, 20_000)
ASKING_USERS = 300
COMPARED_USERS = 5
COMPARED_ON_MANY = (TIMELINE, AGENDA, ATTENTION)
"""What is also compared on a large account."""

MORE_USERS = 9_000
GROWTH_SECONDS = 1.0


def main() -> None:
    """Run what the command line asks for."""
    options = _options()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    exit_on_sigterm()
    cores = Cores.available()
    try:
        options.servers = runnable(options.servers)
        if not options.servers:
            sys.exit("none of these servers can run here")
        with benchmark_database() as database:
            _say(f"filling: {USERS:,} users with {POSITIONS} positions, and one each with 5,000 and 20,000")
            accounts = asyncio.run(fill(database.dsn, [POSITIONS] * USERS + list(LARGE_USERS), seed=1))
            grown = _grown_copy(database, options.others) if options.growth else None
            database.keep_to(cores)
            os.sched_setaffinity(0, cores.load)
            _say(f"cores: server {cores.server}, load {cores.load}, PostgreSQL {cores.database}")
            _compare_servers(database, accounts, cores, options)
            if grown:
                _measure_growth(database, grown, accounts, cores, options)
    except KeyboardInterrupt:
        sys.exit("stopped")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=7, help="how often each case is measured (default: %(default)s)"
    )
    parser.add_argument(
        "--seconds", type=float, default=1.0, help="how long each time; of the comparison (default: %(default)s)"
    )
    parser.add_argument("--only", choices=KINDS, action="append", help="only this kind of request; may be repeated")
    parser.add_argument("--servers", nargs="+", choices=COMPARED, default=list(COMPARED), help="only these servers")
    parser.add_argument(
        "--growth",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="also measure how the cost grows with the data (default: yes)",
    )
    parser.add_argument(
        "--others",
        type=int,
        default=20,
        help=f"positions of each of the {MORE_USERS:,} users added for it (default: %(default)s)",
    )
    return parser.parse_args()


def runnable(servers: Sequence[str]) -> list[str]:
    """Return the servers that can run here, and say of each other one why it cannot."""
    found = []
    for name in servers:
        try:
            if name in PEERS:
                peer_command(name)
        except NotInstallableError as reason:
            _say(f"left out: {name}, because {reason}")
        else:
            found.append(name)
    return found


def _grown_copy(database: BenchmarkDatabase, positions: int) -> str:
    """Return the URL of a copy of the data to which many more users were added."""
    _say(f"a copy with {MORE_USERS:,} more users of {positions} positions each")
    url = database.copy("grown")
    asyncio.run(fill(url, [positions] * MORE_USERS, seed=2))
    return url


def _compare_servers(
    database: BenchmarkDatabase, accounts: Sequence[Account], cores: Cores, options: argparse.Namespace
) -> None:
    with ExitStack() as stack:
        servers = [
            stack.enter_context(running_server(name, database.dsn, database.folder, cores))
            for name in options.servers
        ]
        known = check_answers(servers, accounts[:COMPARED_USERS])
        for kind, those in known.items():
            if those:
                _say(f"same answers to {kind} from: {', '.join(server.name for server in those)}")
        cases = []
        for kind in _chosen(options):
            usual = requests_of(kind, accounts[:ASKING_USERS])
            cases += [Case(server.name, kind, server, usual) for server in known[kind]]
            if kind in COMPARED_ON_MANY:
                many = requests_of(kind, [accounts[USERS]], positions_each=1000)
                cases += [Case(server.name, f"{kind}, {LARGE_USERS[0]:,}", server, many) for server in known[kind]]
        figures = measure(cases, database.pid, rounds=options.rounds, seconds=options.seconds)
    print(
        "\n" + "\n\n".join(filter(None, (comparison_table(figures), aims(figures), standings(figures)))) + "\n",
        flush=True,
    )


def _measure_growth(
    database: BenchmarkDatabase, grown: str, accounts: Sequence[Account], cores: Cores, options: argparse.Namespace
) -> None:
    with ExitStack() as stack:
        here, there = (
            stack.enter_context(running_server("app", url, database.folder, cores)) for url in (database.dsn, grown)
        )
        check_answers([here, there], accounts[:COMPARED_USERS])
        asking = accounts[:ASKING_USERS]
        cases = []
        for kind in _chosen(options):
            usual = requests_of(kind, asking)
            cases.append(Case(f"{POSITIONS}, {USERS:,} users", kind, here, usual))
            cases.append(Case(f"{POSITIONS}, {USERS + MORE_USERS:,} users", kind, there, usual))
            for size, account in zip(LARGE_USERS, accounts[USERS:], strict=True):
                requests = requests_of(kind, [account], positions_each=1000)
                cases.append(Case(f"{size:,}, {USERS:,} users", kind, here, requests))
        _say("growth: positions of the asking user, and how many users there are")
        rounds = max(1, options.rounds - 3)
        figures = measure(cases, database.pid, rounds=rounds, seconds=GROWTH_SECONDS)
    print("\n" + growth_table(figures), flush=True)


def _chosen(options: argparse.Namespace) -> list[str]:
    return [kind for kind in KINDS if not options.only or kind in options.only]


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


if __name__ == "__main__":
    main()
