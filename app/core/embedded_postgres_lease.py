"""The lock under which one process at a time starts, revives or stops the embedded server, and its lease.

The kernel gives the lock back when its holder ends, but not when its holder is frozen. So the holder writes a sign
of life into the locked file twice per second. A process that waits, and sees the same sign for ``LEASE_SECONDS``,
kills the holder: SIGKILL ends a frozen process too. That makes it safe to go on. A holder that was only declared dead
could wake up in the middle of its work, and remove the files of the server that its successor has started by then; a
killed one never wakes up. Only short-lived programs take this lock, never a server of the application, so the kill
costs nobody more than a moment.
"""

import fcntl
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from app.core.embedded_postgres_events import tell

LEASE_SECONDS = 5.0
"""How long a holder may show no sign of life before it is killed."""

LOCK_SECONDS = 60.0
"""How long to wait for a holder that is alive."""

_BEAT_SECONDS = 0.5
_POLL_SECONDS = 0.02
_MAX_SIGN_BYTES = 200


class LockHeldError(Exception):
    """Another process has held the lock for too long, and is alive."""


@contextmanager
def leased(path: Path) -> Iterator[None]:
    """Hold the lock of a file for a block, whether or not its last holder has come to a standstill.

    Raises:
        LockHeldError: it was not to be had in ``LOCK_SECONDS``.

    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _wait_for_lock(descriptor)
        ended = threading.Event()
        # Written once before anything else is done: until then nobody could tell who holds the lock.
        _write_sign(descriptor, 0)
        beat = threading.Thread(target=_beat, args=(descriptor, ended), name="embedded-postgres-lease", daemon=True)
        beat.start()
        try:
            yield
        finally:
            ended.set()
            beat.join()
    finally:
        os.close(descriptor)


def try_lock(descriptor: int, kind: int) -> bool:
    """Lock an open file, ``fcntl.LOCK_SH`` or ``LOCK_EX``, if that needs no waiting; tell whether it did."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for_lock(descriptor: int) -> None:
    began = seen_at = time.monotonic()
    seen = b""
    while not try_lock(descriptor, fcntl.LOCK_EX):
        now = time.monotonic()
        sign = os.pread(descriptor, _MAX_SIGN_BYTES, 0)
        if sign != seen:
            seen, seen_at = sign, now
        elif now - seen_at > LEASE_SECONDS:
            _kill_holder(sign)
            seen_at = now
        if now - began > LOCK_SECONDS:
            raise LockHeldError(f"another process has been working on it for {LOCK_SECONDS:.0f} s")
        time.sleep(_POLL_SECONDS)


def _beat(descriptor: int, ended: threading.Event) -> None:
    number = 0
    while not ended.wait(_BEAT_SECONDS):
        number += 1
        _write_sign(descriptor, number)


def _write_sign(descriptor: int, number: int) -> None:
    holder = psutil.Process()
    sign = json.dumps({"pid": holder.pid, "created": holder.create_time(), "beat": number})
    # Of one length, so that a new sign covers the whole of an old one.
    os.pwrite(descriptor, sign.ljust(_MAX_SIGN_BYTES).encode(), 0)


def _kill_holder(sign: bytes) -> None:
    """Kill who wrote a sign of life, if it still is the process that it was."""
    with suppress(ValueError, TypeError, KeyError, psutil.Error):
        said = json.loads(sign)
        holder = psutil.Process(said["pid"])
        if holder.create_time() == said["created"]:
            tell("warning", "embedded_postgres_lease_ended", holder=holder.pid, silent_seconds=LEASE_SECONDS)
            holder.kill()
