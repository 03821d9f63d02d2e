"""How Alembic reaches the database: the application's own, or the one that the caller names."""

import asyncio
from contextlib import ExitStack

from sqlalchemy import Connection, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from alembic import context
from app.core.config import ConfigurationError, load_settings
from app.core.database import asyncpg_dsn
from app.core.embedded_postgres import EmbeddedPostgres
from app.models import Base

MIGRATION_LOCK = 0x17E21EF  # any number that nobody else takes an advisory lock on


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, compare_server_default=True)
    with context.begin_transaction():
        # Held to the end of the transaction: of several replicas that start at once one migrates, the others wait.
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        context.run_migrations()


async def run_on(dsn: str) -> None:
    engine = create_async_engine(make_url(dsn).set(drivername="postgresql+asyncpg"))
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


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
