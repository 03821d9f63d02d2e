"""Migrations: they lead to the models' schema, can be repeated, and wait for each other."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID, uuid4

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from structlog.testing import capture_logs

from alembic import command
from app.core.config import Settings
from app.core.database import Database
from app.core.errors import DatabaseUnavailableError
from app.core.migrations import alembic_config, migrate
from app.models import Base
from tests.conftest import NewDatabase
from tests.support.waiting import until


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


class TestBesideUsers:
    """From the last revision with a generated column on: the words of every position are looked at anew."""

    @pytest.fixture
    async def database(
        self, new_database: NewDatabase, make_settings: Callable[..., Settings]
    ) -> AsyncIterator[Database]:
        url = await new_database()
        await asyncio.to_thread(command.downgrade, alembic_config(url), "0006")
        database = Database(url, make_settings(database_lock_timeout_seconds=2))
        async with database.transaction() as db:
            await db.execute(text(USER), {"id": USER_ID})
            await db.execute(text(MANY_POSITIONS), {"user_id": USER_ID, "rows": ROWS})
        yield database
        await database.close()

    async def test_users_are_served_while_a_big_table_changes(self, database: Database) -> None:
        """Counted as a request would be answered: what is no success is 503, for the limits of time are kept."""
        answers: Counter[str] = Counter()
        done = asyncio.Event()

        async def keep_asking(kind: str, ask: Callable[[], Awaitable[object]]) -> None:
            while not done.is_set():
                async with asyncio.timeout(10):
                    try:
                        await ask()
                        answers[f"{kind} served"] += 1
                    except DatabaseUnavailableError:
                        answers[f"{kind} 503"] += 1

        async def write(sql: str) -> None:
            async with database.transaction() as db:
                await db.execute(text(sql), {"id": uuid4(), "user_id": USER_ID})

        kinds: dict[str, Callable[[], Awaitable[object]]] = {
            "insert": lambda: write(NEW_POSITION),
            "update": lambda: write(CHANGED_POSITION),
            "search": lambda: database.reads.pool.fetch(FOUND, (USER_ID, "'engineer'")),
        }
        workers = [asyncio.create_task(keep_asking(kind, ask)) for kind, ask in kinds.items() for _ in range(2)]
        await until(lambda: all(answers[f"{kind} served"] for kind in kinds))
        before, files = answers.copy(), await files_of(database.dsn)

        await migrate(database.dsn)

        done.set()
        await asyncio.gather(*workers)
        # A rewritten table is a new file, and nobody gets in while it is written.
        assert files.items() <= (await files_of(database.dsn)).items()
        served = [answers[f"{kind} served"] - before[f"{kind} served"] for kind in kinds]
        refused = sum(answers[f"{kind} 503"] for kind in kinds)
        assert min(served) > 10
        assert refused < sum(served) / 10
        rows = await database.reads.pool.fetch(
            "SELECT count(*) AS wrong FROM positions WHERE NOT search_vector @@ to_tsquery('simple', 'behind')", ()
        )
        assert rows[0]["wrong"] == 0

    async def test_a_migration_lets_others_through_while_it_waits_for_a_table(self, database: Database) -> None:
        holder = await asyncpg.connect(database.dsn)
        transaction = holder.transaction()
        await transaction.start()
        await holder.execute("SELECT 1 FROM positions LIMIT 1")

        with capture_logs() as lines:
            migration = asyncio.create_task(migrate(database.dsn))
            await until(lambda: [line["event"] for line in lines].count("migration_held_up") >= 3)
            for _ in range(5):
                await database.reads.pool.fetch(FOUND, (USER_ID, "'engineer'"))
            assert not migration.done()
            await transaction.rollback()
            await migration

        await holder.close()
        # The locked table was in the way of one migration only: those before it were not done again.
        assert await fetch(database.dsn, "SELECT 1 FROM pg_trigger WHERE tgname = 'search_vector'")

    async def test_a_slice_waits_for_whoever_has_one_of_its_rows(self, database: Database) -> None:
        holder = await asyncpg.connect(database.dsn)
        migration = asyncio.create_task(migrate(database.dsn))
        await until(lambda: holder.fetchval("SELECT 1 FROM pg_trigger WHERE tgname = 'search_vector'"))
        await holder.execute("BEGIN")
        await holder.execute("SELECT 1 FROM positions ORDER BY id DESC LIMIT 1 FOR UPDATE")

        waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%WITH slice%'"
        await until(lambda: database.reads.pool.fetch(waiting, ()))
        await holder.execute("ROLLBACK")
        await migration

        await holder.close()


ROWS = 10_000
"""A hundred thousand take minutes, most of them to write the rows before; the slices are the same."""
USER_ID = UUID(int=1)
USER = """
    INSERT INTO users (id, email, password_hash, first_name, created_at, updated_at)
    VALUES (:id, 'a@example.com', 'x', 'Ada', now(), now())
"""
_COLUMNS = """
    INSERT INTO positions (id, user_id, title, company, description, status, application_date, tags, archived,
        responded, offered, created_at, updated_at)
"""
MANY_POSITIONS = f"""
    {_COLUMNS} SELECT gen_random_uuid(), :user_id, 'Engineer ' || n, 'Acme', 'in front/behind ' || n, 'applied',
        '2024-01-15', '{{}}', false, false, false, now(), now() FROM generate_series(1, :rows) AS n
"""
NEW_POSITION = f"""
    {_COLUMNS} VALUES (:id, :user_id, 'Engineer', 'Acme', 'in front/behind', 'applied', '2024-01-15', '{{}}', false,
        false, false, now(), now())
"""
CHANGED_POSITION = """
    UPDATE positions SET title = 'Engineer', description = 'in front/behind'
    WHERE user_id = :user_id AND id = (SELECT id FROM positions WHERE id > :id ORDER BY id LIMIT 1)
"""
FOUND = "SELECT id FROM positions WHERE user_id = $1 AND search_vector @@ to_tsquery('simple', $2) LIMIT 20"


async def files_of(url: str) -> dict[str, int]:
    """Return the file that each table is in."""
    rows = await fetch(
        url,
        "SELECT relname, relfilenode FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
    )
    return {row["relname"]: row["relfilenode"] for row in rows}


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
    triggers = await fetch(
        url,
        """SELECT pg_get_triggerdef(pg_trigger.oid), prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
           WHERE NOT tgisinternal ORDER BY 1""",
    )
    return [tuple(row.values()) for row in [*columns, *indexes, *triggers]]


async def fetch(url: str, sql: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        rows: list[asyncpg.Record] = await connection.fetch(sql)
    finally:
        await connection.close()
    return rows
