"""The process that puts what others wrote past the log into lines of the log. Run as a script.

It is a process and no thread, so that it needs no turn of the interpreter whose words it reads: neither can wait for
the other, and the last words of a crash find a reader that is still there. It has nothing but the standard library.
"""

import json
import os
import select
import signal
import sys
from datetime import UTC, datetime

SETTLE = b"\0settle"
"""A line that asks for all that came before it to be written, and for the descriptor that was given to be closed."""

QUIET_SECONDS = 0.2
"""What is still to be continued is written when nothing has come for so long."""

MAX_LINE_BYTES = 8 * 1024
MAX_RECORD_LINES = 200
CHUNK_BYTES = 64 * 1024


class Records:
    """Joins lines to records: what is indented belongs to the line before it, so that a traceback stays whole."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is held back."""
        return not self._lines

    def add(self, line: str) -> str | None:
        """Take in a line; return the record that it does not belong to, if one is complete now."""
        complete = None
        if self._lines and (not self._continues(line) or len(self._lines) >= MAX_RECORD_LINES):
            complete = self.take()
        if self._lines or line.strip():
            self._lines.append(line)
        return complete

    def take(self) -> str | None:
        """Return what there is of a record, if there is any."""
        text = "\n".join(self._lines).strip("\n")
        self._lines = []
        return text or None

    def _continues(self, line: str) -> bool:
        is_error_of_traceback = self._lines[0].startswith("Traceback (") and self._lines[-1].startswith(" ")
        return is_error_of_traceback or line.startswith((" ", "\t"))


def main() -> None:
    """Read standard input to its end, and write to standard error."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Whoever writes may have more to say after these.
        signal.signal(number, signal.SIG_IGN)
    records = Records()
    rest = b""
    while True:
        if not records.is_empty and not select.select([0], [], [], QUIET_SECONDS)[0]:
            _write(records.take())
            continue
        chunk = os.read(0, CHUNK_BYTES)
        *lines, rest = (rest + chunk).split(b"\n")
        while len(rest) > MAX_LINE_BYTES:
            lines.append(rest[:MAX_LINE_BYTES])
            rest = rest[MAX_LINE_BYTES:]
        if not chunk:
            lines.append(rest)
        for line in lines:
            if line == SETTLE:
                _write(records.take())
                os.close(int(sys.argv[1]))
            else:
                for start in range(0, len(line) or 1, MAX_LINE_BYTES):
                    piece = line[start : start + MAX_LINE_BYTES].decode(errors="replace").rstrip("\r")
                    _write(records.add(piece))
        if not chunk:
            _write(records.take())
            return


def _write(text: str | None) -> None:
    if text is None:
        return
    moment = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    line = json.dumps({"event": "foreign_output", "level": "warning", "timestamp": moment, "text": text})
    left = line.encode() + b"\n"
    while left:
        try:
            left = left[os.write(2, left) :]
        except BlockingIOError:
            select.select([], [2], [])
        except OSError:
            # Nobody reads any more. Go on: who writes must not have to wait.
            return


if __name__ == "__main__":
    main()
