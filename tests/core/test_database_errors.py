"""What each SQLSTATE means to whoever asked, whichever of the two ways to the database it came."""

from collections.abc import Callable

import asyncpg
import pytest
from sqlalchemy import event, text
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.exc import DBAPIError, DisconnectionError

from app.core.config import Settings
from app.core.database import Database, Lane
from app.core.database_errors import DRIVER_ERRORS, as_unavailable, to_app_error
from app.core.errors import DatabaseUnavailableError
from app.core.wake_ups import WakeUps
from tests.conftest import NewDatabase

NOT_NOW = {
    "08006": "unreachable",
    "25006": "read_only",
    "25P02": "interrupted",
    "25P03": "interrupted",
    "40001": "lost_race",
    "40P01": "lost_race",
    "53000": "out_of_memory",
    "53100": "disk_full",
    "53200": "out_of_memory",
    "53300": "no_free_connection",
    "55P03": "lock_timeout",
    "57014": "statement_timeout",
    "57P01": "unreachable",
    "57P02": "unreachable",
    "57P03": "unreachable",
    "58030": "disk_full",
}
RAISE = "DO $$ BEGIN RAISE EXCEPTION 'simulated' USING ERRCODE = '{}'; END $$"


async def test_what_the_database_cannot_do_now_is_503_with_its_reason(
    new_database: NewDatabase, make_settings: Callable[..., Settings]
) -> None:
    database = Database(await new_database(), make_settings())
    for state, reason in NOT_NOW.items():
        with pytest.raises(DatabaseUnavailableError) as written:
            async with database.transaction() as db:
                await db.execute(text(RAISE.format(state)))
        with pytest.raises(DatabaseUnavailableError) as read:
            await database.reads.pool.fetch(RAISE.format(state), ())
        for raised in (written, read):
            assert raised.value.details == {"service_name": "database", "reason": reason}, state
            assert int(raised.value.headers["Retry-After"]) >= 1
    await database.close()


@pytest.mark.parametrize(("state", "status"), [("23505", 409), ("23503", 409), ("42601", 500), ("XX000", 500)])
async def test_what_would_fail_again_is_not(
    new_database: NewDatabase, make_settings: Callable[..., Settings], state: str, status: int
) -> None:
    database = Database(await new_database(), make_settings())

    with pytest.raises(DBAPIError) as written:
        async with database.transaction() as db:
            await db.execute(text(RAISE.format(state)))
    with pytest.raises(asyncpg.PostgresError) as read:
        await database.reads.pool.fetch(RAISE.format(state), ())

    for raised in (written, read):
        assert as_unavailable(raised.value) is None
        assert to_app_error(raised.value).status == status
    await database.close()


@pytest.mark.parametrize("reads", [False, True])
async def test_a_server_that_dies_right_after_a_connection_was_opened_is_503(
    new_database: NewDatabase, make_settings: Callable[..., Settings], reads: bool
) -> None:
    database = Database(await new_database(), make_settings())

    async def connect_to_the_dying() -> asyncpg.Connection:
        connection = await database.connect()
        connection.terminate()
        return connection

    lane = Lane(connect_to_the_dying, make_settings(), WakeUps(), writers=1, readers=1)
    with pytest.raises((asyncpg.InterfaceError, DatabaseUnavailableError)) as raised:
        await _select(lane, reads=reads)

    assert to_app_error(raised.value).status == 503
    await lane.close()
    await database.close()


async def test_a_pool_that_finds_only_dead_connections_is_503(
    new_database: NewDatabase, make_settings: Callable[..., Settings]
) -> None:
    database = Database(await new_database(), make_settings())

    def find_it_dead(*_of_the_checkout: object) -> None:
        raise DisconnectionError

    event.listen(database.engine.sync_engine, "checkout", find_it_dead)
    with pytest.raises(DatabaseUnavailableError):
        await _select(database, reads=False)

    await database.close()


async def _select(lane: Lane, *, reads: bool) -> None:
    if reads:
        await lane.reads.pool.fetch("SELECT 1", ())
    else:
        async with lane.transaction() as db:
            await db.execute(text("SELECT 1"))


def test_a_connection_that_dies_in_the_hands_of_the_pool_is_503() -> None:
    died = asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")
    wrapped = AsyncAdapt_asyncpg_dbapi.Error(str(died))  # type: ignore[no-untyped-call]
    wrapped.__cause__ = died

    assert isinstance(wrapped, DRIVER_ERRORS)
    assert as_unavailable(wrapped)
