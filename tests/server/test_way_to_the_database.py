"""Whatever stands between: TLS, a role with few rights, several hosts, and poolers that give connections away.

All tests of this file share one PostgreSQL as Debian packages it, and start pgbouncer where they want one.
"""

import asyncio
import string
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import pytest
from structlog.testing import capture_logs

from alembic import command
from app.core import database_path
from app.core.config import ConfigurationError, Settings
from app.core.database import Database
from app.core.database_server import open_database
from app.core.migrations import alembic_config, migrate
from app.services import health
from app.tools.__main__ import _new_password
from tests.conftest import MakeApp, client_of
from tests.support.poolers import pgbouncer_version, write_certificate
from tests.support.processes import free_port, installed_binaries
from tests.support.tls_postgres import Site, migrate_as_operator, tls_site
from tests.support.users import SignedIn, sign_in, sign_up
from tests.support.waiting import until

PLAIN_SIGNS = "".join(sign for sign in string.punctuation if sign not in "'\\")
PASSWORD = f"{PLAIN_SIGNS} \\' é€"
BODY = {"title": "Engineer", "company": "Acme"}
FEW = {"database_pool_size": 2, "database_read_pool_size": 2, "database_connect_timeout_seconds": 1}
needs_pgbouncer = pytest.mark.skipif(pgbouncer_version() == (0, 0), reason="pgbouncer is not installed")
loses_statements = pytest.mark.skipif(pgbouncer_version() >= (1, 21), reason="this pgbouncer keeps statements")
keeps_statements = pytest.mark.skipif(pgbouncer_version() < (1, 21), reason="needs pgbouncer 1.21 or newer")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(installed_binaries() is None, reason="no PostgreSQL is installed beside the embedded one"),
]


@pytest.fixture(scope="module")
async def site() -> AsyncIterator[Site]:
    async with tls_site() as running:
        yield running


@pytest.fixture
async def database_url(site: Site) -> str:
    return site.url(await site.new_database())


