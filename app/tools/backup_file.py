"""A backup in one file: a ZIP with a dump of the database, the signing key, and a manifest with the digests of both.

The manifest is written last, and the file gets its name when all of it is on the disk. So a file that was cut short
or damaged since is recognised.
"""

import errno
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

from pydantic import TypeAdapter

from app.core.embedded_postgres_folders import sync_folder

DUMP = "database.dump"
KEY = "jwt_secret_key"
MANIFEST = "manifest.json"
FORMAT = "interview-tracker-backup"
FORMAT_VERSION = 1
CHUNK_BYTES = 1024 * 1024
MAX_MANIFEST_BYTES = 10_000

_NOT_WHOLE = "is not a backup of this application, or not whole"


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


_MANIFEST = TypeAdapter(Manifest)


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
    """Write a backup, readable by its owner alone, that gets its name only when the block ends well.

    Raises:
        FileExistsError: something else has the name by then. It is left as it is.

    """
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".unfinished", dir=target.parent)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            # The dump is compressed already.
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                yield BackupWriter(archive)
            file.flush()
            os.fsync(file.fileno())
        _give_name(Path(name), target)
        sync_folder(target.parent)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _give_name(unfinished: Path, target: Path) -> None:
    try:
        # Unlike a rename, a link takes nobody's place: another backup to the same file may have been faster.
        target.hardlink_to(unfinished)
    except FileExistsError:
        raise
    except OSError as error:
        # Some file systems, such as FAT, have no links.
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from error
        unfinished.rename(target)
    else:
        unfinished.unlink()


@contextmanager
def whole_backup(source: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """Open a backup after every byte of it was compared with its digests.

    Raises:
        BackupFileError: it is not ours, of a newer form, or not whole.

    """
    with source.open("rb") as file, _open_archive(file) as archive:
        yield archive, _read_whole(archive)


def _open_archive(file: IO[bytes]) -> zipfile.ZipFile:
    with _damage_told():
        return zipfile.ZipFile(file)


def _read_whole(archive: zipfile.ZipFile) -> Manifest:
    with _damage_told():
        # Nothing is compressed or encrypted in a backup of ours.
        if any(member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 1 for member in archive.infolist()):
            raise BackupFileError(_NOT_WHOLE)
        manifest = _read_manifest(archive)
        _compare_digests(archive, manifest)
        return manifest


@contextmanager
def _damage_told() -> Iterator[None]:
    """Tell damage from a file that cannot be read."""
    try:
        yield
    except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError) as error:
        raise BackupFileError(_NOT_WHOLE) from error
    except OSError as error:
        # A damaged table of contents may lead to a place before the beginning of the file.
        if error.errno != errno.EINVAL:
            raise
        raise BackupFileError(_NOT_WHOLE) from error


def _read_manifest(archive: zipfile.ZipFile) -> Manifest:
    try:
        with archive.open(MANIFEST) as member:
            text = member.read(MAX_MANIFEST_BYTES)
        said = json.loads(text)
        if said["format"] != FORMAT:
            raise ValueError
        is_newer = said["format_version"] > FORMAT_VERSION
        manifest = None if is_newer else _MANIFEST.validate_json(text, strict=True)
    except (KeyError, ValueError, TypeError, RecursionError) as error:
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
