"""``deploy/systemd``: what the unit says, and what systemd says of it. Nothing is started."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from app.core.config import PROJECT_ROOT, load_settings
from tests.test_compose import make_secrets

UNIT = PROJECT_ROOT / "deploy" / "systemd" / "interview-tracker@.service"
HOME = "/opt/interview-tracker"


def said(name: str) -> list[str]:
    """Return the values of a name, in the order of the file."""
    return re.findall(rf"^{name}=(.*)$", UNIT.read_text(), re.MULTILINE)


def settings_of_the_unit() -> dict[str, str]:
    return dict(setting.split("=", 1) for setting in said("Environment"))


def test_it_starts_as_the_image_does_for_the_proxy_of_this_machine_alone() -> None:
    command = re.search(r"^CMD (\[.*?\])$", (PROJECT_ROOT / "Dockerfile").read_text(), re.MULTILINE | re.DOTALL)
    assert command
    of_the_image = json.loads(command[1].replace("\\\n", ""))
    here = {"python": f"{HOME}/.venv/bin/python", "0.0.0.0": "127.0.0.1", "8000": "%i"}

    assert said("ExecStart") == [" ".join(here.get(part, part) for part in of_the_image)]
    assert said("ExecStartPre") == [f"{HOME}/.venv/bin/alembic upgrade head"]
    assert said("WorkingDirectory") == [HOME]


def test_calls_may_end_and_keep_their_ears_and_voice_until_then() -> None:
    assert int(said("TimeoutStopSec")[0]) >= int(settings_of_the_unit()["CALL_DRAIN_SECONDS"]) + 30
    # Otherwise systemd ends the child processes together with the server.
    assert said("KillMode") == ["mixed"]


def test_what_python_compiles_has_a_place_that_its_account_may_write() -> None:
    [folder] = said("CacheDirectory")

    assert settings_of_the_unit()["PYTHONPYCACHEPREFIX"] == f"%C/{folder}"


def test_its_settings_are_ones_and_its_secrets_the_ones_that_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_secrets(tmp_path)
    monkeypatch.chdir(tmp_path)
    for name, value in settings_of_the_unit().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path))

    settings = load_settings()

    assert settings.is_production
    assert settings.call_drain_seconds == 600
    assert settings.database_url is not None
    assert settings.metrics_token is not None


def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    # What it names is there on no machine of a developer.
    text = UNIT.read_text().replace(f"{HOME}/.venv/bin/", "/usr/bin/")
    text = text.replace("/usr/bin/alembic", "/usr/bin/true").replace("/usr/bin/python ", "/usr/bin/true ")
    unit = tmp_path / UNIT.name
    unit.write_text(text)

    result = subprocess.run(
        [program, "verify", "--man=no", f"{tmp_path}/interview-tracker@8000.service"],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "PATH": "/usr/bin:/bin"},
    )

    assert not [line for line in result.stderr.splitlines() if UNIT.stem.rstrip("@") in line], result.stderr
