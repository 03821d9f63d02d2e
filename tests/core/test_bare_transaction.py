"""A transaction without the ORM: it is one all the same, on the connections that the ORM has."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from app.core.config import Settings
from app.core.database import Database
from app.core.errors import AppError, DatabaseUnavailableError
from app.core.reads import Statement
from tests.conftest import NewDatabase
from tests.support.waiting import until

ADD = Statement(text("INSERT INTO numbers VALUES (:number)"))
FAIL = Statement(text("SELECT 1 / (SELECT 0)"))
PID = Statement(text("SELECT pg_backend_pid() AS pid"))
SLEEP = Statement(text("SELECT pg_sleep(60)"))
KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> $1"


@pytest.fixture
async def database(new_database: NewDatabase, make_settings: Callable[..., Settings]) -> AsyncIterator[Database]:
    """Give a database with an empty table, and two connections for writing."""
    database = Database(await new_database(), make_settings(database_pool_size=2, database_pool_timeout_seconds=0.2))
    async with database.transaction() as db:
        await db.execute(text("CREATE TABLE numbers (number int)"))
    yield database
    await database.close()


async def numbers(database: Database) -> list[int]:
    return [row[0] for row in await database.reads.pool.fetch("SELECT number FROM numbers ORDER BY number", ())]


async def add(database: Database, number: int, *, then: BaseException | None = None) -> None:
    async with database.bare_transaction() as transaction:
        await transaction.all(ADD, number=number)
        if then:
            raise then


async def test_it_is_committed_whole_or_not_at_all(database: Database) -> None:
    await add(database, 1)
    for error in (AppError("no"), ValueError(), asyncio.CancelledError()):
        with pytest.raises(type(error)):
            await add(database, 2, then=error)
    await add(database, 3)

    assert await numbers(database) == [1, 3]
    assert database.pool_figures()["checked_out"] == 0


async def test_a_failed_statement_that_somebody_caught_is_no_success(database: Database) -> None:
    async def go_on_regardless() -> None:
        async with database.bare_transaction() as transaction:
            await transaction.all(ADD, number=1)
            with pytest.raises(asyncpg.DivisionByZeroError):
                await transaction.all(FAIL)
            transaction.announce(["test:lie"])

    with pytest.raises(DatabaseUnavailableError):
        await go_on_regardless()

    assert await numbers(database) == []
    assert database.wake_ups.all_sent.is_set()


async def test_it_holds_no_connection_before_its_first_statement(database: Database) -> None:
    async with database.bare_transaction() as transaction:
        assert database.pool_figures()["checked_out"] == 0
        await transaction.all(PID)
        assert database.pool_figures()["checked_out"] == 1
    assert database.pool_figures()["checked_out"] == 0


async def test_its_connections_are_those_of_the_orm_and_as_many(database: Database) -> None:
    async with database.bare_transaction() as bare, database.transaction() as db:
        await bare.all(PID)
        await db.execute(text("SELECT 1"))
        for refused in (add(database, 1), begin(database)):
            with pytest.raises(DatabaseUnavailableError) as raised:
                await refused
            assert raised.value.reason == "no_free_connection"
    async with database.bare_transaction() as bare, database.bare_transaction() as other:
        assert await bare.all(PID) != await other.all(PID)


async def begin(database: Database) -> None:
    async with database.transaction() as db:
        await db.execute(text("SELECT 1"))


async def test_who_waits_for_a_connection_gets_the_next(database: Database) -> None:
    database._pool._timeout = 60
    await asyncio.gather(*(add(database, number) for number in range(20)), *(begin(database) for _ in range(20)))

    assert await numbers(database) == [*range(20)]


async def test_connections_that_died_unnoticed_are_replaced(database: Database) -> None:
    async with database.bare_transaction() as one, database.bare_transaction() as two:
        await one.all(PID)
        await two.all(PID)
    rows = await database.reads.pool.fetch("SELECT pg_backend_pid()", ())
    await database.reads.pool.fetch(KILL, [rows[0][0]])

    # At once, before the loop has seen that their sockets are closed, and after it.
    await add(database, 1)
    await until(lambda: True)
    await add(database, 2)
    assert await numbers(database) == [1, 2]


async def test_a_connection_that_dies_under_it_is_503_and_the_next_one_works(database: Database) -> None:
    async def wait_long() -> None:
        async with database.bare_transaction() as transaction:
            await transaction.all(SLEEP)

    sleeping = asyncio.create_task(wait_long())
    asleep = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(60)%' "
    victims: list[Any] = await until(
        lambda: database.reads.pool.fetch(f"{asleep} AND state = 'active' AND pid <> pg_backend_pid()", ())
    )
    await database.reads.pool.fetch("SELECT pg_terminate_backend($1)", [victims[0]["pid"]])
    with pytest.raises(DatabaseUnavailableError):
        await sleeping

    await add(database, 1)
    assert await numbers(database) == [1]


async def test_a_statement_that_is_all_commits_by_itself(database: Database) -> None:
    async with database.bare_transaction() as transaction:
        assert await transaction.look(PID)
        await transaction.all_at_once(ADD, number=1)
        assert await numbers(database) == [1]

    assert database.pool_figures()["checked_out"] == 0


async def test_a_statement_behind_others_that_write_is_of_their_transaction(database: Database) -> None:
    with pytest.raises(ValueError, match="no"):
        await add_twice(database, then=ValueError("no"))
    assert await numbers(database) == []


async def add_twice(database: Database, *, then: BaseException) -> None:
    async with database.bare_transaction() as transaction:
        await transaction.look(PID)
        await transaction.all(ADD, number=1)
        await transaction.all_at_once(ADD, number=2)
        raise then


async def test_a_look_finds_that_a_connection_has_died(database: Database) -> None:
    await add(database, 1)
    pid = await database.reads.pool.fetch("SELECT pg_backend_pid()", ())
    await database.reads.pool.fetch(KILL, [pid[0][0]])
    async with database.bare_transaction() as transaction:
        await transaction.look(PID)
        await transaction.all_at_once(ADD, number=2)

    assert await numbers(database) == [1, 2]


async def test_a_statement_that_is_all_and_is_cancelled_spoils_no_connection(database: Database) -> None:
    async def wait_long() -> None:
        async with database.bare_transaction() as transaction:
            await transaction.look(PID)
            await transaction.all_at_once(SLEEP)

    asleep = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query = 'SELECT pg_sleep(60)'"
    for _ in range(3):
        task = asyncio.create_task(wait_long())
        await until(lambda: database.reads.pool.fetch(asleep, ()))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert database.pool_figures()["checked_out"] == 0

    await add(database, 2)
    assert await numbers(database) == [2]


async def test_one_that_is_cancelled_leaves_nothing_behind(database: Database) -> None:
    async def add_and_sleep() -> None:
        async with database.bare_transaction() as transaction:
            await transaction.all(ADD, number=1)
            await transaction.all(SLEEP)

    for _ in range(3):
        task = asyncio.create_task(add_and_sleep())
        await until(lambda: database.pool_figures()["checked_out"] == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    await add(database, 2)
    assert await numbers(database) == [2]
    assert database.pool_figures()["checked_out"] == 0
