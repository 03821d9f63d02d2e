"""Migrations: they lead to the models' schema, can be repeated, and wait for each other."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from alembic import command
from app.core.clock import utc_now
from app.core.config import Settings
from app.core.database import Database
from app.core.errors import DatabaseUnavailableError
from app.core.migrations import alembic_config, is_up_to_date, migrate, newest_revision
from app.models import Base
from app.models.likeness import address_key, job_key
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


async def test_a_database_tells_whether_there_is_anything_to_migrate(new_database: NewDatabase) -> None:
    assert newest_revision() == ScriptDirectory.from_config(alembic_config(None)).get_current_head()
    url = await new_database()
    db = await asyncpg.connect(url)
    try:
        assert await is_up_to_date(db)
        await db.execute("UPDATE alembic_version SET version_num = '0001'")
        assert not await is_up_to_date(db)
        await db.execute("DELETE FROM alembic_version")
        assert not await is_up_to_date(db)
        await db.execute("DROP TABLE alembic_version")
        assert not await is_up_to_date(db)
    finally:
        await db.close()


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
            await db.execute(text(NEW_USER), {"id": USER_ID})
            await db.execute(text(NEW_SESSION), {"id": SESSION_ID, "user_id": USER_ID})
            await db.execute(text(MANY_POSITIONS), {"user_id": USER_ID, "rows": 2000})
        yield database
        await database.close()

    async def test_users_are_served_while_big_tables_change(self, database: Database) -> None:
        """A hundred thousand rows, and each kind of request: what is no success is 503, and nothing takes long.

        Two seconds are the promise. A machine that does much else may stop a request for longer now and then.
        """
        async with database.transaction() as db:
            # A busy machine takes its time.
            await db.execute(text("SET LOCAL statement_timeout = 0"))
            await db.execute(text(MANY_POSITIONS), {"user_id": USER_ID, "rows": 20_000})
            await db.execute(text(MANY_EVENTS), {"session_id": SESSION_ID, "first": 1, "last": 4_000})
        requests = Requests(database)
        await requests.until_each_is_served()
        files = await files_of(database.dsn)
        before = requests.answers.copy()

        await migrate(database.dsn)

        answers = requests.answers - before
        await requests.stop()
        # A rewritten table is a new file, and nobody gets in while it is written.
        assert files.items() <= (await files_of(database.dsn)).items()
        served = [answers[kind, "served"] for kind in requests.kinds]
        refused = sum(answers[kind, "503"] for kind in requests.kinds)
        assert min(served) > 10
        assert refused < sum(served) / 10
        assert len([seconds for seconds in requests.seconds if seconds > 2]) <= len(requests.seconds) / 200
        assert max(requests.seconds) < 5
        rows = await database.reads.pool.fetch(
            "SELECT count(*) AS wrong FROM positions WHERE NOT search_vector @@ to_tsquery('simple', 'behind')", ()
        )
        assert rows[0]["wrong"] == 0
        ledger = await database.reads.pool.fetch("SELECT sum(delta) AS bytes FROM stored_bytes", ())
        stored = await database.reads.pool.fetch(STORED_BYTES, ())
        assert ledger[0]["bytes"] == stored[0]["bytes"]

    async def test_old_rows_get_their_values_and_counting_again_adds_nothing(self, database: Database) -> None:
        """A migration that is broken off halfway begins anew."""
        async with database.transaction() as db:
            await db.execute(text(OLD_INTERVIEW))
            await db.execute(text("UPDATE positions SET job_url = 'https://a.test/?utm_source=x&n=' || title"))

        await migrate(database.dsn)

        for row in await fetch(database.dsn, "SELECT * FROM positions LIMIT 50"):
            keys = job_key(row["company"], row["title"]), address_key(row["job_url"])
            assert (row["job_key"], row["address_key"]) == keys
        [interview] = await fetch(database.dsn, "SELECT calendar_sequence FROM interviews")
        # A calendar may have seen as many as the seconds since then.
        assert interview["calendar_sequence"] > (utc_now() - OLD).total_seconds()
        lines = "SELECT user_id, delta FROM stored_bytes ORDER BY id"
        once = await fetch(database.dsn, lines)

        await fetch(database.dsn, "UPDATE alembic_version SET version_num = '0009'")
        await asyncio.to_thread(command.upgrade, alembic_config(database.dsn), "0010")

        assert [line["user_id"] for line in once] == [USER_ID]
        assert await fetch(database.dsn, lines) == once

    async def test_rows_get_the_owner_of_what_they_belong_to(self, database: Database) -> None:
        """Those that were there, and those that the version before adds, which does not name their owner."""
        async with database.transaction() as db:
            await db.execute(text(HISTORIES))
            await db.execute(text(OLD_TOKEN))

        await migrate(database.dsn)

        async with database.transaction() as db:
            await db.execute(text(HISTORIES))
            await db.execute(text(OLD_TOKEN))
            await db.execute(text("UPDATE status_changes SET note = 'By phone'"))
        for table, rows in (("status_changes", 4000), ("refresh_tokens", 2)):
            counted = await fetch(database.dsn, f"SELECT user_id, count(*) FROM {table} GROUP BY user_id")
            assert [tuple(row) for row in counted] == [(USER_ID, rows)]
        [ledger] = await fetch(database.dsn, "SELECT sum(delta) AS bytes FROM stored_bytes")
        [stored] = await fetch(database.dsn, STORED_BYTES)
        assert ledger["bytes"] == stored["bytes"] + 4000 * (200 + len("By phone"))

    async def test_a_migration_lets_others_through_while_it_waits_for_a_table(self, database: Database) -> None:
        holder = await asyncpg.connect(database.dsn)
        transaction = holder.transaction()
        await transaction.start()
        await holder.execute("SELECT 1 FROM positions LIMIT 1")

        migration = asyncio.create_task(migrate(database.dsn))
        tries: set[object] = set()

        async def has_tried_thrice() -> bool:
            tries.update(row["query_start"] for row in await database.reads.pool.fetch(WAITING, ()))
            return len(tries) >= 3

        await until(has_tried_thrice)
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


USER_ID, SESSION_ID = UUID(int=1), UUID(int=2)
WAITING = (
    "SELECT query_start FROM pg_stat_activity WHERE datname = current_database() "
    "AND wait_event_type = 'Lock' AND query NOT LIKE '%pg_stat_activity%'"
)
OLD = datetime(2024, 1, 15, tzinfo=UTC)
OLD_INTERVIEW = f"""
    INSERT INTO interviews (id, user_id, position_id, type, place, scheduled_date, outcome, created_at, updated_at)
    SELECT gen_random_uuid(), user_id, id, 'hr', 'phone', now(), 'pending', '{OLD}', now() FROM positions LIMIT 1
