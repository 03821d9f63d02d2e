"""Folders of installed packages: each is made once, and kept for the next run."""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

INSTALL_SECONDS = 240


class NotInstallableError(Exception):
    """The packages cannot be installed on this machine; the message says why."""


def kept_folder(name: str, lockfiles: Sequence[bytes], fill: Callable[[Path], None]) -> Path:
    """Return the folder of such packages, by what pins them; where there is none, ``fill`` fills a new one.

    It is filled under another name, and so must not depend on its name.
    """
    digest = hashlib.sha256(b"\0".join(lockfiles)).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"{name}-{digest}"
    if folder.exists():
        return folder
    with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=folder.parent) as unfinished:
        fill(Path(unfinished))
        # Whoever is first: another process may have installed the same meanwhile.
        if not folder.exists():
            Path(unfinished).rename(folder)
            Path(unfinished).mkdir()
    return folder


def run_installer(command: Sequence[str], folder: Path, *, offline: Sequence[str], registry: str) -> None:
    """Run what installs packages into a folder; ``offline`` are the words by which it says that nothing answers.

    Raises:
        NotInstallableError: the program is missing, or the registry is not reached.

    """
    if shutil.which(command[0]) is None:
        raise NotInstallableError(f"{Path(command[0]).name}, which installs it, is not installed")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS)
    if done.returncode and any(words in done.stderr for words in offline):
        raise NotInstallableError(f"nothing can be downloaded: {registry} is not reached")
    assert done.returncode == 0, done.stderr
