"""A PostgreSQL server in the data folder, for a start without ``DATABASE_URL``.

All processes that use one data folder share one server. What they agree by are two files in that folder:

``postgres.lock``
    locked exclusively while somebody starts, revives or stops the server.
``postgres.shares``
    locked shared by every process that uses the server, for as long as it does. The kernel gives the lock back when
    the process ends, however it ends. Whoever can lock it exclusively was the last, and stops the server.

Whether the server runs is judged by its answer to a query. Process ids only say what stands in the way of a start:
a dead server's id may belong to a zombie by now, or to somebody else.
"""

import asyncio
import fcntl
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import asyncpg
import psutil
import structlog

from app.core.embedded_postgres_folders import (
    SOCKET_NAME,
    Account,
    EmbeddedPostgresError,
    claim_socket_folder,
    create_private_folder,
    find_binaries,
    open_passage,
    path_digest,
    release_socket_folder,
    server_account,
    socket_folder,
)
from app.core.embedded_postgres_processes import KILL_SECONDS, ServerProcesses, read_pid, wait_until

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "keep_running"]

log = structlog.get_logger(__name__)

MAJOR_VERSION = 18
PORT = 5432  # only a part of the socket's name; said aloud because PGPORT would change it

ANSWER_SECONDS = 20.0
"""How long a server may take to start or to recover before that counts as a failure."""

LOCK_SECONDS = 60.0
"""How long to wait while another process starts or stops the server."""

INITDB_SECONDS = 120.0
CONNECT_SECONDS = 2.0
MAX_LAUNCHES = 3
MAX_LOG_BYTES = 5_000_000
QUOTED_LOG_LINES = 15
RETRY_SECONDS = 0.5

_INITDB_OPTIONS = (
    "--username=postgres",
    # Nobody gets as far as the socket but the server's own account and root.
    "--auth=trust",
    "--encoding=UTF8",
    # The same order and case rules on every machine, whatever its locales.
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
)

_SERVER_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    # A data folder of this size lives in the page cache; workers for reading ahead would only be more processes.
    "io_method": "sync",
    "max_logical_replication_workers": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The server's own events, but no statement that failed: that is the application's to log, without its values.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
}

# The application's environment holds its secrets, and PG* variables that would change what the programs do.
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}

_CONNECT_ERRORS = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


