"""What this process and its children with models take of the machine's memory, for the log."""

import re

import psutil

_MODULE = re.compile(r"app\.interview_session\.[\w.]+\.(\w+)_process")


def memory_taken() -> dict[str, int]:
    """Return megabytes by what takes them: ``serving_mb`` is this process, ``ear_mb`` all processes of the ears."""
    own = psutil.Process()
    taken = {"serving_mb": _megabytes(own)}
    for child in own.children():
        try:
            module = next(filter(None, map(_MODULE.fullmatch, child.cmdline())), None)
            if module:
                name = f"{module[1]}_mb"
                taken[name] = taken.get(name, 0) + _megabytes(child)
        except psutil.Error:
            # It has just ended.
            continue
    return taken


def _megabytes(process: psutil.Process) -> int:
    """Return its share of memory, in which what several processes have in common is divided among them.

    Not every system tells that; then all that is resident counts.
    """
    try:
        size = getattr(process.memory_full_info(), "pss", 0)
    except psutil.AccessDenied:
        size = 0
    return round((size or process.memory_info().rss) / 1_000_000)
