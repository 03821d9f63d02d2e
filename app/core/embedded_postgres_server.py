"""The embedded PostgreSQL server of one data folder: made, brought up and shut down.

What is here may be done by one process at a time, which holds the lease of the folder
(``embedded_postgres_lease.py``), and that process may be killed at any moment. Two things hold even then:

- A second server never works in the folder. PostgreSQL refuses that itself, by its ``postmaster.pid``, provided that
  nobody takes this file away from a server that lives. A process that is to become the server holds a lock from its
  first moment on (``postgres.alive``), as do all that it starts, and the file is removed only while nobody holds it.
- A server runs if it answers. Process ids only say what stands in the way of a start: a dead server's id may belong
  to a zombie by now, or to somebody else.
"""

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import psutil

from app.core.embedded_postgres_events import tell
from app.core.embedded_postgres_folders import (
    SOCKET_NAME,
    Account,
    EmbeddedPostgresError,
    claim_socket_folder,
    find_binaries,
    open_passage,
    path_digest,
    release_socket_folder,
    server_account,
    socket_folder,
    sync_folder,
)
from app.core.embedded_postgres_lease import try_lock
from app.core.embedded_postgres_processes import KILL_SECONDS, ServerProcesses, is_frozen, read_pid, wait_until
from app.core.embedded_postgres_programs import (
    DATABASE,
    MAJOR_VERSION,
    PORT,
    PROGRAM_ENVIRONMENT,
    SUPERUSER,
    accepts_connections,
    run_sql,
)
from app.core.embedded_postgres_restore import finish_restore

ANSWER_SECONDS = 20.0
"""How long a server may take to start or to recover before that counts as a failure."""

INITDB_SECONDS = 120.0
MAX_LAUNCHES = 3
MAX_LOG_BYTES = 5_000_000
QUOTED_LOG_LINES = 15
WAL_FILE_BYTES = 16 * 1024 * 1024
"""What PostgreSQL allocates at once for its write-ahead log, without which it does not even recover."""