class EmbeddedPostgres:
    """One process' share in the server of a data folder.

    The methods block, for seconds at worst: from a coroutine call them through ``asyncio.to_thread``. They may be
    called from several threads.
    """

    database = "interview_tracker"
    user = "postgres"

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir.expanduser().resolve()
        self._cluster = self._data_dir / "postgres"
        self._socket_folder = socket_folder(self._cluster)
        self._cluster_name = f"interview_tracker_{path_digest(self._cluster)}"
        self._processes = ServerProcesses(self._cluster, self._cluster_name)
        self._threads = threading.Lock()
        self._share: int | None = None
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def host(self) -> str:
        """Return the folder of the server's socket."""
        return str(self._socket_folder)

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
        return self._data_dir / "postgres.log"

    def start(self) -> None:
        """Take a share in the server and see that it answers and has the database; may be called again.

        Raises:
            EmbeddedPostgresError: the server cannot be brought up; the share is given back.

        """
        with self._threads, self._one_kind_of_error():
            create_private_folder(self._data_dir)
            with self._locked():
                self._take_share()
                try:
                    self._initialise_cluster()
                    self._bring_up()
                    asyncio.run(self._create_database())
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
            if self._share is None:
                raise EmbeddedPostgresError("the embedded server is not started, or stopped again")
            with self._locked():
                self._bring_up()

    def stop(self) -> None:
        """Give the share back; if it was the last, stop the server. Without a share this does nothing.

        Raises:
            EmbeddedPostgresError: the server does not end, not even when killed.

        """
        with self._threads, self._one_kind_of_error():
            if self._share is not None:
                with self._locked():
                    self._give_share_back()

    @contextmanager
    def _one_kind_of_error(self) -> Iterator[None]:
        try:
            yield
        except (*_CONNECT_ERRORS, subprocess.SubprocessError) as error:
            raise EmbeddedPostgresError(f"cannot run PostgreSQL in {self._cluster}: {error}") from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other processes from starting or stopping the server meanwhile."""
        descriptor = _open_lock_file(self._data_dir / "postgres.lock")
        try:
            if not wait_until(lambda: _try_lock(descriptor, fcntl.LOCK_EX), LOCK_SECONDS):
                raise EmbeddedPostgresError(
                    f"another process has been starting or stopping PostgreSQL in {self._cluster} "
                    f"for {LOCK_SECONDS:.0f} s"
                )
            yield
        finally:
            _unlock(descriptor)

    def _take_share(self) -> None:
        if self._share is None:
            self._share = _open_lock_file(self._data_dir / "postgres.shares")
            # Never has to wait: the exclusive lock on it is held by nobody but a holder of the other lock.
            fcntl.flock(self._share, fcntl.LOCK_SH)

    def _initialise_cluster(self) -> None:
        account = server_account()
        for unfinished in self._data_dir.glob("postgres.new-*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        if self._has_cluster():
            return
        # Made aside and then renamed, so that a folder of the right name is always a whole cluster.
        folder = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=self._data_dir))
        try:
            self._run_initdb(folder, account)
            self._set_debris_aside()
            folder.rename(self._cluster)
            _sync_folder(self._data_dir)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        log.info("embedded_postgres_initialised", folder=str(self._cluster))

    def _has_cluster(self) -> bool:
        try:
            version = (self._cluster / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            return False
        if version != str(MAJOR_VERSION):
            raise EmbeddedPostgresError(
                f"{self._cluster} holds data of PostgreSQL {version}, and this application brings "
                f"PostgreSQL {MAJOR_VERSION}: upgrade the folder with pg_upgrade, or choose another DATA_DIR"
            )
        return True

    def _run_initdb(self, folder: Path, account: Account) -> None:
        initdb = find_binaries(MAJOR_VERSION) / "initdb"
        open_passage(account, folder)
        open_passage(account, initdb)
        os.chown(folder, account.uid, account.gid)
        result = subprocess.run(  # noqa: S603 - nothing in the command comes from outside
            [initdb, *_INITDB_OPTIONS, f"--pgdata={folder}"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd="/",
            env=_ENVIRONMENT,
            umask=0o077,
            check=False,
            timeout=INITDB_SECONDS,
            **account.popen_options(),
        )
        if result.returncode != 0:
            raise EmbeddedPostgresError(f"initdb failed in {self._data_dir}: {result.stderr.strip()}")

    def _set_debris_aside(self) -> None:
        """Move away what has the cluster's name and is none. It may be all that is left of one: never delete it."""
        if self._cluster.exists() and any(self._cluster.iterdir()):
            aside = self._cluster.with_name(f"postgres.incomplete-{time.time_ns()}")
            self._cluster.rename(aside)
            log.warning("embedded_postgres_incomplete_folder", moved_to=str(aside))

    def _bring_up(self) -> None:
        """Wait for an answer, and start the server whenever there is none to wait for."""
        account = server_account()
        if self._socket_folder != self._cluster:
            # Before the first question: the answer of a stranger's server would be believed.
            claim_socket_folder(self._socket_folder, account)
        began = time.monotonic()
        launches = 0
        pause = 0.01
        while not asyncio.run(self._answers()):
            if time.monotonic() - began > ANSWER_SECONDS:
                raise self._failure(f"gave no answer in {ANSWER_SECONDS:.0f} s")
            if not self._is_starting():
                if launches == MAX_LAUNCHES:
                    raise self._failure("ends as soon as it is started")
                self._clear_remains()
                self._launch(account)
                launches += 1
            time.sleep(pause)
            pause = min(pause * 1.3, 0.25)
        if launches:
            pid = read_pid(self._cluster / "postmaster.pid")
            seconds = round(time.monotonic() - began, 3)
            log.info("embedded_postgres_started", pid=pid, socket=self.host, seconds=seconds)

    async def _answers(self) -> bool:
        try:
            connection = await self._connect_for_maintenance()
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

    async def _connect_for_maintenance(self) -> asyncpg.Connection:
        return await asyncpg.connect(
            host=self.host, port=PORT, user=self.user, database="postgres", timeout=CONNECT_SECONDS
        )

    def _is_starting(self) -> bool:
        """Tell whether a server exists that may yet answer: it starts, recovers, or shuts down first."""
        is_our_child = self._child is not None and self._child.poll() is None
        return is_our_child or self._processes.postmaster() is not None

    def _clear_remains(self) -> None:
        """Remove what a dead server left behind and a new one would stumble over."""
        if not self._processes.end_orphans():
            raise self._failure("left processes that do not end")
        for lock_file in (self._cluster / "postmaster.pid", self._socket_folder / f"{SOCKET_NAME}.lock"):
            pid = read_pid(lock_file)
            # PostgreSQL clears a file of a dead process itself, with checks of its own. It is taken in only by a
            # zombie and by an unrelated process; no other is left, now that none works in the folder.
            if pid is not None and psutil.pid_exists(pid):
                lock_file.unlink(missing_ok=True)
                log.warning("embedded_postgres_stale_file_removed", file=lock_file.name, pid=pid)

    def _launch(self, account: Account) -> None:
        """Start the server as a child that outlives this process and has nothing of it but the log."""
        postgres = find_binaries(MAJOR_VERSION) / "postgres"
        open_passage(account, self._cluster)
        open_passage(account, postgres)
        settings = {
            **_SERVER_SETTINGS,
            "cluster_name": self._cluster_name,
            "unix_socket_directories": f'"{self._socket_folder}"',
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self._open_log() as log_file:
            self._child = subprocess.Popen(  # noqa: S603 - nothing in the command comes from outside
                [postgres, "-D", self._cluster, *options],
                stdin=subprocess.DEVNULL,
                stdout=log_file,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=_ENVIRONMENT,
                umask=0o077,
                start_new_session=True,
                **account.popen_options(),
            )
        # The server may end at any time, and by anyone's hand: it shall not stay behind as our zombie.
        threading.Thread(target=self._child.wait, name="embedded-postgres-wait", daemon=True).start()

    @contextmanager
    def _open_log(self) -> Iterator[int]:
        with suppress(FileNotFoundError):
            if self.log_path.stat().st_size > MAX_LOG_BYTES:
                self.log_path.replace(self.log_path.with_name("postgres.log.1"))
        descriptor = os.open(self.log_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _failure(self, reason: str) -> EmbeddedPostgresError:
        lines = self.log_path.read_text(errors="replace").splitlines() if self.log_path.exists() else []
        quoted = "\n".join(lines[-QUOTED_LOG_LINES:])
        return EmbeddedPostgresError(f"PostgreSQL in {self._cluster} {reason}. The end of {self.log_path}:\n{quoted}")

    async def _create_database(self) -> None:
        connection = await self._connect_for_maintenance()
        try:
            known = await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", self.database)
            if not known:
                await connection.execute(f"CREATE DATABASE {self.database}")
        finally:
            connection.terminate()

    def _give_share_back(self) -> None:
        """Give the share back, and stop the server if nobody else has one."""
        if self._share is None:
            return
        try:
            if _try_lock(self._share, fcntl.LOCK_EX):
                self._stop_server()
        finally:
            _unlock(self._share)
            self._share = None

    def _stop_server(self) -> None:
        postmaster = self._processes.postmaster()
        if postmaster:
            self._processes.shut_down(postmaster)
        if not self._processes.end_orphans():
            raise self._failure("does not end")
        if self._child is not None:
            self._child.wait(KILL_SECONDS)
        if postmaster:
            log.info("embedded_postgres_stopped", pid=postmaster.pid)
        if self._socket_folder != self._cluster:
            release_socket_folder(self._socket_folder, server_account())


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


def _open_lock_file(path: Path) -> int:
    """Open a file to lock. The server must not inherit it: Python closes its descriptors in child programs."""
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _unlock(descriptor: int) -> None:
    """Release a lock and close its file. A forked child may have a copy of the file that closing does not reach."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    """Make a rename in a folder outlast a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
