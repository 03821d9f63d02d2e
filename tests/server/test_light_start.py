"""What a start loads, and what it leaves to the first who needs it."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.conftest import NewDatabase
from tests.support.processes import PROJECT_ROOT, FreshAppServer, scratch_folder

pytestmark = pytest.mark.slow

HEAVY = (
    *(
        "aiohttp",
        "aiortc",
        "alembic",
        "av",
        "hibari",
        "icalendar",
        "mako",
        "numpy",
        "onnxruntime",
        "openai",
        "openpyxl",
    ),
    *("PIL", "pipecat", "py3langid", "scipy", "transformers"),
)
"""What takes a tenth of a second or more to import, or tens of megabytes, and no first request needs."""

_LOADED = """
import gc, json, sys
import app.main
print(json.dumps([sorted(sys.modules), gc.isenabled(), gc.get_freeze_count()]))
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch_folder() as path:
        yield path


def test_the_application_is_loaded_without_what_no_first_request_needs() -> None:
    result = subprocess.run(
        [sys.executable, "-c", _LOADED], cwd=PROJECT_ROOT, env={"LOG_LEVEL": "ERROR"}, capture_output=True, check=True
    )

    modules, collects, frozen = json.loads(result.stdout)
    assert "app.application" in modules
    assert {module.partition(".")[0] for module in modules} & {*HEAVY} == set()
    # Collections are put off while it is loaded, and spare afterwards what was loaded.
    assert collects
    assert frozen > 100_000


async def test_a_ready_server_without_a_voice_has_not_loaded_it_either(
    folder: Path, new_database: NewDatabase
) -> None:
    server = FreshAppServer(folder, DATABASE_URL=await new_database(), MEANING_ENABLED="true")
    try:
        await server.ready()
        async with httpx.AsyncClient(base_url=server.url) as http:
            assert (await http.get("/")).status_code == 200
        process = psutil.Process(server.process.pid)
        mapped = {Path(part.path).name.partition(".")[0] for part in process.memory_maps()}
        children = [child.cmdline() for child in process.children()]
    finally:
        await asyncio.to_thread(server.stop)

    assert not any(name.startswith(("_multiarray_umath", "onnxruntime_pybind11_state")) for name in mapped)
    assert not any("meaning" in part for command in children for part in command)
