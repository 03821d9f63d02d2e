"""Which PostgreSQL this process works with: the configured one, or an embedded one that it looks after."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from app.core.config import Settings
from app.core.database import Database
from app.core.embedded_postgres import EmbeddedPostgres, keep_running
from app.core.errors import DatabaseUnavailableError
from app.core.migrations import migrate

log = structlog.get_logger(__name__)

REVIVAL_PATIENCE_SECONDS = 10.0
START_PATIENCE_SECONDS = 30.0


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """Give the database of the settings, migrated if they say so."""
    if settings.database_url is None:
        async with _embedded(settings) as database:
            yield database
        return
    direct = settings.database_direct_url.get_secret_value() if settings.database_direct_url else None
    database = Database(settings.database_url.get_secret_value(), settings, direct_dsn=direct)
    if settings.auto_migrate:
        await _wait_for(database)
        await migrate(database.direct_dsn)
    yield database


@asynccontextmanager
async def _embedded(settings: Settings) -> AsyncIterator[Database]:
    server = EmbeddedPostgres(settings.data_dir)
    await asyncio.to_thread(server.start)
    try:
        # Whoever needs a connection while the server is brought back waits for it.
        database = Database(server.dsn, settings, patience_seconds=REVIVAL_PATIENCE_SECONDS)
        if settings.auto_migrate:
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


async def _wait_for(database: Database) -> None:
    """Wait for a configured server that may be starting beside us, as in a compose file."""
    deadline = asyncio.get_running_loop().time() + START_PATIENCE_SECONDS
    while True:
        try:
            return await database.ping()
        except DatabaseUnavailableError:
            if asyncio.get_running_loop().time() > deadline:
                raise
            log.info("waiting_for_database")
            await asyncio.sleep(1)