async def test_all_that_connects_takes_the_same_address(
    site: Site, make_app: MakeApp, make_settings: Callable[..., Settings]
) -> None:
    """The first host is dead; the role owns one schema and may do nothing beside it; the connection is checked."""
    name = await site.new_database("template0")
    # Of the whole server, which a second try of this test meets again.
    role = f"few_{name}"
    await site.run(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD.replace(chr(39), chr(39) * 2)}'")
    await site.run(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC; GRANT CONNECT ON DATABASE {name} TO {role}")
    await site.run(f"REVOKE ALL ON SCHEMA public FROM PUBLIC; CREATE SCHEMA own AUTHORIZATION {role}", name)
    url = (
        f"postgresql://{role}:{quote(PASSWORD, safe='')}@127.0.0.1:{free_port()},127.0.0.1:{site.server.port}/{name}"
        f"?sslmode=verify-full&sslrootcert={site.certificate}&connect_timeout=5&target_session_attrs=read-write"
        f"&options={quote('-c search_path=own')}"
    )

    assert await migrate_as_operator(url) == (0, "", "")
    async with make_app(database_url=url, **FEW) as app, client_of(app) as client:
        assert (await client.get("/health/readiness")).status_code == 200
        user = await sign_up(client)
        assert (await user.post("/api/v1/positions", BODY)).status_code == 201
        assert (await user.get("/api/v1/positions")).json()["total"] == 1
        await until(app.state.runtime.notifications.connected.is_set)
        await sign_in(client, user.email, await _new_password(make_settings(database_url=url), user.email))
        detailed = (await client.get("/health/detailed")).json()["database"]
        assert detailed["info"]["url"].startswith("postgresql://***:***@127.0.0.1:")
        connections = await fetch(
            site.url(name), f"SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = '{role}'"
        )
    places = await fetch(site.url(name), f"SELECT DISTINCT schemaname FROM pg_tables WHERE tableowner = '{role}'")

    assert {connection["ssl"] for connection in connections} == {True}
    assert [place["schemaname"] for place in places] == ["own"]


async def test_a_server_with_another_certificate_is_refused_at_once(
    site: Site, make_settings: Callable[..., Settings], database_url: str
) -> None:
    other, _ = write_certificate(site.folder, "other")
    url = f"{database_url}?sslmode=verify-full&sslrootcert={other}"

    with pytest.raises(ConfigurationError, match=r"cannot be used \(SSLCertVerificationError: self-signed"):
        async with open_database(make_settings(database_url=url, auto_migrate=True)):
            pass


class TestMigrations:
    def test_they_wait_for_the_database_and_end_with_one_line_if_it_never_comes(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr("app.core.database_start.PATIENCE_SECONDS", 0.2)
        monkeypatch.setattr("app.core.database_start.RETRY_SECONDS", 0.1)
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("ENV", "production")
        monkeypatch.setenv("JWT_SECRET_KEY", "k" * 32)
        monkeypatch.setenv("DATABASE_URL", "postgresql://u@127.0.0.1:1/pooled")
        monkeypatch.setenv("DATABASE_DIRECT_URL", "postgresql://u:hunter2@127.0.0.1:1/nothing")

        with capture_logs() as lines, pytest.raises(SystemExit) as raised:
            command.upgrade(alembic_config(None), "head")

        assert [(line["event"], line["database"]) for line in lines] == [
            ("waiting_for_database", "127.0.0.1:1/nothing")
        ]
        # A text as status: it is written to standard error, and the status is 1.
        sentence = "the database at 127.0.0.1:1/nothing cannot be reached (ConnectionRefusedError)"
        assert raised.value.code == f"DATABASE_DIRECT_URL: {sentence}"

    @needs_pgbouncer
    async def test_they_do_not_run_over_shared_connections(self, site: Site, database_url: str) -> None:
        with site.pgbouncer(pool_mode="transaction") as pooler:
            url = pooler.url(name_of(database_url))
            with pytest.raises(ConfigurationError, match="two migrations could run at once: set DATABASE_DIRECT_URL"):
                await migrate(url)


@needs_pgbouncer
class TestSessionPooling:
    async def test_all_works_and_the_limits_hold_though_the_pooler_refuses_them(
        self, site: Site, make_app: MakeApp, make_settings: Callable[..., Settings], database_url: str
    ) -> None:
        with site.pgbouncer(pool_mode="session", default_pool_size="40") as pooler:
            url = pooler.url(name_of(database_url))
            async with (
                looked_at(make_settings(database_url=url, database_statement_timeout_seconds=7)) as (database, _),
                database.transaction() as db,
            ):
                connection = await db.connection()
                limits = (await connection.exec_driver_sql(LIMITS)).one()
                assert tuple(limits) == ("7s", "3s", "10s")
                assert [dict(row) for row in await database.reads.pool.fetch(LIMITS, ())] == [limits._asdict()]
                assert database.path
                assert (database.path.pooling, database.path.failing) == ("session", "")

            async with make_app(database_url=url, **FEW) as app, client_of(app) as client:
                assert (await client.get("/health/readiness")).status_code == 200
                await use(await sign_up(client))
                assert await is_notified(app.state.runtime.database)

    async def test_a_replica_that_gets_no_connection_is_not_ready_until_it_gets_one(
        self, site: Site, make_app: MakeApp, database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(database_path, "ANSWER_SECONDS", 0.5)
        monkeypatch.setattr(health, "REFUSAL_SECONDS", 0.5)
        with site.pgbouncer(pool_mode="session", default_pool_size="15") as pooler:
            url = pooler.url(name_of(database_url))
            async with AsyncExitStack() as stack:
                # What another replica holds.
                for _ in range(15):
                    holder = await asyncpg.connect(url)
                    stack.callback(holder.terminate)
                    await holder.execute("SELECT 1")
                async with make_app(database_url=url, **FEW) as app, client_of(app) as client:
                    refused = [
                        await client.get("/health/readiness"),
                        await client.post("/api/v1/auth/login", json={}),
                    ]
                    login = {"email": "ada@example.com", "password": "correct horse battery"}
                    refused[1] = await client.post("/api/v1/auth/login", json=login)
                    assert [answer.status_code for answer in refused] == [503, 503]
                    assert refused[1].json()["error"]["details"]["reason"] == "no_free_connection"
                    assert (await client.get("/health/liveness")).status_code == 200

                    await stack.aclose()

                    await until(lambda: is_ready(client))
                    await use(await sign_up(client))


@needs_pgbouncer
class TestTransactionPooling:
    @loses_statements
    async def test_one_line_says_what_fails_and_what_to_do(
        self, site: Site, make_settings: Callable[..., Settings], database_url: str
    ) -> None:
        with site.pgbouncer(pool_mode="transaction") as pooler:
            async with looked_at(make_settings(database_url=pooler.url(name_of(database_url)))) as (_, lines):
                [line] = lines

        assert (line["event"], line["log_level"], line["pooling"]) == ("database_way", "warning", "transaction")
        assert [word in line["failing"] for word in ("prepared statements", "LISTEN", "time limits")] == [True] * 3
        assert [word in line["remedy"] for word in ("1.21", "DATABASE_DIRECT_URL", "ALTER ROLE")] == [True] * 3

    @loses_statements
    async def test_it_is_not_ready_while_statements_get_lost(
        self, site: Site, make_app: MakeApp, database_url: str
    ) -> None:
        with site.pgbouncer(pool_mode="transaction") as pooler:
            async with (
                make_app(database_url=pooler.url(name_of(database_url)), **FEW) as app,
                client_of(app) as client,
            ):
                await until(lambda: app.state.runtime.database.path)
                for _ in range(3):
                    answer = await client.get("/health/readiness")
                    assert answer.status_code == 503
                assert (await client.get("/health/liveness")).status_code == 200

    async def test_what_a_role_and_a_direct_address_mend_is_not_complained_of(
        self, site: Site, make_settings: Callable[..., Settings], database_url: str
    ) -> None:
        name = name_of(database_url)
        for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            await site.run(f"ALTER ROLE postgres IN DATABASE {name} SET {limit} = '9s'")
        with site.pgbouncer(pool_mode="transaction") as pooler:
            settings = make_settings(database_url=pooler.url(name), database_direct_url=database_url)
            async with looked_at(settings) as (database, _):
                assert database.path
                assert database.path.delivers_notifications
                assert database.path.is_shared
                assert database.path.keeps_limits

    @keeps_statements
    async def test_a_pooler_that_keeps_statements_serves_requests(
        self, site: Site, make_app: MakeApp, database_url: str
    ) -> None:
        with site.pgbouncer(pool_mode="transaction", max_prepared_statements="200") as pooler:
            url = pooler.url(name_of(database_url))
            async with (
                make_app(database_url=url, database_direct_url=database_url, **FEW) as app,
                client_of(app) as client,
            ):
                assert (await client.get("/health/readiness")).status_code == 200
                users = [await sign_up(client) for _ in range(3)]
                for _ in range(5):
                    await asyncio.gather(*(use(user) for user in users))
                assert await is_notified(app.state.runtime.database)


async def test_a_direct_address_of_another_database_is_told(
    site: Site, make_settings: Callable[..., Settings], database_url: str
) -> None:
    settings = make_settings(database_url=database_url, database_direct_url=site.url("postgres"))

    async with looked_at(settings) as (_, lines):
        [line] = lines

    assert line["failing"].startswith("LISTEN")
    assert line["remedy"] == "let DATABASE_DIRECT_URL lead to the same database past every pooler"


LIMITS = """
    SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock,
        current_setting('idle_in_transaction_session_timeout') AS idle
"""


@asynccontextmanager
async def looked_at(settings: Settings) -> AsyncIterator[tuple[Database, list[Any]]]:
    """Open the database of the settings, wait until it is known what stands before it, and give what the log said."""
    with capture_logs() as lines:
        async with open_database(settings) as database:
            await until(lambda: database.path)
            yield database, [line for line in lines if line["event"] == "database_way"]
            await database.close()


async def use(user: SignedIn) -> None:
    assert (await user.post("/api/v1/positions", BODY)).status_code == 201
    assert (await user.get("/api/v1/positions")).status_code == 200


async def is_ready(client: Any) -> bool:
    return bool((await client.get("/health/readiness")).status_code == 200)


async def is_notified(database: Database) -> bool:
    heard = asyncio.Event()
    listener, sender = await database.connect_directly(), await database.connect()
    try:
        await listener.add_listener("here", lambda *_: heard.set())
        await sender.execute("NOTIFY here")
        await until(heard.is_set)
    finally:
        listener.terminate()
        sender.terminate()
    return heard.is_set()


async def fetch(url: str, sql: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        rows: list[asyncpg.Record] = await connection.fetch(sql)
    finally:
        await connection.close()
    return rows


def name_of(url: str) -> str:
    return url.rpartition("/")[2]
