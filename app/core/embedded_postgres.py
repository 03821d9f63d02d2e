"""A PostgreSQL server in the data folder, for a start without ``DATABASE_URL``.

All processes that use one data folder share one server. What they agree by are two files in that folder:

``postgres.lock``
    locked, for a moment, by the one program that starts, revives or stops the server
    (``embedded_postgres_work.py``, ``embedded_postgres_lease.py``).
``postgres.shares``
    locked shared by every process that uses the server, for as long as it does. The kernel gives the lock back when
    the process ends, however it ends. When nobody has it, the server is stopped.
"""

import asyncio
import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import structlog

from app.core.embedded_postgres_events import read_line, tell_to
from app.core.embedded_postgres_folders import EmbeddedPostgresError, create_private_folder
from app.core.embedded_postgres_lease import LOCK_SECONDS, try_lock
from app.core.embedded_postgres_processes import wait_until
from app.core.embedded_postgres_programs import CONNECT_SECONDS, DATABASE, MAJOR_VERSION, PORT, SUPERUSER
from app.core.embedded_postgres_server import ANSWER_SECONDS, INITDB_SECONDS, FolderServer
from app.core.embedded_postgres_work import FAILED, SHARES_FILE

__all__ = ["MAJOR_VERSION", "EmbeddedPostgres", "EmbeddedPostgresError", "keep_running"]

log = structlog.get_logger(__name__)

RETRY_SECONDS = 0.5
WORK_SECONDS = LOCK_SECONDS + INITDB_SECONDS + 3 * ANSWER_SECONDS
"""How long the program may take, waiting included, before it is given up."""
SHARE_SECONDS = 1.0

_CONNECT_ERRORS = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
_PROJECT_ROOT = Path(__file__).resolve().parents[2]


