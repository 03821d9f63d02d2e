"""The console's main paths in Firefox, and in WebKit, which is Safari's engine. The other tests have Chromium."""

import asyncio
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.support.npm import installed
from tests.support.processes import AppServer

pytestmark = pytest.mark.slow

SCRIPTS = Path(__file__).parent
MOST_SECONDS = 180
PATHS = ["getAccount", "signIn", "add", "move", "importSheet", "practise", "readReport", "lookAround"]


@dataclass
class Engine:
    """A browser of the system, and what Debian's package of it is called."""

    name: str
    package: str
    find: Callable[[], str | None]
    helpers: tuple[str, ...] = ()


def _mini_browser() -> str | None:
    """Return WebKitGTK's own small browser, which lies beside its library."""
    return next(map(str, sorted(Path("/usr").glob("lib*/**/webkit2gtk-4.*/MiniBrowser"))), None)


ENGINES = (
    Engine("firefox", "firefox-esr", lambda: shutil.which("firefox-esr") or shutil.which("firefox")),
    Engine("webkit", "webkit2gtk-driver", _mini_browser, helpers=("WebKitWebDriver", "Xvfb")),
)


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
async def test_the_main_paths(engine: Engine, server: AppServer, tmp_path: Path) -> None:
    browser = engine.find()
    if browser is None or not all(map(shutil.which, engine.helpers)):
        pytest.skip(f"{' and '.join((engine.package, *engine.helpers))} must be installed for this")
    for script in SCRIPTS.glob("*.js"):
        shutil.copy(script, tmp_path)
    shutil.copy(SCRIPTS / "package.json", tmp_path)
    (tmp_path / "node_modules").symlink_to(installed(SCRIPTS) / "node_modules")

    status, output = await _run("node", "main_paths.js", engine.name, browser, server.url, folder=tmp_path)

    assert status == 0, output
    assert output.split() == PATHS


async def _run(*command: str, folder: Path) -> tuple[int | None, str]:
    """Return the exit status of a script and all that it printed; nothing that it has started outlives it."""
    running = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        # What a browser keeps goes with the test. WebKit asks for a language by the system's locale.
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "en_GB.UTF-8"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(running.communicate(), MOST_SECONDS)
        return running.returncode, output.decode()
    finally:
        if running.returncode is None:
            started = psutil.Process(running.pid).children(recursive=True)
            for process in started:
                process.kill()
            running.kill()
            await running.wait()
