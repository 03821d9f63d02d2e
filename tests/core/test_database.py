"""How a process reaches its database."""

import asyncio
import socket
from collections.abc import Callable

import asyncpg
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from app.core import database_server, database_start
from app.core.config import ConfigurationError, Settings
from app.core.database import Database
from app.core.database_address import DatabaseAddress
from app.core.database_server import open_database
from app.core.notifications import Notifications
from app.core.reads import Read
from app.core.wake_ups import Subscriber
from tests.conftest import NewDatabase


async def current_database(connection: asyncpg.Connection) -> str:
    try:
        name: str = await connection.fetchval("SELECT current_database()")
    finally:
        await connection.close()
    return name


async def test_listening_goes_past_the_pooler(
    new_database: NewDatabase, make_settings: Callable[..., Settings]
) -> None:
    pooled, direct = await new_database(), await new_database()

    async with open_database(make_settings(database_url=pooled, database_direct_url=direct)) as database:
        names = [await current_database(await connect()) for connect in (database.connect, database.connect_directly)]
        await database.close()

    assert [f"/{name}?" in url for name, url in zip(names, (pooled, direct), strict=True)] == [True, True]


async def test_without_a_direct_address_there_is_one_address(
    new_database: NewDatabase, make_settings: Callable[..., Settings]
) -> None:
    database = Database(await new_database(), make_settings())

    assert database.direct_address == database.address
    await database.close()


async def test_a_start_waits_for_the_database_and_then_ends_with_one_line(
    make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_start, "PATIENCE_SECONDS", 0.5)
    monkeypatch.setattr(database_start, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(database_start, "LOG_SECONDS", 0.3)
    settings = make_settings(database_url="postgresql://u:hunter2@127.0.0.1:1/nothing", auto_migrate=True)

    with capture_logs() as lines, pytest.raises(ConfigurationError) as raised:
        async with open_database(settings):
            pass

    reason = "the database at 127.0.0.1:1/nothing cannot be reached (ConnectionRefusedError)"
    assert str(raised.value) == f"DATABASE_URL: {reason}"
    assert [line["event"] for line in lines] == ["waiting_for_database"] * 2
    assert "hunter2" not in str(lines)


async def test_a_database_that_comes_while_the_start_waits_is_taken(
    new_database: NewDatabase, make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_start, "RETRY_SECONDS", 0.01)
    attempts = iter([ConnectionRefusedError(), asyncpg.CannotConnectNowError(), None])
    open_connection = Database.open

    async def open_later(database: Database, address: DatabaseAddress) -> asyncpg.Connection:
        if error := next(attempts, None):
            raise error
        return await open_connection(database, address)

    monkeypatch.setattr(Database, "open", open_later)

    async with open_database(make_settings(database_url=await new_database(), auto_migrate=True)) as database:
        await database.close()

    assert next(attempts, "used up") == "used up"


async def test_a_start_without_a_database_of_that_name_ends_at_once(
    new_database: NewDatabase, make_settings: Callable[..., Settings]
) -> None:
    url = await new_database()
    missing = url.replace("/tests_", "/missing_")

    for name, settings in {
        "DATABASE_URL": make_settings(database_url=missing, auto_migrate=True),
        "DATABASE_DIRECT_URL": make_settings(database_url=url, database_direct_url=missing, auto_migrate=True),
    }.items():
        with pytest.raises(
            ConfigurationError,
            match=rf"^{name}: .*cannot be used \(InvalidCatalogNameError: database .* does not exist\)$",
        ):
            async with open_database(settings):
                pass


async def test_without_migrations_a_start_does_not_wait(
    make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    waited_for: list[str] = []

    async def wait_for_database(setting: str, *_arguments: object) -> None:
        waited_for.append(setting)

    monkeypatch.setattr(database_server, "wait_for_database", wait_for_database)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"postgresql://u@127.0.0.1:{nobody.getsockname()[1]}/nothing"
        async with open_database(make_settings(database_url=url, auto_migrate=False)):
            assert waited_for == []


class Heard(Subscriber):
    topic = "test"

    def __init__(self) -> None:
        self.subjects: list[str | None] = []
        self.news = asyncio.Event()

    def look_again(self, subject: str | None) -> None:
        self.subjects.append(subject)
        self.news.set()


async def test_a_listener_is_told_to_look_at_everything_after_each_connection(
    new_database: NewDatabase, make_settings: Callable[..., Settings]
) -> None:
    database = Database(await new_database(), make_settings())
    heard = Heard()
    notifications = Notifications(database.connect_directly, database.wake_ups)
    notifications.subscribe(heard)
    notifications.start()
    async with asyncio.timeout(10):
        await notifications.connected.wait()
        heard.news.clear()
        other = await database.connect()
        await other.execute(
            "SELECT pg_notify('interview_tracker', 'test:one'), pg_notify('interview_tracker', 'no:two')"
        )
        await heard.news.wait()
        heard.news.clear()
        await other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()"
        )
        await heard.news.wait()
        await notifications.connected.wait()

    assert heard.subjects == [None, "one", None]
    await other.close()
    await notifications.stop()
    await database.close()


async def test_reads_are_planned_once_and_say_nothing_beside_their_rows(
    new_database: NewDatabase, make_settings: Callable[..., Settings]
) -> None:
    database = Database(await new_database(), make_settings())
    settings = Read(
        text("SELECT current_setting('plan_cache_mode') AS plans, current_setting('client_min_messages') AS messages")
    )
    async with database.transaction() as db:
        of_writes = dict((await db.execute(text(settings.compiled.sql))).mappings().one())
    of_reads = dict(await database.reads.first(settings) or {})
    await database.close()

    assert of_reads == {"plans": "force_generic_plan", "messages": "warning"}
    assert of_writes == {"plans": "auto", "messages": "warning"}
