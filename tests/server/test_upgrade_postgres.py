"""A data folder made by PostgreSQL 15, as Debian has it, is brought to the version of the wheel."""

import asyncio
import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.core.config import Settings
from app.core.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from app.core.embedded_postgres_folders import open_passage, server_account
from app.core.embedded_postgres_programs import DATABASE, MAJOR_VERSION
from app.tools.data_folder import ToolError
from app.tools.upgrade_postgres import UNFINISHED, upgrade
from tests.server.test_backup import database, killed
from tests.support.processes import postgres_processes, scratch_folder

OLD_VERSION = "15"
OLD_PROGRAMS = Path(f"/usr/lib/postgresql/{OLD_VERSION}/bin")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (OLD_PROGRAMS / "initdb").exists(), reason="PostgreSQL 15 is not installed"),
]


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """Give a data folder as an application with PostgreSQL 15 would have left it, with something in it."""
    with scratch_folder() as folder:
        data_dir = folder / "data"
        cluster = data_dir / "postgres"
        cluster.mkdir(parents=True, mode=0o700)
        account = server_account()
        open_passage(account, cluster)
        os.chown(cluster, account.uid, account.gid)

        def run(name: str, *arguments: str) -> None:
            subprocess.run(
                [OLD_PROGRAMS / name, *arguments],
                check=True,
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                **account.popen_options(),
            )

        run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync", f"--pgdata={cluster}")
        options = f"-c listen_addresses= -c fsync=off -c unix_socket_directories={cluster}"
        run("pg_ctl", "start", "--wait", f"--pgdata={cluster}", "--log=/dev/null", "--options", options)
        client = ("--no-psqlrc", "--quiet", f"--host={cluster}", "--username=postgres")
        run("psql", *client, "--dbname=postgres", f"--command=CREATE DATABASE {DATABASE}")
        table = "CREATE TABLE kept (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, words tsvector)"
        rows = "INSERT INTO kept (words) SELECT to_tsvector('simple', 'word' || n) FROM generate_series(1, 1000) n"
        run("psql", *client, f"--dbname={DATABASE}", f"--command={table}", f"--command={rows}")
        run("pg_ctl", "stop", "--wait", f"--pgdata={cluster}", "--mode=fast")
        (data_dir / "jwt_secret_key").write_text("stays as it is")
        yield data_dir


def settings_of(data_dir: Path) -> Settings:
    return Settings(_env_file=None, data_dir=data_dir)


@contextmanager
def open_shared(path: Path) -> Iterator[None]:
    """Have a share in the folder, as a server of the application does."""
    with path.open("w") as shares:
        fcntl.flock(shares, fcntl.LOCK_SH)
        yield


async def content_of(data_dir: Path) -> tuple[Any, ...]:
    async with database(data_dir) as db:
        row = await db.fetchrow("SELECT count(*), max(id), count(*) FILTER (WHERE words @@ 'word7') FROM kept")
        assert row
        return (db.get_server_version().major, *row)


async def test_a_folder_of_postgresql_15_is_upgraded_whenever_the_upgrade_is_killed(data_dir: Path) -> None:
    settings, server = settings_of(data_dir), EmbeddedPostgres(data_dir)
    with pytest.raises(EmbeddedPostgresError, match=r"PostgreSQL 15.* make upgrade-postgres"):
        await asyncio.to_thread(server.start)
    with open_shared(data_dir / "postgres.shares"), pytest.raises(ToolError, match="is in use"):
        await asyncio.to_thread(upgrade, settings, None)
    with pytest.raises(ToolError, match="has no program postgres"):
        await asyncio.to_thread(upgrade, settings, data_dir)

    # While it copies, and when it is about to count.
    for place, number in (("app.tools.upgrade_postgres:piped", 2), ("app.tools.upgrade_postgres:_count_rows", 2)):
        await asyncio.to_thread(killed, place, number, "upgrade-postgres", data_dir)
        assert (data_dir / "postgres/PG_VERSION").read_text().strip() == OLD_VERSION
        assert (data_dir / UNFINISHED).exists()

    said = await asyncio.to_thread(upgrade, settings, None)

    kept = data_dir / f"postgres.of-version-{OLD_VERSION}"
    assert str(kept) in said
    assert (kept / "PG_VERSION").read_text().strip() == OLD_VERSION
    assert not (data_dir / UNFINISHED).exists()
    assert postgres_processes(data_dir) == []
    assert await content_of(data_dir) == (MAJOR_VERSION, 1000, 1000, 1)
    assert (data_dir / "jwt_secret_key").read_text() == "stays as it is"
    assert "nothing to do" in await asyncio.to_thread(upgrade, settings, None)


@pytest.mark.parametrize("number", [1, 2], ids=["before the old folder is moved", "between the two moves"])
async def test_an_upgrade_that_is_killed_at_its_end_is_finished_by_the_next_start(
    data_dir: Path, number: int
) -> None:
    # The first rename is that of the command itself.
    place = "app.core.embedded_postgres_server:Path.rename"
    await asyncio.to_thread(killed, place, number + 1, "upgrade-postgres", data_dir, OLD_PROGRAMS)
    assert (data_dir / "postgres.upgraded").exists()

    assert await content_of(data_dir) == (MAJOR_VERSION, 1000, 1000, 1)

    assert (data_dir / f"postgres.of-version-{OLD_VERSION}/PG_VERSION").exists()
