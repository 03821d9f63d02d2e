"""The application on its embedded database: what it does when that is frozen."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest

from tests.support.processes import AppServer, postgres_processes, scratch_folder
from tests.support.waiting import until

pytestmark = pytest.mark.slow

END_SECONDS = 10.0
"""What a service manager commonly allows."""


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch_folder() as path:
        yield path


@pytest.mark.parametrize("whole", [False, True], ids=["the postmaster", "every process"])
async def test_the_end_does_not_wait_for_a_frozen_database(folder: Path, whole: bool) -> None:
    server = await AppServer(folder, LOG_LEVEL="INFO").ready()
    postmaster = int((folder / "data/postgres/postmaster.pid").read_text().split()[0])
    frozen = [process for process in postgres_processes(folder) if whole or process.pid == postmaster]
    try:
        for process in frozen:
            process.send_signal(signal.SIGSTOP)
        await until(lambda: all(process.status() == psutil.STATUS_STOPPED for process in frozen))
        async with httpx.AsyncClient(base_url=server.url, timeout=END_SECONDS) as client:
            waiting = asyncio.create_task(client.get("/health/readiness"))
            seconds = await asyncio.to_thread(server.stop)
            with suppress(httpx.TransportError):
                await waiting
    finally:
        await asyncio.to_thread(server.stop)

    assert seconds < END_SECONDS
    assert "Traceback" not in server.output
    assert "embedded_postgres_stopped" in server.output
    assert postgres_processes(folder) == []
