"""What a server writes, from its first line to the last words of a crash."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.web.joined import address_of
from tests.conftest import NewDatabase
from tests.support.processes import PROJECT_ROOT, AppServer, FreshAppServer, free_port, scratch_folder
from tests.support.users import PASSWORD, sign_up
from tests.support.waiting import until, until_blocking

pytestmark = pytest.mark.slow

MEDDLER = """
import os, pathlib, subprocess, sys, threading, time, warnings

def meddle():
    while not pathlib.Path("go").exists():
        time.sleep(0.05)
    os.write(1, b"printed\\n")
    os.write(2, b"of a library\\n")
    warnings.warn("beware\\nof this")
    subprocess.run([sys.executable, "-S", "-c", "raise ValueError('of a child')"])
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
    os.write(2, b"the last words")
    os.abort()

if "app" in sys.orig_argv:
    threading.Thread(target=meddle, daemon=True).start()
"""
"""As ``sitecustomize`` of a server: what libraries and children may write, and then a crash."""


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch_folder() as path:
        yield path


async def test_in_json_every_line_is_an_object_whoever_wrote_it(folder: Path, new_database: NewDatabase) -> None:
    (folder / "sitecustomize.py").write_text(MEDDLER)
    server = FreshAppServer(
        folder,
        DATABASE_URL=await new_database(),
        LOG_FORMAT="json",
        LOG_LEVEL="INFO",
        TRUSTED_PROXIES="127.0.0.1",
        PYTHONPATH=f"{folder}:{PROJECT_ROOT}",
    )
    try:
        await server.ready()
        async with httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
            user = await sign_up(client)
            wrong = {"email": user.email, "password": "not-" + PASSWORD}
            forwarded = {"X-Forwarded-For": "203.0.113.7"}
            assert (await client.post("/api/v1/auth/login", json=wrong, headers=forwarded)).status_code == 401
            assert (await client.get("/app/")).status_code == 200
            assert (await client.get(address_of("shared.css"))).status_code == 200
            assert (await client.get("/app/static/missing.css")).status_code == 404
            # uvicorn has a line of its own for these, with the query string.
            upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
            upgrade["Sec-WebSocket-Key"] = "dGhlIHNhbXBsZSBub25jZQ=="
            assert (await client.get("/health", params={"token": "in-the-query"}, headers=upgrade)).status_code == 403
        (folder / "go").touch()
        assert await asyncio.to_thread(server.wait) == -signal.SIGABRT
        # The reader outlives the crash.
        await until(lambda: "Fatal Python error" in server.output and server.output.endswith("\n"))
    finally:
        server.stop()

    lines = lines_of(server.output)
    assert lines[0]["event"] == "starting"
    assert [line["address"] for line in lines if line["event"] == "login_failed"] == ["203.0.113.7"]
    assert user.email not in server.output
    assert wrong["password"] not in server.output
    assert "in-the-query" not in server.output
    files = [line["status"] for line in lines if line.get("route") == "/app/static/{path:path}"]
    assert files == [404]
    assert any(line.get("route") == "/app" for line in lines)
    foreign = [line["text"] for line in lines if line["event"] == "foreign_output"]
    assert foreign[:2] == ["printed", "of a library"]
    (traceback,) = [text for text in foreign if text.startswith("Traceback")]
    assert traceback.endswith("ValueError: of a child")
    (last_words,) = [text for text in foreign if text.startswith("the last words")]
    assert "Fatal Python error: Aborted" in last_words
    assert any("beware\nof this" in line["event"] for line in lines)
    (uncaught,) = [line for line in lines if line["event"] == "uncaught_error"]
    assert uncaught["exception"].endswith("ZeroDivisionError: division by zero")


def lines_of(output: str) -> list[dict[str, Any]]:
    """Read JSON lines."""
    return [json.loads(line) for line in output.splitlines()]


async def test_in_json_a_wrong_setting_is_one_line(folder: Path) -> None:
    server = AppServer(folder, LOG_FORMAT="json", LOG_LEVEL="INFO", TRUSTED_PROXIES="everyone")
    try:
        assert await asyncio.to_thread(server.wait) == 1
    finally:
        server.stop()

    starting, refused = lines_of(server.output)
    assert starting["event"] == "starting"
    assert (refused["event"], refused["level"]) == ("configuration_error", "critical")
    assert refused["error"].startswith("TRUSTED_PROXIES: ")


@pytest.mark.parametrize(
    ("command", "loaded_later"),
    [(["app", "--port", "1"], "uvicorn"), (["uvicorn", "app.main:app"], "fastapi")],
)
def test_the_first_line_comes_before_what_takes_long_is_loaded(
    folder: Path, command: list[str], loaded_later: str
) -> None:
    (folder / f"{loaded_later}.py").write_text("raise ImportError('broken')\n")

    output = run([sys.executable, "-m", *command], folder, LOG_FORMAT="json")

    starting, *uncaught = lines_of(output)
    assert starting["event"] == "starting"
    assert "ImportError: broken" in json.dumps(uncaught)


@pytest.mark.parametrize("log_format", ["human", "json"])
def test_an_address_that_another_has_is_refused_with_one_line(folder: Path, log_format: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        output = run([sys.executable, "-m", "app", "--port", port], folder, LOG_FORMAT=log_format)

    _, refused = output.splitlines()
    assert "address_unavailable" in refused
    assert "in use" in refused
    assert port in refused
    assert (refused[0] == "{") == (log_format == "json")


@pytest.mark.parametrize(("host", "operators_host"), [("127.0.0.1", ""), ("0.0.0.0", "127.0.0.1"), ("::1", "::")])
def test_one_port_for_users_and_operators_is_refused_with_one_line(
    folder: Path, host: str, operators_host: str
) -> None:
    (folder / ".env").write_text(f"METRICS_PORT=18000\nMETRICS_HOST={operators_host}\n")

    _, refused = run([sys.executable, "-m", "app", "--host", host, "--port", "18000"], folder).splitlines()

    assert "address_unavailable" in refused
    assert "METRICS_PORT is PORT" in refused


def run(command: list[str], folder: Path, **environment: str) -> str:
    """Run a command that fails, with a folder that modules are looked for in first; return all that it printed."""
    result = subprocess.run(
        command,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{folder}:{PROJECT_ROOT}"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode != 0
    return result.stdout


def test_a_start_that_is_told_to_end_while_it_loads_ends_at_once(folder: Path) -> None:
    (folder / "fastapi.py").write_text("import pathlib, time\npathlib.Path('loading').touch()\ntime.sleep(60)\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "--port", str(free_port())],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{folder}:{PROJECT_ROOT}"},
        stdout=subprocess.DEVNULL,
    )
    try:
        until_blocking((folder / "loading").exists)
        process.terminate()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_make_says_nothing_of_an_end_that_was_asked_for(folder: Path, number: signal.Signals) -> None:
    # Instead of a server, whose end with 0 other tests show.
    (folder / "uvicorn.py").write_text("import time\ntime.sleep(60)\n")
    output = folder / "output"
    with output.open("wb") as file:
        process = subprocess.Popen(
            ["make", "--assume-old=.venv/.installed", "run", "PORT=1"],
            cwd=PROJECT_ROOT,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(folder)},
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        until_blocking(lambda: "starting" in output.read_text())
        if number == signal.SIGINT:
            # As a terminal does.
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        process.wait(20)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    assert re.fullmatch(r"\S+ \[info +\] starting .*\n", output.read_text())
