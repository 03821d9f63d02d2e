"""The PostgreSQL storage of rate limits, under the strategies of the library that it is written for."""

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from fastapi import FastAPI
from limits import RateLimitItem, parse
from limits.aio.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.repositories.rate_limit_storage import PostgresStorage
from tests.conftest import MakeApp

THREE_A_MINUTE = parse("3/minute")


@pytest.fixture
def storage(app: FastAPI) -> PostgresStorage:
    return PostgresStorage(app.state.runtime.database)


@pytest.fixture
def name() -> str:
    return uuid4().hex


async def age(storage: PostgresStorage, name: str, seconds: float) -> None:
    """Let time pass for one key."""
    async with storage._database.transaction() as db:
        result = await db.execute(
            text(
                "UPDATE rate_limits SET expires_at = expires_at - make_interval(secs => :seconds), "
                "hits = ARRAY(SELECT hit - make_interval(secs => :seconds) FROM unnest(hits) AS hit) "
                "WHERE key LIKE :name RETURNING 1"
            ),
            {"seconds": seconds, "name": f"%{name}%"},
        )
        assert result.scalars().all() == [1]


class TestMovingWindow:
    async def test_hits_up_to_the_limit_pass_and_no_more(self, storage: PostgresStorage, name: str) -> None:
        limiter = MovingWindowRateLimiter(storage)

        answers = [await limiter.hit(THREE_A_MINUTE, name) for _ in range(5)]

        assert answers == [True, True, True, False, False]
        assert await limiter.hit(THREE_A_MINUTE, f"{name}-other")

    async def test_a_test_counts_nothing(self, storage: PostgresStorage, name: str) -> None:
        limiter = MovingWindowRateLimiter(storage)
        for _ in range(5):
            assert await limiter.test(THREE_A_MINUTE, name)

        for _ in range(3):
            assert await limiter.hit(THREE_A_MINUTE, name)

        assert not await limiter.test(THREE_A_MINUTE, name)

    async def test_each_hit_leaves_the_window_when_its_own_minute_is_over(
        self, storage: PostgresStorage, name: str
    ) -> None:
        limiter = MovingWindowRateLimiter(storage)
        await limiter.hit(THREE_A_MINUTE, name)
        await age(storage, name, 40)
        for _ in range(2):
            assert await limiter.hit(THREE_A_MINUTE, name)
        assert not await limiter.hit(THREE_A_MINUTE, name)

        await age(storage, name, 21)

        assert await limiter.hit(THREE_A_MINUTE, name)
        assert not await limiter.hit(THREE_A_MINUTE, name)

    async def test_a_refused_hit_does_not_prolong_the_wait(self, storage: PostgresStorage, name: str) -> None:
        limiter = MovingWindowRateLimiter(storage)
        for _ in range(3):
            await limiter.hit(THREE_A_MINUTE, name)
        await age(storage, name, 59)
        assert not await limiter.hit(THREE_A_MINUTE, name)

        await age(storage, name, 2)

        assert await limiter.hit(THREE_A_MINUTE, name)

    async def test_the_window_says_what_is_left_and_until_when(self, storage: PostgresStorage, name: str) -> None:
        limiter = MovingWindowRateLimiter(storage)
        fresh = await limiter.get_window_stats(THREE_A_MINUTE, name)
        assert fresh.remaining == 3
        for _ in range(3):
            await limiter.hit(THREE_A_MINUTE, name)
        await age(storage, name, 20)

        full = await limiter.get_window_stats(THREE_A_MINUTE, name)

        assert full.remaining == 0
        assert full.reset_time - time.time() == pytest.approx(40, abs=15)

    async def test_a_cost_counts_as_that_many(self, storage: PostgresStorage, name: str) -> None:
        limiter = MovingWindowRateLimiter(storage)

        assert await limiter.hit(THREE_A_MINUTE, name, cost=2)
        assert not await limiter.hit(THREE_A_MINUTE, name, cost=2)
        assert await limiter.hit(THREE_A_MINUTE, name, cost=1)
        assert not await limiter.hit(THREE_A_MINUTE, f"{name}-other", cost=4)
        assert await limiter.hit(THREE_A_MINUTE, f"{name}-other", cost=3)

    async def test_hits_at_once_never_exceed_the_limit(self, storage: PostgresStorage, name: str) -> None:
        limiter = MovingWindowRateLimiter(storage)

        answers = await asyncio.gather(*(limiter.hit(THREE_A_MINUTE, name) for _ in range(20)))

        assert sum(answers) == 3

    async def test_a_cleared_key_begins_anew(self, storage: PostgresStorage, name: str) -> None:
        limiter = MovingWindowRateLimiter(storage)
        for _ in range(4):
            await limiter.hit(THREE_A_MINUTE, name)

        await limiter.clear(THREE_A_MINUTE, name)

        assert await limiter.hit(THREE_A_MINUTE, name)

    @pytest.mark.parametrize("odd", ["a/b", "%", "'", "\\", "é\U0001f600", "x" * 400])
    async def test_any_text_may_be_a_key(self, storage: PostgresStorage, name: str, odd: str) -> None:
        limiter = MovingWindowRateLimiter(storage)
        item: RateLimitItem = parse("1/minute")

        assert await limiter.hit(item, name, odd)
        assert not await limiter.hit(item, name, odd)

    async def test_the_row_never_holds_more_than_the_limit(self, storage: PostgresStorage, name: str) -> None:
        limiter = MovingWindowRateLimiter(storage)
        for _ in range(4):
            for _ in range(4):
                await limiter.hit(THREE_A_MINUTE, name)
            await age(storage, name, 61)

        async with storage._database.transaction() as db:
            hits = await db.execute(
                text("SELECT cardinality(hits) FROM rate_limits WHERE key LIKE :name"), {"name": f"%{name}%"}
            )
            assert hits.scalar_one() <= 3


