"""The servers that are compared, each a process of its own."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

from app.core.config import PROJECT_ROOT
from benchmarks.cpu import Cores
from benchmarks.peers.programs import PEERS, peer_command, uvicorn_command
from tests.support.processes import free_port

SIGNING_KEY = secrets.token_urlsafe(48)
START_SECONDS = 120.0
STOP_SECONDS = 5.0

APPLICATIONS = {
    "app": "app.main:app",
    "floor": "benchmarks.floor_app:app",
    "plain": "benchmarks.plain_app:app",
    "profiled": "benchmarks.profiled_app:app",
    "stream_floor": "benchmarks.stream_floor:app",
}

COMPARED = ("app", "floor", "plain", *PEERS)
"""Those that answer the same requests."""


@dataclass(frozen=True)
class Server:
    """A running server."""

    name: str
    port: int
    pid: int


class ServerError(Exception):
    """A server did not start; the message ends with what it said."""


@contextmanager
def running_server(
    name: str, database_url: str, folder: Path, cores: Cores, settings: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Run one of ``APPLICATIONS``, or a peer, on the server's core until the block ends."""
    port = free_port()
    output = folder / f"{name}-{port}.log"
    command = peer_command(name) if name in PEERS else uvicorn_command(sys.executable, APPLICATIONS[name])
    with output.open("wb") as log_file:
        process = subprocess.Popen(
            [*command, f"--port={port}"],
            # A folder without an .env, and an environment without the developer's settings.
            cwd=folder,
            env=(_peer_environment if name in PEERS else _environment)(database_url) | dict(settings or {}),
            stdin=subprocess.DEVNULL,
            stdout=log_file,
            stderr=subprocess.STDOUT,
            # Ctrl-C reaches the benchmark only, which then stops its servers in order.
            start_new_session=True,
        )
    try:
        os.sched_setaffinity(process.pid, cores.server)
        wait_until_up(process, f"http://127.0.0.1:{port}/health", output, seconds=START_SECONDS)
        yield Server(name, port, process.pid)
    finally:
        stop(process, seconds=STOP_SECONDS)


def _environment(database_url: str) -> dict[str, str]:
    """Return production settings with everything on that a request passes through."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": str(PROJECT_ROOT),
        "ENV": "production",
        "DATABASE_URL": database_url,
        "JWT_SECRET_KEY": SIGNING_KEY,
        # On, as in production, but never reached.
        "RATE_LIMIT_REQUESTS_PER_USER": "1000000000/minute",
        "RATE_LIMIT_ANONYMOUS_ROOMS_PER_ADDRESS": "1000000000/hour",
        **dict.fromkeys(
            (
                "MAX_REQUESTS_IN_FLIGHT",
                "MAX_WRITES_AT_ONCE",
                "MAX_LIVE_ROOMS",
                "MAX_ANONYMOUS_ROOMS_PER_ADDRESS",
                "MAX_VOICE_PEERS",
            ),
            "1000000000",
        ),
        "MAX_STORED_BYTES": "1000000000000",
        "CORS_ORIGINS": "https://app.example.com",
    }


def _peer_environment(database_url: str) -> dict[str, str]:
    """Return a peer's settings for production, with the database's place as an URL and as libpq's variables."""
    url = urlsplit(database_url)
    query = parse_qs(url.query)
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": str(PROJECT_ROOT),
        "NODE_ENV": "production",
        "JWT_SECRET_KEY": SIGNING_KEY,
        "DATABASE_URL": database_url,
        "PGHOST": query["host"][0],
        "PGPORT": query["port"][0],
        "PGUSER": url.username or "",
        "PGDATABASE": url.path[1:],
    }


def wait_until_up(process: subprocess.Popen[bytes], url: str, output: Path, *, seconds: float) -> None:
    """Wait until a server answers at a URL.

    Raises:
        ServerError: it has ended, or did not answer in that time.

    """
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), urlopen(url, timeout=5):
            return
        time.sleep(0.05)
    raise ServerError(f"{process.args!r} did not start:\n{output.read_text(errors='replace')[-2000:]}")


def stop(process: subprocess.Popen[bytes], *, seconds: float) -> None:
    """End a server, by force where it takes longer than that."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
