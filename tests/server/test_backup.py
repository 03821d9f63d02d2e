"""Backups of the embedded database: made beside running servers, restored whole or not at all."""

# ruff: noqa: ASYNC240 - nothing else waits in the loop of these tests

import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from alembic import command
from app.core.config import PROJECT_ROOT, Settings
from app.core.embedded_postgres import EmbeddedPostgres
from app.core.migrations import alembic_config, known_revisions
from app.tools import __main__ as tools
from app.tools.backup import back_up
from app.tools.data_folder import ToolError
from app.tools.restore import restore
from tests.support.processes import AppServer, postgres_processes, scratch_folder
from tests.support.users import sign_up
from tests.support.waiting import until

pytestmark = pytest.mark.slow

OLD_KEY = "the key of what is there, long enough to sign with"
SAVED_KEY = "the key of what was saved, long enough to sign with"


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch_folder() as path:
        yield path


def settings_of(data_dir: Path, **overrides: Any) -> Settings:
    return Settings(_env_file=None, data_dir=data_dir, **overrides)


@asynccontextmanager
async def database(data_dir: Path) -> AsyncIterator[asyncpg.Connection]:
    """Start the embedded server, as the application does, and give a connection."""
    server = EmbeddedPostgres(data_dir)
    await asyncio.to_thread(server.start)
    try:
        connection = await asyncpg.connect(server.dsn)
        try:
            yield connection
        finally:
            await connection.close()
    finally:
        await asyncio.to_thread(server.stop)


async def fill(data_dir: Path, content: str, key: str) -> None:
    async with database(data_dir) as db:
        await db.execute("DROP TABLE IF EXISTS kept")
        await db.execute(f"CREATE TABLE kept AS SELECT '{content}' AS content")
    (data_dir / "jwt_secret_key").write_text(key)


async def content_of(data_dir: Path) -> tuple[str, str, list[str]]:
    """Return what the database holds, the key, and the databases that there are beside those of every server."""
    async with database(data_dir) as db:
        content = await db.fetchval("SELECT content FROM kept")
        rows = await db.fetch("SELECT datname FROM pg_database WHERE datname LIKE 'interview%'")
    return content, (data_dir / "jwt_secret_key").read_text(), [row["datname"] for row in rows]


