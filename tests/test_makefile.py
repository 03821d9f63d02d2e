"""The Makefile: that what it is given reaches the program as it is."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.config import PROJECT_ROOT

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")

ODD_NAMES = ["with space", "a$b $(c) ${d}", "quo\"te and 'quote'", "`id`;#x", "-dash", "two\nlines", "ünïcode"]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a ``python`` that says what it was started with."""
    folder = tmp_path_factory.mktemp("programs")
    program = folder / "python"
    program.write_text(
        f"#!{sys.executable}\nimport json, os, sys\nprint(json.dumps([sys.argv[1:], os.environ.get('DATA_DIR')]))\n"
    )
    program.chmod(0o755)
    return folder


def started(programs: Path, *arguments: str, **environment: str) -> tuple[list[str], str | None]:
    """Return the arguments of the program that ``make`` starts, and the ``DATA_DIR`` that it is given."""
    result = subprocess.run(
        # Without the look at what is installed, which is not what is tested.
        ["make", "--assume-old=.venv/.installed", f"BIN={programs}", *arguments],
        cwd=PROJECT_ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )
    given, data_dir = json.loads(result.stdout)
    return given, data_dir


@pytest.mark.parametrize("name", ODD_NAMES)
def test_any_name_reaches_the_program_as_it_is(programs: Path, name: str) -> None:
    tools = ["-m", "app.tools"]

    assert started(programs, "backup", f"BACKUP={name}", f"DATA_DIR={name}") == ([*tools, "backup", "--", name], name)
    assert started(programs, "restore", BACKUP=name, DATA_DIR=name) == ([*tools, "restore", "--", name], name)
    upgrading = started(programs, "upgrade-postgres", f"OLD_BIN={name}")
    assert upgrading == ([*tools, "upgrade-postgres", "--", name], "")
    assert started(programs, "run", f"DATA_DIR={name}")[1] == name


def test_without_names_the_application_chooses(programs: Path) -> None:
    # An empty value counts as not set: DATA_DIR may stand in .env.
    assert started(programs, "backup") == (["-m", "app.tools", "backup", "--"], "")
    assert started(programs, "upgrade-postgres") == (["-m", "app.tools", "upgrade-postgres", "--"], "")
