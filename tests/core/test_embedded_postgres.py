"""The embedded server, with real servers and, where replicas matter, real processes."""

# ruff: noqa: ASYNC220, ASYNC240 - nothing else waits in the loop of these tests

import asyncio
import fcntl
import json
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.core import embedded_postgres, embedded_postgres_lease, embedded_postgres_server
from app.core.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError, keep_running
from app.core.embedded_postgres_server import FolderServer
from tests.support.processes import postgres_processes
from tests.support.scratch import make_scratch_folder
from tests.support.waiting import PATIENCE_SECONDS, nothing_happens, until, until_blocking

pytestmark = pytest.mark.slow

PROJECT_ROOT = Path(__file__).resolve().parents[2]
IS_ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not IS_ROOT, reason="only root lends the server another account")

MakeServer = Callable[..., EmbeddedPostgres]


class Replica:
    """An application process of its own."""

    def __init__(self, data_dir: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.embedded_postgres_process", str(data_dir), *arguments],
            cwd=PROJECT_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def send(self, word: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()

    def receive(self) -> None:
        assert self.process.stdout
        answer = json.loads(self.process.stdout.readline())
        assert answer["error"] is None, answer["error"]

    async def do(self, word: str) -> None:
        self.send(word)
        await asyncio.to_thread(self.receive)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        self.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe
            pipe.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short folder that strangers may enter, empty; what runs below it is ended afterwards."""
    path = make_scratch_folder()
    path.chmod(0o755)
    yield path
    for process in postgres_processes(path):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    until_blocking(lambda: not postgres_processes(path))
    shutil.rmtree(path)


@pytest.fixture
async def make_server(folder: Path) -> AsyncIterator[MakeServer]:
    made: list[EmbeddedPostgres] = []

    def make(data_dir: Path | None = None) -> EmbeddedPostgres:
        made.append(EmbeddedPostgres(data_dir or folder / "data"))
        return made[-1]

    yield make
    for server in made:
        with suppress(EmbeddedPostgresError):
            await asyncio.to_thread(server.stop)


@pytest.fixture
def make_replica(folder: Path) -> Iterator[Callable[..., Replica]]:
    made: list[Replica] = []

    def make(*arguments: str, data_dir: Path | None = None) -> Replica:
        made.append(Replica(data_dir or folder / "data", *arguments))
        return made[-1]

    yield make
    for replica in made:
        replica.close()


def command_line(process: psutil.Process) -> list[str]:
    """Return a process's command line, empty if it ended in the meantime."""
    with suppress(psutil.Error):
        return process.cmdline()
    return []


def zombie_children() -> list[psutil.Process]:
    zombies = []
    for child in psutil.Process().children():
        # A child may be reaped between the two looks.
        with suppress(psutil.Error):
            if child.status() == psutil.STATUS_ZOMBIE:
                zombies.append(child)
    return zombies


def postmaster_pid(folder: Path) -> int:
    return int((folder / "data/postgres/postmaster.pid").read_text().split()[0])


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


async def query(server: EmbeddedPostgres, sql: str) -> Any:
    async with connection_to(server) as connection:
        return await connection.fetchval(sql)


@asynccontextmanager
async def connection_to(server: EmbeddedPostgres) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(server.dsn, timeout=2)
    try:
        yield connection
    finally:
        connection.terminate()


async def until_answer(server: EmbeddedPostgres) -> None:
    async def answers() -> bool:
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return bool(await query(server, "SELECT 1") == 1)
        return False

    await until(answers)


async def kill_postmaster(folder: Path) -> None:
    """Kill the postmaster and wait until it and the processes that notice its death are gone."""
    os.kill(postmaster_pid(folder), signal.SIGKILL)
    await until(lambda: not postgres_processes(folder))


# A first start


async def test_first_start_brings_up_a_database(make_server: MakeServer) -> None:
    server = make_server()
    await asyncio.to_thread(server.start)
    async with connection_to(server) as connection:
        settings = {
            name: await connection.fetchval("SELECT current_setting($1)", name)
            for name in ("fsync", "data_checksums", "server_encoding", "listen_addresses", "max_connections")
        }
        assert await connection.fetchval("SELECT current_database()") == "interview_tracker"
        assert await connection.fetchval("SELECT lower('ÄÉ')") == "äé"
        assert connection.get_server_version().major == 18
    assert settings == {
        "fsync": "on",
        "data_checksums": "on",
        "server_encoding": "UTF8",
        "listen_addresses": "",
        "max_connections": "200",
    }


async def test_start_and_stop_may_be_repeated(folder: Path, make_server: MakeServer) -> None:
    server = make_server()
    await asyncio.to_thread(server.stop)
    await asyncio.gather(*(asyncio.to_thread(server.start) for _ in range(4)))
    pid = postmaster_pid(folder)
    await asyncio.to_thread(server.start)
    assert postmaster_pid(folder) == pid
    await asyncio.to_thread(server.stop)
    assert postgres_processes(folder) == []
    assert zombie_children() == []
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(server.start)
    assert await query(server, "SELECT 1") == 1


@pytest.mark.parametrize("name", ["with space", "a+b%20c@d=e~f", "comma,and'quote", "ünïcode"])
async def test_any_folder_name_works_in_both_urls(
    folder: Path, make_server: MakeServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("PGPORT", "7777")
    server = make_server(folder / name / "data")
    await asyncio.to_thread(server.start)
    assert await query(server, "SELECT current_database()") == "interview_tracker"
    rendered = make_url(server.sqlalchemy_url).set(drivername="postgresql").render_as_string()
    connection = await asyncpg.connect(rendered)
    assert await connection.fetchval("SELECT current_user") == server.user
    await connection.close()
    engine = create_async_engine(server.sqlalchemy_url)
    async with engine.connect() as session:
        assert (await session.execute(text("SELECT current_database()"))).scalar() == server.database
    await engine.dispose()


async def test_nothing_is_open_to_others(folder: Path, make_server: MakeServer) -> None:
    server = make_server(folder / "new/parent/data")
    previous = os.umask(0)
    try:
        await asyncio.to_thread(server.start)
    finally:
        os.umask(previous)
    for path in (folder / "new").rglob("*"):
        assert mode(path) & 0o066 == 0, path
    assert mode(folder / "new/parent/data/postgres") == 0o700
    assert mode(server.log_path) == 0o600


async def test_server_has_nothing_of_the_application(
    folder: Path, make_server: MakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JWT_SECRET_KEY", "a secret of the application")
    inheritable = socket.socket()
    inheritable.set_inheritable(True)
    with inheritable:
        await asyncio.to_thread(make_server().start)
        postmaster = psutil.Process(postmaster_pid(folder))
        assert os.getsid(postmaster.pid) == postmaster.pid
        assert "JWT_SECRET_KEY" not in postmaster.environ()
        assert not postmaster.net_connections("inet")
        open_files = {Path(file.path).name for file in postmaster.open_files()}
        assert not open_files & {"postgres.lock", "postgres.shares"}


# Sharing


@pytest.mark.parametrize("first_to_stop", [0, 1])
async def test_replicas_share_one_server_until_the_last_stops(
    folder: Path, make_server: MakeServer, make_replica: Callable[..., Replica], first_to_stop: int
) -> None:
    client = make_server()
    replicas = [make_replica(), make_replica()]
    await replicas[0].do("start")
    pid = postmaster_pid(folder)
    await replicas[1].do("start")
    assert postmaster_pid(folder) == pid

    await replicas[first_to_stop].do("stop")
    assert await query(client, "SELECT 1") == 1
    await replicas[1 - first_to_stop].do("ensure_running")
    assert postmaster_pid(folder) == pid

    await replicas[1 - first_to_stop].do("stop")
    assert postgres_processes(folder) == []


async def test_starter_that_goes_on_after_its_stop_keeps_no_zombie(
    folder: Path, make_server: MakeServer, make_replica: Callable[..., Replica]
) -> None:
    server, replica = make_server(), make_replica()
    await asyncio.to_thread(server.start)
    await replica.do("start")
    await asyncio.to_thread(server.stop)
    await replica.do("stop")
    assert postgres_processes(folder) == []
    await until(lambda: not zombie_children())


async def test_replicas_that_start_at_once_on_an_empty_folder_share(
    folder: Path, make_replica: Callable[..., Replica]
) -> None:
    replicas = [make_replica() for _ in range(3)]
    await asyncio.gather(*(replica.do("start") for replica in replicas))
    postmasters = [process for process in postgres_processes(folder) if "-D" in command_line(process)]
    assert [process.pid for process in postmasters] == [postmaster_pid(folder)]
    await asyncio.gather(*(replica.do("stop") for replica in replicas))
    assert postgres_processes(folder) == []


async def test_killed_replica_leaves_its_server_to_the_next(
    folder: Path, make_server: MakeServer, make_replica: Callable[..., Replica]
) -> None:
    replica, server = make_replica(), make_server()
    await replica.do("start")
    pid = postmaster_pid(folder)
    replica.kill()
    assert await query(server, "SELECT 1") == 1
    await asyncio.to_thread(server.start)
    assert postmaster_pid(folder) == pid
    await asyncio.to_thread(server.stop)
    assert postgres_processes(folder) == []


async def test_stop_overtakes_a_revival(folder: Path, make_server: MakeServer) -> None:
    server = make_server()
    await asyncio.to_thread(server.start)
    await asyncio.to_thread(server.stop)
    with pytest.raises(EmbeddedPostgresError, match="not started"):
        await asyncio.to_thread(server.ensure_running)
    assert postgres_processes(folder) == []


# Revival


async def test_killed_server_comes_back_with_its_data(folder: Path, make_server: MakeServer) -> None:
    server = make_server()
    await asyncio.to_thread(server.start)
    await query(server, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
    task = asyncio.create_task(keep_running(server))
    try:
        for _ in range(3):
            await until(lambda: client_backends(folder) > 0)
            pid = postmaster_pid(folder)
            os.kill(pid, signal.SIGKILL)
            await until_answer(server)
            assert postmaster_pid(folder) != pid
            assert await query(server, "SELECT count(*) FROM kept") == 1000
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await asyncio.to_thread(server.stop)
    assert postgres_processes(folder) == []
    assert zombie_children() == []


def client_backends(folder: Path) -> int:
    """Count the server's processes that serve a client that stays."""
    return sum(" idle" in " ".join(command_line(process)) for process in postgres_processes(folder))


async def test_keep_running_goes_on_after_failures(make_server: MakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server = make_server()
    revived = asyncio.Event()
    loop = asyncio.get_running_loop()
    outcomes = iter([EmbeddedPostgresError("once"), OSError("twice")])

    def ensure_running() -> None:
        if failure := next(outcomes, None):
            raise failure
        loop.call_soon_threadsafe(revived.set)

    monkeypatch.setattr(server, "ensure_running", ensure_running)
    monkeypatch.setattr(embedded_postgres, "RETRY_SECONDS", 0.001)
    task = asyncio.create_task(keep_running(server))
    await asyncio.wait_for(revived.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_zombie_does_not_count_as_running(folder: Path, make_server: MakeServer) -> None:
    server = make_server()
    await asyncio.to_thread(server.start)
    account = (folder / "data/postgres").stat().st_uid
    await kill_postmaster(folder)
    # Of the server's account, like a postmaster that nobody has collected: PostgreSQL is taken in by it.
    with subprocess.Popen(["true"], user=account if IS_ROOT else None) as zombie:
        await until(lambda: psutil.Process(zombie.pid).status() == psutil.STATUS_ZOMBIE)
        pid_file = folder / "data/postgres/postmaster.pid"
        _, rest = pid_file.read_text().split("\n", 1)
        pid_file.write_text(f"{zombie.pid}\n{rest}")
        await asyncio.to_thread(server.ensure_running)
        assert await query(server, "SELECT 1") == 1


async def test_replica_that_freezes_in_a_revival_holds_up_nobody(
    folder: Path, make_server: MakeServer, make_replica: Callable[..., Replica]
) -> None:
    frozen, server = make_replica(), make_server()
    await frozen.do("start")
    await asyncio.to_thread(server.start)
    await kill_postmaster(folder)
    frozen.send("ensure_running")
    worker = await until(lambda: lease_holder(folder, frozen))
    processes = [worker, psutil.Process(frozen.process.pid)]
    for process in processes:
        process.suspend()
    await until(lambda: all(process.status() == psutil.STATUS_STOPPED for process in processes))
    await kill_what_it_has_started(folder)

    began = time.monotonic()
    await asyncio.to_thread(server.ensure_running)
    # The lease, and the revival itself.
    assert time.monotonic() - began < embedded_postgres_lease.LEASE_SECONDS + PATIENCE_SECONDS / 2
    pid = postmaster_pid(folder)
    await query(server, "CREATE TABLE kept ()")

    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.resume()
    with pytest.raises(AssertionError, match="ended with -9"):
        await asyncio.to_thread(frozen.receive)
    await frozen.do("ensure_running")
    await asyncio.to_thread(server.stop)
    assert postmaster_pid(folder) == pid
    assert await query(server, "SELECT count(*) FROM kept") == 0
    assert [process.pid for process in postgres_processes(folder) if "-D" in command_line(process)] == [pid]
    await frozen.do("stop")
    assert postgres_processes(folder) == []


def lease_holder(folder: Path, replica: Replica) -> psutil.Process | None:
    """Return the program that works for a replica, once it holds the lease."""
    with suppress(ValueError, psutil.Error):
        pid = json.loads((folder / "data/postgres.lock").read_text())["pid"]
        if psutil.Process(pid).ppid() == replica.process.pid:
            return psutil.Process(pid)
    return None


async def kill_what_it_has_started(folder: Path) -> None:
    """Kill the server that a revival may have begun to start."""
    for process in postgres_processes(folder):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    await until(lambda: not postgres_processes(folder))


async def test_pid_file_of_a_server_that_has_not_shown_itself_yet_is_let_alone(
    folder: Path, make_server: MakeServer
) -> None:
    server = make_server()
    await asyncio.to_thread(server.start)
    await kill_postmaster(folder)
    pid_file = folder / "data/postgres/postmaster.pid"
    before = pid_file.read_text()
    descriptor = os.open(folder / "data/postgres.alive", os.O_RDWR)
    # As of a revival that was killed between its fork of the server and the server's first line.
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    with subprocess.Popen(["sleep", "60"], pass_fds=[descriptor]) as starting:
        os.close(descriptor)
        pid_file.write_text(before.replace(before.split("\n")[0], str(starting.pid), 1))
        revival = asyncio.create_task(asyncio.to_thread(server.ensure_running))
        await until(lambda: any("embedded_postgres_work" in " ".join(command_line(child)) for child in children()))
        await nothing_happens(0.5, because="the file must not go for as long as the lock is held")
        assert pid_file.read_text().startswith(f"{starting.pid}\n")
        starting.kill()
    await revival
    assert await query(server, "SELECT 1") == 1


def children() -> list[psutil.Process]:
    return psutil.Process().children()


async def test_frozen_server_is_woken_to_be_stopped(folder: Path, make_server: MakeServer) -> None:
    server = make_server()
    await asyncio.to_thread(server.start)
    async with connection_to(server):
        for process in postgres_processes(folder):
            process.suspend()
        await asyncio.to_thread(server.stop)
    assert postgres_processes(folder) == []
    assert "database system is shut down" in server.log_path.read_text()


@pytest.mark.parametrize("file", ["postgres/postmaster.pid", "postgres/.s.PGSQL.5432.lock"])
async def test_recycled_pid_does_not_count_as_running(folder: Path, make_server: MakeServer, file: str) -> None:
    server = make_server()
    await asyncio.to_thread(server.start)
    account = (folder / "data/postgres").stat().st_uid
    lines = (folder / "data" / file).read_text().splitlines(keepends=True)
    await kill_postmaster(folder)
    # Of the server's account: PostgreSQL is not taken in by a process that it may not signal.
    with subprocess.Popen(["sleep", "60"], user=account if IS_ROOT else None) as stranger:
        (folder / "data" / file).write_text("".join([f"{stranger.pid}\n", *lines[1:]]))
        await asyncio.to_thread(server.ensure_running)
        assert await query(server, "SELECT 1") == 1
        assert stranger.poll() is None
        stranger.kill()


async def test_pid_of_another_folders_server_does_not_count_as_running(folder: Path, make_server: MakeServer) -> None:
    server, other = make_server(), make_server(folder / "other")
    await asyncio.to_thread(server.start)
    await asyncio.to_thread(other.start)
    other_pid = (folder / "other/postgres/postmaster.pid").read_text().split()[0]
    lines = (folder / "data/postgres/postmaster.pid").read_text().splitlines(keepends=True)
    os.kill(postmaster_pid(folder), signal.SIGKILL)
    await until(lambda: not postgres_processes(folder / "data"))
    (folder / "data/postgres/postmaster.pid").write_text("".join([f"{other_pid}\n", *lines[1:]]))
    await asyncio.to_thread(server.ensure_running)
    assert await query(server, "SELECT 1") == 1
    await asyncio.to_thread(server.stop)
    assert await query(other, "SELECT 1") == 1


async def test_busy_orphan_of_a_killed_server_is_ended(folder: Path, make_server: MakeServer) -> None:
    server = make_server()
    await asyncio.to_thread(server.start)
    async with connection_to(server) as connection:
        backend = await connection.fetchval("SELECT pg_backend_pid()")
        # A loop without any wait: this process does not notice that its postmaster is gone.
        busy = asyncio.create_task(connection.execute("DO $$ BEGIN LOOP END LOOP; END $$"))
        is_busy = f"SELECT 1 FROM pg_stat_activity WHERE pid = {backend} AND query LIKE 'DO %' AND state = 'active'"
        await until(lambda: query(server, is_busy))
        os.kill(postmaster_pid(folder), signal.SIGKILL)
        await until(lambda: [process.pid for process in postgres_processes(folder)] == [backend])
        await asyncio.to_thread(server.ensure_running)
        assert backend not in [process.pid for process in postgres_processes(folder)]
        with pytest.raises((ConnectionError, asyncpg.PostgresError)):
            await busy


async def test_server_is_found_where_its_working_folder_is_hidden(
    folder: Path, make_server: MakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(process: psutil.Process) -> str:
        raise psutil.AccessDenied(process.pid)

    server, other = make_server(), make_server(folder / "other")
    await asyncio.to_thread(server.start)
    await asyncio.to_thread(other.start)
    with monkeypatch.context() as patch:
        patch.setattr(psutil.Process, "cwd", refuse)
        await asyncio.to_thread(FolderServer(folder / "data").shut_down)
    assert postgres_processes(folder / "data") == []
    assert await query(other, "SELECT 1") == 1


async def test_server_that_cannot_start_is_one_clear_error(
    folder: Path, make_server: MakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = make_server()
    await asyncio.to_thread(server.start)
    await asyncio.to_thread(server.stop)
    with (folder / "data/postgres/postgresql.conf").open("a") as configuration:
        configuration.write("no_such_setting = 1\n")
    began = time.monotonic()
    with pytest.raises(EmbeddedPostgresError, match="no_such_setting"):
        await asyncio.to_thread(server.start)
    assert time.monotonic() - began < embedded_postgres_server.ANSWER_SECONDS
    assert postgres_processes(folder) == []
    with pytest.raises(EmbeddedPostgresError, match="not started"):
        await asyncio.to_thread(server.ensure_running)
    usage = shutil.disk_usage(folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=15_000_000))
    with pytest.raises(EmbeddedPostgresError, match="Its disk is full"):
        await asyncio.to_thread(FolderServer(folder / "data").bring_up)


async def test_long_log_starts_anew(folder: Path, make_server: MakeServer) -> None:
    (folder / "data").mkdir()
    server = make_server()
    server.log_path.write_text("x" * (embedded_postgres_server.MAX_LOG_BYTES + 1))
    await asyncio.to_thread(server.start)
    assert server.log_path.stat().st_size < 10_000
    assert (folder / "data/postgres.log.1").exists()


# What may be found in the folder


async def test_initdb_killed_half_way_is_begun_anew(
    folder: Path, make_server: MakeServer, make_replica: Callable[..., Replica]
) -> None:
    replica = make_replica()
    replica.send("start")
    await until(lambda: any(folder.glob("data/postgres.new-*/PG_VERSION")))
    for process in psutil.Process(replica.process.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    replica.kill()
    assert not (folder / "data/postgres").exists()
    server = make_server()
    await asyncio.to_thread(server.start)
    assert await query(server, "SELECT 1") == 1
    assert not any(folder.glob("data/postgres.new-*"))


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        (None, "has files in it but no PG_VERSION, so it is no whole folder of PostgreSQL"),
        (b"", "PG_VERSION is empty, so the folder is damaged"),
        (b" \n", "PG_VERSION is empty, so the folder is damaged"),
        (b"\xff\x00 rubbish" * 1000, "which is no version of PostgreSQL: the folder is damaged"),
        (b"15\n", "holds data of PostgreSQL 15, and this version of the application brings 18: stop every process"),
        (b"9.6\n", "holds data of PostgreSQL 9.6"),
        (b"19\n", "holds data of PostgreSQL 19, and this version of the application brings only 18"),
    ],
)
async def test_folder_that_is_no_cluster_of_this_version_is_refused_untouched(
    folder: Path, make_server: MakeServer, version: bytes | None, sentence: str
) -> None:
    cluster = folder / "data/postgres"
    (cluster / "base").mkdir(parents=True, mode=0o750)
    (cluster / "base/1").write_text("somebody's")
    if version is not None:
        (cluster / "PG_VERSION").write_bytes(version)
    before = snapshot(cluster)
    with pytest.raises(EmbeddedPostgresError) as refusal:
        await asyncio.to_thread(make_server().start)
    assert sentence in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1
    assert snapshot(cluster) == before
    assert {path.name for path in (folder / "data").iterdir()} == {"postgres", "postgres.lock", "postgres.shares"}


def snapshot(cluster: Path) -> dict[str, tuple[int, int, int, bytes]]:
    """Return what could be changed of a folder and what is in it."""
    found = {}
    for path in (cluster, *cluster.rglob("*")):
        status = path.stat()
        content = path.read_bytes() if path.is_file() else b""
        found[str(path)] = (status.st_mode, status.st_uid, status.st_mtime_ns, content)
    return found


async def test_empty_folder_is_used(folder: Path, make_server: MakeServer) -> None:
    (folder / "data/postgres").mkdir(parents=True)
    server = make_server()
    await asyncio.to_thread(server.start)
    assert await query(server, "SELECT 1") == 1


# The socket's folder


@pytest.fixture
def long_data_dir(folder: Path) -> Iterator[Path]:
    data_dir = folder / ("x" * 100) / "data"
    yield data_dir
    short = Path(EmbeddedPostgres(data_dir).host)
    if short.is_symlink():
        short.unlink()
    shutil.rmtree(short, ignore_errors=True)


async def test_long_path_moves_the_socket_to_a_private_folder(
    long_data_dir: Path, make_server: MakeServer, make_replica: Callable[..., Replica]
) -> None:
    server, replica = make_server(long_data_dir), make_replica(data_dir=long_data_dir)
    await asyncio.to_thread(server.start)
    await replica.do("start")
    short = Path(server.host)
    assert short.parent == Path("/tmp")
    assert mode(short) == 0o700
    assert short.stat().st_uid == (long_data_dir / "postgres").stat().st_uid
    assert [path.name for path in short.iterdir() if path.is_socket()] == [".s.PGSQL.5432"]
    await asyncio.to_thread(server.stop)
    assert await query(server, "SELECT 1") == 1
    await replica.do("stop")
    assert not short.exists()


async def test_socket_folder_of_a_killed_server_is_used_again(long_data_dir: Path, make_server: MakeServer) -> None:
    server = make_server(long_data_dir)
    await asyncio.to_thread(server.start)
    for process in postgres_processes(long_data_dir):
        process.kill()
    await until(lambda: not postgres_processes(long_data_dir))
    await asyncio.to_thread(server.ensure_running)
    assert await query(server, "SELECT 1") == 1


@pytest.mark.parametrize("trap", ["symlink", "file", "open", pytest.param("foreign", marks=as_root)])
async def test_planted_socket_folder_is_refused(
    folder: Path, long_data_dir: Path, make_server: MakeServer, trap: str
) -> None:
    server = make_server(long_data_dir)
    short = Path(server.host)
    if trap == "symlink":
        (folder / "target").mkdir(mode=0o700)
        short.symlink_to(folder / "target")
    elif trap == "file":
        short.write_text("")
        short.chmod(0o700)
    else:
        short.mkdir(mode=0o755 if trap == "open" else 0o700)
    if trap == "foreign":
        os.chown(short, pwd.getpwnam("nobody").pw_uid, -1)
    before = short.lstat()
    with pytest.raises(EmbeddedPostgresError, match=short.name):
        await asyncio.to_thread(server.start)
    after = short.lstat()
    assert (after.st_mode, after.st_uid) == (before.st_mode, before.st_uid)
    assert postgres_processes(long_data_dir) == []
    if short.is_file():
        short.unlink()


# OS users


@as_root
async def test_parents_gain_passage_and_nothing_else(folder: Path, make_server: MakeServer) -> None:
    modes = {"closed": 0o700, "closed/group": 0o750, "closed/group/open": 0o755, "closed/group/open/data": 0o700}
    for name, bits in modes.items():
        (folder / name).mkdir()
        (folder / name).chmod(bits)
    server = make_server(folder / "closed/group/open/data")
    await asyncio.to_thread(server.start)
    assert {name: mode(folder / name) for name in modes} == {name: bits | 0o001 for name, bits in modes.items()}
    assert (folder / "closed/group/open/data/postgres").owner() == "pgserver"
    owners = {process.username() for process in postgres_processes(folder)}
    assert owners == {"pgserver"}


@as_root
async def test_users_run_servers_of_their_own_side_by_side(
    folder: Path, make_server: MakeServer, make_replica: Callable[..., Replica]
) -> None:
    nobody = pwd.getpwnam("nobody").pw_uid
    (folder / "nobody").mkdir(mode=0o700)
    os.chown(folder / "nobody", nobody, nobody)
    server, other = make_server(), make_server(folder / "nobody")
    replica = make_replica(str(nobody), data_dir=folder / "nobody")
    await asyncio.gather(asyncio.to_thread(server.start), replica.do("start"))
    assert await query(server, "SELECT 1") == 1
    assert await query(other, "SELECT 1") == 1
    assert {process.uids().effective for process in postgres_processes(folder / "nobody")} == {nobody}
    assert mode(folder / "nobody") == 0o700
    await asyncio.to_thread(server.stop)
    assert await query(other, "SELECT 1") == 1
    await replica.do("stop")
    assert postgres_processes(folder) == []
