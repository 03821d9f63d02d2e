"""How Alembic reaches the database: the application's own, or the one that the caller names."""

import asyncio
import random
from contextlib import ExitStack

import structlog
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from alembic import context
from app.core.config import ConfigurationError, load_settings
from app.core.database import asyncpg_dsn
from app.core.database_errors import is_held_up
from app.core.embedded_postgres import EmbeddedPostgres
from app.models import Base

MIGRATION_LOCK = 0x17E21EF  # any number that nobody else takes an advisory lock on
LOCK_TIMEOUT_SECONDS = 0.5
"""While a migration waits for a table, whoever wants the table after it waits too."""
TRIES = 120
PAUSE_SECONDS = 0.5

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


async def run_on(dsn: str) -> None:
    engine = create_async_engine(make_url(dsn).set(drivername="postgresql+asyncpg"))
    async with engine.connect() as connection:
        await prepare(connection)
        await take_migration_lock(connection)
        await run_patiently(connection)
    await engine.dispose()


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


def configured_dsn(stack: ExitStack) -> str:
    """Return the settings' database; an embedded one runs for as long as the stack is open."""
    try:
        settings = load_settings()
    except ConfigurationError as error:
        raise SystemExit(str(error)) from None
    if settings.database_url:
        return asyncpg_dsn(settings.database_url.get_secret_value())
    embedded = EmbeddedPostgres(settings.data_dir)
    stack.callback(embedded.stop)
    embedded.start()
    return embedded.dsn


if context.is_offline_mode():
    raise SystemExit("Offline mode is not supported: migrations look at the database")
with ExitStack() as exit_stack:
    asyncio.run(run_on(context.config.attributes.get("dsn") or configured_dsn(exit_stack)))
