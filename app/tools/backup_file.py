"""A backup in one file: a ZIP with a dump of the database, the signing key, and a manifest with the digests of both.

The manifest is written last, and the file gets its name when all of it is on the disk. So a file that was cut short
or damaged since is recognised.
"""

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from app.core.embedded_postgres_folders import sync_folder

DUMP = "database.dump"
KEY = "jwt_secret_key"
MANIFEST = "manifest.json"
FORMAT = "interview-tracker-backup"
FORMAT_VERSION = 1
CHUNK_BYTES = 1024 * 1024
MAX_MANIFEST_BYTES = 10_000


class BackupFileError(Exception):
    """A file is no backup of ours, or not whole; the message is a sentence without its subject, the file."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself; ``schema`` is the revision of the database, None for an empty one."""

    application: str
    postgres: int
    schema: str | None
    made_at: str
    format: str = FORMAT
    format_version: int = FORMAT_VERSION
    sha256: dict[str, str] = field(default_factory=dict)


class BackupWriter:
    """A backup that is being written."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._digests: dict[str, str] = {}

    def add(self, name: str, source: IO[bytes]) -> None:
        """Add what can be read from a source."""
        digest = hashlib.sha256()
        with self._archive.open(name, "w", force_zip64=True) as member:
            while chunk := source.read(CHUNK_BYTES):
                digest.update(chunk)
                member.write(chunk)
        self._digests[name] = digest.hexdigest()

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest, which makes the backup a whole one."""
        said = asdict(manifest) | {"sha256": self._digests}
        self._archive.writestr(MANIFEST, json.dumps(said, indent=2))


@contextmanager
def new_backup(target: Path) -> Iterator[BackupWriter]:
    """Write a backup, readable by its owner alone, that gets its name only when the block ends well."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".unfinished", dir=target.parent)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            # The dump is compressed already.
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                yield BackupWriter(archive)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
        sync_folder(target.parent)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


@contextmanager
def whole_backup(source: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """Open a backup after every byte of it was compared with its digests.

    Raises:
        BackupFileError: it is not ours, of a newer form, or not whole.

    """
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = _read_manifest(archive)
            _compare_digests(archive, manifest)
            yield archive, manifest
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise BackupFileError("is not a backup of this application, or not whole") from error


def _read_manifest(archive: zipfile.ZipFile) -> Manifest:
    try:
        with archive.open(MANIFEST) as member:
            said = json.loads(member.read(MAX_MANIFEST_BYTES))
        if said["format"] != FORMAT:
            raise ValueError
        is_newer = said["format_version"] > FORMAT_VERSION
        manifest = None if is_newer else Manifest(**said)
    except (KeyError, ValueError, TypeError) as error:
        raise BackupFileError("is not a backup of this application") from error
    if manifest is None:
        raise BackupFileError("was made by a newer version of the application, in a form that this one does not know")
    return manifest


def _compare_digests(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    if DUMP not in manifest.sha256 or not set(manifest.sha256) <= {DUMP, KEY}:
        raise BackupFileError("is not a backup of this application")
    for name, expected in manifest.sha256.items():
        digest = hashlib.sha256()
        try:
            with archive.open(name) as member:
                while chunk := member.read(CHUNK_BYTES):
                    digest.update(chunk)
        except KeyError as error:
            raise BackupFileError(f"lacks {name}") from error
        if digest.hexdigest() != expected:
            raise BackupFileError(f"is damaged: {name} is not what was saved")
