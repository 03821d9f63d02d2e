"""``python -m app.tools backup [FILE]``: the embedded database and its signing key in one file, running or not."""

import subprocess
from contextlib import closing
from io import BytesIO
from pathlib import Path

from app.core.clock import utc_now
from app.core.config import Settings
from app.core.embedded_postgres import EmbeddedPostgres
from app.core.embedded_postgres_programs import DATABASE, MAJOR_VERSION, client_program, run_sql
from app.core.embedded_postgres_server import read_version
from app.core.version import VERSION
from app.tools.backup_file import DUMP, KEY, Manifest, new_backup
from app.tools.data_folder import ToolError, data_folder, one_kind_of_error, piped

SCHEMA_QUERY = "SELECT version_num FROM alembic_version"


def back_up(settings: Settings, file: Path | None) -> Path:
    """Write a backup and return its path; without one, in the current folder, named after the time.

    Raises:
        ToolError: there is nothing to save, the file exists, or it cannot be written.

    """
    data_dir = data_folder(settings)
    target = (file or Path(f"interview-tracker-{utc_now():%Y%m%dT%H%M%SZ}.backup")).absolute()
    with one_kind_of_error():
        if target.exists() or target.is_symlink():
            raise _taken(target)
        if not target.parent.is_dir():
            raise ToolError(f"there is no folder {target.parent}")
        # A start would make an empty database, and a backup of that helps nobody.
        if read_version(data_dir / "postgres") is None:
            raise ToolError(f"there is no database in {data_dir}")
        server = EmbeddedPostgres(data_dir)
        # As one more of those who share it: it is started if it does not run, and stopped if nobody else uses it.
        server.start()
        try:
            _write(Path(server.host), data_dir, target)
        except FileExistsError as error:
            raise _taken(target) from error
        except OSError as error:
            # A full disk does not say of itself what could not be written to it.
            raise ToolError(f"{target} cannot be written: {error}") from error
        finally:
            server.stop()
    return target


def _taken(target: Path) -> ToolError:
    return ToolError(f"{target} exists: a backup overwrites nothing")


def _write(socket: Path, data_dir: Path, target: Path) -> None:
    manifest = Manifest(
        application=VERSION,
        postgres=MAJOR_VERSION,
        schema=schema_of(socket, DATABASE),
        made_at=utc_now().isoformat(timespec="seconds"),
    )
    with new_backup(target) as backup:
        key = data_dir / KEY
        if key.exists():
            with closing(BytesIO(key.read_bytes())) as source:
                backup.add(KEY, source)
        options = (f"--dbname={DATABASE}", "--format=custom", "--no-owner", "--no-privileges", "--no-password")
        dump = client_program("pg_dump", socket, *options)
        with piped(dump, stdout=subprocess.PIPE) as process:
            assert process.stdout
            backup.add(DUMP, process.stdout)
        backup.finish(manifest)


def schema_of(socket: Path, database: str) -> str | None:
    """Return the revision of a database, None for one without tables."""
    exists = run_sql(socket, "SELECT to_regclass('alembic_version')", database)
    return run_sql(socket, SCHEMA_QUERY, database) or None if exists else None
