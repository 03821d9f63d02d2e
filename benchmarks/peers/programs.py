"""How a peer is installed and run."""

import shutil
import sys
from functools import cache
from pathlib import Path

from tests.support.installing import NotInstallableError, kept_folder, run_installer
from tests.support.npm import npm_packages

FOLDER = Path(__file__).resolve().parent
REQUIREMENTS = FOLDER / "requirements.txt"
FASTIFY = FOLDER / "fastify_peer"
APPLICATIONS = {
    "litestar": "benchmarks.peers.litestar_peer.application:app",
    "django": "benchmarks.peers.django_peer.asgi:application",
}
PEERS = ("fastify", *APPLICATIONS)
_OFFLINE = ("error sending request", "Failed to fetch", "Could not connect")


@cache
def peer_command(name: str) -> tuple[str, ...]:
    """Return what runs a peer once a port is added, ``--port=8000``; what it needs is installed the first time.

    Raises:
        NotInstallableError: it cannot be installed here.

    """
    if name == "fastify":
        return _node_command()
    python = kept_folder("it-peers", [REQUIREMENTS.read_bytes(), sys.version.encode()], _install) / "bin" / "python"
    return uvicorn_command(str(python), APPLICATIONS[name])


def uvicorn_command(python: str, application: str) -> tuple[str, ...]:
    """Return what serves an application by uvicorn as in production."""
    options = ("--no-access-log", "--loop=uvloop", "--http=httptools", "--log-level=warning")
    return python, "-m", "uvicorn", application, *options, "--timeout-graceful-shutdown=2"


def _node_command() -> tuple[str, ...]:
    node = shutil.which("node")
    if node is None:
        raise NotInstallableError("node, which runs it, is not installed")
    folder = npm_packages(FASTIFY)
    # Node looks for packages beside the file.
    return node, str(shutil.copy(FASTIFY / "server.js", folder))


def _install(environment: Path) -> None:
    uv = str(Path(sys.executable).with_name("uv"))
    python = str(environment / "bin" / "python")
    # Files are copied, because uv's cache may be on another file system.
    install = [uv, "pip", "install", "--quiet", "--link-mode=copy", "--require-hashes", "--python", python]
    for command in (
        [uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(environment)],
        [*install, "--requirements", str(REQUIREMENTS)],
    ):
        run_installer(command, environment, offline=_OFFLINE, registry="the index of Python packages")
