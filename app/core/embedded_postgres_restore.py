"""The end of a restore, which outlasts the death of whoever restores.

A restore (``app/tools/restore.py``) ends with one transaction that renames two databases. A note in the data folder,
written before, says what has to follow: the signing key that belongs to the restored data takes its place, and the
replaced database is dropped. If there is no replaced database, the transaction never happened, and the note is thrown
away. All of it can be done twice.
"""

import os
import re
import tempfile
from pathlib import Path

from app.core.embedded_postgres_events import tell
from app.core.embedded_postgres_folders import sync_folder
from app.core.embedded_postgres_programs import DATABASE, run_sql

RESTORED = f"{DATABASE}_restored"
KEY_FILE = "jwt_secret_key"

_PREFIX = "restore-"
_TOKEN = re.compile(r"[0-9a-f]{8}")


def replaced_name(token: str) -> str:
    """Return the name of the database that a restore has replaced."""
    return f"{DATABASE}_replaced_{token}"


def announce_restore(data_dir: Path, token: str, key: bytes) -> None:
    """Note, before anything is done, which key belongs to the restored database; an empty one changes none."""
    _write_safely(data_dir / f"{_PREFIX}{token}", key)


def finish_restore(data_dir: Path, socket: Path) -> None:
    """Finish what a restore has begun, or forget it if it did not get as far as to replace the database."""
    for note in sorted(data_dir.glob(f"{_PREFIX}*")):
        token = note.name.removeprefix(_PREFIX)
        if not _TOKEN.fullmatch(token):
            continue
        replaced = replaced_name(token)
        if run_sql(socket, f"SELECT 1 FROM pg_database WHERE datname = '{replaced}'"):  # noqa: S608 - a token of ours
            if key := note.read_bytes():
                _write_safely(data_dir / KEY_FILE, key)
            run_sql(socket, f"DROP DATABASE {replaced} WITH (FORCE)")
            tell("info", "embedded_postgres_restored")
        run_sql(socket, f"DROP DATABASE IF EXISTS {RESTORED} WITH (FORCE)")
        note.unlink()


def _write_safely(path: Path, content: bytes) -> None:
    """Write a file for its owner alone, whole or not at all, so that it outlasts a power cut."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)
    sync_folder(path.parent)