"""
HISTORIES = """
    INSERT INTO status_changes (id, position_id, to_status, occurred_at, recorded_at)
    SELECT gen_random_uuid(), id, 'applied', now(), now() FROM positions
"""
OLD_TOKEN = """
    WITH login AS (
        INSERT INTO logins (id, user_id, created_at, expires_at)
        SELECT gen_random_uuid(), id, now(), now() FROM users RETURNING id
    )
    INSERT INTO refresh_tokens (token_hash, login_id, created_at)
    SELECT sha256(CAST(CAST(id AS text) AS bytea)), id, now() FROM login
"""
NEW_USER = """
    INSERT INTO users (id, email, password_hash, first_name, created_at, updated_at)
    VALUES (:id, CAST(:id AS uuid) || '@example.com', 'x', 'Ada', now(), now())
"""
NEW_SESSION = """
    INSERT INTO interview_sessions (id, room_id, user_id, mock_interview_id, plan, state, sequence, ending_announced,
        last_seq, bot_status, created_at, updated_at)
    VALUES (:id, CAST(:id AS uuid), :user_id, 'demo', '{"title": "Rehearsal"}', 'idle', 1, false, 0, 'disconnected',
        now(), now())
"""
MANY_EVENTS = """
    INSERT INTO session_events (session_id, seq, type, data, created_at)
    SELECT :session_id, n, 'transcript', json_build_object('text', 'Well, ' || n), now()
    FROM generate_series(CAST(:first AS int), :last) AS n
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
_ANY_POSITION = "user_id = :user_id AND id = (SELECT id FROM positions WHERE id > :id ORDER BY id LIMIT 1)"
CHANGED_POSITION = f"UPDATE positions SET title = 'Engineer', description = 'in front/behind' WHERE {_ANY_POSITION}"
ERASED_POSITION = f"DELETE FROM positions WHERE {_ANY_POSITION}"
ERASED_USER = "DELETE FROM users WHERE id = :id"
FOUND = "SELECT id FROM positions WHERE user_id = $1 AND search_vector @@ to_tsquery('simple', $2) LIMIT 20"
STORED_BYTES = """
    SELECT sum(bytes) AS bytes FROM (
        SELECT 200 + octet_length(title) + octet_length(company) + octet_length(description) FROM positions
        UNION ALL SELECT 200 + octet_length(CAST(plan AS text)) FROM interview_sessions
        UNION ALL SELECT 200 + octet_length(CAST(data AS text)) FROM session_events
    ) AS stored (bytes)
"""


class Requests:
    """Users who ask for one thing after another until they are stopped, and how they were answered."""

    def __init__(self, database: Database) -> None:
        self.kinds: dict[str, Callable[[], Awaitable[object]]] = {
            "insert": lambda: self._write(NEW_POSITION),
            "update": lambda: self._write(CHANGED_POSITION),
            "delete": lambda: self._write(ERASED_POSITION),
            "account": lambda: self._write(NEW_USER, NEW_POSITION.replace(":user_id", ":id"), ERASED_USER),
            "log": self._log,
            "search": lambda: database.reads.pool.fetch(FOUND, (USER_ID, "'engineer'")),
        }
        self.answers: Counter[tuple[str, str]] = Counter()
        self.seconds: list[float] = []
        self._database = database
        self._last_seq = 10**6
        self._stopped = False
        self._tasks = [asyncio.create_task(self._keep_asking(kind)) for kind in self.kinds]

    async def until_each_is_served(self) -> None:
        await until(lambda: all(self.answers[kind, "served"] for kind in self.kinds))

    async def stop(self) -> None:
        self._stopped = True
        await asyncio.gather(*self._tasks)

    async def _keep_asking(self, kind: str) -> None:
        loop = asyncio.get_running_loop()
        while not self._stopped:
            begun = loop.time()
            try:
                await self.kinds[kind]()
                self.answers[kind, "served"] += 1
            except DatabaseUnavailableError:
                self.answers[kind, "503"] += 1
            self.seconds.append(loop.time() - begun)

    async def _write(self, *statements: str) -> None:
        """Run each statement as a transaction of its own."""
        new = uuid4()
        for sql in statements:
            async with self._database.transaction() as db:
                await db.execute(text(sql), {"id": new, "user_id": USER_ID})

    async def _log(self) -> None:
        self._last_seq += 1
        async with self._database.transaction() as db:
            values = {"session_id": SESSION_ID, "first": self._last_seq, "last": self._last_seq}
            await db.execute(text(MANY_EVENTS), values)


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
