"""The processes of the embedded PostgreSQL server: which of them live, and how they are brought to an end."""

import re
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from app.core.embedded_postgres_events import tell

FAST_SHUTDOWN_SECONDS = 5.0
IMMEDIATE_SHUTDOWN_SECONDS = 2.0
QUIT_SECONDS = 1.0
KILL_SECONDS = 2.0
"""Ten seconds in all."""


class ServerProcesses:
    """The live processes of PostgreSQL that work in one cluster's folder, whoever started them.

    A process counts by what it does, not by its id: an id in a lock file may be a zombie's by now, or a stranger's.
    ``cluster_name`` is the setting of that name, which stands in the command line of each of the processes.
    """

    def __init__(self, cluster: Path, cluster_name: str) -> None:
        self._cluster = cluster
        self._cluster_name = cluster_name

    def postmaster(self) -> psutil.Process | None:
        """Return the server's first process, the parent of all others."""
        pid = read_pid(self._cluster / "postmaster.pid")
        try:
            process = psutil.Process(pid) if pid is not None else None
        except psutil.NoSuchProcess:
            return None
        return process if process is not None and self._works_here(process) else None

    def wake(self) -> None:
        """Wake what somebody has frozen with SIGSTOP: it answers nobody, and takes no notice of other signals."""
        for process in self._all():
            if is_frozen(process):
                tell("warning", "embedded_postgres_woken", pid=process.pid)
                with suppress(psutil.Error):
                    process.send_signal(signal.SIGCONT)

    def shut_down(self, postmaster: psutil.Process) -> bool:
        """End the server in an orderly way, its clients or not; tell whether it ended in time."""
        self.wake()
        for number, seconds in (
            (signal.SIGINT, FAST_SHUTDOWN_SECONDS),
            (signal.SIGQUIT, IMMEDIATE_SHUTDOWN_SECONDS),
        ):
            with suppress(psutil.NoSuchProcess):
                postmaster.send_signal(number)
            if wait_until(lambda: not self._works_here(postmaster), seconds):
                return True
        return False

    def end_orphans(self) -> bool:
        """End what outlived its postmaster, or would not shut down; tell whether nothing is left."""
        for number, seconds in ((signal.SIGQUIT, QUIT_SECONDS), (signal.SIGKILL, KILL_SECONDS)):
            processes = self._all()
            if not processes:
                return True
            tell("warning", "embedded_postgres_orphans", pids=[process.pid for process in processes])
            for process in processes:
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(number)
            if wait_until(lambda: not self._all(), seconds):
                return True
        return False

    def _all(self) -> list[psutil.Process]:
        return [process for process in psutil.process_iter() if self._works_here(process)]

    def _works_here(self, process: psutil.Process) -> bool:
        try:
            if process.name() != "postgres" or process.status() == psutil.STATUS_ZOMBIE:
                return False
            try:
                return Path(process.cwd()) == self._cluster
            except psutil.AccessDenied:
                # Containers commonly keep root from seeing where another user's processes work.
                return self._cluster_name in " ".join(process.cmdline())
        except psutil.Error:
            return False


def is_frozen(process: psutil.Process) -> bool:
    """Tell whether somebody has stopped a process with SIGSTOP."""
    try:
        return bool(process.status() == psutil.STATUS_STOPPED)
    except psutil.Error:
        return False


def read_pid(path: Path) -> int | None:
    """Return the process id in the first line of one of PostgreSQL's lock files."""
    try:
        number = re.match(r"\d{1,9}\b", path.read_text(errors="replace"))
    except FileNotFoundError:
        return None
    return int(number[0]) if number else None


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Tell whether a condition comes true within some seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
