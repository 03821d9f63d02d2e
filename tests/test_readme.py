"""The documentation holds: the README's tour runs as it is pasted, and links lead somewhere."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from app.core.config import PROJECT_ROOT
from tests.support.processes import free_port
from tests.support.waiting import until_blocking

README = PROJECT_ROOT / "README.md"
PAGES = [*sorted(PROJECT_ROOT.glob("*.md")), *sorted((PROJECT_ROOT / "docs").rglob("*.md"))]
BASE = "BASE=http://localhost:8000"
ANYTHING = "…"
END_OF_BLOCK = "--- end of block ---"

LONGEST_LINE = 150
MADE = {"interviews", "reports"}
"""Folders whose pages a program has written, with what was said in one line each."""

_HELD = re.compile(r"^\*Held by `tests/", re.MULTILINE)
_BLOCK = re.compile(
    r"^```bash\n(?P<commands>.*?)^```$(?:\n+^```json\n(?P<answer>.*?)^```$)?", re.MULTILINE | re.DOTALL
)
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


class Block(NamedTuple):
    """Commands to paste, and the shortened answer that the page promises."""

    commands: str
    answer: Any


def tour() -> list[Block]:
    """Return the blocks under the README's heading "Tour"."""
    section = README.read_text().split("\n## Tour\n", 1)[1].split("\n## ", 1)[0]
    blocks = []
    for match in _BLOCK.finditer(section):
        answer = match["answer"]
        blocks.append(Block(match["commands"], json.loads(answer) if answer else None))
    return blocks


@pytest.mark.slow
def test_the_tour_works_as_pasted() -> None:
    blocks = tour()
    assert blocks[0].commands.startswith(BASE)
    assert len(blocks) == len(re.findall(r"^```bash$", README.read_text(), re.MULTILINE)) > 10

    with served() as port:
        outputs = run_in_one_bash([block.commands.replace(BASE, f"BASE=http://localhost:{port}") for block in blocks])

    for block, output in zip(blocks, outputs, strict=True):
        assert '"error"' not in output, f"{block.commands}\n{output}"
        if block.answer is not None:
            assert says(json.loads(output), block.answer), f"{block.commands}\n{output}\nis not\n{block.answer}"
    everything = "".join(outputs)
    shown = json.dumps([block.answer for block in blocks])
    for step in ('"status": "saved"', '"status": "offer"', '"kind": "note"', '"kind": "task"', '"days"'):
        assert step in shown
    assert "\nid,title,company,description," in everything
    assert ",Northwind," in everything
    assert "BEGIN:VCALENDAR" in everything
    assert "I have built schedulers and queues for six years" in everything
    assert "SUMMARY:Technical interview: Platform Engineer at Northwind" in everything


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT_ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in _LINK.findall(_FENCE.sub("", page.read_text())):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name}: {link}"
        assert not anchor or anchor in anchors(target), f"{page.name}: {link}"


def test_every_page_is_reachable_from_the_readme() -> None:
    found, new = set[Path](), {README}
    while new:
        page = new.pop()
        found.add(page)
        folders_and_files = {
            (page.parent / link.partition("#")[0]).resolve()
            for link in _LINK.findall(page.read_text())
            if not link.startswith(("http", "#"))
        }
        pages = {inner for path in folders_and_files for inner in (path.glob("*.md") if path.is_dir() else [path])}
        new |= {path for path in pages if path.suffix == ".md"} - found
    assert set(PAGES) <= found


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent.name not in MADE])
def test_lines_can_be_read_and_compared(page: Path) -> None:
    lines = _FENCE.sub("", page.read_text()).splitlines()
    assert [line for line in lines if len(line) > LONGEST_LINE and not line.startswith("|")] == []


def test_each_section_of_the_deployment_names_tests_that_are_there() -> None:
    page = (PROJECT_ROOT / "docs" / "deployment.md").read_text()
    _, *sections = re.split(r"^##+ (?=.*\n)", page, flags=re.MULTILINE)
    for section in sections:
        name, _, text = section.partition("\n")
        assert _HELD.search(text) or name == "PostgreSQL", f"{name}: which test holds it?"
    for path in re.findall(r"`(tests/[\w/.]+)`", page):
        assert (PROJECT_ROOT / path).exists(), path


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = _HEADING.findall(_FENCE.sub("", page.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def says(actual: Any, shown: Any) -> bool:
    """Tell whether an answer is what a shortened one shows: it may have more fields, and anything for ``…``."""
    if shown == ANYTHING:
        return True
    if isinstance(shown, dict):
        return isinstance(actual, dict) and all(key in actual and says(actual[key], shown[key]) for key in shown)
    if isinstance(shown, list):
        return (
            isinstance(actual, list)
            and len(actual) == len(shown)
            and all(says(one, other) for one, other in zip(actual, shown, strict=True))
        )
    return type(actual) is type(shown) and bool(actual == shown)


def run_in_one_bash(blocks: list[str]) -> list[str]:
    """Run the blocks one after the other in one shell and return what each of them printed."""
    script = "set -euo pipefail\n" + "".join(f"{block}\nprintf '\\n%s\\n' '{END_OF_BLOCK}'\n" for block in blocks)
    with tempfile.TemporaryDirectory() as empty:
        result = subprocess.run(
            ["bash"],
            input=script,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
            cwd=empty,
            # No settings of the developer's curl, and no proxy between it and this machine.
            env={"PATH": os.environ["PATH"], "HOME": empty, "LC_ALL": "C.UTF-8"},
        )
    assert result.returncode == 0, f"{result.stdout}\n{result.stderr}"
    outputs = result.stdout.split(f"\n{END_OF_BLOCK}\n")
    assert outputs.pop() == ""
    return ["\n" + output for output in outputs]


@contextmanager
def served() -> Iterator[int]:
    """Serve the application as `make run` does, with nothing in its data folder, and give the port."""
    data_dir = Path(tempfile.mkdtemp(prefix="it-readme-", dir="/tmp"))
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "app.main:app", "--app-dir", str(PROJECT_ROOT)]
    options = ["--host", "127.0.0.1", "--port", str(port), "--no-access-log", "--no-proxy-headers"]
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(data_dir)}
    log = data_dir / "server.log"
    with log.open("wb") as log_file:
        # Started in the data folder, where no developer's .env is.
        server = subprocess.Popen(
            [*command, *options], cwd=data_dir, env=environment, stdout=log_file, stderr=subprocess.STDOUT
        )
    try:
        wait_until_ready(server, port, log)
        yield port
    finally:
        stop(server)
        shutil.rmtree(data_dir)


def wait_until_ready(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    with httpx.Client(trust_env=False) as client:

        def serves() -> bool:
            assert server.poll() is None, f"the server did not start:\n{log.read_text()}"
            with suppress(httpx.TransportError):
                return client.get(f"http://127.0.0.1:{port}/health/readiness").status_code == 200
            return False

        until_blocking(serves)


def stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(30)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait(5)
