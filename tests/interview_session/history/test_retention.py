"""Sessions that are over or idle are erased after their time, those that are nobody's after a day."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from app.services.housekeeping import Housekeeping
from tests.conftest import MakeApp, client_of
from tests.support.event_streams import joined
from tests.support.reports import make_due_reports
from tests.support.rooms import Room, execute, open_anonymous_room, open_room, runner_of, serving
from tests.support.users import sign_up

DAYS = 30


@pytest.fixture
async def app(make_app: MakeApp) -> AsyncIterator[FastAPI]:
    """Give an application whose rooms nobody else uses."""
    async with make_app(allow_anonymous_rooms=True, session_retention_days=DAYS) as own:
        await runner_of(own).stop()
        yield own


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as http:
        yield http


async def age(room: Room, days: float) -> None:
    """Have everything in a room be longer ago."""
    await execute(
        room.app,
        """
        UPDATE interview_sessions SET updated_at = updated_at - make_interval(hours => :hours),
            ended_at = ended_at - make_interval(hours => :hours),
            bot_seen_at = bot_seen_at - make_interval(hours => :hours)
        WHERE id = :id
        """,
        id=room.session_id,
        hours=int(days * 24),
    )


async def sweep(app: FastAPI) -> int:
    keeper: Housekeeping = app.state.runtime.housekeeping
    return await keeper.sweep()


async def left(app: FastAPI) -> set[object]:
    return {row["id"] for row in await execute(app, "SELECT id FROM interview_sessions")}


async def test_rooms_of_nobody_go_a_day_after_they_are_over_or_idle(app: FastAPI, client: httpx.AsyncClient) -> None:
    ended, idle, running, recent = [await open_anonymous_room(app, client) for _ in range(4)]
    for room in (ended, running):
        await room.act("timer/start")
    await ended.act("end")
    for room in (ended, idle, running):
        await age(room, 1.1)
    await age(recent, 0.9)

    assert await sweep(app) == 2

    assert await left(app) == {running.session_id, recent.session_id}
    for table in ("session_events", "report_jobs"):
        assert await execute(app, f"SELECT 1 FROM {table} WHERE session_id = :id", id=ended.session_id) == []


async def test_a_user_s_sessions_go_after_the_days_of_the_settings(app: FastAPI, client: httpx.AsyncClient) -> None:
    user = await sign_up(client)
    old, young = [await open_room(app, user) for _ in range(2)]
    await old.act("timer/start")
    await old.act("end")
    assert await make_due_reports(app) == 1
    await age(old, DAYS + 1)
    await age(young, DAYS - 1)

    assert await sweep(app) == 1

    assert await left(app) == {young.session_id}
    assert await execute(app, "SELECT 1 FROM session_reports") == []


async def test_a_call_keeps_its_room(app: FastAPI, client: httpx.AsyncClient) -> None:
    room = await open_anonymous_room(app, client)
    await age(room, 2)
    await execute(app, "UPDATE interview_sessions SET bot_seen_at = now() WHERE id = :id", id=room.session_id)

    assert await sweep(app) == 0


async def test_without_days_sessions_of_users_are_kept(make_app: MakeApp) -> None:
    async with make_app() as app, client_of(app) as client:
        room = await open_room(app, await sign_up(client))
        await age(room, 10_000)

        assert await sweep(app) == 0
        assert await left(app) == {room.session_id}


async def test_who_listens_to_a_room_that_is_erased_is_told_by_the_end(app: FastAPI) -> None:
    async with serving(app) as url, httpx.AsyncClient(base_url=url) as web:
        room = await open_anonymous_room(app, web)
        async with joined(web, room.id) as stream:
            await age(room, 2)

            assert await sweep(app) == 1

            assert await stream.rest() == []
