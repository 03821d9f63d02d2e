"""The tests on the other Pythons that are promised: ``python -m tests.pythons --quick 3.13``.

Each gets an environment of its own outside of the project, made by ``make`` as anybody's is. A Python that the
machine lacks is named, and passed over.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.support.processes import PROJECT_ROOT

VERSIONS = ("3.12", "3.13", "3.14")
"""Beside 3.11, on which everything is developed and ``make test`` runs."""

QUICK = (
    "tests/api/test_products.py",
    "tests/core/test_early_log.py",
    "tests/core/test_passwords.py",
    "tests/core/test_reads.py",
    "tests/interview_session/voice/test_ended_calls.py",
    "tests/interview_session/voice/test_offline_ears.py",
    "tests/server/test_logs.py",
)
"""The API, a server with its log, a call, speech that is understood: what leans on the interpreter and on
compiled packages."""

FETCH_SECONDS = 300


def main() -> int:
    """Run the tests on each; return 0 if they pass on all that are there."""
    parser = argparse.ArgumentParser(prog="python -m tests.pythons", description=__doc__)
    parser.add_argument("versions", nargs="*", default=VERSIONS, help=f"of Python (default: {' '.join(VERSIONS)})")
    parser.add_argument("--quick", action="store_true", help="run a part of the tests, as CI does")
    parser.add_argument("--fetch", action="store_true", help="have uv fetch a Python that is not installed")
    options = parser.parse_args()
    # A quick run is one process; a whole one takes all cores by itself.
    with ThreadPoolExecutor(os.cpu_count() if options.quick else 1) as threads:
        results = dict(
            zip(options.versions, threads.map(lambda version: _try(version, options), options.versions), strict=True)
        )
    for version, result in results.items():
        sys.stdout.write(f"Python {version}: {result}\n")
    return int("failed" in results.values())


def _try(version: str, options: argparse.Namespace) -> str:
    interpreter = next(_interpreters(version), None) or (options.fetch and _fetched(version))
    if not interpreter:
        return "not installed here, nothing was run"
    arguments = " ".join(("--numprocesses 0", *QUICK)) if options.quick else os.environ.get("PYTEST_ARGS", "")
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    environment = caches / "interview-tracker" / f"python{version}"
    command = ["make", "test", f"PYTHON={interpreter}", f"VENV={environment}", f"PYTEST_ARGS={arguments}"]
    # Not as a part of the `make` that may have called this.
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    if options.quick:
        done = subprocess.run(
            command,
            cwd=PROJECT_ROOT,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        sys.stdout.write(done.stdout)
    else:
        done = subprocess.run(command, cwd=PROJECT_ROOT, env=variables, text=True, check=False)
    return "failed" if done.returncode else "passed"


def _interpreters(version: str) -> Iterator[str]:
    """Yield those that run; pyenv puts commands on the path that do not."""
    name = f"python{version}"
    folders = [Path(folder) for folder in os.environ.get("PATH", os.defpath).split(os.pathsep)]
    folders += sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin"))
    for folder in folders:
        if (program := shutil.which(name, path=folder)) and _succeeds(program, "-c", "import venv"):
            yield program


def _fetched(version: str) -> str | None:
    uv = str(Path(sys.executable).with_name("uv"))
    if not _succeeds(uv, "python", "install", "--quiet", version):
        return None
    found = [uv, "python", "find", "--quiet", "--managed-python", version]
    return subprocess.run(found, capture_output=True, text=True, check=False).stdout.strip() or None


def _succeeds(*command: str) -> bool:
    try:
        return not subprocess.run(command, capture_output=True, check=False, timeout=FETCH_SECONDS).returncode
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    sys.exit(main())
