"""The version is the same wherever it stands, and the changelog is in order."""

import re
import tomllib

from app.core.config import PROJECT_ROOT
from app.core.version import VERSION

_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_RELEASED = re.compile(r"(\d+\.\d+\.\d+) - \d{4}-\d{2}-\d{2}")


def test_the_version_is_that_of_the_package_and_of_the_newest_release() -> None:
    package = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text())["project"]
    assert package["version"] == VERSION

    unreleased, *released = _HEADING.findall((PROJECT_ROOT / "CHANGELOG.md").read_text())
    assert unreleased == "Unreleased"
    versions = [match[1] for heading in released if (match := _RELEASED.fullmatch(heading))]
    assert len(versions) == len(released), "a heading is not of the form: 1.2.3 - 2026-01-31"
    assert versions == sorted(versions, key=lambda version: [int(part) for part in version.split(".")], reverse=True)
    assert not versions or versions[0] == VERSION
