"""``python -m app.tools upgrade-postgres [FOLDER]``: bring the database of an older PostgreSQL to this version's.

The old programs start the old folder, the new ones a new folder beside it, and everything goes from one to the other
through ``pg_dump`` and ``pg_restore``. Until the new folder is complete, the old one stays where it is; killed in the
middle, the command can be run again. A complete one is renamed to ``postgres.upgraded``. From there on whoever comes
next puts it in the place of the old one: this command or a start (``FolderServer.finish_upgrade``).
"""

import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.core.config import Settings
from app.core.embedded_postgres_folders import (
    Account,
    find_binaries,
    open_passage,
    server_account,
    sync_folder,
    wheel_folder,
)
from app.core.embedded_postgres_processes import ServerProcesses, wait_until
from app.core.embedded_postgres_programs import (
    DATABASE,
    MAJOR_VERSION,
    PORT,
    PROGRAM_ENVIRONMENT,
    accepts_connections,
    client_program,
    run_sql,
)
from app.core.embedded_postgres_server import FolderServer, cluster_name, read_version, run_initdb, upgraded_folder
from app.tools.data_folder import ToolError, data_folder, one_kind_of_error, piped, used_by_nobody_else

DEBIAN = Path("/usr/lib/postgresql")
UNFINISHED = "postgres.upgrading"
START_SECONDS = 60.0
"""How long the old server may take to start: it may have to recover first."""
STOP_SECONDS = 60.0
LOOK_SECONDS = 3600.0
"""How long a look at every row may take."""
MAX_LOG_BYTES = 2000
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)", re.ASCII)
_TABLES = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


def upgrade(settings: Settings, old_programs: Path | None) -> str:
    """Upgrade the data folder and return what was done, in one line.

    ``old_programs`` is the folder with ``postgres`` of the old version; without it, it is looked for.

    Raises:
        ToolError: the folder is in use, the old programs are missing, or a step failed. The old data is still there.

    """
    data_dir = data_folder(settings)
    with one_kind_of_error():
        if not data_dir.is_dir():
            raise ToolError(f"there is no folder {data_dir}")
    with one_kind_of_error(), used_by_nobody_else(data_dir) as server:
        server.finish_upgrade()
        version = read_version(server.cluster)
        if version is None:
            raise ToolError(f"there is no database in {data_dir}")
        if version == str(MAJOR_VERSION):
            return f"{server.cluster} is of PostgreSQL {version}: nothing to do"
        if float(version) > MAJOR_VERSION:
            raise ToolError(
                f"{server.cluster} is of PostgreSQL {version}, and this version brings only {MAJOR_VERSION}"
            )
        programs = _find_programs(version, old_programs)
        # It may have outlived the application that started it.
        server.shut_down()
        _copy(server, programs, data_dir / UNFINISHED)
        (data_dir / UNFINISHED / "cluster").rename(upgraded_folder(data_dir))
        sync_folder(data_dir)
        kept = server.finish_upgrade()
        shutil.rmtree(data_dir / UNFINISHED, ignore_errors=True)
    return f"{server.cluster} is of PostgreSQL {MAJOR_VERSION} now; the old folder is kept as {kept}"


def _find_programs(version: str, named: Path | None) -> Path:
    """Return the folder with the programs that can start data of that version."""
    if named is not None:
        named = named.absolute()
        found = _version_in(named)
        if found != version:
            raise ToolError(
                f"{named} has PostgreSQL {found}, and the data is of {version}"
                if found
                else f"{named} has no program postgres"
            )
        return named
    places = [DEBIAN / version / "bin", *sorted(path / "bin" for path in wheel_folder().glob("pginstall*"))]
    for place in places:
        if _version_in(place) == version:
            return place
    raise ToolError(
        f"the programs of PostgreSQL {version} are needed to read its data, and they are not in {DEBIAN / version}: "
        f"install them (Debian: postgresql-{version}), or name their folder with OLD_BIN"
    )


