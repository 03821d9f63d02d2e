"""The product as ``make run`` starts it: every setting at its default, a fresh embedded database of its own."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.core.config import PROJECT_ROOT
from app.core.embedded_postgres import EmbeddedPostgres
from app.core.tokens import local_signing_key
from benchmarks.servers import stop, wait_until_up
from tests.support.processes import free_port

START_SECONDS = 180.0
STOP_SECONDS = 20.0


@dataclass(frozen=True)
class Product:
    """A running start; ``pid`` is the process that serves, without its children."""

    url: str
    pid: int
    dsn: str
    signing_key: str


@contextmanager
def default_start() -> Iterator[Product]:
    """Run the product until the block ends, and leave nothing behind.

    Raises:
        ServerError: it did not start; the message ends with what it said.

    """
    folder = Path(tempfile.mkdtemp(prefix="it-attack-"))
    # PostgreSQL runs under an account of its own where this one is root.
    folder.chmod(0o755)
    data_dir, output = folder / "data", folder / "server.log"
    port = free_port()
    options = ("--no-access-log", "--no-proxy-headers", "--no-server-header", "--timeout-keep-alive=75")
    try:
        with output.open("wb") as log_file:
            process = subprocess.Popen(
                [sys.executable, "-m", "uvicorn", "app.main:app", f"--port={port}", *options],
                # A folder without an .env, and an environment without the developer's settings.
                cwd=folder,
                env={
                    "PATH": os.environ.get("PATH", os.defpath),
                    "HOME": str(Path.home()),
                    "PYTHONPATH": str(PROJECT_ROOT),
                    "DATA_DIR": str(data_dir),
                },
                stdin=subprocess.DEVNULL,
                stdout=log_file,
                stderr=subprocess.STDOUT,
                # Ctrl-C reaches the benchmark only, which then stops the server.
                start_new_session=True,
            )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_up(process, f"{url}/health/readiness", output, seconds=START_SECONDS)
            yield Product(url, process.pid, EmbeddedPostgres(data_dir).dsn, local_signing_key(data_dir))
        finally:
            stop(process, seconds=STOP_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
