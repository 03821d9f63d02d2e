"""How Alembic reaches the database: the application's own, or the one that the caller names."""

import asyncio
import random
from contextlib import ExitStack
from functools import partial

import asyncpg
import structlog
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from alembic import context
from app.core.config import ConfigurationError, load_settings
from app.core.database_address import DatabaseAddress, read_address
from app.core.database_errors import is_held_up
from app.core.database_path import Connect, find_path
from app.core.database_start import wait_for_database
from app.core.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from app.models import Base

MIGRATION_LOCK = 0x17E21EF  # any number that nobody else takes an advisory lock on
LOCK_TIMEOUT_SECONDS = 0.5
"""While a migration waits for a table, whoever wants the table after it waits too."""
TRIES = 120
PAUSE_SECONDS = 0.5
CONNECT_SECONDS = 10.0
SERVER_SETTINGS = {"application_name": "interview-tracker migrations", "timezone": "UTC"}
"""Poolers understand both. What else a migration needs is set once it is connected."""

log = structlog.get_logger("migrations")


def run(connection: Connection) -> None:
    # Each migration is committed by itself, so that its locks are held no longer than it takes.
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_on(setting: str, address: DatabaseAddress) -> None:
    connect = partial(address.connect, timeout_seconds=CONNECT_SECONDS, server_settings=SERVER_SETTINGS)
    await wait_for_database(setting, address, connect)
    await refuse_shared_connections(setting, address, connect)
    # The pool is of one connection, which holds the lock; it is the address that knows how to connect.
    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    async with engine.connect() as connection:
        await prepare(connection)
        await take_migration_lock(connection)
        await run_patiently(connection)
    await engine.dispose()


async def refuse_shared_connections(setting: str, address: DatabaseAddress, connect: Connect) -> None:
    """See that the connection is ours alone: the lock that keeps two migrations apart belongs to it."""
    try:
        path = await find_path(connect, connect, has_direct_address=False)
    except asyncpg.TooManyConnectionsError as error:
        raise ConfigurationError(f"{setting}: the database at {address.place} cannot be used ({error})") from error
    if path.is_shared:
        raise ConfigurationError(
            f"{setting}: the pooler at {address.place} shares connections between transactions, so that two migrations "
            "could run at once: set DATABASE_DIRECT_URL to the address without it"
        )


async def prepare(connection: AsyncConnection) -> None:
    """Bound the waits for locks, and nothing else: a migration may take its time."""
    limits = {
        "lock_timeout": str(int(LOCK_TIMEOUT_SECONDS * 1000)),
        "statement_timeout": "0",
        "idle_in_transaction_session_timeout": "60000",
    }
    for name, value in limits.items():
        await connection.execute(text("SELECT set_config(:name, :value, false)"), {"name": name, "value": value})
    await connection.commit()


async def take_migration_lock(connection: AsyncConnection) -> None:
    """Wait until no other replica migrates; the lock ends with the connection.

    Asked for again and again: a statement that waits for it would hold a snapshot, and the replica that builds an
    index beside its users waits for everybody who has one.
    """
    statement = text("SELECT pg_try_advisory_lock(:key)")
    while True:
        is_mine = await connection.scalar(statement, {"key": MIGRATION_LOCK})
        await connection.commit()
        if is_mine:
            return
        await asyncio.sleep(PAUSE_SECONDS)


async def run_patiently(connection: AsyncConnection) -> None:
    """Run the migrations; one that found its table locked is tried again, from its beginning."""
    for tries_left in reversed(range(TRIES)):
        try:
            await connection.run_sync(run)
            await connection.commit()
        except DBAPIError as error:
            await connection.rollback()
            if not (tries_left and is_held_up(error)):
                raise
            log.info("migration_held_up", tries_left=tries_left)
        else:
            return
        # Uneven, so as not to meet the same visitor each time.
        await asyncio.sleep(PAUSE_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 - not a secret


def configured_address(stack: ExitStack) -> tuple[str, DatabaseAddress]:
    """Return the settings' database and what names it; an embedded one runs for as long as the stack is open."""
    settings = load_settings()
    if settings.database_direct_url:
        return "DATABASE_DIRECT_URL", read_address(settings.database_direct_url.get_secret_value())
    if settings.database_url:
        return "DATABASE_URL", read_address(settings.database_url.get_secret_value())
    embedded = EmbeddedPostgres(settings.data_dir)
    stack.callback(embedded.stop)
    embedded.start()
    return "DATA_DIR", read_address(embedded.dsn)


def run_as_command() -> None:
    """Migrate the database of the settings; what they or the database do not allow ends in one line and status 1."""
    try:
        with ExitStack() as stack:
            asyncio.run(run_on(*configured_address(stack)))
    except (ConfigurationError, EmbeddedPostgresError) as error:
        raise SystemExit(" ".join(str(error).split())) from None


if context.is_offline_mode():
    raise SystemExit("Offline mode is not supported: migrations look at the database")
if dsn := context.config.attributes.get("dsn"):
    asyncio.run(run_on("DATABASE_URL", read_address(dsn)))
else:
    run_as_command()
