"""Which PostgreSQL this process works with: the configured one, or an embedded one that it looks after."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial

import structlog

from app.core.config import ConfigurationError, Settings
from app.core.database import Database
from app.core.database_errors import DRIVER_ERRORS, UNREACHABLE
from app.core.database_path import DatabasePath
from app.core.database_start import wait_for_database
from app.core.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError, keep_running
from app.core.migrations import is_up_to_date, migrate

log = structlog.get_logger(__name__)

REVIVAL_PATIENCE_SECONDS = 10.0
NOTHING_BETWEEN = DatabasePath()


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """Give the database of the settings, migrated if they say so.

    Raises:
        ConfigurationError: the database to migrate cannot be reached, or the embedded one cannot be started.

    """
    if settings.database_url is None:
        async with _embedded(settings) as database:
            yield database
        return
    direct = settings.database_direct_url.get_secret_value() if settings.database_direct_url else None
    database = Database(settings.database_url.get_secret_value(), settings, direct_dsn=direct)
    if settings.auto_migrate:
        await wait_for_database("DATABASE_URL", database.address, partial(database.open, database.address))
        if direct is not None:
            await wait_for_database(
                "DATABASE_DIRECT_URL", database.direct_address, partial(database.open, database.direct_address)
            )
        await migrate(database.direct_address.dsn)
    looking = asyncio.create_task(_look_at_path(database), name="database_path")
    try:
        yield database
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking


@asynccontextmanager
async def _embedded(settings: Settings) -> AsyncIterator[Database]:
    server = EmbeddedPostgres(settings.data_dir)
    try:
        await asyncio.to_thread(server.start)
    except EmbeddedPostgresError as error:
        # It may quote the end of the server's log.
        raise ConfigurationError(f"DATA_DIR: {' '.join(str(error).split())}") from error
    try:
        # Whoever needs a connection while the server is brought back waits for it.
        database = Database(
            server.dsn,
            settings,
            patience_seconds=REVIVAL_PATIENCE_SECONDS,
            path=NOTHING_BETWEEN,
            wake=server.wake,
        )
        if settings.auto_migrate and not await _is_up_to_date(database):
            await migrate(database.dsn)
        keeper = asyncio.create_task(keep_running(server), name="embedded_postgres_keeper")
        try:
            yield database
        finally:
            keeper.cancel()
            with suppress(asyncio.CancelledError):
                await keeper
    finally:
        await asyncio.to_thread(server.stop)


async def _is_up_to_date(database: Database) -> bool:
    connection = await database.open(database.address)
    try:
        return await is_up_to_date(connection)
    finally:
        await connection.close()


async def _look_at_path(database: Database) -> None:
    """Find out what stands between before the first request asks; it may, if nobody is there yet."""
    try:
        await database.know_path()
    except (*UNREACHABLE, *DRIVER_ERRORS) as error:
        place, reason = database.address.place, " ".join(str(error).split())
        log.warning("database_unreachable", database=place, error=type(error).__name__, reason=reason)
