"""A disk that is really full: the database on a small file system, and another file in all of its room."""

import asyncio
import os
import random
import shutil
import string
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import make_url

from app.core.embedded_postgres_folders import server_account
from app.services import health
from tests.conftest import MakeApp, NewDatabase, client_of
from tests.support.probing import assert_envelope
from tests.support.processes import scratch_folder
from tests.support.users import sign_up
from tests.support.waiting import until

POSITIONS = "/api/v1/positions"
ROOM_MIB = 64
FILL_UP_TRIES = 500
TABLESPACE = "small_disk"


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """Give a file system of its own, in memory."""
    with scratch_folder() as folder:
        options = f"size={ROOM_MIB}m,mode=0755"
        mount = shutil.which("mount")
        if os.geteuid() != 0 or mount is None:
            pytest.skip("only root can mount a small file system")
        command = [mount, "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        mounted = subprocess.run(command, capture_output=True, text=True, check=False)
        if mounted.returncode:
            pytest.skip(f"a small file system cannot be mounted here: {mounted.stderr.strip()}")
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
async def app(make_app: MakeApp, new_database: NewDatabase, small_disk: Path) -> AsyncIterator[FastAPI]:
    """Run an application whose database is on the small file system. PostgreSQL's log of writes is elsewhere."""
    files, account = small_disk / "files", server_account()
    files.mkdir(mode=0o700)
    os.chown(files, account.uid, account.gid)
    url = make_url(await new_database())
    administration = await asyncpg.connect(url.set(database="postgres").render_as_string(hide_password=False))
    try:
        await administration.execute(f"CREATE TABLESPACE {TABLESPACE} LOCATION '{files}'")
        await administration.execute(f"ALTER DATABASE {url.database} SET TABLESPACE {TABLESPACE}")
        async with make_app(database_url=url.render_as_string(hide_password=False)) as app:
            yield app
    finally:
        await administration.execute(f"DROP DATABASE {url.database} WITH (FORCE)")
        await administration.execute(f"DROP TABLESPACE {TABLESPACE}")
        await administration.close()


async def test_while_the_disk_is_full_writes_are_503_and_reads_go_on(
    app: FastAPI, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "REFUSAL_SECONDS", 0.2)
    monkeypatch.setattr(health, "WRITABLE_SECONDS", 0)
    async with client_of(app) as client:
        user = await sign_up(client)
        made = await user.position()
        position = (await user.get(f"{POSITIONS}/{made['id']}")).json()
        other = small_disk / "other"
        fill_up(other)

        # First the room that is left in the tables' own files is used up.
        for _ in range(FILL_UP_TRIES):
            refused = await user.post(POSITIONS, big_position())
            if refused.status_code != 201:
                break
        answers = await asyncio.gather(*(user.post(POSITIONS, big_position()) for _ in range(8)))
        readiness = await client.get("/health/readiness")
        reading = [await user.get(f"{POSITIONS}/{position['id']}"), await user.get(POSITIONS, search="engineer")]

        for answer in (refused, *answers, readiness):
            assert_full(answer)
        assert reading[0].json() == position
        assert reading[1].status_code == 200
        other.unlink()
        await until(lambda: ready(client))
        assert (await user.post(POSITIONS, big_position())).status_code == 201


def fill_up(file: Path) -> None:
    """Write until the file system takes no more."""
    block = b"x" * 4096
    with file.open("wb", buffering=0) as full:
        for _ in range(ROOM_MIB * 2**20 // len(block)):
            try:
                full.write(block)
            except OSError:
                return


def big_position() -> dict[str, str]:
    """Return a position whose description no compression makes small."""
    letters = "".join(random.choices(string.ascii_letters, k=4_000))
    return {"title": "Engineer", "company": "Acme", "description": letters}


def assert_full(response: httpx.Response) -> None:
    assert response.status_code == 503, response.text
    error = assert_envelope(response, "EXTERNAL_SERVICE_ERROR")
    assert error["details"] == {"service_name": "database", "reason": "disk_full"}
    assert int(response.headers["retry-after"]) >= 1


async def ready(client: httpx.AsyncClient) -> bool:
    return (await client.get("/health/readiness")).status_code == 200
