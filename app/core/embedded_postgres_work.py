"""The program that works on the embedded server: ``python -m app.core.embedded_postgres_work ACTION DATA_DIR``.

The application runs it as a short-lived child for everything that must be done by one process at a time. A program of
its own, because whoever comes to a standstill with the lease of the folder is killed: a server of the application may
be frozen for as long as somebody likes, and goes on afterwards.

It writes one line of JSON per event to its standard output, and ends with status 1 after the event ``failed``.
"""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from app.core.embedded_postgres_events import tell
from app.core.embedded_postgres_folders import EmbeddedPostgresError
from app.core.embedded_postgres_lease import LockHeldError, leased, try_lock
from app.core.embedded_postgres_server import FolderServer

LOCK_FILE = "postgres.lock"
SHARES_FILE = "postgres.shares"
FAILED = "failed"


def main() -> int:
    """Do what the command line says and return the exit status."""
    action, data_dir = sys.argv[1:]
    server = FolderServer(Path(data_dir))
    try:
        with leased(server.data_dir / LOCK_FILE):
            ACTIONS[action](server)
    except EmbeddedPostgresError as error:
        tell("error", FAILED, reason=str(error))
        return 1
    except (LockHeldError, OSError, subprocess.SubprocessError) as error:
        tell("error", FAILED, reason=f"cannot run PostgreSQL in {server.cluster}: {error}")
        return 1
    return 0


def _start(server: FolderServer) -> None:
    server.initialise()
    server.bring_up()
    server.create_database()


def _revive(server: FolderServer) -> None:
    server.bring_up()


def _stop(server: FolderServer) -> None:
    """Stop the server if nobody has a share in it any more."""
    descriptor = os.open(server.data_dir / SHARES_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        is_used = not try_lock(descriptor, fcntl.LOCK_EX)
    finally:
        # Let go before the server is stopped: whoever takes a share now waits for the lease, and starts it again.
        os.close(descriptor)
    if not is_used:
        server.shut_down()


def _wait(_server: FolderServer) -> None:
    """Do nothing, but after whoever holds the lease."""


ACTIONS: dict[str, Callable[[FolderServer], None]] = {
    "start": _start,
    "revive": _revive,
    "stop": _stop,
    "wait": _wait,
}

if __name__ == "__main__":
    raise SystemExit(main())
