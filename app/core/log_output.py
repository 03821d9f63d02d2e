"""Where the log goes, and what becomes of all else that is written to the same place.

In JSON every line is an object. But ONNX Runtime, a child process or the interpreter in its last moment write to
the descriptors 1 and 2 what they like. So the log gets a descriptor of its own, and those two become a pipe, which a
small process reads (``foreign_output.py``).
"""

import atexit
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


class _Output:
    """What a process that has adopted foreign output keeps of it."""

    def __init__(self, log: TextIO, reader: "subprocess.Popen[bytes]", settled: int) -> None:
        self.log = log
        self.reader = reader
        self.settled = settled


_output: _Output | None = None


def log_stream() -> TextIO:
    """Return what the log is written to."""
    return _output.log if _output else sys.stdout


def adopt_foreign_output() -> None:
    """Have all that anybody but the log writes to standard output and standard error put into lines of the log.

    That includes child processes that are started from here on. Without descriptors or a process for it, all stays
    as it is.
    """
    global _output  # noqa: PLW0603 - descriptors are the process's, too
    if _output:
        return
    try:
        _output = _adopted()
    except OSError as error:
        sys.stderr.write(f"what others write is not read: {error}\n")


def _adopted() -> _Output:
    log = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="backslashreplace")
    reading, writing = os.pipe()
    settled, settling = os.pipe()
    try:
        reader = subprocess.Popen(  # noqa: S603 - nothing in the command comes from outside
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
            stream.flush()
            os.dup2(writing, descriptor)
    finally:
        for descriptor in (reading, writing, settling):
            os.close(descriptor)
    # A pipe is no terminal, and what is printed would be kept back.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    atexit.register(_settle)
    return _Output(log, reader, settled)


def _settle() -> None:
    """Wait until the reader has written all that was said before the end."""
    assert _output
    with suppress(OSError):
        # Nobody may be there to read it any more.
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(2, b"\n" + SETTLE + b"\n")
    # Its end of this pipe is closed then, or because it is gone.
    select.select([_output.settled], [], [], SETTLE_SECONDS)