def killed(place: str, number: int, *arguments: object) -> None:
    """Run a command that is killed before such a call, and see that it was."""
    result = subprocess.run(
        [sys.executable, "-m", "tests.support.killed_tool", place, str(number), *map(str, arguments)],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == -9, (place, number, result.stderr)


async def test_a_backup_of_a_running_server_brings_everything_back(folder: Path) -> None:
    settings, file = settings_of(folder / "data"), folder / "tracker.backup"
    server = await AppServer(folder).ready()
    try:
        async with httpx.AsyncClient(base_url=server.url) as client:
            kept = await sign_up(client)
            await kept.position()
            assert await asyncio.to_thread(back_up, settings, file) == file
            later = await sign_up(client)
            with pytest.raises(ToolError, match="is in use: stop every server"):
                await asyncio.to_thread(restore, settings, file)
            assert (await later.get("/api/v1/auth/me")).status_code == 200
    finally:
        await asyncio.to_thread(server.stop)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (folder / "data/jwt_secret_key").unlink()

    await asyncio.to_thread(restore, settings, file)

    assert postgres_processes(folder) == []
    server = await AppServer(folder).ready()
    try:
        async with httpx.AsyncClient(base_url=server.url, headers=kept.headers) as client:
            # The token is as good as before, because the key came back too.
            assert (await client.get("/api/v1/positions")).json()["total"] == 1
            body = {"email": later.email, "password": later.password}
            assert (await client.post("/api/v1/auth/login", json=body)).status_code == 401
    finally:
        await asyncio.to_thread(server.stop)


async def test_an_older_schema_in_an_empty_folder_is_migrated_by_the_next_start(folder: Path) -> None:
    older = sorted(known_revisions())[-2]
    file = folder / "tracker.backup"
    server = EmbeddedPostgres(folder / "old")
    await asyncio.to_thread(server.start)
    await asyncio.to_thread(command.upgrade, alembic_config(server.dsn), older)
    await asyncio.to_thread(back_up, settings_of(folder / "old"), file)
    await asyncio.to_thread(server.stop)

    manifest = await asyncio.to_thread(restore, settings_of(folder / "data"), file)

    assert manifest.schema == older
    app = await AppServer(folder).ready()
    try:
        async with database(folder / "data") as db:
            assert await db.fetchval("SELECT version_num FROM alembic_version") == max(known_revisions())
    finally:
        await asyncio.to_thread(app.stop)


async def test_what_is_not_whole_or_not_ours_is_refused_untouched(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data_dir, file = folder / "data", folder / "tracker.backup"
    settings = settings_of(data_dir)
    await fill(data_dir, "there", OLD_KEY)
    await asyncio.to_thread(back_up, settings, file)
    whole = file.read_bytes()
    middle = whole.index(b"PGDMP") + 100
    newer = folder / "newer.backup"
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(newer, "w") as target:
        manifest = json.loads(source.read("manifest.json"))
        for name in ("jwt_secret_key", "database.dump"):
            target.writestr(name, source.read(name))
        target.writestr("manifest.json", json.dumps(manifest | {"schema": "9999"}))
    foreign = folder / "foreign.zip"
    with zipfile.ZipFile(foreign, "w") as target:
        target.writestr("manifest.json", json.dumps(manifest | {"format": "another"}))
    empty = folder / "empty"
    empty.touch()
    cut = folder / "cut.backup"
    cut.write_bytes(whole[: len(whole) // 2])
    damaged = folder / "damaged.backup"
    damaged.write_bytes(
        whole[:middle] + bytes(byte ^ 255 for byte in whole[middle : middle + 10]) + whole[middle + 10 :]
    )

    monkeypatch.setattr(tools, "load_settings", lambda: settings)
    monkeypatch.setattr(tools, "configure_logging", lambda _settings: None)
    # What was logged up to here goes to the standard output unless another test has configured the log.
    capsys.readouterr()
    for wrong, sentence in {
        empty: "is not a backup of this application, or not whole",
        cut: "is not a backup of this application, or not whole",
        damaged: "is not a backup of this application, or not whole",
        foreign: "is not a backup of this application",
        newer: "has the schema 9999 of a newer version of the application: use that one",
        folder / "missing": "there is no file",
        data_dir: "there is no file",
        folder / ("x" * 300): "File name too long",
    }.items():
        assert await asyncio.to_thread(tools.main, ["restore", str(wrong)]) == 1
        out, err = capsys.readouterr()
        assert (out, len(err.splitlines())) == ("", 1)
        assert sentence in err
    for name, sentence in {
        "tracker.backup": "overwrites nothing",
        "no/file": "there is no folder",
        "x" * 300: "File name too long",
    }.items():
        assert await asyncio.to_thread(tools.main, ["backup", str(folder / name)]) == 1
        assert sentence in capsys.readouterr().err
    assert file.read_bytes() == whole
    with pytest.raises(ToolError, match="there is no database in"):
        await asyncio.to_thread(back_up, settings_of(folder / "nothing"), folder / "new.backup")
    with pytest.raises(ToolError, match="DATABASE_URL is set"):
        await asyncio.to_thread(back_up, settings_of(data_dir, database_url="postgresql://a@b/c"), None)
    assert await content_of(data_dir) == ("there", OLD_KEY, ["interview_tracker"])
    assert not (folder / "nothing").exists()


async def test_a_backup_that_is_killed_leaves_nothing_that_looks_like_one(folder: Path) -> None:
    data_dir, file = folder / "data", folder / "tracker.backup"
    await fill(data_dir, "there", OLD_KEY)

    for place in ("app.tools.backup_file:BackupWriter.finish", "app.tools.backup_file:os.fsync"):
        await asyncio.to_thread(killed, place, 1, "backup", data_dir, file)
        assert not file.exists()

    for unfinished in folder.glob(".tracker.backup.*.unfinished"):
        assert stat.S_IMODE(unfinished.stat().st_mode) == 0o600
    await asyncio.to_thread(back_up, settings_of(data_dir), file)
    await asyncio.to_thread(restore, settings_of(data_dir), file)
    assert (await content_of(data_dir))[0] == "there"


@pytest.fixture
def heard_hangups() -> Iterator[None]:
    """Have children of this process end at a hangup, though it may have been started by ``nohup`` itself."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("heard_hangups")
async def test_a_backup_that_is_told_to_end_tidies_up(folder: Path) -> None:
    data_dir, file = folder / "data", folder / "tracker.backup"
    await fill(data_dir, "there", OLD_KEY)
    async with database(data_dir) as db, db.transaction():
        # So that the dump waits.
        await db.execute("LOCK TABLE kept")
        for number in (signal.SIGTERM, signal.SIGHUP):
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "app.tools", "backup", str(file)),
                env={"PATH": os.environ["PATH"], "DATA_DIR": str(data_dir)},
                cwd=PROJECT_ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            await until(lambda: db.fetchval("SELECT 1 FROM pg_locks WHERE NOT granted"))
            assert any(folder.glob(".*.unfinished"))
            process.send_signal(number)
            assert await process.communicate() == (b"", b"interrupted\n")
            assert process.returncode == 1
            assert [path.name for path in folder.iterdir()] == ["data"]
            await db.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'pg_dump'"
            )


async def test_a_restore_whose_database_dies_says_so_and_changes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_dir, file = folder / "data", folder / "tracker.backup"
    await fill(data_dir, "there", OLD_KEY)
    await asyncio.to_thread(back_up, settings_of(data_dir), file)

    def fail(*_arguments: object) -> None:
        for process in postgres_processes(folder):
            process.kill()

    with monkeypatch.context() as patch:
        patch.setattr("app.tools.restore.shutil.copyfileobj", fail)
        with pytest.raises(ToolError, match=r"^pg_restore: "):
            await asyncio.to_thread(restore, settings_of(data_dir), file)

    assert await content_of(data_dir) == ("there", OLD_KEY, ["interview_tracker"])
    assert not list(data_dir.glob("restore-*"))


async def test_a_restore_that_is_killed_is_all_or_nothing(folder: Path) -> None:
    data_dir, file = folder / "data", folder / "tracker.backup"
    await fill(data_dir, "saved", SAVED_KEY)
    await asyncio.to_thread(back_up, settings_of(data_dir), file)
    finishing = "app.core.embedded_postgres_restore"

    for place, number, is_done in (
        ("app.tools.restore:shutil.copyfileobj", 1, False),
        # The transaction that renames.
        ("app.tools.restore:run_sql", 4, False),
        # All that follows it.
        ("app.tools.restore:finish_restore", 1, True),
        (f"{finishing}:run_sql", 2, True),
        (f"{finishing}:Path.unlink", 1, True),
    ):
        await fill(data_dir, "there", OLD_KEY)
        await asyncio.to_thread(killed, place, number, "restore", data_dir, file)
        expected = ("saved", SAVED_KEY) if is_done else ("there", OLD_KEY)
        content, key, databases = await content_of(data_dir)
        assert (content, key) == expected, (place, number)
        assert databases == ["interview_tracker"]
        assert not list(data_dir.glob("restore-*"))

    await fill(data_dir, "there", OLD_KEY)
    await asyncio.to_thread(restore, settings_of(data_dir), file)
    assert await content_of(data_dir) == ("saved", SAVED_KEY, ["interview_tracker"])
    assert stat.S_IMODE((data_dir / "jwt_secret_key").stat().st_mode) == 0o600
    assert (data_dir / "jwt_secret_key").stat().st_uid == os.geteuid()
