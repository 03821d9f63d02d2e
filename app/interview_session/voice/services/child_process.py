"""A child process that works for the calls of this one: started, fed, and started again when it dies or hangs."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from contextlib import suppress

import structlog

from app.core.config import PROJECT_ROOT
from app.core.metrics import CHILD_ENDS
from app.interview_session.voice.services.wire import HEADER, READY, packed

log = structlog.get_logger(__name__)

START_SECONDS = 60.0
STOP_SECONDS = 3.0
LONGEST_PAUSE_SECONDS = 30.0
"""Between two tries to start a child that does not come up."""

SILENCE_SECONDS = 30.0
"""A child that owes something and says nothing for so long hangs. The longest honest work takes a few seconds on a
core of its own, and no message comes from within it."""

LOOK_SECONDS = 1.0
LONGEST_MESSAGE_BYTES = 64 * 1024 * 1024


class ChildError(Exception):
    """The child did not come up; the message is one line."""


class ChildProcess:
    """A Python module in a process of its own.

    Args:
        name: what the child is to the log: ``voice``, ``ears``.
        module: the module that is run, which speaks the protocol of ``wire``.
        arguments: its command line.
        on_message: gets the number, the operation and the content of each of its messages.
        on_restart: called when a new child has taken the place of one that died: what that one had is lost.
        is_owed: tells whether the child has work of which it is to say something.
        silence_seconds: how long a child that owes something may say nothing; then it is killed, and so replaced.

    """

    def __init__(
        self,
        name: str,
        module: str,
        arguments: list[str],
        *,
        on_message: Callable[[int, int, bytes], None],
        on_restart: Callable[[], None],
        is_owed: Callable[[], bool],
        silence_seconds: float = SILENCE_SECONDS,
    ) -> None:
        self._name = name
        self._module = module
        self._arguments = arguments
        self._on_message = on_message
        self._on_restart = on_restart
        self._is_owed = is_owed
        self._silence_seconds = silence_seconds
        self._has_spoken = False
        self._process: Process | None = None
        self._keeping: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Return the number of the process; None while there is none."""
        return self._process.pid if self._process else None

    @property
    def is_ready(self) -> bool:
        """Tell whether there is a child that takes messages."""
        return self._process is not None and self._process.returncode is None

    @property
    def backlog_bytes(self) -> int:
        """Return how much the child has not taken yet of what was sent to it."""
        if self._process is None or self._process.stdin is None:
            return 0
        size: int = self._process.stdin.transport.get_write_buffer_size()
        return size

    async def start(self) -> None:
        """Start the child and wait until it is ready; from then on it is started again whenever it dies.

        Raises:
            ChildError: it does not come up.

        """
        self._process = await self._started()
        self._keeping = asyncio.create_task(self._keep(), name=self._name)

    async def stop(self) -> None:
        """End the child."""
        if self._keeping:
            self._keeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeping
        process, self._process = self._process, None
        if process:
            await _end(process)

    def send(self, number: int, operation: int, content: bytes = b"") -> bool:
        """Send a message; False if there is no child to take it, and ``on_restart`` will be called."""
        if not self.is_ready:
            return False
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(packed(number, operation, content))
        return True

    async def _started(self) -> Process:
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self._module,
                *self._arguments,
                stdin=PIPE,
                stdout=PIPE,
                # A Ctrl-C in the terminal is for the parent, which ends its children in order.
                start_new_session=True,
                env=module_environment(),
            )
        except OSError as error:
            # Such as no memory for it.
            raise ChildError(f"the process of the {self._name} could not be started: {error.strerror}") from error
        try:
            async with asyncio.timeout(START_SECONDS):
                message = await _next_message(process)
        except TimeoutError:
            message = None
        except asyncio.CancelledError:
            await _end(process)
            raise
        if message is None or message[1] != READY:
            await _end(process)
            raise ChildError(f"the process of the {self._name} did not come up (exit status {process.returncode})")
        return process

    async def _keep(self) -> None:
        """Read what the child says; when it dies, start another."""
        while True:
            assert self._process is not None
            watching = asyncio.create_task(self._watch(self._process), name=f"{self._name}_watch")
            try:
                await self._read(self._process)
            finally:
                watching.cancel()
            await _end(self._process)
            CHILD_ENDS.inc()
            log.warning("child_died", child=self._name, exit_status=self._process.returncode)
            self._process = await self._started_at_last()
            try:
                self._on_restart()
            except Exception:
                # Whoever is in trouble now, the others need the next child as well.
                log.exception("child_restart_failed", child=self._name)

    async def _read(self, process: Process) -> None:
        while message := await _next_message(process):
            self._has_spoken = True
            try:
                self._on_message(*message)
            except Exception:
                # One call's trouble is not the others'.
                log.exception("child_message_failed", child=self._name)

    async def _watch(self, process: Process) -> None:
        """Kill the child once it hangs."""
        silent_seconds = 0.0
        while silent_seconds < self._silence_seconds:
            await asyncio.sleep(LOOK_SECONDS)
            if self._has_spoken:
                self._has_spoken, silent_seconds = False, 0.0
            elif self._is_owed():
                # Looks count, and not the clock: while this process stood still, it heard nobody. They add up over
                # moments at which nothing is owed: whoever waits in vain gives up, and tries again.
                silent_seconds += LOOK_SECONDS
        log.warning("child_hangs", child=self._name, silent_seconds=silent_seconds)
        with suppress(ProcessLookupError):
            process.kill()

    async def _started_at_last(self) -> Process:
        pause = 0.5
        while True:
            try:
                process = await self._started()
            except ChildError as error:
                # There may be no memory for it just now.
                log.warning("child_not_started", child=self._name, error=str(error), retry_seconds=pause)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            else:
                log.info("child_restarted", child=self._name)
                return process


def module_environment() -> dict[str, str]:
    """Return the environment in which a child finds the application's modules, wherever this process was started."""
    paths = [str(PROJECT_ROOT), os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}


async def _next_message(process: Process) -> tuple[int, int, bytes] | None:
    """Return the child's next message; None if it says no more."""
    assert process.stdout is not None
    try:
        number, operation, length = HEADER.unpack(await process.stdout.readexactly(HEADER.size))
        if length > LONGEST_MESSAGE_BYTES:
            return None
        return number, operation, await process.stdout.readexactly(length) if length else b""
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


async def _end(process: Process) -> None:
    """Let a child end by itself, as it does when its input ends, or else end it."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
