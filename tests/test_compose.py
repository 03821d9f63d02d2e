"""``deploy/compose.yaml``: that its parts fit together. No engine runs here."""

import json
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.core.config import PROJECT_ROOT, load_settings
from app.core.version import VERSION

FOLDER = PROJECT_ROOT / "deploy"
TEXT = (FOLDER / "compose.yaml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, Any] = COMPOSE["services"]
HOST = "tracker.example.com"


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "secrets"
    make_secrets(folder)
    return folder


def make_secrets(folder: Path) -> str:
    result = run_make_secrets(folder)
    assert result.returncode == 0, result.stderr
    return result.stdout


def run_make_secrets(folder: Path, path: str = os.defpath) -> subprocess.CompletedProcess[str]:
    command = ["/bin/sh", str(FOLDER / "make-secrets.sh"), str(folder)]
    return subprocess.run(command, env={"PATH": path}, capture_output=True, text=True, check=False, timeout=30)


def interpolated(value: str) -> str:
    """Fill in what the caller's environment must say, and the defaults of the rest."""
    value = re.sub(r"\$\{TURN_HOST(:\?[^}]*)?\}", HOST, value)
    return re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", value)


def test_images_are_named_by_version() -> None:
    for service in SERVICES.values():
        assert service["image"].rpartition(":")[2][0].isdigit(), service["image"]
    assert SERVICES["app"]["image"] == SERVICES["migrate"]["image"] == f"interview-tracker:{VERSION}"


def test_each_secret_is_a_file_that_is_made_and_is_nowhere_else(secrets: Path) -> None:
    named = {name: Path(entry["file"]).name for name, entry in COMPOSE["secrets"].items()}

    assert named.keys() == {path.name for path in secrets.iterdir()} == set(named.values())
    for service in SERVICES.values():
        assert set(service.get("secrets", [])) <= named.keys()
    assert "PASSWORD:" not in TEXT
    assert "${POSTGRES" not in TEXT
    assert "${JWT" not in TEXT


def test_secrets_are_made_once_for_their_owner_alone_and_are_not_shown(secrets: Path) -> None:
    before = {path.name: path.read_text() for path in secrets.iterdir()}

    shown = make_secrets(secrets)

    assert shown == ""
    assert {path.name: path.read_text() for path in secrets.iterdir()} == before
    assert len(set(before.values())) == len(before)
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    # The address of another database is put into its file.
    assert {stat.S_IMODE(path.stat().st_mode) for path in secrets.iterdir()} == {0o644}


def test_secrets_are_not_put_into_a_folder_that_others_may_enter(tmp_path: Path) -> None:
    tmp_path.chmod(0o710)

    result = run_make_secrets(tmp_path)

    assert result.returncode == 1
    assert "is open to others" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_secret_is_whole_or_not_there(tmp_path: Path) -> None:
    folder, programs = tmp_path / "secrets", tmp_path / "programs"
    programs.mkdir()
    for name in ("cat", "chmod", "dirname", "find", "head", "mkdir", "mv", "rm", "tr"):
        found = shutil.which(name, path=os.defpath)
        assert found
        (programs / name).symlink_to(found)

    # Without od, which writes random bytes as text
    result = run_make_secrets(folder, str(programs))

    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == f"{folder}/postgres_password cannot be made"
    assert list(folder.iterdir()) == []
    # As an older version of the script would have left it.
    (folder / "jwt_secret_key").touch(0o444)
    make_secrets(folder)
    assert len((folder / "jwt_secret_key").read_text()) == 64


def test_the_application_starts_with_what_it_is_given(
    secrets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SECRETS_DIR", str(secrets))
    for name, value in SERVICES["app"]["environment"].items():
        monkeypatch.setenv(name, interpolated(str(value)))

    settings = load_settings()

    assert settings.is_production
    assert settings.turn_servers[0] == f"turn:{HOST}:3478?transport=udp"
    assert settings.turn_shared_secret is not None
    assert settings.turn_shared_secret.get_secret_value() == (secrets / "turn_shared_secret").read_text()
    assert settings.database_url is not None
    port = SERVICES["postgres"]["ports"][0].split(":")[1]
    assert f"@127.0.0.1:{port}/{SERVICES['postgres']['environment']['POSTGRES_DB']}" in (
        settings.database_url.get_secret_value()
    )
    # Docker would kill it before its calls have ended.
    grace_seconds = int(SERVICES["app"]["stop_grace_period"].removesuffix("s"))
    assert grace_seconds >= settings.call_drain_seconds + 30


def test_it_starts_as_the_image_does_for_the_proxy_of_this_machine_alone() -> None:
    command = re.search(r"^CMD (\[.*?\])$", (PROJECT_ROOT / "Dockerfile").read_text(), re.MULTILINE | re.DOTALL)
    assert command
    of_the_image = json.loads(command[1].replace("\\\n", ""))

    assert SERVICES["app"]["command"] == [part.replace("0.0.0.0", "127.0.0.1") for part in of_the_image]


def test_media_reach_what_carries_them_and_nothing_else_is_open() -> None:
    for name in ("app", "coturn"):
        assert SERVICES[name]["network_mode"] == "host"
    for service in SERVICES.values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_the_schema_is_there_before_the_application_begins() -> None:
    conditions = {name: entry["condition"] for name, entry in SERVICES["app"]["depends_on"].items()}

    assert conditions["postgres"] == "service_healthy"
    assert conditions["migrate"] == "service_completed_successfully"
    assert SERVICES["migrate"]["command"] == ["alembic", "upgrade", "head"]


def test_files_that_are_mounted_are_there() -> None:
    (volume,) = SERVICES["coturn"]["volumes"]
    folder = FOLDER / volume.split(":")[0]

    assert (folder / "turnserver.conf").is_file()
    assert (folder / Path(SERVICES["coturn"]["entrypoint"][1]).name).is_file()


def test_compose_itself_takes_it(secrets: Path) -> None:
    command = ["docker", "compose", "--file", str(FOLDER / "compose.yaml"), "config", "--quiet"]
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(secrets), "TURN_HOST": HOST}
    try:
        subprocess.run(["docker", "compose", "version"], check=True, capture_output=True, timeout=30, env=environment)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("docker compose is not installed")
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)

    assert result.returncode == 0, result.stderr
