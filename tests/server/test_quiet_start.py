"""A server that starts with everything on calls nobody: it looks no name up and connects to no other machine."""

import asyncio
import ipaddress
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest

from tests.conftest import NewDatabase
from tests.support.processes import AppServer, scratch_folder
from tests.support.waiting import until

pytestmark = pytest.mark.slow

DOMAIN_NAME_PORT = 53
_ADDRESS = re.compile(r'sa_family=AF_INET6?, sin6?_port=htons\((\d+)\)[^"]*"([0-9a-f.:]+)"')
_NOWHERE = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('127.0.0.9', 53))"


def tracer(trace: Path) -> list[str]:
    """Return the beginning of a command whose connections, and its children's, are to be written to a file.

    The process is the command's own (``-D``), so that signals reach it.
    """
    return ["strace", "-D", "-f", "--seccomp-bpf", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", str(trace)]


def foreign(trace: Path) -> set[tuple[str, int]]:
    """Return the addresses in a trace that are another machine's or a name server's."""
    addresses = {(match[2], int(match[1])) for match in _ADDRESS.finditer(trace.read_text(errors="replace"))}
    return {
        (host, port)
        for host, port in addresses
        if port == DOMAIN_NAME_PORT or not ipaddress.ip_address(host).is_loopback
    }


def has_loaded_meaning(pid: int) -> bool:
    """Tell whether the child with the sentence-embedding model has loaded what runs it."""
    for child in psutil.Process(pid).children():
        with suppress(psutil.Error):
            if "meaning_process" in " ".join(child.cmdline()):
                return any("onnxruntime_pybind11_state" in part.path for part in child.memory_maps())
    return False


async def ended(trace: Path, pid: int) -> None:
    """Wait until a trace is complete."""
    await until(lambda: bool(re.search(rf"^{pid} +\+\+\+ ", trace.read_text(errors="replace"), re.MULTILINE)), 20)


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch_folder() as path:
        yield path


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
async def test_a_start_with_everything_on_calls_nobody_and_writes_nothing_into_the_home_folder(
    folder: Path, new_database: NewDatabase
) -> None:
    trace, home = folder / "trace", folder / "home"
    home.mkdir()
    probe = await asyncio.create_subprocess_exec(*tracer(trace), sys.executable, "-c", _NOWHERE)
    if await probe.wait() != 0:
        pytest.skip("strace may not trace here")
    await ended(trace, probe.pid)
    assert foreign(trace) == {("127.0.0.9", DOMAIN_NAME_PORT)}

    server = AppServer(
        folder,
        tracer(trace),
        DATABASE_URL=await new_database(),
        HOME=str(home),
        VOICE_ENABLED="true",
        MEANING_ENABLED="true",
        VOICE_TURN_DETECTION="smart",
    )
    try:
        await server.ready()
        # The model that understands answers comes with the first room.
        async with httpx.AsyncClient(base_url=server.url) as http:
            room = {"room_id": "quiet", "mock_interview_id": "two-minute-demo"}
            assert (await http.post("/api/start-interview", json=room)).status_code == 200
        await until(lambda: has_loaded_meaning(server.process.pid), 60)
    finally:
        await asyncio.to_thread(server.stop)

    await ended(trace, server.process.pid)
    assert "Traceback" not in server.output
    assert foreign(trace) == set()
    assert list(home.iterdir()) == []
