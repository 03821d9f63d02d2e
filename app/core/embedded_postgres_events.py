"""What those who work on the embedded server have to tell.

They work in a program of their own that must start fast (``embedded_postgres_work.py``), and structlog takes a
quarter of a second to load. So that program writes lines of JSON, and the application passes them on to its log.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

Destination = Callable[[str, str, dict[str, Any]], None]


def tell(level: str, event: str, **fields: Any) -> None:
    """Tell an event: ``level`` is ``info``, ``warning`` or ``error``."""
    _destination(level, event, fields)


def tell_to(destination: Destination) -> None:
    """Have this process' events go somewhere else than to its standard output."""
    global _destination  # noqa: PLW0603 - as logging is: one for the process
    _destination = destination


def read_line(line: str) -> tuple[str, str, dict[str, Any]] | None:
    """Return what ``tell`` wrote as a line; None if it is something else."""
    try:
        said = json.loads(line)
        return said["level"], said["event"], said["fields"]
    except (ValueError, TypeError, KeyError):
        return None


def _write_line(level: str, event: str, fields: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"level": level, "event": event, "fields": fields}) + "\n")
    sys.stdout.flush()


_destination: Destination = _write_line
