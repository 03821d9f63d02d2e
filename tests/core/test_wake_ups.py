"""What a commit tells the other replicas: after it, in batches, and whatever happens to the connection for it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.config import Settings
from app.core.database import Database
from app.core.errors import AppError
from app.core.notifications import Notifications
from app.core.reads import Statement
from app.core.transaction import Transaction, transaction_of
from app.core.wake_ups import MAX_UNSENT, Subscriber, WakeUps
from tests.conftest import NewDatabase
from tests.support.waiting import until

ONE = Statement(text("SELECT 1 AS one"))


class Heard(Subscriber):
    """Keeps the subjects of its topic."""

    topic = "test"

    def __init__(self) -> None:
        self.subjects: list[str | None] = []

    def look_again(self, subject: str | None) -> None:
        self.subjects.append(subject)


class Replica:
    """A process' way to the database, with a subscriber. Its connection for wake-ups can be held back."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.heard = Heard()
        self.may_connect = asyncio.Event()
        self.may_connect.set()
        self.notified: list[str] = []
        self.notifications = Notifications(self._connect, database.wake_ups)
        self.notifications.subscribe(self.heard)

    async def commit(self, *topics: str) -> None:
        async with self.database.bare_transaction() as transaction:
            await transaction.all(ONE)
            transaction.announce(topics)

    async def _connect(self) -> asyncpg.Connection:
        await self.may_connect.wait()
        connection = await self.database.connect_directly()
        connection.add_query_logger(self._note)
        return connection

    def _note(self, record: asyncpg.connection.LoggedQuery) -> None:
        if "pg_notify" in record.query:
            self.notified.append(record.query)


@pytest.fixture
async def replicas(
    new_database: NewDatabase, make_settings: Callable[..., Settings]
) -> AsyncIterator[tuple[Replica, Replica]]:
    """Give two replicas of one database; the first is not connected yet for wake-ups."""
    url = await new_database()
    both = Replica(Database(url, make_settings())), Replica(Database(url, make_settings()))
    both[0].may_connect.clear()
    for replica in both:
        replica.notifications.start()
    await both[1].notifications.connected.wait()
    both[1].heard.subjects.clear()
    yield both
    for replica in both:
        await replica.notifications.stop()
        await replica.database.close()


async def test_what_many_transactions_have_committed_is_told_by_one_notify(
    replicas: tuple[Replica, Replica],
) -> None:
    writer, other = replicas
    for number in range(20):
        await writer.commit(f"test:{number % 5}", "nobody:listens")
    assert not other.heard.subjects
    writer.may_connect.set()
    await until(lambda: len(other.heard.subjects) == 5)

    assert sorted(str(subject) for subject in other.heard.subjects) == ["0", "1", "2", "3", "4"]
    assert len(writer.notified) == 1


async def test_subscribers_of_this_process_are_woken_by_the_commit_itself_and_only_once(
    replicas: tuple[Replica, Replica],
) -> None:
    writer, other = replicas
    await writer.commit("test:here")
    # It cannot have come from the database.
    assert not writer.notifications.connected.is_set()
    assert writer.heard.subjects == ["here"]

    writer.may_connect.set()
    await until(lambda: other.heard.subjects == ["here"])
    await other.commit("test:there")
    await until(lambda: "there" in writer.heard.subjects)

    # After the connection all is distrusted; its own news does not come back to it.
    assert writer.heard.subjects == ["here", None, "there"]


@asynccontextmanager
async def through_the_orm(database: Database) -> AsyncIterator[Transaction]:
    async with database.transaction() as db:
        await begun(db)
        yield transaction_of(db)


async def begun(db: AsyncSession) -> None:
    await db.execute(text("SELECT 1"))


@pytest.mark.parametrize("open_transaction", [Database.bare_transaction, through_the_orm])
async def test_nothing_is_told_of_what_was_rolled_back(
    replicas: tuple[Replica, Replica], open_transaction: Any
) -> None:
    writer, other = replicas
    writer.may_connect.set()
    followed: list[str] = []

    async def fail(error: AppError) -> None:
        async with open_transaction(writer.database) as transaction:
            transaction.announce(["test:lost"])
            transaction.after_commit(lambda: followed.append("lost"))
            raise error

    with pytest.raises(AppError):
        await fail(AppError("no"))
    async with open_transaction(writer.database) as transaction:
        transaction.announce(["test:kept"])
        transaction.after_commit(lambda: followed.append("kept"))
    await until(lambda: other.heard.subjects)

    assert other.heard.subjects == ["kept"]
    assert followed == ["kept"]


async def test_an_error_that_keeps_its_writes_is_told_of(replicas: tuple[Replica, Replica]) -> None:
    class KeptError(AppError):
        keeps_writes = True

    writer, other = replicas
    writer.may_connect.set()

    async def fail(open_transaction: Any) -> None:
        async with open_transaction(writer.database) as transaction:
            transaction.announce([f"test:{open_transaction.__name__}"])
            raise KeptError("no")

    for open_transaction in (Database.bare_transaction, through_the_orm):
        with pytest.raises(KeptError):
            await fail(open_transaction)

    await until(lambda: other.heard.subjects == ["bare_transaction", "through_the_orm"])


async def test_news_waits_for_a_connection_that_was_lost(replicas: tuple[Replica, Replica]) -> None:
    writer, other = replicas
    writer.may_connect.set()
    await writer.notifications.connected.wait()
    writer.may_connect.clear()
    await other.database.reads.pool.fetch("SELECT pg_terminate_backend($1)", [writer.notifications._own_pid])
    await until(lambda: not writer.notifications.connected.is_set())
    await writer.commit("test:meanwhile")
    writer.may_connect.set()

    await until(lambda: other.heard.subjects == ["meanwhile"])


async def test_a_process_that_ends_tells_what_it_has_committed(replicas: tuple[Replica, Replica]) -> None:
    writer, other = replicas
    writer.may_connect.set()
    await writer.notifications.connected.wait()
    await asyncio.gather(*(writer.commit(f"test:{number}") for number in range(5)))
    await writer.notifications.stop()

    await until(lambda: len(other.heard.subjects) == 5)


async def test_a_subscriber_that_fails_fails_nobody_else(replicas: tuple[Replica, Replica]) -> None:
    class Broken(Subscriber):
        topic = "test"

        def look_again(self, subject: str | None) -> None:
            raise ValueError(subject)

    writer, _ = replicas
    writer.database.wake_ups._subscribers.insert(0, Broken())
    await writer.commit("test:one")

    assert writer.heard.subjects == ["one"]


def test_what_waits_is_bounded_and_what_comes_while_it_is_sent_waits_on() -> None:
    wake_ups = WakeUps()
    wake_ups.announce(f"test:{number}" for number in range(MAX_UNSENT + 10))
    with wake_ups.sending(MAX_UNSENT * 2) as topics:
        assert len(topics) == MAX_UNSENT
        wake_ups.announce(topics[:1])
    assert not wake_ups.all_sent.is_set()

    with pytest.raises(OSError, match="lost"), wake_ups.sending(10) as topics:
        raise OSError("lost")
    with wake_ups.sending(10) as topics:
        assert topics == ["test:0"]
    assert wake_ups.all_sent.is_set()
    assert not wake_ups.unsent.is_set()
