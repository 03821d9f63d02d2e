"""What a start loads, and what it leaves to the first who needs it."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.conftest import NewDatabase
from tests.support.processes import PROJECT_ROOT, FreshAppServer, scratch_folder

pytestmark = pytest.mark.slow

HEAVY = (
    *("aiohttp", "aiortc", "alembic", "av", "hibari", "icalendar", "loguru", "lxml", "mako", "numpy", "onnxruntime"),
    *("openai", "openpyxl", "PIL", "pipecat", "py3langid", "rich", "scipy", "transformers"),
)
"""What takes a tenth of a second or more to import, or megabytes, and no first request needs."""

_LOADED = """
import gc, json, sys
import app.main
print(json.dumps([sorted(sys.modules), gc.isenabled(), gc.get_freeze_count()]))
"""

_LOADED_FOR_CALLS = """
import json, sys
import app.main
from app.interview_session.voice import gateway
gateway._load_calls()
print(json.dumps(sorted(sys.modules)))
"""


def loaded_by(program: str) -> Any:
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT_ROOT, env={"LOG_LEVEL": "ERROR"}, capture_output=True, check=True
    )
    return json.loads(result.stdout)


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch_folder() as path:
        yield path


def test_the_application_is_loaded_without_what_no_first_request_needs() -> None:
    modules, collects, frozen = loaded_by(_LOADED)

    assert "app.application" in modules
    assert {module.partition(".")[0] for module in modules} & {*HEAVY} == set()
    # What python-jose would check other algorithms' signatures with.
    assert not any(module.startswith("cryptography.hazmat") for module in modules)
    # Collections are put off while it is loaded, and spare afterwards what was loaded.
    assert collects
    assert frozen > 100_000


def test_the_voice_is_loaded_without_what_only_calls_or_a_provider_need() -> None:
    modules = {module.partition(".")[0] for module in loaded_by(_LOADED_FOR_CALLS)}

    assert {"aiortc", "pipecat"} <= modules
    assert not {"onnxruntime", "openai"} & modules


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
