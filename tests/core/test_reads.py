"""Reads of one user beside those of others."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from uuid import UUID, uuid4

import asyncpg
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.core.embedded_postgres import EmbeddedPostgres
from app.core.errors import DatabaseUnavailableError
from app.core.read_pool import ReadPool
from app.core.reads import MOST_OF_ONE_USER, Read, Reads
from app.repositories import users
from tests.support.waiting import until

WAIT = Read(text("SELECT pg_advisory_xact_lock_shared(hashtext(CAST(CAST(:user_id AS uuid) AS text)))"))


@pytest.fixture
async def reads(postgres: EmbeddedPostgres) -> AsyncIterator[Reads]:
    """Give reads with more connections than one user may have."""
    pool = ReadPool(partial(asyncpg.connect, postgres.dsn), size=MOST_OF_ONE_USER + 2, timeout_seconds=60)
    yield Reads(pool)
    await pool.close()


@pytest.fixture
async def busy_user(postgres: EmbeddedPostgres) -> AsyncIterator[UUID]:
    """Give a user whose reads end when the test is over."""
    user_id = uuid4()
    connection = await asyncpg.connect(postgres.dsn)
    await connection.execute("SELECT pg_advisory_lock(hashtext($1))", str(user_id))
    yield user_id
    await connection.close()


async def test_of_one_user_a_few_run_at_a_time_and_those_of_others_beside_them(reads: Reads, busy_user: UUID) -> None:
    waiting = [asyncio.create_task(reads.all(WAIT, user_id=busy_user)) for _ in range(8)]
    await until(lambda: reads.pool.opened == MOST_OF_ONE_USER)

    await asyncio.gather(*(reads.all(WAIT, user_id=uuid4()) for _ in range(4)))

    assert reads.pool.opened - reads.pool.idle == MOST_OF_ONE_USER
    assert not any(read.done() for read in waiting)
    for read in waiting:
        read.cancel()
    await asyncio.wait(waiting)
    await reads.all(WAIT, user_id=uuid4())


async def test_what_is_asked_of_a_login_waits_for_nothing_that_the_login_does(reads: Reads, busy_user: UUID) -> None:
    waiting = [asyncio.create_task(reads.all(WAIT, user_id=busy_user)) for _ in range(8)]
    await until(lambda: reads.pool.opened == MOST_OF_ONE_USER)

    assert await reads.all(Read(text("SELECT CAST(:user_id AS uuid)"), is_of_login=True), user_id=busy_user)

    for read in waiting:
        read.cancel()
    await asyncio.wait(waiting)
    asked = [read for read in vars(users).values() if isinstance(read, Read) and "user_id" in read.compiled.names]
    assert asked
    assert all(read.is_of_login for read in asked)


async def test_a_statement_has_one_core(app: FastAPI) -> None:
    (row,) = await app.state.runtime.database.reads.pool.fetch("SHOW max_parallel_workers_per_gather", ())

    assert row[0] == "0"


async def test_whose_own_reads_take_too_long_is_told_to_come_back(reads: Reads, busy_user: UUID) -> None:
    waiting = [asyncio.create_task(reads.all(WAIT, user_id=busy_user)) for _ in range(MOST_OF_ONE_USER)]
    await until(lambda: reads.pool.opened == MOST_OF_ONE_USER)
    reads.pool.timeout_seconds = 0.05

    with pytest.raises(DatabaseUnavailableError) as refused:
        await reads.all(WAIT, user_id=busy_user)

    assert refused.value.status == 503
    for read in waiting:
        read.cancel()
    await asyncio.wait(waiting)
