"""The child process with the sentence-embedding model, from this side: started, asked, and started again."""

import atexit
import os
import select
import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

_MODULE = "app.interview_session.conversation.meaning_process"
_READY = b"ready\n"
_LENGTH = struct.Struct(">I")
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_ROOT = Path(__file__).resolve().parents[3]

SILENCE_SECONDS = 60.0
"""A child that says nothing for so long hangs: to load the model takes a second or two, a text some milliseconds."""


class ChildFailedError(Exception):
    """The child does not come up, or does not answer; the message is one word or two."""


class MeaningChild:
    """One child, started at its first text. For one thread: each call blocks until its answer is there.

    It ends by itself where nobody has asked for ten minutes, or is killed where memory is short: then the text that
    finds it gone starts another.
    """

    def __init__(self, model: Path, answer_bytes: int) -> None:
        self._model = model
        self._answer_bytes = answer_bytes
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.close)

    def answer(self, text: str) -> bytes:
        """Return what the model says of a text.

        Raises:
            ChildFailedError: the model cannot be loaded, or a child that was just started gives no answer.

        """
        if self._process is not None:
            with suppress(ChildFailedError, OSError):
                return self._ask(text)
        self.close()
        self._start()
        try:
            return self._ask(text)
        except OSError as error:
            raise ChildFailedError(type(error).__name__) from error

    def close(self) -> None:
        """End the child, which has nothing to lose."""
        if self._process is not None:
            self._process.kill()
            with self._process:
                self._process = None

    def _start(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - nothing in the command comes from outside
            [sys.executable, "-m", _MODULE, str(self._model)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            cwd=_ROOT,
            # A Ctrl-C in the terminal is for the parent. Of its secrets the child needs none.
            start_new_session=True,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
        )
        said = b""
        while not said.endswith(b"\n"):
            said += self._read(1)
        if said != _READY:
            raise ChildFailedError(said.decode(errors="replace").strip())

    def _ask(self, text: str) -> bytes:
        assert self._process is not None
        assert self._process.stdin is not None
        content = text.encode(errors="replace")
        self._process.stdin.write(_LENGTH.pack(len(content)) + content)
        return self._read(self._answer_bytes)

    def _read(self, size: int) -> bytes:
        assert self._process is not None
        assert self._process.stdout is not None
        content = b""
        while len(content) < size:
            if not select.select([self._process.stdout], [], [], SILENCE_SECONDS)[0]:
                raise ChildFailedError("silent")
            part = self._process.stdout.read(size - len(content))
            if not part:
                raise ChildFailedError("ended")
            content += part
        return content
