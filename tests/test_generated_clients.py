"""Clients are generated from the OpenAPI document, and what generates them finds nothing to warn of."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.main import app
from tests.support.npm import installed

PROJECT = Path(__file__).parent / "support" / "generated_clients"
SECONDS = 100

USE = """
import type { components, paths } from "./api";
type Position = components["schemas"]["PositionResponse"];
type Created = paths["/api/v1/positions"]["post"]["responses"][201]["content"]["application/json"];
export const same = (position: Created): Position => position;
export const code: components["schemas"]["ErrorCode"] = "RATE_LIMIT_ERROR";
export const deadline = (event: components["schemas"]["RoomEvents"]["phase_started"]): string => event.phase_deadline;
"""


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(app.openapi()))
    return path


def ran(command: list[str], folder: Path) -> str:
    """Run a program that is to say nothing of warnings, and return what it said."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=SECONDS, check=False
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "warn" not in said.lower()
    return said


@pytest.mark.slow
def test_a_client_in_python(document: Path, tmp_path: Path) -> None:
    generator = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning", "--meta", "none"]
    config = ["--config", str(PROJECT / "openapi-python-client.yml")]

    ran([*generator, *config, "--path", str(document), "--output-path", "tracker"], tmp_path)

    made = "from tracker.api.positions import create_position; from tracker.models import ErrorCode, RoomEvents"
    # Its code is left as it was made, which Python has something to say of.
    ran(
        [
            sys.executable,
            "-W",
            "ignore",
            "-c",
            f"{made}; assert ErrorCode.RATE_LIMIT_ERROR; assert create_position.sync",
        ],
        tmp_path,
    )


@pytest.mark.slow
def test_types_in_typescript(document: Path, tmp_path: Path) -> None:
    programs = installed(PROJECT) / "node_modules" / ".bin"
    (tmp_path / "use.ts").write_text(USE)

    ran([str(programs / "openapi-typescript"), str(document), "--output", "api.ts"], tmp_path)

    ran([str(programs / "tsc"), "--noEmit", "--strict", "--skipLibCheck", "use.ts"], tmp_path)
