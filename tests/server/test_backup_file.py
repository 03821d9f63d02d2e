"""The file of a backup, without a database: what is damaged or foreign is refused, and nothing is overwritten."""

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from app.tools.backup_file import DUMP, KEY, BackupFileError, Manifest, new_backup, whole_backup

DUMPED = b"PGDMP and so on"
MANIFEST = Manifest(application="1.0.0", postgres=18, schema="0001", made_at="2026-01-31T08:15:30+00:00")


def write(target: Path) -> None:
    with new_backup(target) as backup:
        backup.add(KEY, BytesIO(b"k" * 32))
        backup.add(DUMP, BytesIO(DUMPED))
        backup.finish(MANIFEST)


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    write(tmp_path / "tracker.backup")
    return tmp_path / "tracker.backup"


def test_a_damaged_byte_anywhere_is_harmless_or_refused(backup: Path) -> None:
    whole = backup.read_bytes()
    contents = whole.index(b"PK\x01\x02")
    refused = 0
    for place, byte in enumerate(whole):
        # The end, which says where everything else is, is tried more thoroughly.
        for damage in (1, 0x80) if place > contents else (1,):
            backup.write_bytes(whole[:place] + bytes([byte ^ damage]) + whole[place + 1 :])
            try:
                with whole_backup(backup) as (archive, manifest):
                    assert (archive.read(DUMP), manifest.schema) == (DUMPED, "0001")
            except BackupFileError:
                refused += 1
    assert refused > len(whole) / 2


@pytest.mark.parametrize(
    "change",
    [
        {"postgres": "18"},
        {"postgres": None},
        {"schema": ["0001"]},
        {"schema": 1},
        {"sha256": [DUMP]},
        {"sha256": 3},
        {"sha256": {DUMP: 3}},
        {"format_version": "1"},
    ],
    ids=str,
)
def test_a_manifest_that_makes_no_sense_is_refused(backup: Path, change: dict[str, Any]) -> None:
    with zipfile.ZipFile(backup) as archive:
        said = json.loads(archive.read("manifest.json")) | change
        content = {name: archive.read(name) for name in (KEY, DUMP)}

    write_archive(backup, content | {"manifest.json": json.dumps(said).encode()})
    assert_refused(backup)


def test_what_is_nested_too_deeply_or_compressed_is_refused(backup: Path) -> None:
    write_archive(backup, {"manifest.json": b"[" * 9000})
    assert_refused(backup)

    write_archive(backup, {"manifest.json": b"{}" * 1000}, zipfile.ZIP_DEFLATED)
    content = backup.read_bytes()
    # The compressed data itself, which its library chokes on
    backup.write_bytes(content[:43] + bytes(byte ^ 255 for byte in content[43:60]) + content[60:])
    assert_refused(backup)


def write_archive(path: Path, content: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in content.items():
            archive.writestr(name, data)


def assert_refused(path: Path) -> None:
    with pytest.raises(BackupFileError, match="is not a backup of this application"), whole_backup(path):
        pass


@pytest.mark.parametrize("has_links", [True, False])
def test_the_slower_of_two_backups_to_one_file_overwrites_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    target = tmp_path / "tracker.backup"

    def refuse(_self: Path, _target: Path) -> None:
        raise PermissionError

    if not has_links:
        monkeypatch.setattr(Path, "hardlink_to", refuse)
    slower = new_backup(target)
    slower.__enter__().finish(MANIFEST)
    write(target)
    of_the_faster = target.read_bytes()

    with pytest.raises(FileExistsError):
        slower.__exit__(None, None, None)

    assert target.read_bytes() == of_the_faster
    assert list(tmp_path.iterdir()) == [target]
