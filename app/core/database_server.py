"""Which PostgreSQL this process works with: the configured one, or an embedded one that it looks after."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
import structlog

from app.core.config import ConfigurationError, Settings
from app.core.database import Database, place_of
from app.core.database_errors import UNREACHABLE
from app.core.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError, keep_running
from app.core.migrations import migrate

log = structlog.get_logger(__name__)

REVIVAL_PATIENCE_SECONDS = 10.0
START_PATIENCE_SECONDS = 30.0
START_RETRY_SECONDS = 1.0
START_LOG_SECONDS = 5.0
"""Pause between two log lines while a start waits; the first failure is logged at once."""


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
        await _wait_for(database, "DATABASE_URL", database.dsn)
        if direct is not None:
            await _wait_for(database, "DATABASE_DIRECT_URL", database.direct_dsn)
        await migrate(database.direct_dsn)
    yield database


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
        database = Database(server.dsn, settings, patience_seconds=REVIVAL_PATIENCE_SECONDS, wake=server.wake)
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


async def _wait_for(database: Database, setting: str, dsn: str) -> None:
    """Wait for a configured server that may be starting beside us, as in a compose file."""
    deadline = time.monotonic() + START_PATIENCE_SECONDS
    next_line = 0.0
    while True:
        try:
            return await database.try_connection(dsn)
        except (*UNREACHABLE, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            now, reason = time.monotonic(), type(error).__name__
            if not isinstance(error, UNREACHABLE):
                # It is there, and will not have us later either: most likely it has no database of that name.
                raise _out_of_reach(setting, dsn, "used", reason) from error
            if now > deadline:
                raise _out_of_reach(setting, dsn, "reached", reason) from error
            if now >= next_line:
                next_line = now + START_LOG_SECONDS
                log.warning("waiting_for_database", database=place_of(dsn), error=reason)
        await asyncio.sleep(START_RETRY_SECONDS)


def _out_of_reach(setting: str, dsn: str, verb: str, reason: str) -> ConfigurationError:
    return ConfigurationError(f"{setting}: the database at {place_of(dsn)} cannot be {verb} ({reason})")
