"""Migrations: they lead to the models' schema, can be repeated, and wait for each other."""

import asyncio
import sys

import asyncpg
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from alembic import command
from app.core.migrations import alembic_config, migrate
from app.models import Base
from tests.conftest import NewDatabase


async def test_the_migrated_schema_is_the_models_schema(new_database: NewDatabase) -> None:
    """The check that ``alembic check`` makes."""
    url = await new_database()
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return list(compare_metadata(context, Base.metadata))

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_down_and_up_again_ends_where_it_began(new_database: NewDatabase) -> None:
    url = await new_database()
    before = await schema_of(url)

    await asyncio.to_thread(command.downgrade, alembic_config(url), "base")
    assert await tables_of(url) == {"alembic_version"}
    await migrate(url)

    assert await schema_of(url) == before


async def test_replicas_that_migrate_at_once_take_turns(new_database: NewDatabase) -> None:
    url = await new_database()
    await asyncio.to_thread(command.downgrade, alembic_config(url), "base")
    program = f"import asyncio; from app.core.migrations import migrate; asyncio.run(migrate({url!r}))"

    replicas = [await asyncio.create_subprocess_exec(sys.executable, "-c", program) for _ in range(3)]

    assert [await replica.wait() for replica in replicas] == [0, 0, 0]
    assert "positions" in await tables_of(url)


async def tables_of(url: str) -> set[str]:
    rows = await fetch(url, "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
    return {row["name"] for row in rows}


async def schema_of(url: str) -> list[tuple[str, ...]]:
    columns = await fetch(
        url,
        """SELECT table_name, column_name, data_type, is_nullable, coalesce(generation_expression, '') AS generated
           FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2""",
    )
    indexes = await fetch(url, "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1")
    return [tuple(row.values()) for row in [*columns, *indexes]]


async def fetch(url: str, sql: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        rows: list[asyncpg.Record] = await connection.fetch(sql)
    finally:
        await connection.close()
    return rows
