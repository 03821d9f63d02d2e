"""What the commands for the embedded database share: who may touch a data folder, and how programs are run."""

import fcntl
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from app.core.config import Settings
from app.core.embedded_postgres_folders import EmbeddedPostgresError, create_private_folder
from app.core.embedded_postgres_lease import LockHeldError, leased, try_lock
from app.core.embedded_postgres_programs import PROGRAM_ENVIRONMENT
from app.core.embedded_postgres_server import FolderServer
from app.core.embedded_postgres_work import LOCK_FILE, SHARES_FILE

Program = subprocess.Popen[bytes]
MAX_SAID_BYTES = 2000


class ToolError(Exception):
    """A command cannot do what it was asked for; the message is one line."""


def data_folder(settings: Settings) -> Path:
    """Return the folder of the embedded database.

    Raises:
        ToolError: the settings name a database of somebody else's.

    """
    if settings.database_url is not None:
        raise ToolError("DATABASE_URL is set, and this command is for the embedded database: use PostgreSQL's own")
    return settings.data_dir


@contextmanager
def used_by_nobody_else(data_dir: Path) -> Iterator[FolderServer]:
    """Keep every server of the application from using the folder, and give its PostgreSQL, running or not.

    The first lock is the one that each of them shares. The second keeps away the program that one of them has left at
    work. Both end with this process.

    Raises:
        ToolError: one uses it, or another such command does.

    """
    create_private_folder(data_dir)
    descriptor = os.open(data_dir / SHARES_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not try_lock(descriptor, fcntl.LOCK_EX):
            raise ToolError(f"{data_dir} is in use: stop every server of the application that works with it first")
        with leased(data_dir / LOCK_FILE):
            yield FolderServer(data_dir)
    finally:
        os.close(descriptor)


@contextmanager
def running(server: FolderServer) -> Iterator[Path]:
    """Run the server of a folder that nobody else uses, and give the folder of its socket."""
    server.initialise()
    server.bring_up()
    try:
        server.create_database()
        yield server.socket_folder
    finally:
        server.shut_down()


@contextmanager
def one_kind_of_error() -> Iterator[None]:
    """Raise what goes wrong with files and programs as a ``ToolError`` of one line."""
    try:
        yield
    except (EmbeddedPostgresError, LockHeldError, OSError, subprocess.SubprocessError) as error:
        raise ToolError(" ".join(str(error).split())) from error


@contextmanager
def piped(command: Sequence[str], *, stdin: int | None = None, stdout: int | None = None) -> Iterator[Program]:
    """Run a program beside a block that feeds or reads it, and see afterwards that it went well.

    Raises:
        ToolError: it failed; the message says what it said.

    """
    # A file, because nobody reads a pipe while the block is busy with the others.
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603 - nothing in the command comes from outside
            command,
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            stdout=subprocess.DEVNULL if stdout is None else stdout,
            stderr=said,
            env=PROGRAM_ENVIRONMENT,
        ) as process,
    ):
        try:
            # A program that ends too early says why better than the broken pipe does.
            with suppress(BrokenPipeError):
                yield process
            with suppress(BrokenPipeError):
                if process.stdin:
                    process.stdin.close()
            status = process.wait()
        except BaseException:
            process.kill()
            raise
        if status != 0:
            said.seek(0)
            lines = said.read(MAX_SAID_BYTES).decode(errors="replace").split()
            raise ToolError(f"{Path(command[0]).name}: {' '.join(lines) or f'it ended with status {status}'}")
