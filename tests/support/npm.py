"""JavaScript packages for tests, installed as a lockfile pins them and bundled for a page."""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

INSTALL_SECONDS = 240
BUNDLE_SECONDS = 60
_OFFLINE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH")


def bundled(project: Path, entry: str) -> str:
    """Return a module of a project, with everything that it imports, as one script. Skips where npm cannot work."""
    script = installed(project) / "bundle.js"
    esbuild = script.parent / "node_modules" / ".bin" / "esbuild"
    shutil.copy(project / entry, script.parent / entry)
    command = [str(esbuild), entry, "--bundle", "--format=iife", f"--outfile={script}", "--log-level=warning"]
    subprocess.run(command, cwd=script.parent, check=True, timeout=BUNDLE_SECONDS)
    return script.read_text()


def installed(project: Path) -> Path:
    """Return a folder with the packages of a project's lockfile, kept for the next run."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm, which installs what this test runs, is not installed")
    lockfile = (project / "package-lock.json").read_bytes()
    folder = Path(tempfile.gettempdir()) / f"it-npm-{hashlib.sha256(lockfile).hexdigest()[:16]}"
    if folder.exists():
        return folder
    with tempfile.TemporaryDirectory(prefix="it-npm-", dir=folder.parent) as name:
        for file in ("package.json", "package-lock.json"):
            shutil.copy(project / file, name)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=name, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS)
        if done.returncode and any(code in done.stderr for code in _OFFLINE):
            pytest.skip("nothing can be downloaded: npm's registry is not reached")
        assert done.returncode == 0, done.stderr
        # Whoever is first: another process may have installed the same meanwhile.
        if not folder.exists():
            Path(name).rename(folder)
            Path(name).mkdir()
    return folder
