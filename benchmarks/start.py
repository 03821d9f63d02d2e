"""``python -m benchmarks.start``: how long the product takes to start, stage by stage, and what it takes of memory.

Every setting is at its default, as with ``make run``. The first start, which makes the database, is not counted. The
figures are printed and never asserted: the exit code is 0 whatever they are.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.request import Request, urlopen

import psutil

from app.core.config import PROJECT_ROOT
from benchmarks.servers import ServerError
from tests.support.processes import free_port

START_SECONDS = 180.0
SETTLE_SECONDS = 10.0
"""So long after the voice is ready memory is looked at, when what was only needed to load has been given back, and
again so long after the first room has opened.
"""

STAGES = {
    "starting": "first line",
    "database": "PostgreSQL answers",
    "complete": "application started",
    "ready": "readiness is 200",
    "voice": "calls are answered at once",
}
AIM_SECONDS = {"starting": 0.5, "ready": 4.0}
AIM_REFUSAL_SECONDS = 1.0
AIM_SERVING_MB = {True: 200, False: 110}
AIM_CHILDREN_MB = 700


@dataclass(frozen=True)
class Start:
    """One start: seconds by stage, those of a core until it is ready, and what it takes of memory."""

    seconds: Mapping[str, float]
    core_seconds: float
    memory: "Memory"
    memory_with_room: "Memory | None"


@dataclass(frozen=True)
class Memory:
    """The serving process' resident and proportional megabytes, and the latter of its children by name."""

    rss: float
    pss: float
    children: Mapping[str, float]


def main() -> None:
    """Measure what the command line asks for, and print it beside the aims."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.start")
    parser.add_argument("--starts", type=int, default=3, help="how many are measured of each kind (3)")
    parser.add_argument("--tree", type=Path, default=PROJECT_ROOT, help="the program's folder, to compare another")
    options = parser.parse_args()
    with scratch_folder() as folder:
        print(f"cores: {os.cpu_count()}, load: {os.getloadavg()[0]:.1f}; medians of {options.starts} starts\n")
        one_start(options.tree, folder, with_voice=False)
        for with_voice in (True, False):
            starts = [one_start(options.tree, folder, with_voice=with_voice) for _ in range(options.starts)]
            _print_starts(starts, with_voice=with_voice)
        _print_refusals(options.tree, folder)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="it-start-"))
    # PostgreSQL runs under an account of its own where this one is root.
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def one_start(tree: Path, folder: Path, *, with_voice: bool) -> Start:
    """Start the product, wait until all of it is there, look at its memory, and end it."""
    port = free_port()
    output = folder / "output"
    settings = {} if with_voice else {"VOICE_ENABLED": "false"}
    began = time.time()
    process = begin(tree, folder, output, port, settings)
    try:
        seconds = {"ready": wait_until_ready(process, port, output) - began}
        spent = psutil.Process(process.pid).cpu_times()
        if with_voice:
            wait_for(process, output, ("voice_ready", "startup complete"))
        time.sleep(SETTLE_SECONDS)
        seconds |= {stage: moment - began for stage, moment in stages_in(output).items()}
        seconds.setdefault("voice", seconds["complete"])
        memory, memory_with_room = memory_of(process.pid), None
        if with_voice:
            open_room(port)
            time.sleep(SETTLE_SECONDS)
            memory_with_room = memory_of(process.pid)
        return Start(seconds, spent.user + spent.system, memory, memory_with_room)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def begin(
    tree: Path, folder: Path, output: Path, port: int, settings: Mapping[str, str]
) -> "subprocess.Popen[bytes]":
    """Begin a start as ``make run`` does, with a log that can be read by programs."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(Path.home()),
        "PYTHONPATH": str(tree),
        "DATA_DIR": str(folder / "data"),
        "LOG_FORMAT": "json",
    }
    with output.open("wb") as log_file:
        return subprocess.Popen(
            [sys.executable, "-m", "app", "--port", str(port)],
            # A folder without an .env, and an environment without the developer's settings.
            cwd=folder,
            env=environment | dict(settings),
            stdin=subprocess.DEVNULL,
            stdout=log_file,
            stderr=subprocess.STDOUT,
            # Ctrl-C reaches the benchmark only, which then stops the server.
            start_new_session=True,
        )