class TestFixedWindow:
    async def test_it_counts_to_the_limit_and_begins_anew_after_the_window(
        self, storage: PostgresStorage, name: str
    ) -> None:
        limiter = FixedWindowRateLimiter(storage)
        assert [await limiter.hit(THREE_A_MINUTE, name) for _ in range(4)] == [True, True, True, False]
        stats = await limiter.get_window_stats(THREE_A_MINUTE, name)
        assert stats.remaining == 0
        assert stats.reset_time - time.time() == pytest.approx(60, abs=15)
        await age(storage, name, 61)

        assert await limiter.test(THREE_A_MINUTE, name)
        assert [await limiter.hit(THREE_A_MINUTE, name) for _ in range(4)] == [True, True, True, False]

    async def test_the_window_begins_with_the_first_hit_and_is_not_prolonged(
        self, storage: PostgresStorage, name: str
    ) -> None:
        limiter = FixedWindowRateLimiter(storage)
        await limiter.hit(THREE_A_MINUTE, name)
        await age(storage, name, 50)
        await limiter.hit(THREE_A_MINUTE, name, cost=2)
        assert not await limiter.test(THREE_A_MINUTE, name)

        await age(storage, name, 11)

        assert await limiter.test(THREE_A_MINUTE, name)

    async def test_hits_at_once_are_all_counted(self, storage: PostgresStorage, name: str) -> None:
        counts = await asyncio.gather(*(storage.incr(name, 60) for _ in range(20)))

        assert sorted(counts) == list(range(1, 21))
        assert await storage.get(name) == 20


class TestStorage:
    @pytest.fixture
    async def empty(self, make_app: MakeApp) -> AsyncIterator[PostgresStorage]:
        async with make_app() as app:
            yield PostgresStorage(app.state.runtime.database)

    async def test_a_reset_forgets_every_key(self, empty: PostgresStorage) -> None:
        for key in ("one", "two"):
            await empty.incr(key, 60)

        assert await empty.reset() == 2
        assert await empty.get("one") == 0
        assert await empty.reset() == 0

    async def test_an_unknown_key_has_no_hits_and_ends_now(self, storage: PostgresStorage, name: str) -> None:
        assert await storage.get(name) == 0
        assert await storage.get_expiry(name) == pytest.approx(time.time(), abs=15)
        assert (await storage.get_moving_window(name, 3, 60))[1] == 0
        await storage.clear(name)

    async def test_it_says_whether_the_database_answers_and_what_it_raises(self, storage: PostgresStorage) -> None:
        assert await storage.check()
        assert storage.base_exceptions is SQLAlchemyError