def _version_in(folder: Path) -> str | None:
    """Return the version of the programs in a folder, if they are there and complete enough."""
    with suppress(OSError, subprocess.SubprocessError):
        result = subprocess.run(  # noqa: S603 - the operator named it
            [folder / "postgres", "--version"], capture_output=True, text=True, check=False, timeout=10
        )
        if found := _VERSION.search(result.stdout):
            return found[1]
    return None


def _copy(server: FolderServer, old_programs: Path, workshop: Path) -> None:
    """Make a new cluster in the workshop that holds all that the old one does."""
    account = server_account()
    cluster = workshop / "cluster"
    # What a command left that was killed.
    if not ServerProcesses(cluster, cluster_name(cluster)).end_orphans():
        raise ToolError(f"a server in {cluster} does not end")
    shutil.rmtree(workshop, ignore_errors=True)
    workshop.mkdir(mode=0o700)
    cluster.mkdir(mode=0o700)
    run_initdb(cluster, account)
    with (
        _server(find_binaries(MAJOR_VERSION), cluster, account) as new,
        _server(old_programs, server.cluster, account) as old,
    ):
        run_sql(new, f"CREATE DATABASE {DATABASE}")
        options = (f"--dbname={DATABASE}", "--no-password")
        dump = client_program("pg_dump", old, *options, "--format=custom", "--compress=none")
        restore = client_program("pg_restore", new, *options, "--exit-on-error", "--single-transaction")
        with piped(dump, stdout=subprocess.PIPE) as source:
            assert source.stdout
            with piped(restore, stdin=source.stdout.fileno()):
                # Only the program that reads may have it, so that the one that writes notices its end.
                source.stdout.close()
        if _count_rows(old) != _count_rows(new):
            raise ToolError("the copy does not have as many rows as the original")
        run_sql(new, "ANALYZE", DATABASE, seconds=LOOK_SECONDS)


def _count_rows(socket: Path) -> str:
    tables = run_sql(socket, _TABLES, DATABASE).splitlines()
    if not tables:
        return ""
    counts = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables)  # noqa: S608
    return run_sql(socket, f"{counts} ORDER BY 1", DATABASE, seconds=LOOK_SECONDS)


@contextmanager
def _server(programs: Path, cluster: Path, account: Account) -> Iterator[Path]:
    """Run a server for a block, in a folder that nobody else uses, and give the private folder of its socket."""
    open_passage(account, cluster)
    open_passage(account, programs / "postgres")
    # A short path, and nobody's but the server's.
    with (
        tempfile.TemporaryDirectory(prefix="interview-tracker-", dir="/tmp") as name,
        tempfile.TemporaryFile() as log,
    ):
        socket = Path(name)
        shutil.chown(socket, account.uid, account.gid)
        settings = {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": name,
            "unix_socket_permissions": "0700",
            "autovacuum": "off",
            # In the command line of each of its processes, so that they are found if this one is killed.
            "cluster_name": cluster_name(cluster),
        }
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        with subprocess.Popen(  # noqa: S603 - see _find_programs
            [programs / "postgres", "-D", cluster, *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=PROGRAM_ENVIRONMENT,
            umask=0o077,
            start_new_session=True,
            **account.popen_options(),
        ) as postmaster:
            try:
                wait_until(lambda: postmaster.poll() is not None or accepts_connections(socket), START_SECONDS)
                if not accepts_connections(socket):
                    log.seek(0)
                    said = log.read().decode(errors="replace")[-MAX_LOG_BYTES:]
                    raise ToolError(f"{programs / 'postgres'} does not start in {cluster}: {' '.join(said.split())}")
                yield socket
                postmaster.send_signal(signal.SIGINT)
                postmaster.wait(STOP_SECONDS)
            finally:
                if postmaster.poll() is None:
                    # The others notice, and end themselves.
                    postmaster.kill()
