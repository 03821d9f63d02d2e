"""``python -m app.tools restore FILE``: what a backup holds, in the place of what is there; all of it or nothing.

The backup is restored into a database beside the one in use. Then a single transaction renames both. What remains to
be done after it, the signing key and the removal of the replaced database, is noted in a file before it, and finished
by whoever comes next: this command or a start (``embedded_postgres_restore.py``).
"""

import secrets
import shutil
import subprocess
import zipfile
from pathlib import Path

from app.core.config import Settings
from app.core.embedded_postgres_programs import DATABASE, MAJOR_VERSION, client_program, run_sql
from app.core.embedded_postgres_restore import RESTORED, announce_restore, finish_restore, replaced_name
from app.core.embedded_postgres_server import FolderServer
from app.core.migrations import known_revisions
from app.tools.backup import schema_of
from app.tools.backup_file import CHUNK_BYTES, DUMP, KEY, BackupFileError, Manifest, whole_backup
from app.tools.data_folder import ToolError, data_folder, one_kind_of_error, piped, running, used_by_nobody_else


def restore(settings: Settings, file: Path) -> Manifest:
    """Replace what the data folder has with the content of a backup, and return what the backup says of itself.

    Raises:
        ToolError: the file is not whole or not ours, too new for this version, or the folder is in use. Nothing is
            changed then.

    """
    data_dir = data_folder(settings)
    if not file.is_file():
        raise ToolError(f"there is no file {file}")
    try:
        with one_kind_of_error(), whole_backup(file) as (archive, manifest):
            _refuse_newer(file, manifest)
            with used_by_nobody_else(data_dir) as server, running(server) as socket:
                _restore_beside(socket, archive, file)
                _take_the_place(server, archive)
            return manifest
    except BackupFileError as error:
        raise ToolError(f"{file} {error}") from error


def _refuse_newer(file: Path, manifest: Manifest) -> None:
    if manifest.postgres > MAJOR_VERSION:
        raise ToolError(
            f"{file} was made with PostgreSQL {manifest.postgres}, and this version of the application has "
            f"{MAJOR_VERSION}: use version {manifest.application} or newer"
        )
    _refuse_unknown_schema(file, manifest.schema)


def _refuse_unknown_schema(file: Path, schema: str | None) -> None:
    if schema is not None and schema not in known_revisions():
        raise ToolError(f"{file} has the schema {schema} of a newer version of the application: use that one")


def _restore_beside(socket: Path, archive: zipfile.ZipFile, file: Path) -> None:
    run_sql(socket, f"DROP DATABASE IF EXISTS {RESTORED}")
    run_sql(socket, f"CREATE DATABASE {RESTORED}")
    options = (f"--dbname={RESTORED}", "--exit-on-error", "--no-owner", "--no-privileges", "--single-transaction")
    with (
        archive.open(DUMP) as dump,
        piped(client_program("pg_restore", socket, *options), stdin=subprocess.PIPE) as process,
    ):
        assert process.stdin
        shutil.copyfileobj(dump, process.stdin, CHUNK_BYTES)
    _refuse_unknown_schema(file, schema_of(socket, RESTORED))


def _take_the_place(server: FolderServer, archive: zipfile.ZipFile) -> None:
    token = secrets.token_hex(4)
    key = archive.read(KEY) if KEY in archive.namelist() else b""
    announce_restore(server.data_dir, token, key)
    # The last statement of a server that was killed may still run, and nobody renames a database that is in use.
    end_sessions = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = "
    run_sql(server.socket_folder, f"{end_sessions} '{DATABASE}'")
    run_sql(
        server.socket_folder,
        f"BEGIN; ALTER DATABASE {DATABASE} RENAME TO {replaced_name(token)};"
        f"ALTER DATABASE {RESTORED} RENAME TO {DATABASE}; COMMIT",
    )
    finish_restore(server.data_dir, server.socket_folder)