INITDB_OPTIONS = (
    f"--username={SUPERUSER}",
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

_VERSION = re.compile(r"\d{1,3}(\.\d{1,2})?", re.ASCII)


class FolderServer:
    """The server of a data folder; ``data_dir`` is its whole path."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.cluster = data_dir / "postgres"
        self.socket_folder = socket_folder(self.cluster)
        self.log_path = data_dir / "postgres.log"
        self.processes = ServerProcesses(self.cluster, cluster_name(self.cluster))
        self._child: subprocess.Popen[bytes] | None = None

    def initialise(self) -> None:
        """See that there is a cluster of this version.

        Raises:
            EmbeddedPostgresError: what is there is none, or of another version. It is left as it is.

        """
        self.finish_upgrade()
        has_cluster = self._has_cluster()
        for unfinished in self.data_dir.glob("postgres.new-*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        if has_cluster:
            return
        # Made aside and then renamed, so that a folder of the right name is always a whole cluster.
        folder = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=self.data_dir))
        try:
            run_initdb(folder, server_account())
            # Takes the place of an empty folder, and of nothing else.
            folder.rename(self.cluster)
            sync_folder(self.data_dir)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        tell("info", "embedded_postgres_initialised", folder=str(self.cluster))

    def finish_upgrade(self) -> Path | None:
        """Put an upgraded cluster, if there is one, in the place of the old one; return where that is kept."""
        upgraded = upgraded_folder(self.data_dir)
        if not upgraded.exists():
            return None
        version = read_version(self.cluster)
        kept = None
        if version is not None:
            kept = self._free_name(f"postgres.of-version-{version}")
            self.cluster.rename(kept)
        upgraded.rename(self.cluster)
        sync_folder(self.data_dir)
        tell("info", "embedded_postgres_upgraded", old_folder=str(kept), version=MAJOR_VERSION)
        return kept

    def _free_name(self, name: str) -> Path:
        taken = {path.name for path in self.data_dir.iterdir()}
        names = (name if number == 1 else f"{name}-{number}" for number in count(1))
        return self.data_dir / next(free for free in names if free not in taken)

    def _has_cluster(self) -> bool:
        version = read_version(self.cluster)
        if version is None:
            return False
        if version != str(MAJOR_VERSION):
            brings = f"{self.cluster} holds data of PostgreSQL {version}, and this version of the application brings"
            if float(version) > MAJOR_VERSION:
                raise EmbeddedPostgresError(
                    f"{brings} only {MAJOR_VERSION}: use the version that made it, or choose another DATA_DIR"
                )
            raise EmbeddedPostgresError(
                f"{brings} {MAJOR_VERSION}: stop every process that uses the folder, and run make upgrade-postgres "
                "(python -m app.tools upgrade-postgres)"
            )
        return True

    def bring_up(self) -> None:
        """Wait for an answer, and start the server whenever there is none that may yet give one.

        Raises:
            EmbeddedPostgresError: none comes; the message quotes the end of the server's log.

        """
        account = server_account()
        if self.socket_folder != self.cluster:
            # Before the first question: the answer of a stranger's server would be believed.
            claim_socket_folder(self.socket_folder, account)
        began = time.monotonic()
        launches = 0
        pause = 0.01
        while not accepts_connections(self.socket_folder):
            if time.monotonic() - began > ANSWER_SECONDS:
                raise self._failure(f"gave no answer in {ANSWER_SECONDS:.0f} s")
            postmaster = self.processes.postmaster()
            if postmaster and is_frozen(postmaster):
                self.processes.wake()
            if not (postmaster or self._child_lives()):
                if launches == MAX_LAUNCHES:
                    raise self._failure("ends as soon as it is started")
                if self._clear_remains():
                    self._launch(account)
                    launches += 1
            time.sleep(pause)
            pause = min(pause * 1.3, 0.25)
        if launches:
            pid = read_pid(self.cluster / "postmaster.pid")
            seconds = round(time.monotonic() - began, 3)
            tell("info", "embedded_postgres_started", pid=pid, socket=str(self.socket_folder), seconds=seconds)

    def create_database(self) -> None:
        """Create the application's database if it is missing, and finish a restore that was killed."""
        if not run_sql(self.socket_folder, f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"):  # noqa: S608
            run_sql(self.socket_folder, f"CREATE DATABASE {DATABASE}")
        finish_restore(self.data_dir, self.socket_folder)

    def shut_down(self) -> None:
        """End every process of the server.

        Raises:
            EmbeddedPostgresError: one does not end, not even when killed.

        """
        postmaster = self.processes.postmaster()
        if postmaster:
            self.processes.shut_down(postmaster)
        if not self.processes.end_orphans():
            raise self._failure("does not end")
        if self._child is not None:
            self._child.wait(KILL_SECONDS)
        if postmaster:
            tell("info", "embedded_postgres_stopped", pid=postmaster.pid)
        if self.socket_folder != self.cluster:
            release_socket_folder(self.socket_folder, server_account())

    def _child_lives(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def _clear_remains(self) -> bool:
        """Remove what a dead server left behind and a new one would stumble over; tell whether nobody works there."""
        if not self.processes.end_orphans():
            raise self._failure("left processes that do not end")
        descriptor = self._open_sign_of_life()
        try:
            if not wait_until(lambda: try_lock(descriptor, fcntl.LOCK_EX), KILL_SECONDS):
                # Somebody was killed just after starting a server, and that is about to show itself.
                return False
            for lock_file in (self.cluster / "postmaster.pid", self.socket_folder / f"{SOCKET_NAME}.lock"):
                pid = read_pid(lock_file)
                # PostgreSQL clears a file of a dead process itself, with checks of its own. It is taken in only by a
                # zombie and by an unrelated process; no other is left, now that none works in the folder.
                if pid is not None and psutil.pid_exists(pid):
                    lock_file.unlink(missing_ok=True)
                    tell("warning", "embedded_postgres_stale_file_removed", file=lock_file.name, pid=pid)
        finally:
            os.close(descriptor)
        return True

    def _launch(self, account: Account) -> None:
        """Start the server as a child that outlives this process."""
        postgres = find_binaries(MAJOR_VERSION) / "postgres"
        open_passage(account, self.cluster)
        open_passage(account, postgres)
        settings = {
            **_SERVER_SETTINGS,
            "cluster_name": cluster_name(self.cluster),
            "unix_socket_directories": f'"{self.socket_folder}"',
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        alive = self._open_sign_of_life()
        try:
            fcntl.flock(alive, fcntl.LOCK_SH)
            with self._open_log() as log_file:
                self._child = subprocess.Popen(  # noqa: S603 - nothing in the command comes from outside
                    [postgres, "-D", self.cluster, *options],
                    stdin=subprocess.DEVNULL,
                    stdout=log_file,
                    stderr=subprocess.STDOUT,
                    cwd="/",
                    env=PROGRAM_ENVIRONMENT,
                    umask=0o077,
                    start_new_session=True,
                    pass_fds=[alive],
                    **account.popen_options(),
                )
        finally:
            # The child has it too, and keeps the lock.
            os.close(alive)

    def _open_sign_of_life(self) -> int:
        return os.open(self.data_dir / "postgres.alive", os.O_RDWR | os.O_CREAT, 0o600)

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
        if shutil.disk_usage(self.data_dir).free < WAL_FILE_BYTES:
            reason += ". Its disk is full: make room and start again, what was there is not lost"
        return EmbeddedPostgresError(f"PostgreSQL in {self.cluster} {reason}. The end of {self.log_path}:\n{quoted}")


def upgraded_folder(data_dir: Path) -> Path:
    """Return where a cluster waits that is to take the place of one of an older version."""
    return data_dir / "postgres.upgraded"


def cluster_name(cluster: Path) -> str:
    """Return the setting of that name, which stands in the command line of each of a server's processes."""
    return f"interview_tracker_{path_digest(cluster)}"


def read_version(cluster: Path) -> str | None:
    """Return which version of PostgreSQL made a folder; None if there is no folder, or nothing in it.

    Clusters are made aside and renamed when they are whole, so a folder of this name that lacks something has lost
    it, and what is left of it may be all that is left of somebody's data.

    Raises:
        EmbeddedPostgresError: there is something else in it.

    """
    if not cluster.exists() or not any(cluster.iterdir()):
        return None
    remedy = "Nothing was changed: put it back from a backup, or move it away to begin with an empty database"
    try:
        with (cluster / "PG_VERSION").open("rb") as file:
            said = file.read(20).decode(errors="replace").strip()
    except FileNotFoundError:
        raise EmbeddedPostgresError(
            f"{cluster} has files in it but no PG_VERSION, so it is no whole folder of PostgreSQL. {remedy}"
        ) from None
    if not said:
        raise EmbeddedPostgresError(f"{cluster}/PG_VERSION is empty, so the folder is damaged. {remedy}")
    if not _VERSION.fullmatch(said):
        raise EmbeddedPostgresError(
            f"{cluster}/PG_VERSION says {said!r}, which is no version of PostgreSQL: the folder is damaged. {remedy}"
        )
    return said


def run_initdb(folder: Path, account: Account) -> None:
    """Make a cluster in an empty folder.

    Raises:
        EmbeddedPostgresError: initdb failed; the message says what it said.

    """
    initdb = find_binaries(MAJOR_VERSION) / "initdb"
    open_passage(account, folder)
    open_passage(account, initdb)
    os.chown(folder, account.uid, account.gid)
    result = subprocess.run(  # noqa: S603 - nothing in the command comes from outside
        [initdb, *INITDB_OPTIONS, f"--pgdata={folder}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd="/",
        env=PROGRAM_ENVIRONMENT,
        umask=0o077,
        check=False,
        timeout=INITDB_SECONDS,
        **account.popen_options(),
    )
    if result.returncode != 0:
        raise EmbeddedPostgresError(f"initdb failed in {folder.parent}: {result.stderr.strip()}")
