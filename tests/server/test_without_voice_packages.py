"""A server on a platform that has no wheel of something a call needs."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import NewDatabase
from tests.support.processes import PROJECT_ROOT, FreshAppServer, scratch_folder
from tests.support.waiting import until

pytestmark = pytest.mark.slow

REASON = "libsrtp2.so.1: cannot open shared object file"


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder in which the package of WebRTC cannot be loaded."""
    with scratch_folder() as path:
        (path / "aiortc.py").write_text(f'raise ImportError("{REASON}")\n')
        yield path


async def test_rooms_are_in_writing_and_the_log_says_so_in_one_line(folder: Path, new_database: NewDatabase) -> None:
    # Empty is as good as not set.
    server = FreshAppServer(
        folder, DATABASE_URL=await new_database(), VOICE_ENABLED="", PYTHONPATH=search_path(folder)
    )
    try:
        await server.ready()
        # What calls need is loaded beside serving.
        await until(lambda: "voice_unavailable" in server.output, 30)
    finally:
        await asyncio.to_thread(server.stop)

    (line,) = [line for line in server.output.splitlines() if "[warning" in line]
    assert "voice_unavailable" in line
    assert REASON in line
    assert "Traceback" not in server.output


async def test_who_sets_voice_enabled_is_refused_a_start_without_it(folder: Path, new_database: NewDatabase) -> None:
    server = FreshAppServer(
        folder, DATABASE_URL=await new_database(), VOICE_ENABLED="true", PYTHONPATH=search_path(folder)
    )
    try:
        assert await asyncio.to_thread(server.wait) != 0
    finally:
        server.stop()

    (line,) = [line for line in server.output.splitlines() if line.startswith("Configuration error: ")]
    assert line.startswith("Configuration error: VOICE_ENABLED=true")
    assert REASON in line
    assert "Traceback" not in server.output


def search_path(folder: Path) -> str:
    return f"{folder}:{PROJECT_ROOT}"
