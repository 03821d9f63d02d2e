"""How a process reaches its database."""

import asyncio
from collections.abc import Callable

import asyncpg

from app.core.config import Settings
from app.core.database import Database, masked_url
from app.core.database_server import open_database
from app.core.notifications import Notifications, Subscriber
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

    assert database.direct_dsn == database.dsn
    await database.close()


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
    notifications = Notifications(database.connect_directly)
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


def test_a_masked_url_keeps_the_place_and_hides_who() -> None:
    assert masked_url("postgresql://u:p%40ss@db.example.com:5433/x") == "postgresql://***:***@db.example.com:5433/x"
    assert masked_url("postgresql://postgres@/x?host=%2Ftmp%2Fd") == "postgresql://***:***@localhost/x"
