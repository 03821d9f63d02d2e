"""JavaScript packages for tests, installed as a lockfile pins them and bundled for a page."""

import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest

from tests.support.installing import NotInstallableError, kept_folder, run_installer

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
    """Return what ``npm_packages`` does. Skips where npm cannot work."""
    try:
        return npm_packages(project)
    except NotInstallableError as reason:
        pytest.skip(str(reason))


def npm_packages(project: Path) -> Path:
    """Return a folder with the packages of a project's lockfile, kept for the next run.

    Raises:
        NotInstallableError: npm is missing, or its registry is not reached.

    """
    return kept_folder("it-npm", [(project / "package-lock.json").read_bytes()], partial(_install, project))


def _install(project: Path, folder: Path) -> None:
    for file in ("package.json", "package-lock.json"):
        shutil.copy(project / file, folder)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    run_installer(command, folder, offline=_OFFLINE, registry="npm's registry")
