"""Servers forked from a process that has loaded the application's modules, which takes most of a start.

Forked is all but ``app.main`` itself: it reads the settings when it is loaded, and so each server loads it anew.
"""

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from subprocess import TimeoutExpired

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["tests.support.forked_server_modules"])


class ForkedServer:
    """A forked uvicorn; what ``subprocess.Popen`` offers of it."""

    def __init__(self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], output: Path) -> None:
        output.touch()
        self._process: BaseProcess = _FORKING.Process(
            target=_serve, args=(list(arguments), str(folder), dict(environment), str(output))
        )
        self._process.start()
        assert self._process.pid
        self.pid: int = self._process.pid

    def poll(self) -> int | None:
        """Return the exit status if it has ended: a negative one is that of a signal."""
        return self._process.exitcode

    def wait(self, timeout_seconds: float | None = None) -> int:
        """Wait until it has ended and return the exit status."""
        self._process.join(timeout_seconds)
        if self._process.exitcode is None:
            raise TimeoutExpired("uvicorn", timeout_seconds or 0)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send a signal unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        if self.poll() is None:
            self._process.kill()


def _serve(arguments: list[str], folder: str, environment: dict[str, str], output: str) -> None:
    descriptor = os.open(output, os.O_WRONLY | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    assert "app.main" not in sys.modules

    import uvicorn

    uvicorn.main(arguments)
