"""Where tests keep what they need for a moment, databases above all."""

import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
PLENTY_BYTES = 8 * 1024**3


def make_scratch_folder() -> Path:
    """Make an empty folder with a short path, as a unix socket needs it.

    It lies in memory where there is plenty: each new cluster waits seconds for a disk, and to be deleted as long.
    """
    has_plenty = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= PLENTY_BYTES
    parent = MEMORY if has_plenty else Path("/tmp")
    return Path(tempfile.mkdtemp(prefix="it-", dir=parent)).resolve()
