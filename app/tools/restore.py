"""``python -m app.tools restore FILE``: what a backup holds, in the place of what is there; all of it or nothing.

The backup is restored into a database beside the one in use. Then a single transaction renames both. What remains to
be done after it, the signing key and the removal of the replaced database, is noted in a file before it, and finished
by whoever comes next: this command or a start (``embedded_postgres_restore.py``).
"""

import secrets
import shutil
import subprocess
import zipfile
from contextlib import suppress
from pathlib import Path

from app.core.config import Settings
from app.core.embedded_postgres_folders import EmbeddedPostgresError
from app.core.embedded_postgres_programs import DATABASE, MAJOR_VERSION, client_program, run_sql
from app.core.embedded_postgres_restore import RESTORED, announce_restore, finish_restore, replaced_name
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
    token = secrets.token_hex(4)
    with one_kind_of_error():
        if not file.is_file():
            raise ToolError(f"there is no file {file}")
    try:
        with one_kind_of_error(), whole_backup(file) as (archive, manifest):
            _refuse_newer(file, manifest)
            with used_by_nobody_else(data_dir) as server, running(server) as socket:
                announce_restore(data_dir, token, _key_of(archive))
                try:
                    _restore_beside(socket, archive, file)
                    _take_the_place(socket, replaced_name(token))
                except BaseException:
                    # What went wrong says more than what therefore goes wrong here. The next start tidies up then.
                    with suppress(EmbeddedPostgresError, OSError, subprocess.SubprocessError):
                        finish_restore(data_dir, socket)
                    raise
                finish_restore(data_dir, socket)
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


def _key_of(archive: zipfile.ZipFile) -> bytes:
    return archive.read(KEY) if KEY in archive.namelist() else b""


def _restore_beside(socket: Path, archive: zipfile.ZipFile, file: Path) -> None:
    run_sql(socket, f"DROP DATABASE IF EXISTS {RESTORED} WITH (FORCE)")
    run_sql(socket, f"CREATE DATABASE {RESTORED}")
    options = (f"--dbname={RESTORED}", "--exit-on-error", "--no-owner", "--no-privileges", "--single-transaction")
    with (
        archive.open(DUMP) as dump,
        piped(client_program("pg_restore", socket, *options), stdin=subprocess.PIPE) as process,
    ):
        assert process.stdin
        shutil.copyfileobj(dump, process.stdin, CHUNK_BYTES)
    _refuse_unknown_schema(file, schema_of(socket, RESTORED))


def _take_the_place(socket: Path, replaced: str) -> None:
    # The last statement of a server that was killed may still run, and nobody renames a database that is in use.
    end_sessions = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = "
    run_sql(socket, f"{end_sessions} '{DATABASE}'")
    run_sql(
        socket,
        f"BEGIN; ALTER DATABASE {DATABASE} RENAME TO {replaced};"
        f"ALTER DATABASE {RESTORED} RENAME TO {DATABASE}; COMMIT",
    )
