"""A process that falls silent with a room locked: it loses the room, and nobody waits for longer than that."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.core.errors import DatabaseUnavailableError
from app.core.reads import Statement
from app.core.transaction import Transaction
from app.interview_session.room.room_repository import SILENCE_LIMIT_MS, RoomRepository
from app.interview_session.room.room_service import RoomService
from app.interview_session.room.session_plans import SessionPlans
from app.repositories.access import DataAccess
from tests.support.rooms import Room, execute, interviewer_of, open_room, runner_of
from tests.support.users import SignedIn
from tests.support.waiting import until

WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%interview_sessions%'
"""


@asynccontextmanager
async def frozen_in_mid_act(room: Room) -> AsyncIterator[asyncio.Task[None]]:
    """Give the task of a transaction that has locked a room and says nothing more."""
    database, locked = room.app.state.runtime.database, asyncio.Event()
    woken = asyncio.Event()

    async def act() -> None:
        # The lane is that of the process' own work, as it might be another process'.
        async with database.reserved.transaction() as db:
            await RoomService(DataAccess(database.reads, db), interviewer_of(room.app)).begin(room.session_id)
            locked.set()
            await woken.wait()

    task = asyncio.create_task(act())
    await locked.wait()
    try:
        yield task
    finally:
        woken.set()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.usefixtures("stopped_clocks")
async def test_a_room_is_free_again_though_its_process_never_wakes(app: FastAPI, user: SignedIn, room: Room) -> None:
    other = await open_room(app, user, 1)
    await room.act("timer/start")
    await other.act("timer/start")
    await other.let_pass(3600)
    watcher = await asyncpg.connect(app.state.runtime.database.dsn)
    async with frozen_in_mid_act(room) as frozen:
        victims = [asyncio.create_task(room.post("timer/pause")) for _ in range(6)]
        await until(lambda: watcher.fetchval(f"{WAITING} HAVING count(*) > 0"))
        # One of the process waits for the lock; the others for their turn, without a connection.
        await until(lambda: app.state.runtime.database.pool_figures()["checked_out"] == 1)
        assert await watcher.fetchval(WAITING) == 1
        # What is due elsewhere is not late for it.
        assert await runner_of(app).perform_due() == 1
        async with asyncio.timeout(10):
            answers = [answer.status_code for answer in await asyncio.gather(*victims)]

        assert set(answers) <= {200, 503}
        assert 200 in answers
        assert not frozen.done()
    await watcher.close()

    with pytest.raises(DatabaseUnavailableError):
        frozen.result()
    assert (await room.happening_types()).count("timer_paused") == 1


@pytest.mark.parametrize(
    "method", ["lock", "save_unchanged", "set_patience", "claim_due", "claim_lost_bots", "keep_bots"]
)
async def test_whatever_locks_a_room_is_short(app: FastAPI, room: Room, method: str) -> None:
    """Set in the transaction, before the lock: a pooler may not pass on what a connection was opened with."""
    database = app.state.runtime.database
    async with database.transaction() as db:
        await db.execute(text("SET LOCAL lock_timeout = 0"))
        repository = RoomRepository(DataAccess(database.reads, db))
        match method:
            case "lock":
                await repository.lock(room.session_id, {})
            case "save_unchanged":
                looked_at = await repository.look(room.session_id, {})
                assert looked_at
                await repository.save_unchanged(looked_at[0], [], looked_at[1], is_all=True)
            case "set_patience":
                await repository.set_patience(room.session_id, 2)
            case "claim_due":
                await repository.claim_due(1, SessionPlans())
            case "claim_lost_bots":
                await repository.claim_lost_bots(timedelta(0), 1, SessionPlans())
            case "keep_bots":
                await repository.keep_bots({room.session_id: uuid4()})
        limits = (
            await db.execute(
                text(
                    "SELECT CAST(setting AS int) FROM pg_settings "
                    "WHERE name IN ('idle_in_transaction_session_timeout', 'lock_timeout') ORDER BY name"
                )
            )
        ).scalars()
        silence, lock = limits

    assert 0 < silence <= SILENCE_LIMIT_MS <= 2000
    assert silence < lock <= 5000


async def test_no_plan_comes_with_a_lock(app: FastAPI, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that froze would not read it, and PostgreSQL not count its silence while it has more to send."""
    await room.act("timer/start")
    await room.let_pass(3600)
    long_ago = "UPDATE interview_sessions SET bot_id = :bot_id, bot_seen_at = '2020-01-01' WHERE id = :id"
    await execute(app, long_ago, id=room.session_id, bot_id=uuid4())
    database = app.state.runtime.database
    answers: list[asyncpg.Record] = []
    run = Transaction.all

    async def noting(transaction: Transaction, statement: Statement, **values: Any) -> list[asyncpg.Record]:
        answers.extend(rows := await run(transaction, statement, **values))
        return rows

    monkeypatch.setattr(Transaction, "all", noting)
    plans = SessionPlans()
    async with database.bare_transaction() as transaction:
        repository = RoomRepository(DataAccess(database.reads, transaction=transaction))
        claimed = [
            *await repository.claim_due(1000, plans),
            *await repository.claim_lost_bots(timedelta(0), 1000, plans),
        ]
    async with database.bare_transaction() as transaction:
        rooms = RoomService(DataAccess(database.reads, transaction=transaction), interviewer_of(app))
        act = await rooms.begin(room.session_id)

    assert len(answers) == len(claimed) + 1 >= 3
    assert [row for row in answers if "plan" in row] == []
    assert [session.plan for session, _ in claimed if session.id == room.session_id] == [act.session.plan] * 2
    assert act.session.plan["planner_fields"]


async def test_a_sign_of_life_does_not_wait_for_a_room(app: FastAPI, user: SignedIn, room: Room) -> None:
    free = await open_room(app, user, 1)
    bots: dict[UUID, UUID] = {room.session_id: uuid4(), free.session_id: uuid4()}
    for session_id, bot_id in bots.items():
        await execute(
            app,
            "UPDATE interview_sessions SET bot_id = :bot_id, bot_seen_at = '2020-01-01' WHERE id = :id",
            id=session_id,
            bot_id=bot_id,
        )
    database = app.state.runtime.database
    async with frozen_in_mid_act(room) as frozen:
        async with database.transaction() as db:
            held = await RoomRepository(DataAccess(database.reads, db)).keep_bots(bots | {uuid4(): uuid4()})
        assert not frozen.done()

    assert held == set(bots)
    assert (await room.row())["bot_seen_at"].year == 2020
    assert (await free.row())["bot_seen_at"].year > 2020
