"""Servers of their own for tests: the application as ``make run`` starts it, and a PostgreSQL of somebody's."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil

from app.core.embedded_postgres import MAJOR_VERSION
from app.core.embedded_postgres_folders import find_binaries, server_account
from tests.support.forked_server import ForkedServer
from tests.support.scratch import make_scratch_folder
from tests.support.waiting import PATIENCE_SECONDS, until, until_blocking

PROJECT_ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 2 * PATIENCE_SECONDS
"""An idle machine needs ten seconds to make a cluster and load the voice; a busy one has needed sixty."""
STOP_SECONDS = 20.0
UVICORN_OPTIONS = (
    "--no-access-log",
    "--no-proxy-headers",
    "--no-server-header",
    "--timeout-graceful-shutdown",
    "5",
    "--timeout-keep-alive",
    "75",
)
# Loading the voice takes three seconds of each start, so it is for the tests that need it.
_SETTINGS = {
    "MEANING_ENABLED": "false",
    "LOG_LEVEL": "WARNING",
    "PASSWORD_HASH_ROUNDS": "4",
    "RATE_LIMIT_ENABLED": "false",
    "VOICE_ENABLED": "false",
    # Tests have one address, and some have one user for all.
    "MAX_ANONYMOUS_ROOMS_PER_ADDRESS": "10000",
    "MAX_LIVE_ROOMS": "10000",
    "MAX_VOICE_PEERS": "100",
}


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give a folder with a short path, as a unix socket needs; no process of PostgreSQL outlives it."""
    folder = make_scratch_folder()
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        for process in postgres_processes(folder):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        until_blocking(lambda: not postgres_processes(folder))
        shutil.rmtree(folder)


def postgres_processes(folder: Path) -> list[psutil.Process]:
    """Return every live process of PostgreSQL that works in or below a folder."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.name() == "postgres" and Path(process.cwd()).is_relative_to(folder):
                found.append(process)
    return found


def free_port() -> int:
    """Return a TCP port that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class AppServer:
    """``uvicorn app.main:app`` in a process of its own, without voice unless it is asked for.

    The process is forked from one that has loaded the application's modules. ``wrapper`` is a command that becomes a
    process that begins afresh, as ``make run`` does, once it has done its part, such as a tracer's.
    """

    begins_afresh = False

    def __init__(self, folder: Path, wrapper: Sequence[str] = (), **settings: str) -> None:
        self.folder = folder
        self.settings = settings
        self.port = int(settings.pop("PORT", 0)) or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._output = folder / f"server-{self.port}.log"
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(PROJECT_ROOT),
            "DATA_DIR": str(folder / "data"),
        }
        address = ["--host", "127.0.0.1", "--port", str(self.port)]
        environment |= _SETTINGS | settings
        # Away from the project's own .env.
        self.process: subprocess.Popen[bytes] | ForkedServer
        if wrapper or self.begins_afresh:
            with self._output.open("wb") as output:
                command = [*wrapper, sys.executable, "-m", "app", *address]
                self.process = subprocess.Popen(
                    command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT
                )
        else:
            arguments = ["app.main:app", *address, *UVICORN_OPTIONS]
            self.process = ForkedServer(arguments, folder, environment, self._output)

    @property
    def output(self) -> str:
        return self._output.read_text(errors="replace")

    async def ready(self) -> "AppServer":
        """Wait until it serves requests."""
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as client:

            async def serves() -> bool:
                assert self.process.poll() is None, self.output
                with suppress(httpx.TransportError):
                    return (await client.get("/health/readiness")).status_code == 200
                return False

            await until(serves, START_SECONDS)
        return self

    def wait(self) -> int:
        """Return the exit status, when it has ended by itself."""
        return self.process.wait(START_SECONDS)

    def stop(self) -> float:
        """End it as a service manager does, and return how many seconds it took."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise
        return time.monotonic() - began


class FreshAppServer(AppServer):
    """The same, begun as that of ``make run`` is: for tests of the start."""

    begins_afresh = True


class PostgresServer:
    """A PostgreSQL server over TCP, as an operator would run one; it is none of the application's business."""

    def __init__(self, folder: Path, binaries: Path, **settings: str) -> None:
        self.port = free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self._binaries = binaries
        self._folder = folder
        self._data = folder / "cluster"
        self._account = server_account()
        self._settings = {"unix_socket_directories": "", "fsync": "off", "port": str(self.port)} | settings
        os.chown(folder, self._account.uid, self._account.gid)
        self._run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")

    def start(self) -> "PostgresServer":
        options = " ".join(f"-c {name}='{value}'" for name, value in self._settings.items())
        self._run("pg_ctl", "start", "--wait", "--log", str(self._folder / "log"), "--options", options)
        return self

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "stop", "--wait", "--mode", mode)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to every process of the server."""
        for process in postgres_processes(self._data):
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    def _run(self, program: str, *arguments: str) -> None:
        result = subprocess.run(
            [self._binaries / program, f"--pgdata={self._data}", *arguments],
            cwd=self._folder,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
            **self._account.popen_options(),
        )
        assert result.returncode == 0, result.stderr.decode()


def installed_binaries() -> Path | None:
    """Return the binaries of a PostgreSQL that the machine has, of version 15 if there are several."""
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name != "15")
    if pg_config := shutil.which("pg_config"):
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        candidates.append(Path(answer.stdout.strip()))
    return next((path for path in candidates if (path / "initdb").exists() and (path / "pg_ctl").exists()), None)


def any_binaries() -> Path:
    """Return the binaries of the machine's PostgreSQL, or of the embedded one."""
    return installed_binaries() or find_binaries(MAJOR_VERSION)