def wait_until_ready(process: "subprocess.Popen[bytes]", port: int, output: Path) -> float:
    """Return when the server was ready, and complain where it ends before."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), urlopen(f"http://127.0.0.1:{port}/health/readiness", timeout=5):
            return time.time()
        time.sleep(0.02)
    raise ServerError(f"the server did not start:\n{output.read_text(errors='replace')[-2000:]}")


def wait_for(process: "subprocess.Popen[bytes]", output: Path, events: tuple[str, ...]) -> None:
    """Wait for the first of some events in the log; a version without the first has the second."""
    deadline = time.monotonic() + SETTLE_SECONDS * 3
    while process.poll() is None and time.monotonic() < deadline:
        text = output.read_text(errors="replace")
        if events[0] in text:
            return
        time.sleep(0.1)


def stages_in(output: Path) -> dict[str, float]:
    """Return the moment of each stage that the log tells."""
    names = {"starting": "starting", "embedded_postgres_started": "database", "voice_ready": "voice"}
    stages: dict[str, float] = {}
    for line in output.read_text(errors="replace").splitlines():
        with suppress(ValueError):
            event = json.loads(line)
            name = "complete" if "startup complete" in event["event"] else names.get(event["event"])
            if name:
                stages.setdefault(name, datetime.fromisoformat(event["timestamp"]).timestamp())
    return stages


def open_room(port: int) -> None:
    """Open a room that is nobody's, as a visitor of a local start may."""
    # Each start finds the rooms of those before.
    body = json.dumps({"room_id": f"room-{time.time_ns()}", "mock_interview_id": "two-minute-demo"}).encode()
    address = f"http://127.0.0.1:{port}/api/start-interview"
    with urlopen(Request(address, body, {"Content-Type": "application/json"}), timeout=30):
        pass


def memory_of(pid: int) -> Memory:
    """Return what a server takes now."""
    process = psutil.Process(pid)
    full = process.memory_full_info()
    children: dict[str, float] = {}
    for child in process.children():
        modules = (part for part in child.cmdline() if part.startswith("app.interview_session."))
        module = next(modules, "")
        if module:
            name = module.rpartition(".")[2].removesuffix("_process")
            children[name] = children.get(name, 0) + child.memory_full_info().pss / 1e6
    return Memory(full.rss / 1e6, full.pss / 1e6, children)


def _print_starts(starts: list[Start], *, with_voice: bool) -> None:
    print("with voice" if with_voice else "VOICE_ENABLED=false")
    for stage, words in STAGES.items():
        if stage == "voice" and not with_voice:
            continue
        aim = f"   aim {AIM_SECONDS[stage]:.1f}" if stage in AIM_SECONDS else ""
        print(f"  {words:<28} {statistics.median(start.seconds[stage] for start in starts):>6.2f} s{aim}")
    core = statistics.median(start.core_seconds for start in starts)
    print(f"  {'of a core until ready':<28} {core:>6.2f} s")
    _print_memory([start.memory for start in starts], f"   aim {AIM_SERVING_MB[with_voice]}")
    if with_room := [start.memory_with_room for start in starts if start.memory_with_room]:
        print("  with the first room")
        _print_memory(with_room, "")
    print()


def _print_memory(looks: list[Memory], aim: str) -> None:
    rss, pss = (statistics.median(getattr(memory, kind) for memory in looks) for kind in ("rss", "pss"))
    print(f"  {'the serving process':<28} {rss:>6.0f} MB resident, {pss:.0f} MB proportional{aim}")
    if looks[-1].children:
        total = statistics.median(sum(memory.children.values()) for memory in looks)
        parts = ", ".join(f"{name} {size:.0f}" for name, size in sorted(looks[-1].children.items()))
        print(f"  {'its children':<28} {total:>6.0f} MB ({parts})   aim {AIM_CHILDREN_MB}")


def _print_refusals(tree: Path, folder: Path) -> None:
    print("refused starts")
    _print_refusal("a wrong setting", tree, folder, free_port(), {"TRUSTED_PROXIES": "everyone"})
    with socket.create_server(("127.0.0.1", 0)) as other:
        _print_refusal("a port that is taken", tree, folder, other.getsockname()[1], {})


def _print_refusal(words: str, tree: Path, folder: Path, port: int, settings: Mapping[str, str]) -> None:
    began = time.monotonic()
    begin(tree, folder, folder / "output", port, settings).wait(60)
    print(f"  {words:<28} {time.monotonic() - began:>6.2f} s   aim {AIM_REFUSAL_SECONDS:.1f}")


if __name__ == "__main__":
    main()
