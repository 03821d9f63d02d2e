"""What has served its time goes: of one process at a time, a slice at a time."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from app.repositories import expiry
from app.repositories.access import DataAccess
from app.repositories.expiry import KEPT_REFRESH_TOKENS, ExpiryRepository
from app.services import housekeeping
from app.services.housekeeping import Housekeeping
from tests.conftest import MakeApp, client_of
from tests.support.rooms import execute
from tests.support.users import sign_up

REFRESH = "/api/v1/auth/refresh"


@pytest.fixture
async def app(make_app: MakeApp) -> AsyncIterator[FastAPI]:
    """Give an application whose database nobody else sweeps."""
    async with make_app() as own:
        yield own


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "SLICE_PAUSE_SECONDS", 0)


def housekeeping_of(app: FastAPI) -> Housekeeping:
    keeper: Housekeeping = app.state.runtime.housekeeping
    return keeper


async def count(app: FastAPI, table: str) -> int:
    [row] = await execute(app, f"SELECT count(*) AS count FROM {table}")
    return int(row["count"])


async def add_spent_counters(app: FastAPI, number: int) -> None:
    await execute(
        app,
        "INSERT INTO rate_limits (key, hits, expires_at)"
        " SELECT 'spent-' || n, '{}', now() - interval '1 second' FROM generate_series(1, :number) AS n",
        number=number,
    )


async def test_a_login_that_lives_keeps_its_newest_refresh_tokens(app: FastAPI) -> None:
    async with client_of(app) as client:
        user = await sign_up(client)
        token = user.tokens["refresh_token"]
        for _ in range(KEPT_REFRESH_TOKENS + 5):
            token = (await client.post(REFRESH, json={"refresh_token": token})).json()["refresh_token"]
        assert await count(app, "refresh_tokens") > KEPT_REFRESH_TOKENS

        await housekeeping_of(app).sweep()

        assert await count(app, "refresh_tokens") == KEPT_REFRESH_TOKENS
        assert (await client.post(REFRESH, json={"refresh_token": token})).status_code == 200


async def test_a_sweep_takes_many_slices_and_leaves_what_is_in_time(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expiry, "BATCH", 10)
    await add_spent_counters(app, 35)
    await execute(app, "INSERT INTO rate_limits VALUES ('new', '{}', now() + interval '1 hour')")

    assert await housekeeping_of(app).sweep() == 35

    assert await execute(app, "SELECT key FROM rate_limits") == [{"key": "new"}]


async def test_while_one_process_sweeps_another_does_not(app: FastAPI) -> None:
    await add_spent_counters(app, 3)
    database = app.state.runtime.database
    async with database.transaction() as db:
        assert await ExpiryRepository(DataAccess(database.reads, db)).take_turn()

        assert await Housekeeping(database).sweep() == 0

    assert await Housekeeping(database).sweep() == 3


async def test_a_sweep_that_is_broken_off_is_finished_by_the_next(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expiry, "BATCH", 10)
    await add_spent_counters(app, 35)
    sweeping = asyncio.Event()
    original = ExpiryRepository.delete_some

    async def stop_in_the_second_slice(repository: ExpiryRepository, table: str) -> int:
        erased = await original(repository, table)
        if erased and await count(app, "rate_limits") == 25:
            sweeping.set()
            await asyncio.Event().wait()
        return erased

    monkeypatch.setattr(ExpiryRepository, "delete_some", stop_in_the_second_slice)
    broken = asyncio.create_task(housekeeping_of(app).sweep())
    await sweeping.wait()
    broken.cancel()
    await asyncio.gather(broken, return_exceptions=True)
    monkeypatch.undo()

    assert await count(app, "rate_limits") == 25
    assert await housekeeping_of(app).sweep() == 25
