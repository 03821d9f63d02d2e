"""The files of the keyless ears' and voice's models: where they are, whether they are whole, how they come here.

The voice's are in its package. The ears' come in a package whose other parts, 65 MB of libraries for one platform,
are not needed: ``install_ears`` takes three files out of it, which are the same for every platform.

The installation runs this file by itself, so it needs nothing but Python with pip:
``python -m app.interview_session.voice.services.model_files [FOLDER]``.
"""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

MOONSHINE_FOLDER = Path(sys.prefix) / "share" / "interview-tracker" / "moonshine-tiny-en"

# SHA-256 of each file: moonshine-voice 0.1.0 and hibari-tts 0.2.1.
MOONSHINE_FILES = {
    "encoder_model.ort": "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
    "decoder_model_merged.ort": "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
    "tokenizer.bin": "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
}
HIBARI_FILES = {
    "hibari.onnx": "5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8",
    "oov.onnx": "d3cfd8122c5f172a98c8de38268bf1213ee09f2c2ae4df6e055fc6532590fe76",
}

_PLATFORM = "manylinux_2_34_x86_64"
_FOLDER_IN_WHEEL = "moonshine_voice/assets/tiny-en"
_REQUIREMENTS = Path(__file__).resolve().parents[4] / "requirements-weights.txt"
_EARS_REMEDY = f"run {sys.executable} -m app.interview_session.voice.services.model_files"
_VOICE_REMEDY = "install hibari-tts again, or all of the requirements: make clean, then make run"


class ModelFileError(Exception):
    """A file is missing or is not the one that belongs here; the message is one line that names it."""


def check_ears(folder: Path = MOONSHINE_FOLDER) -> None:
    """Read every file of the ears' model, 44 MB, and compare it with its hash.

    Raises:
        ModelFileError: one is missing or changed; the line also says what to do.

    """
    try:
        check_files(folder, MOONSHINE_FILES)
    except ModelFileError as error:
        raise ModelFileError(f"{error}: {_EARS_REMEDY}") from error


def check_voice(folder: Path | None = None) -> None:
    """Do the same with the voice's files, 11 MB, by default those in the installed package.

    Raises:
        ModelFileError: one is missing or changed, or the package is; the line also says what to do.

    """
    try:
        check_files(folder or _hibari_folder(), HIBARI_FILES)
    except ModelFileError as error:
        raise ModelFileError(f"{error}: {_VOICE_REMEDY}") from error


def check_files(folder: Path, files: Mapping[str, str]) -> None:
    """Raise ``ModelFileError`` unless the folder holds files with these names and SHA-256 hashes."""
    for name, expected in files.items():
        path = folder / name
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            raise ModelFileError(f"the model file {path} is missing") from None
        except OSError as error:
            raise ModelFileError(f"the model file {path} cannot be read ({error.strerror})") from error
        if found != expected:
            raise ModelFileError(f"the model file {path} was damaged or changed")


def install_ears(folder: Path) -> None:
    """Fetch the ears' package with pip, check its hash, and put its three files, checked too, into a folder.

    A folder that holds them already is left as it is.

    Raises:
        ModelFileError: the package could not be fetched, or does not hold the files.

    """
    if _holds_ears(folder):
        return
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as downloads:
        for name, content in _files_in(_fetch(Path(downloads))):
            # Under its own name only once it is whole: an installation that is cut off is begun anew.
            part = folder / f"{name}.part"
            part.write_bytes(content)
            part.replace(folder / name)
    check_files(folder, MOONSHINE_FILES)


def _holds_ears(folder: Path) -> bool:
    try:
        check_files(folder, MOONSHINE_FILES)
    except ModelFileError:
        return False
    return True


def _fetch(downloads: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    # One platform's package for all platforms: the files in it are the same, and some platforms have none.
    command += ["--no-deps", "--only-binary=:all:", "--platform", _PLATFORM, "--python-version", "3.11"]
    command += ["--require-hashes", "--requirement", str(_REQUIREMENTS), "--dest", str(downloads)]
    if subprocess.run(command, check=False).returncode != 0:  # noqa: S603 - arguments of our own
        raise ModelFileError("pip could not fetch the package")
    (wheel,) = downloads.glob("moonshine_voice-*.whl")
    return wheel


def _files_in(wheel: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(wheel) as archive:
        for name in MOONSHINE_FILES:
            yield name, archive.read(f"{_FOLDER_IN_WHEEL}/{name}")


def _hibari_folder() -> Path:
    found = find_spec("hibari")
    if found is None or found.origin is None:
        raise ModelFileError("the package hibari-tts is not installed")
    return Path(found.origin).parent / "assets"


if __name__ == "__main__":
    try:
        install_ears(Path(sys.argv[1]) if sys.argv[1:] else MOONSHINE_FOLDER)
    except (ModelFileError, OSError) as error:
        sys.exit(f"The ears' model is not installed: {error}")
