"""Where the log goes, and what becomes of all else that is written to the same place.

In JSON every line is an object. But ONNX Runtime, a child process or the interpreter in its last moment write to
the descriptors 1 and 2 what they like. So the log gets a descriptor of its own, and those two become a pipe, which a
small process reads (``foreign_output.py``).
"""

import atexit
import io
import os
import select
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from app.core.foreign_output import SETTLE

SETTLE_SECONDS = 2.0
"""How long an end waits until what was written is out: with the first process of a container the reader ends, too."""

_READER = Path(__file__).with_name("foreign_output.py")


class _Log(io.TextIOWrapper):
    """The log on a descriptor of its own. A full disk, or a reader that has gone, costs lines and nothing else."""

    def write(self, text: str) -> int:
        """Write as much as there is room for."""
        with suppress(OSError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        """Hand on what can be handed on; the rest is tried again with the next line."""
        with suppress(OSError):
            super().flush()

    def close(self) -> None:
        """Give up what cannot be handed on: from Python 3.13 on the interpreter would complain of it at its end."""
        with suppress(OSError):
            super().close()


_log: _Log | None = None


def log_stream() -> TextIO:
    """Return what the log is written to."""
    return _log or sys.stdout


def open_log() -> None:
    """Give the log of this process a descriptor of its own, whatever was given to the process as standard output."""
    global _log  # noqa: PLW0603 - descriptors are the process's, too
    _open_missing_descriptors()
    _log = _Log(os.fdopen(os.dup(1), "wb"), encoding="utf-8", errors="backslashreplace")


def _open_missing_descriptors() -> None:
    """Let nothing else get the number of a standard stream that was closed: a socket would be written into."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free, which is this one.
            os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(number, True)
            setattr(sys, name, os.fdopen(number, "r" if number == 0 else "w"))


class _Reader:
    """The process that reads what others write, and the pipe that it closes when all of it is written."""

    def __init__(self, process: "subprocess.Popen[bytes]", settled: int) -> None:
        self.process = process
        self.settled = settled


_reader: _Reader | None = None


def adopt_foreign_output() -> None:
    """Have all that anybody but the log writes to standard output and standard error put into lines of the log.

    That includes child processes that are started from here on. Without descriptors or a process for it, all stays
    as it is.
    """
    global _reader  # noqa: PLW0603 - descriptors are the process's, too
    if _reader:
        return
    try:
        _reader = _start_reader()
    except OSError as error:
        sys.stderr.write(f"what others write is not read: {error}\n")


def _start_reader() -> _Reader:
    reading, writing = os.pipe()
    settled, settling = os.pipe()
    try:
        process = subprocess.Popen(  # noqa: S603 - nothing in the command comes from outside
            # Without the packages, it starts in no time and is small.
            [sys.executable, "-I", "-S", str(_READER), str(settling)],
            stdin=reading,
            stdout=subprocess.DEVNULL,
            pass_fds=[settling],
            cwd="/",
            # A signal to the group is not for it: it ends when nobody is left who could write.
            start_new_session=True,
        )
        for stream, descriptor in ((sys.stdout, 1), (sys.stderr, 2)):
            with suppress(OSError):
                stream.flush()
            os.dup2(writing, descriptor)
    finally:
        for descriptor in (reading, writing, settling):
            os.close(descriptor)
    # A pipe is no terminal, and what is printed would be kept back.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    atexit.register(_settle)
    return _Reader(process, settled)


def _settle() -> None:
    """Wait until the reader has written all that was said before the end."""
    assert _reader
    with suppress(OSError):
        # Nobody may be there to read it any more.
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(2, b"\n" + SETTLE + b"\n")
    # Its end of this pipe is closed then, or because it is gone.
    select.select([_reader.settled], [], [], SETTLE_SECONDS)
