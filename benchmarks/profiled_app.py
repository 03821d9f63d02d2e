"""The application with a profiler that samples by CPU time: SIGUSR1 begins, SIGUSR2 ends and writes ``PROFILE_FILE``.

A handler of SIGPROF runs in the main thread, between two steps of the interpreter, each time the process has used
another two milliseconds of a core. What the interpreter was doing is what the time went into; a call into a library
counts for the function that made it.
"""

import json
import os
import signal
from collections import Counter
from pathlib import Path
from types import FrameType

from app.main import app

__all__ = ["app"]

INTERVAL_SECONDS = 0.002
LISTED = 40

_within: Counter[str] = Counter()
_at: Counter[str] = Counter()
_packages: Counter[str] = Counter()


def _begin(_signal: int, _frame: FrameType | None) -> None:
    for counter in (_within, _at, _packages):
        counter.clear()
    signal.setitimer(signal.ITIMER_PROF, INTERVAL_SECONDS, INTERVAL_SECONDS)


def _sample(_signal: int, frame: FrameType | None) -> None:
    names: list[tuple[str, str]] = []
    while frame:
        names.append(_name(frame))
        frame = frame.f_back
    if names:
        _at[names[0][1]] += 1
        _packages[next((package for package, _ in names if package), "the standard library")] += 1
        _within.update({name for _, name in names})


def _end(_signal: int, _frame: FrameType | None) -> None:
    signal.setitimer(signal.ITIMER_PROF, 0)
    samples = max(1, sum(_packages.values()))
    shares = {
        title: {name: count / samples for name, count in counter.most_common(LISTED)}
        for title, counter in (("by package", _packages), ("in it", _at), ("in it and what it calls", _within))
    }
    path = Path(os.environ["PROFILE_FILE"])
    # Whoever waits for the file finds all of it.
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(shares))
    unfinished.rename(path)


def _name(frame: FrameType) -> tuple[str, str]:
    """Return the package of a frame ("" for the standard library), and the name of its function with its file."""
    parts = Path(frame.f_code.co_filename).parts
    package = ""
    if "site-packages" in parts:
        parts = parts[parts.index("site-packages") + 1 :]
        package = parts[0]
    elif "app" in parts:
        parts = parts[parts.index("app") :]
        package = "app"
    return package, f"{'/'.join(parts[-3:])}:{frame.f_code.co_qualname}"


signal.signal(signal.SIGUSR1, _begin)
signal.signal(signal.SIGUSR2, _end)
signal.signal(signal.SIGPROF, _sample)