class EmbeddedPostgres:
    """One process' share in the server of a data folder.

    The methods block, for seconds at worst: from a coroutine call them through ``asyncio.to_thread``. They may be
    called from several threads.
    """

    database = DATABASE
    user = SUPERUSER

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir.resolve()
        self._server = FolderServer(self._data_dir)
        self._threads = threading.Lock()
        self._share: int | None = None
        self._worker: subprocess.Popen[str] | None = None
        self._is_ending = False
        self._postmaster_pid: int | None = None

    @property
    def host(self) -> str:
        """Return the folder of the server's socket."""
        return str(self._server.socket_folder)

    @property
    def dsn(self) -> str:
        """Return the connection URL for asyncpg and libpq."""
        return f"postgresql://{self.user}@/{self.database}?host={quote(self.host)}&port={PORT}"

    @property
    def sqlalchemy_url(self) -> str:
        """Return the connection URL for SQLAlchemy with asyncpg."""
        return self.dsn.replace("postgresql://", "postgresql+asyncpg://", 1)

    @property
    def log_path(self) -> Path:
        """Return the file that the server logs to."""
        return self._server.log_path

    def start(self) -> None:
        """Take a share in the server and see that it answers and has the database; may be called again.

        Raises:
            EmbeddedPostgresError: the server cannot be brought up; the share is given back.

        """
        with self._threads, self._one_kind_of_error():
            self._is_ending = False
            create_private_folder(self._data_dir)
            self._take_share()
            try:
                self._work("start")
            except BaseException:
                self._give_share_back()
                raise

    def ensure_running(self) -> None:
        """See that the server answers; start it if it does not.

        Raises:
            EmbeddedPostgresError: it cannot be brought up, or this process has no share in it.

        """
        with self._threads, self._one_kind_of_error():
            # A revival that is still under way while the application stops must not outlive the stop.
            if self._share is None or self._is_ending:
                raise EmbeddedPostgresError("the embedded server is not started, or stopped again")
            if not asyncio.run(self._answers()):
                self._collect_adopted()
                self._work("revive")

    def wake(self) -> None:
        """Let a server go on that somebody has frozen with SIGSTOP: before it is stopped, and clients wait for it."""
        with suppress(OSError):
            self._server.processes.wake()

    def stop(self) -> None:
        """Give the share back; if it was the last, stop the server. Without a share this does nothing.

        Raises:
            EmbeddedPostgresError: the server does not end, not even when killed.

        """
        # A revival of our own would only hold up the stop, and may be killed like any other.
        self._is_ending = True
        if worker := self._worker:
            worker.kill()
        with self._threads, self._one_kind_of_error():
            if self._share is not None:
                self._give_share_back()

    @contextmanager
    def _one_kind_of_error(self) -> Iterator[None]:
        try:
            yield
        except (*_CONNECT_ERRORS, subprocess.SubprocessError) as error:
            raise EmbeddedPostgresError(f"cannot run PostgreSQL in {self._server.cluster}: {error}") from error

    def _take_share(self) -> None:
        if self._share is not None:
            return
        share = os.open(self._data_dir / SHARES_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        # It is locked exclusively for a moment by the holder of the lease that looks whether anybody has a share. One
        # that has come to a standstill in this moment is killed by the next who wants the lease.
        if not wait_until(lambda: try_lock(share, fcntl.LOCK_SH), SHARE_SECONDS):
            self._work("wait")
            if not wait_until(lambda: try_lock(share, fcntl.LOCK_SH), SHARE_SECONDS):
                os.close(share)
                raise EmbeddedPostgresError(f"another program has locked {self._data_dir / SHARES_FILE}")
        self._share = share

    def _give_share_back(self) -> None:
        """Give the share back, and stop the server if nobody else has one."""
        assert self._share is not None
        # Unlocked first: a forked child may have a copy of the descriptor that closing does not reach.
        fcntl.flock(self._share, fcntl.LOCK_UN)
        os.close(self._share)
        self._share = None
        self._work("stop")
        self._collect_adopted()

    async def _answers(self) -> bool:
        try:
            connection = await asyncpg.connect(
                host=self.host, port=PORT, user=self.user, database="postgres", timeout=CONNECT_SECONDS
            )
        except asyncpg.TooManyConnectionsError:
            return True
        except _CONNECT_ERRORS:
            return False
        try:
            return bool(await connection.fetchval("SELECT 1", timeout=CONNECT_SECONDS) == 1)
        except _CONNECT_ERRORS:
            return False
        finally:
            connection.terminate()

    def _work(self, action: str) -> None:
        """Have the program do something, pass on what it logs, and raise what it failed of."""
        worker = subprocess.Popen(  # noqa: S603 - nothing in the command comes from outside
            [sys.executable, "-m", "app.core.embedded_postgres_work", action, str(self._data_dir)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            cwd=_PROJECT_ROOT,
            # Nothing of the application's secrets; the path leads to useradd.
            env={"PATH": os.environ.get("PATH", os.defpath), "PYTHONUTF8": "1"},
            # Ctrl-C is for the application, which then stops the server in peace.
            start_new_session=True,
        )
        with worker:
            if action == "revive":
                self._worker = worker
                if self._is_ending:
                    worker.kill()
            try:
                output, _ = worker.communicate(timeout=WORK_SECONDS)
            except BaseException:
                worker.kill()
                raise
            finally:
                self._worker = None
        reason = self._pass_on(output)
        if worker.returncode != 0:
            raise EmbeddedPostgresError(
                reason or f"cannot run PostgreSQL in {self._server.cluster}: {action} ended with {worker.returncode}"
            )

    def _pass_on(self, output: str) -> str:
        """Log what the program logged, and return why it failed, or an empty text."""
        reason = ""
        for line in output.splitlines():
            told = read_line(line)
            if told is None:
                # A traceback, most likely.
                reason = f"{reason}\n{line}".strip()
                continue
            level, event, fields = told
            if event == FAILED:
                reason = fields["reason"]
                continue
            if event == "embedded_postgres_started":
                self._postmaster_pid = fields["pid"]
            _log_event(level, event, fields)
        return reason

    def _collect_adopted(self) -> None:
        """Let a dead server be no zombie of ours: as process 1 of a container, this one inherits it."""
        if self._postmaster_pid is not None:
            with suppress(ChildProcessError):
                os.waitpid(self._postmaster_pid, os.WNOHANG)


def _log_event(level: str, event: str, fields: dict[str, Any]) -> None:
    getattr(log, level)(event, **fields)


tell_to(_log_event)


async def keep_running(server: EmbeddedPostgres) -> None:
    """Revive a started server whenever it dies, until cancelled.

    An open connection tells at once when the server dies, and costs nothing while it lives.
    """
    while True:
        try:
            await asyncio.to_thread(server.ensure_running)
            await _wait_for_end_of_connection(server)
            log.warning("embedded_postgres_connection_lost")
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the next attempt may succeed
            log.error("embedded_postgres_unavailable", error=str(error))  # noqa: TRY400 - the message says it all
            await asyncio.sleep(RETRY_SECONDS)


async def _wait_for_end_of_connection(server: EmbeddedPostgres) -> None:
    ended = asyncio.Event()
    connection = await asyncpg.connect(server.dsn, timeout=CONNECT_SECONDS)
    try:
        connection.add_termination_listener(lambda _connection: ended.set())
        if not connection.is_closed():
            await ended.wait()
    finally:
        connection.terminate()
