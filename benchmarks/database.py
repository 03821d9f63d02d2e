"""The database of a run: an embedded PostgreSQL in a folder that is removed afterwards."""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import asyncpg

from app.core.embedded_postgres import EmbeddedPostgres
from app.core.embedded_postgres_processes import read_pid
from app.core.migrations import migrate
from benchmarks.cpu import Cores, family


@dataclass(frozen=True)
class BenchmarkDatabase:
    """A running, migrated server and a folder for whatever else the run needs to write."""

    folder: Path
    dsn: str
    pid: int

    def copy(self, name: str) -> str:
        """Make a copy of the whole database, and return its URL; nobody may be connected."""
        asyncio.run(_execute(self.dsn.replace(f"/{EmbeddedPostgres.database}", "/postgres"), _copy_statement(name)))
        return self.dsn.replace(f"/{EmbeddedPostgres.database}", f"/{name}")

    def keep_to(self, cores: Cores) -> None:
        """Move PostgreSQL to its cores, with every process that it will start."""
        for pid in family(self.pid):
            os.sched_setaffinity(pid, cores.database)


@contextmanager
def benchmark_database() -> Iterator[BenchmarkDatabase]:
    """Run the database until the block ends, also where the benchmark is told to stop."""
    exit_on_sigterm()
    folder = Path(tempfile.mkdtemp(prefix="it-bench-"))
    try:
        server = EmbeddedPostgres(folder)
        server.start()
        try:
            asyncio.run(migrate(server.dsn))
            pid = read_pid(folder / "postgres" / "postmaster.pid")
            assert pid is not None
            yield BenchmarkDatabase(folder, server.dsn, pid)
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def exit_on_sigterm() -> None:
    """Have SIGTERM end the program as an exception does, so that it leaves nothing behind."""
    signal.signal(signal.SIGTERM, _exit)


def _exit(_signal: int, _frame: FrameType | None) -> None:
    sys.exit("terminated")


def _copy_statement(name: str) -> str:
    return f"CREATE DATABASE {name} TEMPLATE {EmbeddedPostgres.database} STRATEGY file_copy"


async def _execute(dsn: str, sql: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
