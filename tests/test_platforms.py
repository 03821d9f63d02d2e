"""The pinned requirements can be installed, from wheels alone, on every platform and every Python that is promised.

Nothing is installed and nothing runs: uv looks for a wheel of each requirement whose hash is pinned. It asks the
package index, and so the test is skipped where none answers.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from app.core.config import PROJECT_ROOT

UV = Path(sys.executable).with_name("uv")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = ("x86_64-manylinux_2_28", "aarch64-manylinux_2_28", "aarch64-apple-darwin", "x86_64-apple-darwin")
# What has no wheel there.
WITHOUT_VOICE = {"x86_64-apple-darwin"}
OLDEST_MACOS = "14.0"
INDEX_SECONDS = 60

Look = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Look:
    """Return a function that looks for wheels; what the index says is asked for once."""
    target = tmp_path_factory.mktemp("target")

    def look(requirements: str, platform: str, python: str, *options: str) -> subprocess.CompletedProcess[str]:
        command = [str(UV), "pip", "install", "--dry-run", "--target", str(target), "--no-deps", "--require-hashes"]
        chosen = ["--python-platform", platform, "--python-version", python, "--only-binary", ":all:"]
        return subprocess.run(
            [*command, *chosen, "--excludes", "requirements-unneeded.txt", "-r", requirements, *options],
            cwd=PROJECT_ROOT,
            env=os.environ | {"MACOSX_DEPLOYMENT_TARGET": OLDEST_MACOS},
            capture_output=True,
            text=True,
            check=False,
            timeout=INDEX_SECONDS,
        )

    return look


@pytest.mark.skipif(not UV.exists(), reason="uv is not installed beside this Python")
def test_every_requirement_has_a_wheel_for_every_platform_and_python(look: Look) -> None:
    first = look("requirements-dev.txt", PLATFORMS[0], PYTHONS[0])
    if "error sending request" in first.stderr or "Failed to fetch" in first.stderr:
        pytest.skip("no package index answers")
    assert first.returncode == 0, first.stderr

    for platform, python in product(PLATFORMS, PYTHONS):
        # The index was asked a moment ago, and knows nothing new.
        result = look("requirements.txt", platform, python, "--offline")

        assert result.returncode == 0, f"{platform}, {python}: {result.stderr}"
        assert ("onnxruntime" in result.stderr) == (platform not in WITHOUT_VOICE)
